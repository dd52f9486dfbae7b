"""A budget of check-ins: of all that the rule finds, the few that a teacher can use.

On what observers recorded of e-learners the rule alone raises 13 to 24 check-ins a teacher-hour
(EngageNet's labels: 31 % disengaged, in runs of 45 s, 3 runs of ten minutes in 25 hours), and
answers slow with exposure (paediatric monitor alarm studies). So at most so many are raised an
hour, of both kinds together and whatever the class's size: whenever one may be, the most certain
and longest-lasting of those that stand, counted beyond the class and the student's own ordinary.
What is not raised is *held back*, and may be later while it stands. Where half the class drifts at
once that says something of the lecture and not of anybody: no check-in, but one *class drift*.

Everything at one moment depends on what was complete at that moment alone.

Defined in ``docs/science.md``, "Check-ins".
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analytics.buckets import Bools, Floats
from analytics.errors import AnalyticsError
from analytics.flags.thresholds import FlagRule
from analytics.flags.traces import Trace
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS

HOUR_S: Final = 3600
LEAST: Final = 18.0
"""Buckets' worth of evidence beyond class and own ordinary that a check-in takes: three minutes,
since shorter windows name far too many (``docs/science.md``)."""
DRIFT_SHARE: Final = 0.5
DRIFT_LEAST: Final = 5
"""Students seen, below whom nothing is said of a class (as small groups have it)."""
OWN_WEIGHT: Final = 30
"""Buckets of nothing at all that the student's own past is mixed with, so that the first minutes do
not pass for what is ordinary `[own]`."""


Drifting = tuple[Bools, Floats]
"""(T,) whether half the class drifts, and the share of those seen that do."""


@dataclass(frozen=True)
class Budget:
    """How many check-ins may be raised. Raises AnalyticsError where that makes no sense."""

    per_hour: int = 3
    least: float = LEAST

    def __post_init__(self) -> None:
        if self.per_hour < 1 or self.least <= 0.0:
            raise AnalyticsError(
                "A budget must allow at least one check-in an hour, on some evidence, but has "
                f"{self.per_hour} and {self.least}."
            )

    def allows(self, spent: Sequence[int], at: int, start: int) -> bool:
        """Whether one more may be raised ``at``, after those ``spent``, in a lecture since
        ``start`` (epoch seconds).

        A lecture begins with none, so that not even a short one has more than so many an hour: of
        three, the first may be raised after twenty minutes. What is not used is kept, but in no
        hour are there more than so many.
        """
        earned = self.per_hour * (at - start) / HOUR_S
        lately = sum(at - HOUR_S < one for one in spent)
        return len(spent) + 1 <= earned + 1e-9 and lately < self.per_hour


@dataclass(frozen=True)
class Candidate:
    """What the rule alone would raise: columns of the grid, ``until`` None while it stands."""

    row: int
    participant: Hashable
    kind: FlagKind
    first: int
    until: int | None


@dataclass(frozen=True)
class ClassDrift:
    """A time in which half the class and more looked so; epoch seconds."""

    kind: FlagKind
    since: int
    until: int | None
    """None while it lasts"""
    share: float
    """of the students seen, at the most"""


def choose(
    candidates: Sequence[Candidate],
    traces: Mapping[FlagKind, Trace],
    starts: Sequence[int],
    budget: Budget,
    drifting: Mapping[FlagKind, Drifting],
    apart: Collection[Hashable] = (),
) -> dict[Candidate, int]:
    """The column at which each candidate that may be raised is raised.

    Students ``apart`` are asked first, so that what is found of them is a question to themselves
    and no check-in yet: it takes nothing from the budget, or what is left of the teacher's would
    tell of flags that the teacher may not see, and a *yes* is the student's own wish.
    """
    asked = {one: one.first for one in candidates if one.participant in apart}
    pool = [one for one in candidates if one not in asked]
    return asked | _chosen(pool, traces, starts, budget, drifting)


def _chosen(
    pool: list[Candidate],
    traces: Mapping[FlagKind, Trace],
    starts: Sequence[int],
    budget: Budget,
    drifting: Mapping[FlagKind, Drifting],
) -> dict[Candidate, int]:
    found: dict[Candidate, int] = {}
    spent: list[int] = []
    ordinary = {kind: _class_level(traces[kind]) for kind in {one.kind for one in pool}}
    waiting = sorted(pool, key=lambda one: (one.first, str(one.participant), one.kind.value))
    for column in range(waiting[0].first if waiting else len(starts), len(starts)):
        at = starts[column] + BUCKET_SECONDS
        waiting = [one for one in waiting if one.until is None or one.until > column]
        due = [
            one
            for one in waiting
            if one.first <= column
            and _sure(traces[one.kind], one.row, column)
            and not drifting[one.kind][0][column]
        ]
        if due and budget.allows(spent, at, starts[0]):
            ready = [
                (weight, one)
                for one in due
                if (weight := _weight(traces[one.kind], ordinary[one.kind], one.row, column))
                >= budget.least
            ]
            if ready:
                # The first of equals is the earliest.
                best = max(ready, key=lambda pair: pair[0])[1]
                found[best] = column
                spent.append(at)
                waiting.remove(best)
        if not waiting:
            break
    return found


def _sure(trace: Trace, row: int, column: int) -> bool:
    return bool(trace.ready[row, column] | trace.lecture[row, column])


def _weight(trace: Trace, level: Floats, row: int, column: int) -> float:
    """How certain and how long, beyond the class and the student's own ordinary."""
    first = int(trace.since[row, column])
    seen = trace.seen[row, first : column + 1]
    evidence = trace.evidence[row, first : column + 1]
    own = float(trace.evidence[row, :first].sum()) / (trace.seen[row, :first].sum() + OWN_WEIGHT)
    beyond = (evidence - np.maximum(level[first : column + 1], own))[seen]
    return float(beyond.sum()) * trace.probability(row, column)


def _class_level(trace: Trace) -> Floats:
    """(T,) the mean evidence of everybody seen; 0 where they are too few for a class."""
    seen = trace.seen.sum(axis=0)
    return np.where(seen >= DRIFT_LEAST, trace.evidence.sum(axis=0) / np.maximum(seen, 1), 0.0)


def drift_of(trace: Trace, rule: FlagRule) -> Drifting:
    """(T,) whether half the class drifts, and the share of those seen that do."""
    window = rule.coverage_window_s // BUCKET_SECONDS
    count, total = _lately(trace.seen, window), _lately(trace.evidence, window)
    judged = count >= window * rule.min_coverage
    people = judged.sum(axis=0)
    many = (judged & (total >= rule.theta * count)).sum(axis=0)
    share = many / np.maximum(people, 1)
    return np.asarray((people >= DRIFT_LEAST) & (share >= DRIFT_SHARE)), share


def drifts(drifting: Mapping[FlagKind, Drifting], starts: Sequence[int]) -> list[ClassDrift]:
    """Every time at which half the class looked so, in the order of their beginnings."""
    found = []
    for kind, (many, share) in drifting.items():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], many.astype(np.int8), [0]])))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            until = None if end == len(starts) else starts[end] + BUCKET_SECONDS
            since = starts[first] + BUCKET_SECONDS
            found.append(ClassDrift(kind, since, until, float(share[first:end].max())))
    return sorted(found, key=lambda one: (one.since, one.kind.value))


def _lately(values: Floats | Bools, window: int) -> Any:
    """(N, T) sums over the ``window`` of buckets that ends with each."""
    sums: Any = np.cumsum(
        values, axis=1, dtype=np.int32 if values.dtype == np.bool_ else np.float64
    )
    lately = sums.copy()
    lately[:, window:] -= sums[:, :-window]
    return lately
