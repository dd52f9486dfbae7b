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

    def refresh(self) -> Columns:
        """The lecture's buckets as they are now. The arrays are the caller's to keep, not to write.

        Reads what was received since the last time, then compares the totals; whatever that
        cannot have noticed (an erasure, receipt times from the past) makes it read everything.
        """
        if self._columns is not None:
            merged = self._merged(self._columns)
            if _totals(merged) == bucket_totals(self._store, self._lecture_id):
                self._columns = merged
                return merged
        self._columns = lecture_buckets(self._store, self._lecture_id)
        return self._columns

    def _merged(self, known: Columns) -> Columns:
        """``known`` with the rows that have changed or come since."""
        if not known["changed"].size:
            return known
        newest = int(known["changed"].max())
        fresh = lecture_buckets(self._store, self._lecture_id, changed_since=newest - OVERLAP_MS)
        keys = _keys(known, fresh)
        before = known["bucket"].size
        stays = ~np.isin(keys[:before], keys[before:])
        kept = np.concatenate([stays, np.ones(keys.size - before, dtype=bool)])
        order = np.flatnonzero(kept)[np.argsort(keys[kept], kind="stable")]
        return {name: np.concatenate([known[name], fresh[name]])[order] for name in known}


def _keys(known: Columns, fresh: Columns) -> NDArray[np.int64]:
    """One number a row of both together, that sorts as (participant, bucket, model) does."""
    people, models = (
        _ranks(np.concatenate([known[name], fresh[name]])) for name in ("participant", "model")
    )
    starts = np.concatenate([known["bucket"], fresh["bucket"]]) // BUCKET_SECONDS
    # Steps of ten seconds since 1970 need 28 bits; models of one lecture never need 8.
    key: NDArray[np.int64] = people << 40 | starts << 8 | models
    return key


def _ranks(names: NDArray[Any]) -> NDArray[np.int64]:
    rank = {name: place for place, name in enumerate(sorted(set(names.tolist())))}
    return np.fromiter((rank[name] for name in names), dtype=np.int64, count=names.size)


def _totals(columns: Columns) -> tuple[int, int, int]:
    return (
        columns["bucket"].size,
        int(columns["observations"].sum()),
        int(columns["frames"].sum()),
    )
