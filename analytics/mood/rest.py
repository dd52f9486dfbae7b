"""Rest is zero: how each student's plain face looks to the model, and how far that is unknown.

Plain faces differ: some look sad at rest, and the model sees that as people do. Of the scatter of
its answers to the test set's plain faces a third is also in what ten raters say of them (FER+, R²
.32 on PublicTest and .34 on PrivateTest), so that much is how faces are, and differs between people
for good; the rest is the picture's. Nothing of it was taken from students.

What was seen of somebody before is a mixture of looks by this person's own rest. So their rest is
what that leaves open once each mixture has had its say: who smiled for a quarter of an earlier
lecture is not taken for one who smiles at rest, and who looked sad all along is read as sad rather
than as somebody whose plain face is that far from everybody's (a normal prior of that variance;
Robbins 1956). The lecture itself teaches little, late, and within one standard deviation of what
people are, so that nobody sad from the first minute is absorbed `[own]`.

Defined in ``docs/science.md``, "Class mood".
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from analytics.buckets import LOOK_COUNT, Floats
from analytics.mood.confusion import Confusion
from analytics.mood.mixtures import BETWEEN_PEOPLE, FACES_PER_STUDENT, REST, mixtures_of

_TEN_SECONDS: Final = 10.0
"""Seen for so long, a face is worth one; for five minutes and more, five."""
_ANOTHER_DAY: Final = 1 / 3
"""Of the variance between people, what stays open however long somebody was seen: light, a camera
and a night's sleep differ from day to day. Chosen on PublicTest from 0 to 1, where intervals hold
as often as they say."""
_FURTHEST: Final = 2.5
"""Standard deviations between people: nobody's rest is taken to lie further out."""
_WITHIN: Final = 1.0
"""The same for what the lecture itself teaches."""
_SLOW: Final = 1800.0
"""Seconds of the lecture after which it is half believed."""
#  angry disgust fear happy sad surprise neutral
_BEFORE: Final = np.array([0.04, 0.01, 0.04, 0.12, 0.08, 0.04, 0.67])
"""What people look like in other lectures, besides being at rest, as shares of their time."""
_ALIKE: Final = 2.0
"""Total of the Dirichlet around that: students differ."""
_LEAST: Final = 1e-4
"""Variance between people in any look: a spread of a point."""
_TINY: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Rest:
    """What is known of the rest of P students."""

    shifts: Floats
    """(P, 7) own plain face less the card's, in its posterior; sums to nought"""
    doubts: Floats
    """(P,) of the variance between people, the part still open: 1 of whom nothing is known"""

    def only(self, rows: Floats) -> "Rest":
        """Of these students, by their rows."""
        return Rest(self.shifts[rows], self.doubts[rows])


def unknown_rest(students: int) -> Rest:
    """Of people who were never seen before."""
    return Rest(np.zeros((students, LOOK_COUNT)), np.ones(students))


def known_rest(means: Floats, seconds: Floats, confusion: Confusion) -> Rest:
    """The rest of P students from their mean posteriors (P, 7) over ``seconds`` (P,) before.

    Of earlier lectures, or of ten seconds at joining. A row that is NaN, or of no second, is of
    somebody unknown.
    """
    rest = unknown_rest(len(means))
    seen = np.flatnonzero((seconds > 0) & ~np.isnan(means).any(axis=1))
    if not len(seen):
        return rest
    faces = np.clip(seconds[seen] / (6 * _TEN_SECONDS), 1.0, FACES_PER_STUDENT)
    shifts, open_part = _explained(means[seen], faces, confusion)
    rest.shifts[seen] = _bounded(shifts, _FURTHEST, confusion)
    rest.doubts[seen] = _ANOTHER_DAY + (1.0 - _ANOTHER_DAY) * open_part
    return rest


def learnt_rest(rest: Rest, means: Floats, seconds: Floats, confusion: Confusion) -> Rest:
    """``rest`` with what the lecture itself has taught of whom nothing was known before."""
    fresh = np.flatnonzero((rest.doubts == 1.0) & (seconds > 0))
    if not len(fresh):
        return rest
    believed = seconds[fresh] / (seconds[fresh] + _SLOW)
    shifts, _ = _explained(means[fresh], np.full(len(fresh), FACES_PER_STUDENT), confusion)
    learnt = rest.shifts.copy()
    learnt[fresh] = believed[:, None] * _bounded(shifts, _WITHIN, confusion)
    return replace(rest, shifts=learnt)


def _explained(means: Floats, faces: Floats, confusion: Confusion) -> tuple[Floats, Floats]:
    """Expected shift (n, 7) of the rest behind ``means``, and the part of its variance left.

    ``faces`` (n,): how many independent ones of a person a mean is worth.
    """
    mixtures = mixtures_of(confusion, 1.0)
    means = means / means.sum(axis=1, keepdims=True)
    logs = mixtures.log_densities(means)
    logs += np.log(mixtures.occurrence(_ALIKE * _BEFORE[None])[0])
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    plain = mixtures.parts[:, REST]
    single = (1.0 - BETWEEN_PEOPLE) / faces
    gains = BETWEEN_PEOPLE * plain / (BETWEEN_PEOPLE * plain**2 + single[:, None] + _TINY)
    gained = weights * gains
    expected = gained @ (mixtures.parts @ confusion.matrix)
    return gained.sum(axis=1, keepdims=True) * means - expected, 1.0 - gained @ plain


def _bounded(shifts: Floats, most: float, confusion: Confusion) -> Floats:
    """No further than ``most`` standard deviations between people."""
    lengths = np.sqrt(np.einsum("ni,ij,nj->n", shifts, _sharpness(confusion), shifts))
    return np.asarray(shifts * np.minimum(1.0, most / np.maximum(lengths, _TINY))[:, None])


@lru_cache(maxsize=8)
def _sharpness(confusion: Confusion) -> Floats:
    """(7, 7) the inverse of the covariance between people."""
    between = BETWEEN_PEOPLE * confusion.within[REST] + _LEAST * np.eye(LOOK_COUNT)
    return np.asarray(np.linalg.inv(between))
