"""Persistent flags: who has looked sad or disengaged for long enough that a word may help.

*Sad-looking*: a hidden Markov model over the lecture so far (``hmm``) must be sure that the
student is within an episode. *Looks disengaged*: a discounted Beta-Bernoulli over the ten-second
buckets on evidence u, a ← λa + u, b ← λb + 1 − u, a missing bucket only decays `[own]`;
P(share > θ) must be high. Either on enough buckets, because windows under three minutes flag far
too many (DAiSEE), and only where the window that the teacher is shown bears it out. Everything here
depends on the set of observations alone: recomputing with late data gives what would have been
flagged had it come in time.

Defined in ``docs/science.md``, "Check-ins".
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.flags.budget import Budget, Candidate, ClassDrift, choose, drift_of, drifts
from analytics.flags.evidence import (
    Clause,
    Episode,
    Evidence,
    baseline_scores,
    disengaged_evidence,
    doubt,
    judged_by_own,
    scale_of,
)
from analytics.flags.hmm import Memory, changed
from analytics.flags.thresholds import DEFAULT_RULE, FlagRule, rule_for
from analytics.flags.traces import BetaTrace, HmmTrace, Trace
from analytics.mood.confusion import Confusion
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS

__all__ = [
    "DEFAULT_RULE",
    "Budget",
    "Dismissal",
    "FlagRule",
    "Judged",
    "Memory",
    "episodes_of",
    "evaluate",
    "judge",
    "rule_for",
]


@dataclass(frozen=True)
class Dismissal:
    """A teacher's answer to a flag, whatever it was; ``at`` in epoch seconds."""

    participant: Hashable
    kind: FlagKind
    at: int


@dataclass(frozen=True)
class Judged:
    """What became of all that the rule found up to one moment."""

    episodes: tuple[Episode, ...]
    """raised, in the order they were"""
    held: tuple[Episode, ...]
    """held back for want of budget, or because half the class drifted; as the rule found them"""
    drifts: tuple[ClassDrift, ...]


def evaluate(
    buckets: Buckets,
    confusion: Confusion,
    rule: FlagRule = DEFAULT_RULE,
    *,
    now: int,
    dismissals: Sequence[Dismissal] = (),
    baselines: Mapping[Hashable, Baseline] | None = None,
    memory: Memory | None = None,
    budget: Budget | None = None,
    apart: Collection[Hashable] = (),
) -> list[Episode]:
    """Every episode up to ``now`` (epoch seconds), in the order they were raised.

    Only buckets complete at ``now`` count. Give only the rows of students who chose flags
    (``buckets.only(…)``). An episode closes where the evidence falls or a dismissal answers it.
    ``memory``, one for each lecture that is looked at again and again, saves work and changes
    nothing. ``budget`` None: all that the rule finds; ``apart``: who is asked first (``budget``).
    """
    judged = judge(
        buckets,
        confusion,
        rule,
        now=now,
        dismissals=dismissals,
        baselines=baselines,
        memory=memory,
        budget=budget,
        apart=apart,
    )
    return list(judged.episodes)


def judge(
    buckets: Buckets,
    confusion: Confusion,
    rule: FlagRule = DEFAULT_RULE,
    *,
    now: int,
    dismissals: Sequence[Dismissal] = (),
    baselines: Mapping[Hashable, Baseline] | None = None,
    memory: Memory | None = None,
    budget: Budget | None = None,
    apart: Collection[Hashable] = (),
) -> Judged:
    """``evaluate``, with what was held back and when half the class drifted."""
    complete = buckets.window(-1, now - BUCKET_SECONDS)
    heard = [dismissal for dismissal in dismissals if dismissal.at <= now]
    traces: dict[FlagKind, Trace] = {
        FlagKind.SAD: _sad_trace(complete, confusion, rule, baselines, memory),
        FlagKind.DISENGAGED: BetaTrace.of(disengaged_evidence(complete), rule),
    }
    starts = complete.starts.tolist()
    found = {
        _candidate(row, complete.participants[row], kind, starts, span): span
        for kind, trace in traces.items()
        for row, span in _spans(trace, kind, complete, rule, heard)
    }
    if budget is None or not starts:
        raised, turned = {one: one.first for one in found}, []
    else:
        drifting = {kind: drift_of(trace, rule) for kind, trace in traces.items()}
        raised = choose(list(found), traces, starts, budget, drifting, apart)
        turned = drifts(drifting, starts)

    def told(one: Candidate) -> Episode:
        span = replace(found[one], column=raised.get(one, one.first))
        return _episode(traces[one.kind], one.row, one.participant, one.kind, starts, span)

    return Judged(
        episodes=_in_order(told(one) for one in raised),
        held=_in_order(told(one) for one in found if one not in raised),
        drifts=tuple(turned),
    )


def _in_order(episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    return tuple(sorted(episodes, key=lambda one: (one.raised_at, str(one.participant))))


def _candidate(
    row: int, name: Hashable, kind: FlagKind, starts: list[int], span: "_Span"
) -> Candidate:
    until = None
    if span.cleared_at is not None:
        # The first bucket at whose end it no longer stands.
        until = int(np.searchsorted(starts, span.cleared_at - BUCKET_SECONDS))
    return Candidate(row, name, kind, span.column, until)


def episodes_of(
    trace: Trace,
    kind: FlagKind,
    complete: Buckets,
    rule: FlagRule,
    dismissals: Sequence[Dismissal] = (),
) -> list[Episode]:
    """The episodes that ``trace`` gives over the ``complete`` buckets it was made from."""
    starts = complete.starts.tolist()
    return [
        _episode(trace, row, complete.participants[row], kind, starts, span)
        for row, span in _spans(trace, kind, complete, rule, dismissals)
    ]


def _spans(
    trace: Trace,
    kind: FlagKind,
    complete: Buckets,
    rule: FlagRule,
    dismissals: Sequence[Dismissal],
) -> list[tuple[int, "_Span"]]:
    """When the rule would raise and clear, with the row of the student."""
    starts = complete.starts.tolist()
    answers: dict[Hashable, list[int]] = {}
    for dismissal in dismissals:
        if dismissal.kind is kind:
            answers.setdefault(dismissal.participant, []).append(dismissal.at)
    return [
        (row, span)
        for row in np.flatnonzero((trace.ready | trace.lecture).any(axis=1)).tolist()
        for span in _scan(trace, row, starts, rule, answers.get(complete.participants[row], []))
    ]


def _sad_trace(
    complete: Buckets,
    confusion: Confusion,
    rule: FlagRule,
    baselines: Mapping[Hashable, Baseline] | None,
    memory: Memory | None,
) -> Trace:
    known = baselines or {}
    scale = scale_of(confusion)
    scores = scale.score(complete)
    own = baseline_scores(complete, confusion, known)
    unsure = np.array([doubt(known.get(name)) for name in complete.participants])
    sure = changed(scores, complete.starts, rule.sticky, scale.levels, own, unsure, memory)
    return HmmTrace.of_sure(judged_by_own(scores, own), sure, rule)


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

    def close(at: int | None) -> None:
        nonlocal raised
        if raised is not None:
            spans.append(_Span(*raised, at))
        raised = None

    # Nothing happens before the first bucket at which there is something to raise.
    first = int(np.argmax(trace.ready[row] | trace.lecture[row]))
    columns = zip(
        trace.ready[row, first:].tolist(),
        trace.fallen[row, first:].tolist(),
        trace.lecture[row, first:].tolist(),
        strict=True,
    )
    for column, (ready, low, lecture) in enumerate(columns, first):
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
    name: Hashable,
    kind: FlagKind,
    starts: list[int],
    span: _Span,
) -> Episode:
    column = span.column
    seen = trace.seen[row, : column + 1]
    first = int(np.argmax(seen))
    if span.clause is Clause.RECENT:
        first = max(first, int(trace.since[row, column]))
    observed = seen[first:]
    # What is missing is 0 there.
    share = float(trace.evidence[row, first : column + 1].sum() / observed.sum())
    evidence = Evidence(
        share=min(1.0, max(0.0, share)),
        window_s=len(observed) * BUCKET_SECONDS,
        seen=float(observed.mean()),
        probability=trace.probability(row, column),
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
