"""Following a running lecture: its buckets, kept here and brought up to date by what has changed.

A lecture of two hours and fifty students has 36,000 buckets. Reading them all at each tick costs
more than all else that a tick does; what changed since the last one are a few hundred.
"""

from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contract.looks import BUCKET_SECONDS
from db.engine.store import Store
from db.measurements.queries import Columns, bucket_totals, lecture_buckets

OVERLAP_MS: Final = 10_000
"""How far each reading goes back behind the last change it knows, for writes under way then."""


class BucketCache:
    """One lecture's buckets as ``queries.lecture_buckets`` reads them. Not for several threads."""

    def __init__(self, store: Store, lecture_id: UUID) -> None:
        self._store = store
        self._lecture_id = lecture_id
        self._columns: Columns | None = None
        self._order = _Order(set(), set())
        self._keys = np.empty(0, dtype=np.int64)

    def refresh(self) -> Columns:
        """The lecture's buckets as they are now. The arrays are the caller's to keep, not to write.

        Reads what has changed since the last time, after having compared the totals of the rest;
        whatever those have noticed (an erasure, receipt times from the past) makes it read
        everything. What comes in between the two readings is in the second.
        """
        known = self._columns
        if known is None or not known["changed"].size:
            return self._read_all()
        since = int(known["changed"].max()) - OVERLAP_MS
        rest = known["changed"] < since
        held = bucket_totals(self._store, self._lecture_id, changed_before=since)
        if held != _totals(known, rest):
            return self._read_all()
        fresh = lecture_buckets(self._store, self._lecture_id, changed_since=since)
        return self._merge(known, rest, fresh)

    def _read_all(self) -> Columns:
        columns = lecture_buckets(self._store, self._lecture_id)
        self._order = _Order(set(columns["participant"]), set(columns["model"]))
        self._columns, self._keys = columns, self._order.keys(columns)
        return columns

    def _merge(self, known: Columns, rest: NDArray[np.bool_], fresh: Columns) -> Columns:
        """The ``rest`` of ``known`` with the rows that have changed or come since."""
        if not self._order.knows(fresh):
            self._order = _Order(
                {*known["participant"], *fresh["participant"]}, {*known["model"], *fresh["model"]}
            )
            self._keys = self._order.keys(known)
        added = self._order.keys(fresh)
        if np.array_equal(self._keys[~rest], added):
            self._columns = _replaced(known, ~rest, fresh)
            return self._columns
        stays = rest.copy()
        stays[_places(self._keys, added)] = False
        keys = self._keys[stays]
        places = np.searchsorted(keys, added)
        # Both at once, so that a store that fails in between leaves nothing half done.
        self._keys = np.insert(keys, places, added)
        self._columns = {
            name: np.insert(known[name][stays], places, fresh[name], axis=0) for name in known
        }
        return self._columns


def _replaced(known: Columns, where: NDArray[np.bool_], fresh: Columns) -> Columns:
    """``known`` with the rows ``where`` as in ``fresh``; what does not differ is shared."""
    made = {}
    for name, column in known.items():
        if name in ("participant", "bucket", "model"):
            made[name] = column
        else:
            made[name] = column.copy()
            made[name][where] = fresh[name]
    return made


def _places(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where in ``keys``, which ascend, those of ``wanted`` stand that are among them."""
    places = np.searchsorted(keys, wanted)
    found = places < keys.size
    found[found] = keys[places[found]] == wanted[found]
    return places[found]


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


def _totals(columns: Columns, rows: NDArray[np.bool_]) -> tuple[int, int, int]:
    return (
        int(np.count_nonzero(rows)),
        int(columns["observations"].sum(where=rows)),
        int(columns["frames"].sum(where=rows)),
    )
