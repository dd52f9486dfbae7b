"""Persistent flags: who has looked sad or disengaged for long enough that a word may help.

Per student and kind a discounted Beta-Bernoulli runs over the ten-second buckets on evidence u:
a ← λa + u, b ← λb + 1 − u; a missing bucket only decays `[own]`. A flag needs
P(share > θ) high for a minute on enough evidence, because windows under three minutes flag far too
many (DAiSEE). Everything here depends on the set of observations alone: recomputing with late data
gives what would have been flagged had it come in time.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import compress
from typing import Final

import numpy as np

from analytics.buckets import Bools, Buckets, Floats
from analytics.confusion import Confusion
from analytics.errors import AnalyticsError
from analytics.evidence import (
    Baseline,
    Clause,
    Episode,
    Evidence,
    FlagKind,
    disengaged_evidence,
    reason,
    sad_evidence,
)
from contract.emotions import BUCKET_SECONDS


@dataclass(frozen=True)
class FlagRule:
    """The thresholds of the rule; the defaults are those that were measured `[own]`."""

    memory: float = 0.96
    """λ per bucket: a mean memory of four minutes"""
    prior: float = 0.5
    """a = b at the start (Jeffreys)"""
    theta: float = 0.5
    raise_at: float = 0.9
    clear_below: float = 0.5
    hold_s: int = 60
    """P ≥ ``raise_at`` must have held for as long"""
    min_effective: float = 12.0
    """discounted observed buckets before anything is raised"""
    coverage_window_s: int = 300
    min_coverage: float = 0.6
    quiet_s: int = 600
    """no new flag of the same kind after a dismissal"""
    lecture_share: float = 0.5
    lecture_observed_s: int = 1800
    """the all-lecture clause: mean u ≥ ``lecture_share`` over at least as much observed time"""

    def __post_init__(self) -> None:
        for name in ("memory", "theta", "raise_at", "clear_below", "min_coverage", "lecture_share"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise AnalyticsError(f"A rule's {name} must lie between 0 and 1, but is {value}.")
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise AnalyticsError(
                    f"A rule's {field.name} must be positive, but is {getattr(self, field.name)}."
                )
        if self.clear_below > self.raise_at:
            raise AnalyticsError(
                "A rule must clear below where it raises, "
                f"but clears below {self.clear_below} and raises at {self.raise_at}."
            )


DEFAULT_RULE: Final = FlagRule()

_ROUNDING: Final = 1e-9
"""A mean that reaches its threshold exactly does so whatever the last bit of its sum says."""


@dataclass(frozen=True)
class Dismissal:
    """A teacher's answer to a flag, whatever it was; ``at`` in epoch seconds."""

    participant: Hashable
    kind: FlagKind
    at: int


def evaluate(
    buckets: Buckets,
    confusion: Confusion,
    rule: FlagRule = DEFAULT_RULE,
    *,
    now: int,
    dismissals: Sequence[Dismissal] = (),
    baselines: Mapping[Hashable, Baseline] | None = None,
) -> list[Episode]:
    """Every episode up to ``now`` (epoch seconds), in the order they were raised.

    Only buckets complete at ``now`` count. Give only the rows of students who chose flags
    (``buckets.only(…)``). An episode closes where the evidence falls or a dismissal answers it.
    """
    complete = buckets.window(-1, now - BUCKET_SECONDS)
    evidence = {
        FlagKind.SAD: sad_evidence(complete, confusion, baselines),
        FlagKind.DISENGAGED: disengaged_evidence(complete),
    }
    found: list[Episode] = []
    for kind, values in evidence.items():
        answers: dict[Hashable, list[int]] = {}
        for dismissal in dismissals:
            if dismissal.kind is kind and dismissal.at <= now:
                answers.setdefault(dismissal.participant, []).append(dismissal.at)
        trace = Trace.of(values, rule)
        for row in np.flatnonzero(trace.ready.any(axis=1) | trace.lecture.any(axis=1)):
            name = complete.participants[row]
            spans = _scan(trace, int(row), complete.starts.tolist(), rule, answers.get(name, []))
            found += [
                _episode(trace, int(row), name, kind, rule, complete.starts.tolist(), span)
                for span in spans
            ]
    return sorted(found, key=lambda episode: (episode.raised_at, str(episode.participant)))


@dataclass(frozen=True, eq=False)
class Trace:
    """The rule's inner course: R students × T buckets, each value as of the bucket's end."""

    evidence: Floats
    """(R, T) u; NaN where missing"""
    seen: Bools
    a: Floats
    b: Floats
    effective: Floats
    """discounted number of observed buckets"""
    coverage: Floats
    """share of the last five minutes that was observed"""
    ready: Bools
    """P ≥ raise_at has held, on enough evidence"""
    lecture: Bools
    """the all-lecture clause holds"""

    @classmethod
    def of(cls, evidence: Floats, rule: FlagRule) -> "Trace":
        """Run the rule over ``evidence`` (R, T): a loop over time, all students at once."""
        seen = ~np.isnan(evidence)
        value = np.where(seen, evidence, 0.0)
        a, b = _discounted(np.stack([value, seen - value]), rule.memory, rule.prior)
        # a and b together hold every observed bucket, and the prior, which decays like the rest.
        decay = rule.memory ** np.arange(1, value.shape[1] + 1)
        effective = a + b - 2.0 * rule.prior * decay
        coverage = _trailing_mean(seen, rule.coverage_window_s // BUCKET_SECONDS)
        high = exceeds(a, b, rule.theta, rule.raise_at)
        held = _trailing_mean(high, max(1, rule.hold_s // BUCKET_SECONDS)) == 1.0
        count = np.cumsum(seen, axis=1)
        total = np.cumsum(value, axis=1) + _ROUNDING
        enough = count >= max(1, rule.lecture_observed_s // BUCKET_SECONDS)
        return cls(
            evidence=value,
            seen=seen,
            a=a,
            b=b,
            effective=effective,
            coverage=coverage,
            ready=held & (effective >= rule.min_effective) & (coverage >= rule.min_coverage),
            lecture=enough & (total >= rule.lecture_share * count),
        )

    def fallen(self, row: int, rule: FlagRule) -> Bools:
        """(T,) where P < clear_below: asked only of the few who have something to clear."""
        return ~exceeds(self.a[row], self.b[row], rule.theta, rule.clear_below)


def exceeds(a: Floats, b: Floats, theta: float, level: float) -> Bools:
    """Whether P(X > ``theta``) ≥ ``level`` for X ~ Beta(a, b), element by element.

    The tail is the regularised incomplete beta function, but most cells are decided by Cantelli's
    inequality, P(|X − μ| ≥ t on one side) ≤ σ²/(σ² + t²), which costs a hundredth of it.
    """
    total = a + b
    mean = a / total
    variance = mean * (1.0 - mean) / (total + 1.0)
    squared = (theta - mean) ** 2
    bound = variance / (variance + squared + np.finfo(np.float64).tiny)
    below, above = mean < theta, mean > theta
    surely_not = below & (bound < level)
    surely = above & (1.0 - bound > level)
    result = surely.copy()
    unsure = ~(surely_not | surely)
    result[unsure] = tail(a[unsure], b[unsure], theta) >= level
    return result


def tail(a: Floats, b: Floats, theta: float) -> Floats:
    """P(X > ``theta``) for X ~ Beta(a, b), element by element (SciPy's ``betaincc``)."""
    # SciPy's special functions take half a second to import, which only a running rule should pay.
    from scipy.special import betaincc  # type: ignore[import-untyped]

    return np.asarray(betaincc(a, b, theta), np.float64)


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


@dataclass(frozen=True)
class _Span:
    column: int
    """of the bucket at whose end the flag was raised"""
    clause: Clause
    cleared_at: int | None


def _scan(
    trace: Trace, row: int, starts: list[int], rule: FlagRule, answers: list[int]
) -> list[_Span]:
    """The hysteresis of one student: raise, clear, answer, quiet."""
    spans: list[_Span] = []
    pending = sorted(answers)
    raised: tuple[int, Clause] | None = None
    quiet_until = -1
    lecture_spent = False

    def close(at: int | None) -> None:
        nonlocal raised
        if raised is not None:
            spans.append(_Span(*raised, at))
        raised = None

    columns = zip(
        trace.ready[row].tolist(),
        trace.fallen(row, rule).tolist(),
        trace.lecture[row].tolist(),
        strict=True,
    )
    for column, (ready, fallen, lecture) in enumerate(columns):
        end = starts[column] + BUCKET_SECONDS
        while pending and pending[0] < end:
            quiet_until = pending[0] + rule.quiet_s
            close(pending.pop(0))
        # The clause moves so slowly that it may speak once, until it has been untrue again.
        lecture_spent = lecture_spent and lecture
        if raised is not None and fallen and not lecture:
            close(end)
        if raised is None and end >= quiet_until:
            if ready:
                raised = column, Clause.RECENT
            elif lecture and not lecture_spent:
                raised = column, Clause.ALL_LECTURE
        lecture_spent = lecture_spent or (lecture and raised is not None)
    if pending:
        close(pending[0])
    close(None)
    return spans


def _episode(
    trace: Trace,
    row: int,
    name: Hashable,
    kind: FlagKind,
    rule: FlagRule,
    starts: list[int],
    span: _Span,
) -> Episode:
    column = span.column
    seen = trace.seen[row, : column + 1]
    first = int(np.argmax(seen))
    if span.clause is Clause.RECENT:
        against = np.flatnonzero(trace.fallen(row, rule)[: column + 1])
        since = int(against[-1]) + 1 if against.size else 0
        # Never less than the five minutes that coverage is judged over, where there are as many.
        since = min(since, column + 1 - rule.coverage_window_s // BUCKET_SECONDS)
        first = max(first, since)
    observed = seen[first:]
    evidence = Evidence(
        share=float(np.mean(list(compress(trace.evidence[row, first : column + 1], observed)))),
        window_s=len(observed) * BUCKET_SECONDS,
        seen=float(observed.mean()),
        probability=float(tail(trace.a[row, column], trace.b[row, column], rule.theta)),
        effective_buckets=float(trace.effective[row, column]),
        coverage=float(trace.coverage[row, column]),
        clause=span.clause,
    )
    return Episode(
        participant=name,
        kind=kind,
        raised_at=starts[column] + BUCKET_SECONDS,
        cleared_at=span.cleared_at,
        evidence=evidence,
        reason=reason(kind, evidence),
    )
