"""The class over one window: what it may be computed from, and what of it may be shown."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.engagement.figures import ClassEngagement
from analytics.mood.class_mood import ClassMood
from analytics.privacy.noise import Shift, nothing
from analytics.privacy.small_groups import Cohorts, rounded, rounded_each
from contract import BUCKET_SECONDS
from contract.published_groups import PublishedGroup
from services.live.values import Shares

ARRIVED_S: Final = 30
"""A fixed window is shown this long after its end: one shown before a student's last data came
could not be shown again with them, lest their part be the difference."""


@dataclass(frozen=True, eq=False)
class View:
    """The rows and windows that class figures of one tick may be computed from."""

    buckets: Buckets
    window_s: int
    trailing: bool
    """The window moves with time; otherwise it is the last complete one of ``window_s``."""
    coarse: bool = False
    """Figures may be shown in steps of 5 points only."""
    groups: Cohorts | None = None
    """What the lecture's fixed windows cover, and by how much their figures are moved."""
    fresh: tuple[PublishedGroup, ...] = ()
    """groups to be kept (``db.teaching.published_groups``) before a figure of theirs is shown"""
    baselines: Mapping[Hashable, Baseline] = field(default_factory=dict)
    """how students looked before, where they chose to be known so"""

    def end(self, at: int) -> int:
        """The last bucket (its start) of the window that is looked at from ``at``."""
        if self.trailing:
            return at
        arrived = at + BUCKET_SECONDS - ARRIVED_S
        return arrived // self.window_s * self.window_s - BUCKET_SECONDS

    def shift(self, end: int) -> Shift:
        """By how much the figures of the window that ends with the bucket at ``end`` are moved."""
        if self.groups is None:
            return nothing(1)
        begins = end + BUCKET_SECONDS - self.window_s
        found = np.flatnonzero(self.groups.starts == begins)
        return self.groups.shift.of_step(int(found[0]) if len(found) else -1)


@dataclass(frozen=True, eq=False)
class Figures:
    """The class over one window, as it may be shown: in steps of 5 points, if ``coarse``."""

    mood: ClassMood | None
    engaged: ClassEngagement
    coarse: bool
    shift: Shift

    @property
    def shares(self) -> Shares | None:
        """The adjusted shares, or None."""
        return None if self.mood is None else self._moved(self.mood.shares)

    @property
    def raw(self) -> Shares | None:
        """The shares as the model gave them, or None."""
        return None if self.mood is None else self._moved(self.mood.raw)

    def _moved(self, shares: NDArray[np.float64]) -> Shares:
        return _tuple(rounded(self.shift.shares(shares[None])[0], self.coarse))

    @property
    def bounds(self) -> tuple[Shares, Shares] | tuple[None, None]:
        """The ends of the intervals, or None.

        Under rounding, the interval of the exact share would give away what rounding hides.
        """
        found = self.mood
        if found is None or self.coarse or np.isnan(found.low).any():
            return None, None
        return _tuple(found.low), _tuple(found.high)

    @property
    def attentive(self) -> float | None:
        """The attentive index, or None."""
        return self._rounded(self.shift.attentive(np.array([self.engaged.attentive]))[0])

    @property
    def presence(self) -> float | None:
        """The share of time in view, or None."""
        return self._rounded(self.shift.presence(np.array([self.engaged.presence]))[0])

    @property
    def coverage(self) -> float:
        """The share of the expected students behind the figures; 0: there are none."""
        return 0.0 if self.mood is None else self._rounded(self.mood.coverage) or 0.0

    def _rounded(self, value: float) -> float | None:
        return _known(float(rounded_each(np.array([value]), self.coarse)[0]))


def _tuple(values: NDArray[np.float64]) -> Shares:
    return tuple(float(value) for value in values)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
