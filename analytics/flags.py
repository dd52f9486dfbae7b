"""Persistent flags: who has looked sad or disengaged for long enough that a word may help.

*Sad-looking*: a hidden Markov model over the lecture so far (``sequence``) must be sure that the
student is within an episode. *Looks disengaged*: a discounted Beta-Bernoulli over the ten-second
buckets on evidence u, a ← λa + u, b ← λb + 1 − u, a missing bucket only decays `[own]`;
P(share > θ) must be high. Either on enough buckets, because windows under three minutes flag far
too many (DAiSEE). Everything here depends on the set of observations alone: recomputing with late
data gives what would have been flagged had it come in time.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import compress
from typing import Any, Final

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
    doubt,
    judged_by_own,
    scale_of,
    usual_scores,
)
from analytics.sequence import StickyModel, changed
from analytics.tails import exceeds, tail
from contract.emotions import BUCKET_SECONDS


@dataclass(frozen=True)
class FlagRule:
    """The thresholds `[own]`; a card brings those tuned for its model (``classpulse bench tune``).

    Raises AnalyticsError where one makes no sense.
    """

    memory: float = 0.96
    """λ per bucket: a mean memory of four minutes"""
    prior: float = 0.5
    """a = b at the start (Jeffreys)"""
    theta: float = 0.5
    raise_at: float = 0.9
    """*disengaged*: P(share > θ) to be reached"""
    clear_below: float = 0.5
    hold_s: int = 60
    """how long either must have been sure"""
    sticky: StickyModel = field(default_factory=StickyModel)
    sad_raise_at: float = 0.9
    """*sad*: P(within an episode) to be reached"""
    min_effective: float = 12.0
    """discounted observed buckets before anything is raised"""
    coverage_window_s: int = 300
    min_coverage: float = 0.6
    quiet_s: int = 600
    """no new flag of the same kind after a dismissal"""
    lecture_share: float = 0.65
    sad_lecture_share: float = 0.75
    lecture_observed_s: int = 1800
    """the all-lecture clause: mean u of at least that share over at least as much observed time"""

    def __post_init__(self) -> None:
        shares = "memory theta raise_at clear_below sad_raise_at min_coverage lecture_share"
        shares += " sad_lecture_share"
        for name in shares.split():
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise AnalyticsError(f"A rule's {name} must lie between 0 and 1, but is {value}.")
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not isinstance(value, StickyModel) and value <= 0:
                raise AnalyticsError(f"A rule's {entry.name} must be positive, but is {value}.")
        if self.clear_below > min(self.raise_at, self.sad_raise_at):
            raise AnalyticsError(
                "A rule must clear below where it raises, but clears below "
                f"{self.clear_below} and raises at {min(self.raise_at, self.sad_raise_at)}."
            )


DEFAULT_RULE: Final = FlagRule()


def rule_for(tuned: Mapping[str, float] | None) -> FlagRule:
    """The rule with what ``classpulse bench tune`` chose for one model and its card keeps.

    ``tuned`` has ``ordinary_noise sad_noise raise_at lecture_share``; None: the defaults.
    """
    if tuned is None:
        return DEFAULT_RULE
    return FlagRule(
        sticky=StickyModel(ordinary_noise=tuned["ordinary_noise"], sad_noise=tuned["sad_noise"]),
        sad_raise_at=tuned["raise_at"],
        sad_lecture_share=tuned["lecture_share"],
    )


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
    heard = [dismissal for dismissal in dismissals if dismissal.at <= now]
    traces: dict[FlagKind, Trace] = {
        FlagKind.SAD: _sad_trace(complete, confusion, rule, baselines),
        FlagKind.DISENGAGED: BetaTrace.of(disengaged_evidence(complete), rule),
    }
    found = [
        episode
        for kind, trace in traces.items()
        for episode in episodes_of(trace, kind, complete, rule, heard)
    ]
    return sorted(found, key=lambda episode: (episode.raised_at, str(episode.participant)))


def episodes_of(
    trace: "Trace",
    kind: FlagKind,
    complete: Buckets,
    rule: FlagRule,
    dismissals: Sequence[Dismissal] = (),
) -> list[Episode]:
    """The episodes that ``trace`` gives over the ``complete`` buckets it was made from."""
    starts = complete.starts.tolist()
    answers: dict[Hashable, list[int]] = {}
    for dismissal in dismissals:
        if dismissal.kind is kind:
            answers.setdefault(dismissal.participant, []).append(dismissal.at)
    found = []
    for row in np.flatnonzero((trace.ready | trace.lecture).any(axis=1)).tolist():
        name = complete.participants[row]
        fallen = trace.fallen(row, rule)
        spans = _scan(trace, row, fallen, starts, rule, answers.get(name, []))
        found += [_episode(trace, row, fallen, name, kind, rule, starts, span) for span in spans]
    return found


def _sad_trace(
    complete: Buckets,
    confusion: Confusion,
    rule: FlagRule,
    baselines: Mapping[Hashable, Baseline] | None,
) -> "Trace":
    known = baselines or {}
    scores = scale_of(confusion).score(complete)
    usual = usual_scores(complete, confusion, known)
    unsure = np.array([doubt(known.get(name)) for name in complete.participants])
    sure = changed(scores, complete.starts, rule.sticky, usual, unsure)
    return SequenceTrace.of_sure(judged_by_own(scores, usual), sure, rule)


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
    ready: Bools
    """the rule has been sure for long enough, on enough evidence"""
    lecture: Bools
    """the all-lecture clause holds"""

    @abstractmethod
    def fallen(self, row: int, rule: FlagRule) -> Bools:
        """(T,) where P < clear_below: asked only of the few who have something to clear."""

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
        held = _held(exceeds(a, b, rule.theta, rule.raise_at), rule.hold_s)
        return cls(**_common(value, seen, effective, held, rule, rule.lecture_share), a=a, b=b)

    def fallen(self, row: int, rule: FlagRule) -> Bools:
        """(T,) where P(share > θ) < clear_below."""
        return ~exceeds(self.a[row], self.b[row], rule.theta, rule.clear_below)

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
        held = _held(sure >= rule.sad_raise_at, rule.hold_s)
        share = rule.sad_lecture_share
        return cls(**_common(value, seen, effective, held, rule, share), sure=sure)

    def fallen(self, row: int, rule: FlagRule) -> Bools:
        """(T,) where P(within an episode) < clear_below."""
        return np.asarray(self.sure[row] < rule.clear_below)

    def probability(self, row: int, column: int, theta: float) -> float:  # noqa: ARG002
        """P(within an episode), which knows no θ."""
        return float(self.sure[row, column])


def _held(sure: Bools, hold_s: int) -> Bools:
    return np.asarray(_trailing_mean(sure, max(1, hold_s // BUCKET_SECONDS)) == 1.0)


def _common(
    value: Floats, seen: Bools, effective: Floats, held: Bools, rule: FlagRule, share: float
) -> dict[str, Any]:
    """What both rules ask of the evidence: enough of it, lately, or for most of the lecture."""
    coverage = _trailing_mean(seen, rule.coverage_window_s // BUCKET_SECONDS)
    count = np.cumsum(seen, axis=1)
    total = np.cumsum(value, axis=1) + _ROUNDING
    enough = count >= max(1, rule.lecture_observed_s // BUCKET_SECONDS)
    return {
        "evidence": value,
        "seen": seen,
        "effective": effective,
        "coverage": coverage,
        "ready": held & (effective >= rule.min_effective) & (coverage >= rule.min_coverage),
        "lecture": enough & (total >= share * count),
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


@dataclass(frozen=True)
class _Span:
    column: int
    """of the bucket at whose end the flag was raised"""
    clause: Clause
    cleared_at: int | None


def _scan(
    trace: Trace, row: int, fallen: Bools, starts: list[int], rule: FlagRule, answers: list[int]
) -> list[_Span]:
    """The hysteresis of one student: raise, clear, answer, quiet."""
    spans: list[_Span] = []
    pending = sorted(answers)
    raised: tuple[int, Clause] | None = None
    quiet_until = -1

    def close(at: int | None) -> None:
        nonlocal raised
        if raised is not None:
            spans.append(_Span(*raised, at))
        raised = None

    columns = zip(
        trace.ready[row].tolist(),
        fallen.tolist(),
        trace.lecture[row].tolist(),
        strict=True,
    )
    for column, (ready, low, lecture) in enumerate(columns):
        end = starts[column] + BUCKET_SECONDS
        while pending and pending[0] < end:
            quiet_until = pending[0] + rule.quiet_s
            close(pending.pop(0))
        if raised is not None and low and not lecture:
            close(end)
        if raised is None and end >= quiet_until:
            if ready:
                raised = column, Clause.RECENT
            # The clause is there for those the rule has not found: it never repeats a flag.
            elif lecture and not spans:
                raised = column, Clause.ALL_LECTURE
    if pending:
        close(pending[0])
    close(None)
    return spans


def _episode(
    trace: Trace,
    row: int,
    fallen: Bools,
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
        against = np.flatnonzero(fallen[: column + 1])
        since = int(against[-1]) + 1 if against.size else 0
        # Never less than the five minutes that coverage is judged over, where there are as many.
        since = min(since, column + 1 - rule.coverage_window_s // BUCKET_SECONDS)
        first = max(first, since)
    observed = seen[first:]
    share = float(np.mean(list(compress(trace.evidence[row, first : column + 1], observed))))
    evidence = Evidence(
        share=min(1.0, max(0.0, share)),
        window_s=len(observed) * BUCKET_SECONDS,
        seen=float(observed.mean()),
        probability=trace.probability(row, column, rule.theta),
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
    )
