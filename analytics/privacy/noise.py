"""Noise: what a course that nobody vouches for adds to its figures, so that guests stay hidden.

Where students come by a name or a code alone, one person may come under several. Whoever invents
all others of a group knows what these look like, so that no size of a group hides the one who is
real. There each unverified student's part in a figure is moved by a random amount of their own, the
same for the whole lecture: drawn from a normal distribution of ``PER_STUDENT`` of a student's
weight, by a secret of the lecture that never leaves the store. Whatever is combined, toggled or
repeated, at best a block's sum with its students' noise is learnt, and that of a block of ten is
moved by about one whole student `[own]`. Trends are not moved, as the noise stays the same.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from analytics.buckets import LOOK_COUNT, Bools, Floats, Ints
from analytics.privacy.blocks import Counting

PER_STUDENT: Final = 0.3
"""Standard deviation of one student's noise, in students, for each figure."""

_Z90: Final = 1.645
_ATTENTIVE: Final = LOOK_COUNT
_PRESENCE: Final = LOOK_COUNT + 1


@dataclass(frozen=True, eq=False)
class Shift:
    """By how much the figures of S steps are moved: nothing, where all members are verified."""

    by: Floats
    """(S, 9) of the seven shares, the attentive index and presence"""
    width: Floats
    """(S,) half the width of the 90 % interval that the noise adds"""

    def shares(self, shares: Floats) -> Floats:
        """(S, 7) shares moved, none below nought; they still sum to one."""
        moved = np.clip(shares + self.by[:, :LOOK_COUNT], 0, None)
        total = moved.sum(axis=1, keepdims=True)
        return np.where(self._any[:, None], moved / np.where(total > 0, total, np.nan), shares)

    def attentive(self, values: Floats) -> Floats:
        """(S,) the attentive index moved, within 0..1."""
        return np.clip(values + self.by[:, _ATTENTIVE], 0, 1)

    def presence(self, values: Floats) -> Floats:
        """(S,) presence moved, within 0..1."""
        return np.clip(values + self.by[:, _PRESENCE], 0, 1)

    def wider(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """(S, 7) the ends of intervals, as far apart as the noise asks for."""
        width = self.width[:, None]
        return np.clip(low - width, 0, 1), np.clip(high + width, 0, 1)

    def of_step(self, step: int) -> "Shift":
        """That of one step, or none where there is no such step."""
        if not 0 <= step < len(self.by):
            return nothing(1)
        return Shift(self.by[step : step + 1], self.width[step : step + 1])

    @property
    def _any(self) -> Bools:
        return np.asarray(self.width > 0, np.bool_)


def nothing(steps: int) -> Shift:
    """No shift at all, of so many steps."""
    return Shift(np.zeros((steps, _PRESENCE + 1)), np.zeros(steps))


def shift(
    names: Sequence[Hashable], people: Ints, groups: Bools, members: Bools, secret: int | None
) -> Shift:
    """What moves each step's figures: hidden ``groups`` (P, S) within all ``members`` (P, S).

    ``people`` (P,) says what each counts as (``Counting``); ``secret`` None: nothing is moved.
    """
    unverified = np.flatnonzero((people == Counting.UNVERIFIED) & groups.any(axis=1))
    if secret is None or not len(unverified):
        return nothing(groups.shape[1])
    own = np.array([_drawn(secret, str(names[row])) for row in unverified.tolist()])
    held = groups[unverified].astype(np.float64)
    behind = np.maximum(members.sum(axis=0), 1)
    return Shift(
        (held.T @ own) / behind[:, None],
        np.asarray(_Z90 * PER_STUDENT * np.sqrt(held.sum(axis=0)) / behind, np.float64),
    )


@lru_cache(maxsize=4096)
def _drawn(secret: int, name: str) -> tuple[float, ...]:
    """One student's own noise, the same whenever it is asked for."""
    random = np.random.default_rng([secret, *name.encode()])
    return tuple(random.normal(0, PER_STUDENT, _PRESENCE + 1).tolist())
