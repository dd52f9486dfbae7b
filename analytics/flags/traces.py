"""Traces: how sure each rule was of every student at the end of every bucket.

A trace is computed for all students at once; what is raised and cleared on it is decided student by
student (``flags``).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Bools, Floats, Ints
from analytics.flags.tails import exceeds, tail
from analytics.flags.thresholds import FlagRule
from contract.looks import BUCKET_SECONDS

_LARGEST: Final = 460.0
"""Log of the largest power that is reckoned with, far within a float's."""
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
    def probability(self, row: int, column: int) -> float:
        """How sure the rule is, 0..1."""


@dataclass(frozen=True, eq=False)
class BetaTrace(Trace):
    """The discounted Beta-Bernoulli: a and b are (R, T)."""

    a: Floats
    b: Floats
    theta: float
    """the share that is to be exceeded"""

    @classmethod
    def of(cls, evidence: Floats, rule: FlagRule) -> "BetaTrace":
        """Run the rule over ``evidence`` (R, T) in 0..1, all students and buckets at once."""
        seen = ~np.isnan(evidence)
        value = np.where(seen, evidence, 0.0)
        a, b = _discounted(np.stack([value, seen - value]), rule.memory, rule.prior)
        # a and b together hold every observed bucket, and the prior, which decays like the rest.
        decay = rule.memory ** np.arange(1, value.shape[1] + 1)
        effective = a + b - 2.0 * rule.prior * decay
        sure = exceeds(a, b, rule.theta, rule.raise_at)
        fallen = ~exceeds(a, b, rule.theta, rule.clear_below)
        common = _common(value, seen, effective, sure, fallen, rule, rule.lecture_share)
        return cls(**common, a=a, b=b, theta=rule.theta)

    def probability(self, row: int, column: int) -> float:
        """P(share > θ)."""
        return float(tail(self.a[row, column], self.b[row, column], self.theta))


@dataclass(frozen=True, eq=False)
class HmmTrace(Trace):
    """The hidden Markov filter: ``sure`` (R, T) is P(within an episode)."""

    sure: Floats

    @classmethod
    def of_sure(cls, evidence: Floats, sure: Floats, rule: FlagRule) -> "HmmTrace":
        """Judge ``sure`` beside the ``evidence`` (R, T) that it was filtered from."""
        seen = ~np.isnan(evidence)
        value = np.where(seen, evidence, 0.0)
        (effective,) = _discounted(seen[None].astype(np.float64), rule.memory, 0.0)
        enough, fallen = sure >= rule.sad_raise_at, sure < rule.clear_below
        share = rule.sad_lecture_share
        return cls(**_common(value, seen, effective, enough, fallen, rule, share), sure=sure)

    def probability(self, row: int, column: int) -> float:
        """P(within an episode)."""
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
    columns = np.arange(value.shape[1])
    against = np.maximum.accumulate(np.where(fallen, columns + 1, 0), axis=1)
    since = np.minimum(against, np.maximum(0, columns + 1 - window))
    count, total = _summed(seen), _summed(value)
    # Where the window begins, in each table of sums laid out flat.
    first = since + np.arange(len(value))[:, None] * count.shape[1]
    counted, summed = (sums[:, 1:] - sums.ravel()[first] for sums in (count, total))
    coverage = _lately(count, window) / window
    hold = max(1, rule.hold_s // BUCKET_SECONDS)
    held = _lately(_summed(sure), hold) == hold
    recent = (effective >= rule.min_effective) & (coverage >= rule.min_coverage)
    long = count[:, 1:] >= max(1, rule.lecture_observed_s // BUCKET_SECONDS)
    return {
        "evidence": value,
        "seen": seen,
        "effective": effective,
        "coverage": coverage,
        "fallen": fallen,
        "since": since,
        "ready": held & recent & (summed + _ROUNDING >= rule.theta * counted),
        "lecture": long & (total[:, 1:] + _ROUNDING >= share * count[:, 1:]),
    }


def _discounted(values: Floats, memory: float, start: float) -> Floats:
    """(…, T) x ← λx + value along the last axis, from ``start``.

    x after n values is λⁿ(start + Σ value·λ⁻ⁱ): as sums over stretches short enough for λ⁻ⁿ.
    """
    found = np.empty(values.shape)
    state = np.full(values.shape[:-1], start)
    length = max(1, int(_LARGEST / -np.log(memory)))
    for first in range(0, values.shape[-1], length):
        part = slice(first, first + length)
        powers = memory ** np.arange(1.0, values[..., part].shape[-1] + 1.0)
        sums = np.cumsum(values[..., part] / powers, axis=-1)
        found[..., part] = (sums + state[..., None]) * powers
        state = found[..., part][..., -1]
    return found


def _summed(values: Floats | Bools) -> NDArray[Any]:
    """(R, T + 1) sums of all columns before each, and of all."""
    kind = np.float64 if values.dtype == np.float64 else np.int64
    total = np.zeros((values.shape[0], values.shape[1] + 1), kind)
    np.cumsum(values, axis=1, out=total[:, 1:])
    return total


def _lately(sums: NDArray[Any], length: int) -> Ints:
    """(R, T) of ``_summed`` cells those of the last ``length``; before the start there are none."""
    lately = sums[:, 1:].copy()
    lately[:, length:] -= sums[:, 1:-length]
    return lately
