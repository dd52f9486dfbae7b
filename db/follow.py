"""Following a running lecture: its buckets, kept here and brought up to date by what has changed.

A lecture of two hours and fifty students has 36,000 buckets. Reading them all at each tick costs
more than all else that a tick does; what changed since the last one are a few hundred.
"""

from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contract.emotions import BUCKET_SECONDS
from db.queries import Columns, bucket_totals, lecture_buckets
from db.store import Store

OVERLAP_MS: Final = 10_000
"""How far each reading goes back behind the last change it knows, for writes under way then."""


class BucketFollower:
    """One lecture's buckets as ``queries.lecture_buckets`` reads them. Not for several threads."""

    def __init__(self, store: Store, lecture_id: UUID) -> None:
        self._store = store
        self._lecture_id = lecture_id
        self._columns: Columns | None = None
        self._order = _Order(set(), set())
        self._keys = np.empty(0, dtype=np.int64)

    def refresh(self) -> Columns:
        """The lecture's buckets as they are now. The arrays are the caller's to keep, not to write.

        Reads what was received since the last time, then compares the totals; whatever that
        cannot have noticed (an erasure, receipt times from the past) makes it read everything.
        """
        if self._columns is None:
            return self._read_all()
        columns = self._merge(self._columns) if self._columns["changed"].size else self._columns
        if _totals(columns) != bucket_totals(self._store, self._lecture_id):
            return self._read_all()
        return columns

    def _read_all(self) -> Columns:
        columns = lecture_buckets(self._store, self._lecture_id)
        self._order = _Order(set(columns["participant"]), set(columns["model"]))
        self._columns, self._keys = columns, self._order.keys(columns)
        return columns

    def _merge(self, known: Columns) -> Columns:
        """``known`` with the rows that have changed or come since."""
        since = int(known["changed"].max()) - OVERLAP_MS
        fresh = lecture_buckets(self._store, self._lecture_id, changed_since=since)
        if not self._order.knows(fresh):
            self._order = _Order(
                {*known["participant"], *fresh["participant"]}, {*known["model"], *fresh["model"]}
            )
            self._keys = self._order.keys(known)
        added = self._order.keys(fresh)
        stays = np.flatnonzero(~np.isin(self._keys, added))
        keys = np.concatenate([self._keys[stays], added])
        order = np.argsort(keys, kind="stable")
        # Both at once, so that a store that fails in between leaves nothing half done.
        self._keys = keys[order]
        self._columns = {
            name: np.concatenate([known[name][stays], fresh[name]])[order] for name in known
        }
        return self._columns


class _Order:
    """Numbers for rows that sort as (participant, bucket, model) does."""

    def __init__(self, people: set[UUID], models: set[str]) -> None:
        self._people = {person: place for place, person in enumerate(sorted(people))}
        self._models = {model: place for place, model in enumerate(sorted(models))}

    def knows(self, columns: Columns) -> bool:
        """Whether nobody and no model in ``columns`` is new."""
        return self._people.keys() >= set(columns["participant"]) and (
            self._models.keys() >= set(columns["model"])
        )

    def keys(self, columns: Columns) -> NDArray[np.int64]:
        """One number a row: steps of ten seconds since 1970 need 28 bits, models never 8."""
        people = _ranks(self._people, columns["participant"])
        models = _ranks(self._models, columns["model"])
        return people << 40 | columns["bucket"] // BUCKET_SECONDS << 8 | models


def _ranks(rank: dict[Any, int], names: NDArray[Any]) -> NDArray[np.int64]:
    return np.fromiter((rank[name] for name in names), dtype=np.int64, count=names.size)


def _totals(columns: Columns) -> tuple[int, int, int]:
    return (
        columns["bucket"].size,
        int(columns["observations"].sum()),
        int(columns["frames"].sum()),
    )
