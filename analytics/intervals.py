"""How sure the mood is: 90 % intervals by parametric bootstrap from the card's posteriors.

The mood is a statement about the students who reported, so they are not resampled (that would
answer for a wider population and over-cover). What varies is which faces they happened to have and
how well the model's errors are known: each replicate shows every student one look with K = 5
held-out faces, because errors on one person's face are not independent, draws M from the Dirichlet
that its counts allow, and adjusts as the estimate did (Efron & Tibshirani 1993, *An Introduction to
the Bootstrap*, §6.5; K is our own choice). A student who shows several looks within a window shows
more faces than that. How alike a student's own seconds are is therefore read off the spread between
the students' means, which grows with it: E[p²] of a share p with mean π is π² + ρπ(1 − π), where ρ
is 1 if each student sticks with one look and 0 if all show the same mixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import LOOKS, Floats, Ints
from analytics.confusion import Confusion, solve
from analytics.errors import AnalyticsError

FACES_PER_STUDENT: Final = 5
LEVEL: Final = 0.9

_MOST_FACES: Final = 256
"""Faces replayed per look; beyond them a mean's error shrinks with the root, as it must."""
_NOUGHT: Final = 0.005
"""What is shown as 0 % is nought: the prior keeps every share off it, which says nothing."""
_WIDER: Final = 1.25
"""A variance of thirty means is itself uncertain; an interval had better be wide than narrow."""
_LEAST_LIKE: Final = 0.05
"""Nobody's mixture is quite the class's."""
_TINY: Final = 1e-12
_ROUGH: Final = 1e-4
_FEW_CYCLES: Final = 20
"""A replicate need not be solved further than an interval can show."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Replayed faces and redrawn confusions, made once per model and used at every tick."""

    errors: Floats
    """(R, 7, 256, 7) mean error of the first 1 to 256 replayed faces of each look: their mean
    posterior less that of all the bank's, which is a sample and not quite what M was measured on"""
    matrices: Floats
    """(R, 7, 7) redrawn confusions"""
    truth: Floats
    """(7, 7) the card's own confusion"""
    spread: Floats
    """(7,) variance of one face's posterior within each look, summed over its seven values"""

    @classmethod
    def prepare(
        cls, bank: Sequence[Floats], confusion: Confusion, *, seed: int, replicates: int = 200
    ) -> "Bootstrap":
        """Draw the replicates; the same ``seed`` gives the same intervals for ever.

        ``bank[j]`` is (n, 7): posteriors of held-out faces of look j. Raises AnalyticsError where
        there are not seven or one is empty.
        """
        faces = checked_bank(bank)
        rng = np.random.default_rng(seed)
        errors = np.empty((replicates, LOOKS, _MOST_FACES, LOOKS))
        matrices = np.empty((replicates, LOOKS, LOOKS))
        seen = np.arange(1, _MOST_FACES + 1)[:, None]
        for look, posteriors in enumerate(faces):
            drawn = rng.integers(len(posteriors), size=(replicates, _MOST_FACES))
            errors[:, look] = (
                np.cumsum((posteriors - posteriors.mean(axis=0))[drawn], axis=1) / seen
            )
            # A Dirichlet needs each parameter above zero, even for a look never confused.
            worth = confusion.counts[look] * _labels_worth(posteriors)
            weight = np.maximum(worth * confusion.matrix[look], 1e-6)
            matrices[:, look] = rng.dirichlet(weight, size=replicates)
        spread = np.array([posteriors.var(axis=0).sum() for posteriors in faces])
        return cls(errors=errors, matrices=matrices, truth=confusion.matrix, spread=spread)

    def likeness(self, between: Floats, shares: Floats) -> Floats:
        """(n,) ρ, from the variance ``between`` (n,) the students' mean posteriors.

        ``between`` is summed over the seven values, ``shares`` (n, 7) are the adjusted ones. A
        method of moments: V = ρ·V_looks + (1/K) Σⱼ (πⱼ² + ρπⱼ(1 − πⱼ))·σⱼ² `[own]`. Where nothing
        is known, as with a single student, it is 1, the widest.
        """
        centred = self.truth - shares[..., None, :] @ self.truth
        looks = (shares * (centred**2).sum(axis=-1)).sum(axis=-1)
        alone = (shares**2 @ self.spread) / FACES_PER_STUDENT
        mixed = ((shares - shares**2) @ self.spread) / FACES_PER_STUDENT
        found = (_WIDER * between - alone) / np.maximum(looks + mixed, _TINY)
        return np.asarray(np.where(np.isnan(found), 1.0, np.clip(found, _LEAST_LIKE, 1.0)))

    def interval(
        self, shares: Floats, students: Ints, between: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """The 90 % interval around each row of ``shares`` (n, 7), from ``students`` (n,) votes.

        ``between`` (n,) is the variance between the students' means (see ``likeness``); without it
        each is taken to stick with one look. Answers (low, high), each (n, 7) within 0..1 and
        around the share; NaN where a row is NaN.
        """
        low, high = np.full(shares.shape, np.nan), np.full(shares.shape, np.nan)
        known = ~np.isnan(shares).any(axis=1) & (students > 0)
        if known.any():
            spread = None if between is None else between[known]
            refitted = self.replicates(shares[known], students[known], spread)
            low[known], high[known] = _ends(refitted, shares[known])
        return low, high

    def interval_of_mean(self, shares: Floats, students: Ints) -> tuple[Floats, Floats]:
        """The 90 % interval (7,), (7,) of the mean of the rows of ``shares`` that are known.

        A student keeps their faces from row to row, so the errors of the rows do not cancel.
        """
        known = ~np.isnan(shares).any(axis=1) & (students > 0)
        if not known.any():
            return np.full(LOOKS, np.nan), np.full(LOOKS, np.nan)
        refitted = self.replicates(shares[known], students[known]).mean(axis=0, keepdims=True)
        low, high = _ends(refitted, shares[known].mean(axis=0, keepdims=True))
        return low[0], high[0]

    def replicates(self, shares: Floats, students: Ints, between: Floats | None = None) -> Floats:
        """(n, R, 7) what the adjustment might have said, were ``shares`` (n, 7) the truth."""
        count = len(self.matrices)
        like = np.ones(len(shares)) if between is None else self.likeness(between, shares)
        # Of n students' nK faces of a look, those that carry its share: (Σp)²/Σp² of them.
        carried = shares / (shares + like[:, None] * (1.0 - shares))
        faces = np.maximum(1.0, np.rint(carried * students[:, None] * FACES_PER_STUDENT))
        drawn = np.minimum(faces, _MOST_FACES).astype(np.int64) - 1
        shrink = np.sqrt(np.minimum(1.0, _MOST_FACES / faces))
        observed = np.zeros((count, len(shares), LOOKS))
        for look in range(LOOKS):
            error = self.errors[:, look, drawn[:, look]] * shrink[:, look, None]
            observed += shares[:, look, None] * (self.truth[look] + error)
        observed = np.maximum(observed, 0.0)
        observed /= observed.sum(axis=2, keepdims=True)
        refitted = solve(observed, self.matrices, residual=_ROUGH, most_cycles=_FEW_CYCLES)
        return np.asarray(refitted.swapaxes(0, 1), np.float64)


def _ends(refitted: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Halfway between the percentile interval and the basic one (Efron & Tibshirani, ch. 13).

    The adjustment pulls large shares down a little. The percentile interval repeats that pull and
    the basic one undoes it, but says nothing useful of a share near 0; halfway held the truth
    closest to nine times in ten on PublicTest faces.
    """
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(refitted, [tail, 1.0 - tail], axis=1)
    low, high = (low + 2.0 * shares - high) / 2.0, (high + 2.0 * shares - low) / 2.0
    low = np.where(low < _NOUGHT, 0.0, low)
    return np.clip(np.minimum(low, shares), 0.0, 1.0), np.clip(np.maximum(high, shares), 0.0, 1.0)


def _labels_worth(posteriors: Floats) -> float:
    """How many hard labels one soft answer is worth, ≥ 1: its variance against a label's.

    A Dirichlet of plain counts would treat each posterior as a label drawn from it, and the mean of
    posteriors is known better than that.
    """
    mean = posteriors.mean(axis=0)
    soft = float(posteriors.var(axis=0).sum())
    return max(1.0, float((mean * (1.0 - mean)).sum()) / max(soft, 1e-9))


def checked_bank(bank: Sequence[Floats]) -> list[Floats]:
    """The bank as float arrays; AnalyticsError unless it is seven times (n ≥ 1, 7)."""
    if len(bank) != LOOKS:
        raise AnalyticsError(f"A posterior bank must have {LOOKS} looks, but it has {len(bank)}.")
    faces = [np.asarray(posteriors, np.float64) for posteriors in bank]
    for look, posteriors in enumerate(faces):
        if posteriors.ndim != 2 or posteriors.shape[1] != LOOKS or not len(posteriors):
            raise AnalyticsError(
                f"A posterior bank needs (n, {LOOKS}) values for each look, "
                f"but look {look} has shape {posteriors.shape}."
            )
    return faces
