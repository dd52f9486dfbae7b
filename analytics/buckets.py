"""Buckets: the store's ten-second sums of one lecture as dense grids, participants × time.

Everything in this package is computed from these sums and never from raw observations, so late,
repeated or reordered data cannot change a result: integer sums do not depend on their order.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from operator import is_not
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from contract.looks import BUCKET_SECONDS, LOOKS

LOOK_COUNT: Final = len(LOOKS)
SCALE: Final = 10_000
"""Shares and probabilities are summed as integers × 10⁴."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_COUNTS: Final = (
    "observations",
    "face_observations",
    "face_share_sum",
    "attentive_count",
    "attentive_sum",
)
_GRIDS: Final = (*_COUNTS, "probability_count", "probability_sums", "unknown_model")


@dataclass(frozen=True, eq=False)
class Buckets:
    """One lecture: P participants × T buckets of ten seconds. All sums are integers × 10⁴.

    A cell without observations holds zeros; the means built from it are NaN, never zero.
    """

    participants: tuple[Hashable, ...]
    """(P,) whatever names a participant, in row order."""
    starts: Ints
    """(T,) epoch seconds at which each bucket begins, consecutive multiples of ten."""
    observations: Ints
    """(P, T) observations received, whatever their model."""
    face_observations: Ints
    """(P, T) of these, with a face whose look could be judged."""
    face_share_sum: Ints
    """(P, T) sum of face shares over the observations."""
    attentive_count: Ints
    """(P, T) observations that say whether the face was attentive."""
    attentive_sum: Ints
    """(P, T) sum of attentive shares over those."""
    probability_count: Ints
    """(P, T) observations with a face whose model is the known one."""
    probability_sums: Ints
    """(P, T, 7) sums of their posteriors."""
    unknown_model: Ints
    """(P, T) observations with a face left out of the posteriors: their model is another one."""

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, NDArray[Any]],
        participants: Sequence[Hashable],
        start: int,
        end: int,
        model: str,
    ) -> "Buckets":
        """Scatter the store's columns (``db.measurements.queries.lecture_buckets``) into grids.

        ``start`` and ``end`` are epoch seconds; the grid covers every bucket that begins before
        ``end`` and ends after ``start``. Rows of participants not listed (withdrawn, not admitted)
        and rows outside the grid are left out. ``model`` is the ``name@version`` whose confusion is
        known; posteriors of any other are counted in ``unknown_model`` and otherwise ignored,
        while face and attention count whoever measured them.

        Raises AnalyticsError where columns are missing, differ in length, hold a bucket that is no
        multiple of ten, or where ``end`` comes before ``start``.
        """
        data = _checked(columns)
        starts = bucket_starts(start, end)
        shape = (len(participants), len(starts))
        rows = _rows(data["participant"], participants)
        times = (data["bucket"] - (starts[0] if len(starts) else 0)) // BUCKET_SECONDS
        inside = (rows >= 0) & (times >= 0) & (times < shape[1])
        # As a rule all rows are wanted, and large copies cost more than all the rest.
        kept = slice(None) if inside.all() else inside
        cells = (rows * shape[1] + times)[kept]

        # Several models in one bucket are rare, and plain assignment is much faster than adding.
        once = not cells.size or bool(np.bincount(cells).max() == 1)

        def scatter(values: Ints) -> Ints:
            grid = np.zeros((shape[0] * shape[1], *values.shape[1:]), np.int64)
            if once:
                grid[cells] = values
            else:
                np.add.at(grid, cells, values)
            return grid.reshape(*shape, *values.shape[1:])

        counts = {name: scatter(data[name][kept]) for name in _COUNTS}
        faces = data["face_observations"][kept]
        known = np.asarray(data["model"] == model, np.bool_)[kept]
        sums = data["probability_sums"][kept]
        sums = sums if known.all() else np.where(known[:, None], sums, 0)
        return cls(
            participants=tuple(participants),
            starts=starts,
            probability_count=scatter(np.where(known, faces, 0)),
            probability_sums=scatter(sums),
            unknown_model=scatter(np.where(known, 0, faces)),
            **counts,
        )

    @cached_property
    def probabilities(self) -> Floats:
        """(P, T, 7) mean posterior of each cell; NaN where no face was judged."""
        return mean_of(self.probability_sums, self.probability_count[..., None])

    @cached_property
    def in_view(self) -> Ints:
        """(P, T) observations with a face, judged or not; unjudged ones by the share they make."""
        shares = -(-self.face_share_sum // SCALE)
        return np.minimum(np.maximum(self.face_observations, shares), self.observations)

    @property
    def seen(self) -> Bools:
        """(P, T) whether a face was there at any time, judged or not."""
        return self.in_view > 0

    @cached_property
    def face_share(self) -> Floats:
        """(P, T) mean share of time with a face, 0..1; NaN without observations."""
        return mean_of(self.face_share_sum, self.observations)

    @cached_property
    def attentive(self) -> Floats:
        """(P, T) mean of attentive given a face, 0..1; NaN without a face."""
        return mean_of(self.attentive_sum, self.attentive_count)

    def window(self, after: int, until: int) -> "Buckets":
        """The buckets that begin in (``after``, ``until``], epoch seconds, as views."""
        low, high = np.searchsorted(self.starts, [after, until], side="right")
        return self._cut(slice(None), slice(int(low), int(high)))

    def only(self, participants: Iterable[Hashable]) -> "Buckets":
        """The rows of ``participants``, in this grid's order; unknown names are ignored."""
        wanted = set(participants)
        keep = [row for row, name in enumerate(self.participants) if name in wanted]
        return self._cut(np.array(keep, np.int64), slice(None))

    def kept(self, keep: Bools) -> "Buckets":
        """The same grid with every cell emptied where ``keep`` (P, T) is false."""
        return self._mapped(
            lambda grid: np.where(keep if grid.ndim == 2 else keep[..., None], grid, 0)
        )

    def _cut(self, rows: slice | Ints, columns: slice) -> "Buckets":
        names = np.arange(len(self.participants))[rows].tolist()
        return replace(
            self._mapped(lambda grid: grid[rows, columns]),
            participants=tuple(self.participants[row] for row in names),
            starts=self.starts[columns],
        )

    def _mapped(self, change: Callable[[Ints], Ints]) -> "Buckets":
        return Buckets(
            participants=self.participants,
            starts=self.starts,
            **{name: change(getattr(self, name)) for name in _GRIDS},
        )


def bucket_starts(start: int, end: int) -> Ints:
    """(T,) the beginnings of the buckets that overlap [``start``, ``end``), epoch seconds."""
    if end < start:
        raise AnalyticsError(f"A span must end after it starts, but {end} comes before {start}.")
    first = start // BUCKET_SECONDS * BUCKET_SECONDS
    return np.arange(first, end, BUCKET_SECONDS, dtype=np.int64)


def mean_of(sums: Ints, counts: Ints) -> Floats:
    """Sums × 10⁴ over their counts, as floats; NaN where the count is zero."""
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / (np.where(counts > 0, counts, np.nan) * SCALE), np.float64)


def _checked(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    wanted = ("participant", "bucket", "model", *_COUNTS, "probability_sums")
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise AnalyticsError(f"Bucket columns must include {', '.join(missing)}.")
    data = {name: np.asarray(columns[name]) for name in wanted}
    lengths = {name: len(values) for name, values in data.items()}
    if len(set(lengths.values())) > 1:
        raise AnalyticsError(f"Bucket columns must have one length, but they have {lengths}.")
    shape = data["probability_sums"].shape
    if len(shape) != 2 or shape[1] != LOOK_COUNT:
        raise AnalyticsError(
            f"The column probability_sums must have {LOOK_COUNT} values a row, "
            f"but its shape is {shape}."
        )
    for name in ("bucket", *_COUNTS, "probability_sums"):
        if data[name].dtype.kind not in "iu" and data[name].size:
            raise AnalyticsError(
                f"The column {name} must hold integers, but it holds {data[name].dtype}."
            )
        data[name] = data[name].astype(np.int64, copy=False)
    crooked = data["bucket"] % BUCKET_SECONDS != 0
    if crooked.any():
        raise AnalyticsError(
            f"A bucket must begin at a multiple of {BUCKET_SECONDS} s, "
            f"but one begins at {data['bucket'][crooked][0]}."
        )
    for name in (*_COUNTS, "probability_sums"):
        if data[name].size and data[name].min() < 0:
            raise AnalyticsError(
                f"The column {name} must not be negative, but it holds {data[name].min()}."
            )
    return data


def _rows(names: NDArray[Any], participants: Sequence[Hashable]) -> Ints:
    """(n,) the row of each name, or -1.

    Hashing a UUID costs more than all the rest of the scatter, so it is done once per run of
    one and the same object; a store that hands out equal but distinct objects is merely slower.
    """
    index = {name: row for row, name in enumerate(participants)}
    if len(index) != len(participants):
        raise AnalyticsError("Participants must be listed once, but at least one is repeated.")
    values = names.tolist()
    if not values:
        return np.empty(0, np.int64)
    heads = [0, *compress(range(1, len(values)), map(is_not, values[1:], values[:-1]))]
    found = [index.get(values[head], -1) for head in heads]
    return np.repeat(np.array(found, np.int64), np.diff([*heads, len(values)]))
