"""Baselines: how somebody usually looks, from what was seen of them before."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from analytics.buckets import LOOK_COUNT, Buckets
from analytics.errors import AnalyticsError


@dataclass(frozen=True)
class Baseline:
    """How one student usually looks: from earlier lectures, or ten seconds at joining.

    Never from the lecture itself, so that someone sad from the first minute is not absorbed.
    Raises AnalyticsError where the looks are no seven shares or the count is negative.
    """

    looks: tuple[float, ...]
    """(7,) mean posterior; sums to one"""
    observations: int
    """seconds with a face behind it"""

    def __post_init__(self) -> None:
        shares = len(self.looks) == LOOK_COUNT and min(self.looks) >= 0
        if not shares or abs(sum(self.looks) - 1) > 1e-2 or self.observations < 0:
            raise AnalyticsError(
                f"A baseline needs {LOOK_COUNT} shares that sum to 1 and a count from 0, "
                f"but received {self.looks} and {self.observations}."
            )


def baseline_of(sums: Sequence[int], observations: int) -> Baseline | None:
    """A baseline from the sums of the seven looks, on any scale, over ``observations`` of a face.

    None where there was no face.
    """
    total = sum(sums)
    if observations <= 0 or total <= 0:
        return None
    return Baseline(tuple(value / total for value in sums), observations)


def baselines_of(buckets: Buckets) -> dict[Hashable, Baseline]:
    """Each student's baseline from the buckets of an earlier lecture; none without a face."""
    counts = buckets.probability_count.sum(axis=1).tolist()
    sums = buckets.probability_sums.sum(axis=1).tolist()
    made = {
        name: baseline_of(own, count)
        for name, own, count in zip(buckets.participants, sums, counts, strict=True)
    }
    return {name: own for name, own in made.items() if own is not None}
