"""Evidence: what a student's buckets say for or against a flag, on a scale of 0 to 1."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum


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
    """How one student usually looks: from earlier lectures, or ten seconds at joining."""

    sad: float
    """mean posterior of sad, 0..1"""
    observations: int
    """seconds behind it"""


@dataclass(frozen=True)
class Evidence:
    """The numbers behind one flag, as they stood when it was raised. JSON-ready."""

    share: float
    """mean evidence u over the observed part of ``window_s``, 0..1"""
    window_s: int
    """seconds looked at: since the evidence turned, or the whole lecture"""
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
