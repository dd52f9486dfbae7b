"""Evidence: what a student's buckets say for or against a flag, on a scale of 0 to 1."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.buckets import SCALE, Buckets, Floats, mean_of
from analytics.confusion import Confusion
from analytics.errors import AnalyticsError
from contract.emotions import SAD

BASELINE_WEIGHT: Final = 30
"""Seconds of a student's own that weigh as much as the card's expectation `[own]`."""

LEAST_SPREAD: Final = 0.1
"""A personal baseline never comes closer than this to what a sad face gets `[own]`."""


class FlagKind(StrEnum):
    """What a check-in is suggested for: a look, never a feeling."""

    SAD = "sad"
    DISENGAGED = "disengaged"


class Clause(StrEnum):
    """Which part of the rule raised the flag."""

    RECENT = "recent"
    """P(share > θ) has been high for a minute"""
    ALL_LECTURE = "all_lecture"
    """mean evidence over at least 30 observed minutes"""


@dataclass(frozen=True)
class Baseline:
    """How one student usually looks: from earlier lectures, or ten seconds at joining.

    Never from the lecture itself, so that someone sad from the first minute is not absorbed.
    Raises AnalyticsError where the posterior is no share or the count is negative.
    """

    sad: float
    """mean posterior of sad, 0..1"""
    observations: int
    """seconds with a face behind it"""

    def __post_init__(self) -> None:
        if not 0.0 <= self.sad <= 1.0 or self.observations < 0:
            raise AnalyticsError(
                "A baseline needs a share from 0 to 1 and a count from 0, "
                f"but received {self.sad} and {self.observations}."
            )


@dataclass(frozen=True)
class Evidence:
    """The numbers behind one flag, as they stood when it was raised."""

    share: float
    """mean evidence u over the observed part of the window, 0..1"""
    window_s: int
    """seconds looked at: since the evidence last spoke against, or the lecture so far"""
    seen: float
    """share of that window's buckets that were observed, 0..1"""
    probability: float
    """P(share > θ) of the discounted Beta-Bernoulli"""
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
    reason: str
    """one plain sentence, e.g. ``Looked sad 78 % of the last 6 min, seen 92 % of the time.``"""


_WORDS: Final = {FlagKind.SAD: "sad", FlagKind.DISENGAGED: "disengaged"}


def reason(kind: FlagKind, evidence: Evidence) -> str:
    """The evidence in one plain sentence, about looks and never about feelings."""
    share, seen = round(100 * evidence.share), round(100 * evidence.seen)
    minutes = max(1, round(evidence.window_s / 60))
    span = (
        f"the last {minutes} min"
        if evidence.clause is Clause.RECENT
        else f"the lecture so far ({minutes} min)"
    )
    return f"Looked {_WORDS[kind]} {share} % of {span}, seen {seen} % of the time."


def sad_evidence(
    buckets: Buckets, confusion: Confusion, baselines: Mapping[Hashable, Baseline] | None = None
) -> Floats:
    """(P, T) u = clip((x̄ − m₀)/(m₁ − m₀), 0, 1); NaN where no face was judged.

    x̄ is the bucket's mean posterior of sad, m₀ and m₁ its expectation for not-sad and sad faces
    `[own]`: on the raw posterior no rule could fire, because a truly sad face
    gets about .55. A student's own baseline replaces m₀, shrunk to the card's.
    Raises AnalyticsError where the model cannot tell sad from not sad (m₁ ≤ m₀).
    """
    usual, sad = confusion.sad_levels
    if sad <= usual:
        raise AnalyticsError(
            "A model must give sad faces more sad than others, "
            f"but this one gives {sad:.3f} and {usual:.3f}."
        )
    own = np.full((len(buckets.participants), 1), usual)
    for row, name in enumerate(buckets.participants):
        baseline = (baselines or {}).get(name)
        if baseline is not None:
            own[row] = shrunk(baseline, usual, sad)
    # Not ``buckets.probabilities``: a live tick need not divide the other six looks.
    seen = mean_of(buckets.probability_sums[..., SAD], buckets.probability_count)
    scaled = (seen - own) / (sad - own)
    return np.asarray(np.clip(scaled, 0.0, 1.0), np.float64)


def disengaged_evidence(buckets: Buckets) -> Floats:
    """(P, T) u = 1 − attentive share; NaN without a face, because missing is never zero."""
    return 1.0 - buckets.attentive


def shrunk(baseline: Baseline, usual: float, sad: float) -> float:
    """The student's own m₀: the baseline shrunk to the card's ``usual``, kept clear of ``sad``."""
    total = baseline.observations + BASELINE_WEIGHT
    own = (baseline.observations * baseline.sad + BASELINE_WEIGHT * usual) / total
    return min(own, max(usual, sad - LEAST_SPREAD))


def baselines_of(buckets: Buckets) -> dict[Hashable, Baseline]:
    """Each student's baseline from the buckets of an earlier lecture; none without a face."""
    counts = buckets.probability_count.sum(axis=1)
    sums = buckets.probability_sums[..., SAD].sum(axis=1)
    return {
        name: Baseline(sad=min(1.0, float(total / count / SCALE)), observations=int(count))
        for name, total, count in zip(buckets.participants, sums, counts, strict=True)
        if count
    }
