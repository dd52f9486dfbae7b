"""Evidence: what a student's buckets say for or against a flag, on a scale of 0 to 1.

*Sad-looking* is read from all seven looks and not from the posterior of sad alone: the mean
posterior of a student is projected on the direction that best tells a face that is mostly sad from
an ordinary one through the model's known errors (Fisher 1936, *The Use of Multiple Measurements in
Taxonomic Problems*). On held-out faces that halves the students whose ordinary face passes for sad.

Defined in ``docs/science.md``, "Check-ins".
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from analytics.baselines import Baseline
from analytics.buckets import LOOK_COUNT, SCALE, Buckets, Floats
from analytics.errors import AnalyticsError
from analytics.flags.hmm import HIGHEST_BASELINE, Levels
from analytics.mood.confusion import Confusion
from analytics.mood.mixtures import scatter_of
from contract.flags import FlagKind
from contract.looks import SAD

BASELINE_WEIGHT: Final = 30
"""Seconds of a student's own that weigh as much as the card's expectation `[own]`."""

#  angry disgust fear happy sad surprise neutral
_ORDINARY: Final = np.array([0.05, 0.01, 0.05, 0.05, 0.0, 0.05, 0.79])
_MOSTLY_SAD: Final = np.array([0.0, 0.0, 0.0, 0.0, 0.85, 0.0, 0.15])
"""What an ordinary student and one who looks sad show, as shares of their time `[own]`."""
_PERSISTENT: Final = 0.2
"""Weight of telling sad from each other look that a student may keep up, as some look angry for
long; at 0 flags on simulated classes are a little better, and an angry face scores as a sad one."""
_RIDGE: Final = 0.1
"""Of the mean variance, added to each look's: no look the model rarely gives decides alone."""
_LEAST_VARIANCE: Final = 1e-6
_LEAST_SPREAD: Final = 0.1
"""Between students, even for a model that reads every face of a look alike."""


class Clause(StrEnum):
    """Which part of the rule raised the flag."""

    RECENT = "recent"
    """the rule has been sure for a while"""
    ALL_LECTURE = "all_lecture"
    """mean evidence over at least 30 observed minutes"""


@dataclass(frozen=True)
class Evidence:
    """The numbers behind one flag, as they stood when it was raised."""

    share: float
    """mean evidence u over the observed part of the window, 0..1; of a flag raised on what was seen
    lately at least half (θ), or it would not have been raised"""
    window_s: int
    """seconds looked at: since the evidence last spoke against, or the lecture so far"""
    seen: float
    """share of that window's buckets that were observed, 0..1"""
    probability: float
    """how sure the rule was, 0..1: of the state (sad), or that the share exceeds θ (disengaged)"""
    effective_buckets: float
    """discounted number of observed buckets behind it"""
    coverage: float
    """share of the last five minutes that was observed"""
    clause: Clause


@dataclass(frozen=True)
class Episode:
    """One flag from its raising to its clearing. Times are epoch seconds."""

    participant: Hashable
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    """None while it stands; set where the evidence fell or the teacher answered"""
    evidence: Evidence
    said_yes: bool = False
    """the student was asked first, and wants the teacher to check in"""


@dataclass(frozen=True, eq=False)
class SadScale:
    """A scale on which an ordinary student scores 0 and one who looks sad 1, on average."""

    weights: Floats
    """(7,) of a mean posterior's looks"""
    zero: float
    """the score's offset, before scaling"""
    levels: Levels
    """how students differ on it"""

    @classmethod
    def of(cls, confusion: Confusion) -> "SadScale":
        """The direction W⁻¹(m₁ − m₀) of Fisher's discriminant, from the card alone.

        m₀ and m₁ are the expected mean posteriors of an ordinary student and of one who looks sad;
        W is what a student's own few faces of each look vary by, with a posterior's variance taken
        as proportional to a label's, and how far the other looks lie from the ordinary student.
        Raises AnalyticsError where the model cannot tell sad.
        """
        ordinary, sad = _ORDINARY @ confusion.matrix, _MOSTLY_SAD @ confusion.matrix
        if sad[SAD] - ordinary[SAD] <= 1e-9:
            raise AnalyticsError(
                "A model must give sad faces more sad than others, "
                f"but this one gives {sad[SAD]:.3f} and {ordinary[SAD]:.3f}."
            )
        spread = _ORDINARY**2 + _MOSTLY_SAD**2
        rows = confusion.matrix
        within = np.diag(spread @ rows) - (rows * spread[:, None]).T @ rows
        others = np.delete(rows, SAD, axis=0) - ordinary
        within += _PERSISTENT * others.T @ others
        ridge = _RIDGE * np.trace(within) / LOOK_COUNT + _LEAST_VARIANCE
        direction = np.linalg.solve(within + ridge * np.eye(LOOK_COUNT), sad - ordinary)
        direction /= (sad - ordinary) @ direction
        zero = float(ordinary @ direction)
        return cls(direction, zero, _levels(confusion, direction, zero))

    def score(self, buckets: Buckets) -> Floats:
        """(P, T) where each cell's mean posterior lies on the scale; NaN where none was judged."""
        # One product of sums, not of means: a live tick need not divide all seven looks.
        counts = np.where(buckets.probability_count > 0, buckets.probability_count, np.nan)
        sums = buckets.probability_sums.astype(np.float64) @ self.weights
        return np.asarray(sums / (counts * SCALE) - self.zero, np.float64)

    def baseline_score(self, baseline: Baseline) -> float:
        """Where a student's own ordinary face lies: their baseline, shrunk to the card's 0."""
        own = float(np.asarray(baseline.looks) @ self.weights / sum(baseline.looks)) - self.zero
        return min(HIGHEST_BASELINE, own * baseline.observations / _total(baseline))


def _levels(confusion: Confusion, weights: Floats, zero: float) -> Levels:
    """What people score: the mean over each one's few faces of a look, which the card's scatter of
    single faces tells; an ordinary student shows several looks, and each has faces of its own. At
    rest people differ besides."""
    scatter = np.einsum("jkl,k,l->j", scatter_of(confusion, 1.0), weights, weights)
    spreads = np.sqrt([_ORDINARY**2 @ scatter, scatter[SAD]])
    ordinary, sad = np.maximum(spreads, _LEAST_SPREAD).tolist()
    return Levels(ordinary, float(confusion.matrix[SAD] @ weights) - zero, sad)


def _total(baseline: Baseline) -> int:
    return baseline.observations + BASELINE_WEIGHT


def doubt(baseline: Baseline | None) -> float:
    """How far the usual face is still unknown, 0..1: 1 without a baseline."""
    return 1.0 if baseline is None else float(np.sqrt(BASELINE_WEIGHT / _total(baseline)))


@lru_cache(maxsize=8)
def scale_of(confusion: Confusion) -> SadScale:
    """``SadScale.of``, once per confusion (they are compared by identity)."""
    return SadScale.of(confusion)


def baseline_scores(
    buckets: Buckets, confusion: Confusion, baselines: Mapping[Hashable, Baseline] | None
) -> Floats:
    """(P,) where each student's ordinary face lies on the scale; 0 without a baseline."""
    scale = scale_of(confusion)
    known = baselines or {}
    return np.array(
        [
            scale.baseline_score(known[name]) if name in known else 0.0
            for name in buckets.participants
        ]
    )


def sad_evidence(
    buckets: Buckets, confusion: Confusion, baselines: Mapping[Hashable, Baseline] | None = None
) -> Floats:
    """(P, T) u of ``judged_by_own`` from buckets.

    On the raw posterior no rule could fire, because a truly sad face gets about half of it `[own]`.
    Raises AnalyticsError where the model cannot tell sad from not sad.
    """
    scores = scale_of(confusion).score(buckets)
    return judged_by_own(scores, baseline_scores(buckets, confusion, baselines))


def judged_by_own(scores: Floats, baselines: Floats) -> Floats:
    """(P, T) u = (s − s₀)/(1 − s₀), about 0 on an ordinary face and 1 on a sad one; NaN unseen.

    s is the bucket's score, s₀ (P,) the student's baseline. Single buckets lie beyond 0 and 1:
    they are unbiased, and only means over minutes are shares.
    """
    own = baselines[:, None]
    return np.asarray((scores - own) / (1.0 - own), np.float64)


def disengaged_evidence(buckets: Buckets) -> Floats:
    """(P, T) u = 1 − attentive share; NaN without a face, because missing is never zero."""
    return 1.0 - buckets.attentive
