"""Traces: how sure each rule was of every student at the end of every bucket.

A trace is computed for all students at once; what is raised and cleared on it is decided student by
student (``flags``).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analytics.buckets import Bools, Floats, Ints
from analytics.flag_rule import FlagRule
from analytics.tails import exceeds, tail
from contract.emotions import BUCKET_SECONDS

_ROUNDING: Final = 1e-9
"""A mean that reaches its threshold exactly does so whatever the last bit of its sum says."""


@dataclass(frozen=True, eq=False)
class Trace(ABC):
    """A rule's inner course: R students × T buckets, each value as of the bucket's end."""

    evidence: Floats
    """(R, T) u; 0 where missing"""
    seen: Bools
    effective: Floats
    """discounted number of observed buckets"""
    coverage: Floats
    """share of the last five minutes that was observed"""
    fallen: Bools
    """P < clear_below: the evidence speaks against"""
    since: Ints
    """first bucket of the window that a flag raised now would show: since the evidence last spoke
    against, and never less than the five minutes that coverage is judged over"""
    ready: Bools
    """the rule has been sure for long enough, on enough evidence, and the window shows it"""
    lecture: Bools
    """the all-lecture clause holds"""

    @abstractmethod
    def probability(self, row: int, column: int, theta: float) -> float:
        """How sure the rule is, 0..1."""


@dataclass(frozen=True, eq=False)
class BetaTrace(Trace):
    """The discounted Beta-Bernoulli: a and b are (R, T)."""

    a: Floats
    b: Floats

    @classmethod
    def of(cls, evidence: Floats, rule: FlagRule) -> "BetaTrace":
        """Run the rule over ``evidence`` (R, T) in 0..1: a loop over time, all students at once."""
        seen = ~np.isnan(evidence)
        value = np.where(seen, evidence, 0.0)
        a, b = _discounted(np.stack([value, seen - value]), rule.memory, rule.prior)
        # a and b together hold every observed bucket, and the prior, which decays like the rest.
        decay = rule.memory ** np.arange(1, value.shape[1] + 1)
        effective = a + b - 2.0 * rule.prior * decay
        sure = exceeds(a, b, rule.theta, rule.raise_at)
        fallen = ~exceeds(a, b, rule.theta, rule.clear_below)
        common = _common(value, seen, effective, sure, fallen, rule, rule.lecture_share)
        return cls(**common, a=a, b=b)

    def probability(self, row: int, column: int, theta: float) -> float:
        """P(share > θ)."""
        return float(tail(self.a[row, column], self.b[row, column], theta))


@dataclass(frozen=True, eq=False)
class SequenceTrace(Trace):
    """The sticky model: ``sure`` (R, T) is P(within an episode)."""

    sure: Floats

    @classmethod
    def of_sure(cls, evidence: Floats, sure: Floats, rule: FlagRule) -> "SequenceTrace":
        """Judge ``sure`` beside the ``evidence`` (R, T) that it was filtered from."""
        seen = ~np.isnan(evidence)
        value = np.where(seen, evidence, 0.0)
        (effective,) = _discounted(seen[None].astype(np.float64), rule.memory, 0.0)
        enough, fallen = sure >= rule.sad_raise_at, sure < rule.clear_below
        share = rule.sad_lecture_share
        return cls(**_common(value, seen, effective, enough, fallen, rule, share), sure=sure)

    def probability(self, row: int, column: int, theta: float) -> float:  # noqa: ARG002
        """P(within an episode), which knows no θ."""
        return float(self.sure[row, column])


def _common(
    value: Floats,
    seen: Bools,
    effective: Floats,
    sure: Bools,
    fallen: Bools,
    rule: FlagRule,
    share: float,
) -> dict[str, Any]:
    """What both rules ask of the evidence: enough of it, lately, or for most of the lecture.

    Being sure is not enough: a rule that knows a student's sad face is sure again within a minute
    or two, and of such flags most were wrong on PublicTest. So the window that the teacher is shown
    must bear it out, with a mean of θ at least.
    """
    window = rule.coverage_window_s // BUCKET_SECONDS
    coverage = _trailing_mean(seen, window)
    columns = np.arange(value.shape[1])
    against = np.maximum.accumulate(np.where(fallen, columns + 1, 0), axis=1)
    since = np.minimum(against, np.maximum(0, columns + 1 - window))
    count = np.cumsum(np.pad(seen.astype(np.int64), ((0, 0), (1, 0))), axis=1)
    total = np.cumsum(np.pad(value, ((0, 0), (1, 0))), axis=1)

    def borne_out(first: Ints, least: float) -> Bools:
        counted = count[:, 1:] - np.take_along_axis(count, first, axis=1)
        summed = total[:, 1:] - np.take_along_axis(total, first, axis=1)
        return np.asarray(summed + _ROUNDING >= least * counted)

    held = _trailing_mean(sure, max(1, rule.hold_s // BUCKET_SECONDS)) == 1.0
    lately = (effective >= rule.min_effective) & (coverage >= rule.min_coverage)
    long = count[:, 1:] >= max(1, rule.lecture_observed_s // BUCKET_SECONDS)
    return {
        "evidence": value,
        "seen": seen,
        "effective": effective,
        "coverage": coverage,
        "fallen": fallen,
        "since": since,
        "ready": held & lately & borne_out(since, rule.theta),
        "lecture": long & borne_out(np.zeros_like(since), share),
    }


def _discounted(values: Floats, memory: float, start: float) -> Floats:
    """(…, T) x ← λx + value along the last axis, from ``start``."""
    steps = np.ascontiguousarray(np.moveaxis(values, -1, 0))
    state = np.full(steps.shape[1:], start)
    for step in steps:
        state *= memory
        state += step
        step[...] = state
    return np.ascontiguousarray(np.moveaxis(steps, 0, -1))


def _trailing_mean(values: Bools, length: int) -> Floats:
    """(R, T) share of true cells among the last ``length``; what came before the start is false."""
    total = np.cumsum(np.pad(values.astype(np.int64), ((0, 0), (length, 0))), axis=1)
    return np.asarray((total[:, length:] - total[:, :-length]) / length, np.float64)
