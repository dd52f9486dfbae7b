"""The report of one lecture as a value: everything its pages and tables show.

Class figures go through the small-group rules first, and every total is a mean of the steps that
are shown, so nothing hidden can be got by subtracting one table from another.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.baselines import Baseline
from analytics.buckets import Buckets, Floats, Ints
from analytics.engagement.figures import ParticipantEvent, class_mean, class_timeline, student_means
from analytics.flags.evidence import Episode
from analytics.flags.log import LoggedFlag, ReportFlag, side_by_side
from analytics.mood.class_mood import one_vote_means, rest_of, step_grid, timeline
from analytics.mood.confusion import Confusion
from analytics.mood.estimate import by_mean
from analytics.privacy.small_groups import (
    Cohorts,
    cohorts,
    masked,
    rounded,
    rounded_each,
    step_for,
    told,
)
from analytics.report.attendance import NOBODY, Attendance, Gap, attendance
from analytics.report.change_points import (
    ChangePoint,
    Course,
    Marker,
    MarkerChange,
    change_points,
    marker_changes,
)
from analytics.report.comparison import ATTENTIVE, PRESENCE, Compared, compare
from analytics.report.notes import Note, limits_for, method_for
from contract.looks import BUCKET_SECONDS, LOOKS, Look
from contract.policy import Policy
from contract.published_groups import PublishedGroup


@dataclass(frozen=True)
class LectureFacts:
    """The lecture the report is of; times in epoch seconds."""

    id: str
    title: str
    course: str
    policy: Policy
    started_at: int
    ended_at: int
    model: str
    """``name@version`` of the card"""


@dataclass(frozen=True)
class LookTotal:
    """One look over the whole lecture: the mean of the shown steps, 0..1; NaN where none was."""

    look: Look
    share: float
    """adjusted"""
    raw: float
    low: float
    high: float
    """90 % interval of the adjusted share"""


@dataclass(frozen=True, eq=False)
class StudentLine:
    """One student's own line, under the policy and the choice that allow it."""

    participant: Hashable
    name: str
    observed_s: int
    """seconds of the lecture with data"""
    coverage: float
    """the same as a share, 0..1"""
    presence: float
    """share of the observed time with a face; NaN without data"""
    attentive: float
    """0..1 given a face; NaN without one"""
    shares: Floats
    """(7,) the student's looks, adjusted; NaN where no face was judged"""
    away_s: int
    """seconds in whole buckets without a face"""
    paused_s: int
    flags: int


LEAST_TOLD: Final = 0.2
"""Share of a lecture that must have figures for their mean to stand for all of it `[own]`: one
remaining minute of an hour says how that minute was."""


@dataclass(frozen=True, eq=False)
class ReportTimeline:
    """The class step by step (a minute; five under ``aggregate``): S steps. NaN: withheld."""

    starts: Ints
    """(S,) epoch seconds"""
    step_s: int
    shares: Floats
    """(S, 7) adjusted"""
    raw: Floats
    """(S, 7)"""
    low: Floats
    """(S, 7) 90 % interval; NaN where none was asked for"""
    high: Floats
    """(S, 7)"""
    attentive: Floats
    """(S,)"""
    presence: Floats
    """(S,)"""
    reporting: Ints
    """(S,) students behind the figures; 0 where withheld"""
    coverage: Floats
    """(S,) of the expected ones"""


@dataclass(frozen=True)
class ReportSummary:
    """The lecture in a few figures; means of the shown steps, NaN where none was shown."""

    duration_s: int
    expected: int | None
    """students who took part; None: fewer than may be told of (``small_groups.told``)"""
    reported: int | None
    """students with at least one judged face; None as above"""
    attentive: float
    presence: float
    coverage: float
    """share of the expected students behind the figures"""
    flags: int
    unknown: int
    """observations of another model, left out of the looks"""
    withheld_steps: int
    """steps in which too small a group was left out"""
    told_s: int
    """seconds of the lecture that have a class figure"""

    @property
    def stands(self) -> bool:
        """Whether what could be shown is enough to speak for the lecture."""
        return _speaks_for_all(self.told_s, self.duration_s)


@dataclass(frozen=True, eq=False)
class LectureReport:
    """Everything the report shows."""

    facts: LectureFacts
    summary: ReportSummary
    timeline: ReportTimeline
    totals: tuple[LookTotal, ...]
    """seven, in FER2013 order"""
    flags: tuple[ReportFlag, ...]
    """in the order they were raised"""
    students: tuple[StudentLine, ...]
    """empty unless the policy is ``individual``; in the order given, never ranked"""
    markers: tuple[Marker, ...]
    changes: tuple[MarkerChange, ...]
    """before and after each marker"""
    change_points: tuple[ChangePoint, ...]
    """the few lasting changes worth revisiting, in the order of time"""
    compared: tuple[Compared, ...]
    """class figures beside those that the course's earlier lectures showed"""
    method: tuple[Note, ...]
    """how the figures were made"""
    limits: tuple[Note, ...]
    """what they cannot say"""
    fresh: tuple[PublishedGroup, ...] = ()
    """groups not shown before: to be kept before anybody sees the report"""
    attendance: Attendance = NOBODY


def build(
    facts: LectureFacts,
    buckets: Buckets,
    confusion: Confusion,
    *,
    visible: Mapping[Hashable, str],
    events: Sequence[ParticipantEvent] = (),
    log: Sequence[LoggedFlag] = (),
    recomputed: Sequence[Episode] = (),
    markers: Sequence[Marker] = (),
    before: Sequence[PublishedGroup] = (),
    people: Mapping[Hashable, int] | None = None,
    secret: int | None = None,
    earlier: Sequence[Mapping[str, float]] = (),
    joined: Mapping[Hashable, float] | None = None,
    least_present: float = 0.0,
    baselines: Mapping[Hashable, Baseline] | None = None,
) -> LectureReport:
    """The report of the lecture whose every participant has a row in ``buckets``.

    ``visible`` gives the name of each student whose own row may be shown. Under any policy but
    ``individual`` no student and no flag is shown whatever is passed, and under ``self_report`` no
    figure from faces at all. ``before`` are the groups that figures of the lecture have shown,
    ``people`` and ``secret`` as for ``small_groups.cohorts``, ``earlier`` the figures that
    reports of the course's earlier lectures have (``comparison``), ``joined`` and
    ``least_present`` as for ``attendance``, ``baselines`` how students looked before.
    """
    named = dict(visible) if facts.policy is Policy.INDIVIDUAL else {}
    # The lecture is over: its last, shorter step counts as complete.
    end = facts.ended_at + step_for(facts.policy)
    groups = cohorts(
        buckets, facts.policy, named, now=end, published=before, people=people, secret=secret
    )
    steps = _timeline(masked(buckets, groups), confusion, groups, baselines)
    flags = side_by_side(named, log, recomputed, facts.ended_at)
    course = Course(
        steps.starts, steps.step_s, steps.attentive, steps.shares, steps.low, steps.high
    )
    summary = _summary(facts, buckets, named, groups, steps, flags)
    totals = _totals(steps, groups.coarse) if summary.stands else _UNTOLD
    attended = attendance(
        buckets,
        events,
        joined or {},
        visible=named,
        others=told(0, len(buckets.participants) - len(named)),
        start=facts.started_at,
        end=facts.ended_at,
        least=least_present,
    )
    return LectureReport(
        facts=facts,
        summary=summary,
        timeline=steps,
        totals=totals,
        flags=flags,
        students=_students(
            facts, buckets, _own_looks(buckets, confusion, baselines), attended, flags
        ),
        markers=tuple(sorted(markers, key=lambda marker: marker.at)),
        changes=marker_changes(course, markers),
        change_points=change_points(course, markers),
        compared=compare(_figures(summary, totals), earlier),
        method=method_for(facts.policy),
        limits=limits_for(facts.policy),
        fresh=groups.fresh,
        attendance=attended,
    )


def _timeline(
    shown: Buckets,
    confusion: Confusion,
    groups: Cohorts,
    baselines: Mapping[Hashable, Baseline] | None,
) -> ReportTimeline:
    # What covers hidden students must be the same whenever its window is read.
    known = None if groups.coarse else baselines
    mood = timeline(
        shown, confusion, step_s=groups.step_s, baselines=known, learning=not groups.coarse
    )
    _, firsts = step_grid(shown.starts, mood.step_s)
    attentive, present = class_timeline(shown, firsts)
    moved, coarse = groups.shift, groups.coarse
    low, high = moved.wider(mood.low, mood.high)
    shares = rounded(moved.shares(mood.shares), coarse)
    return ReportTimeline(
        starts=mood.starts,
        step_s=mood.step_s,
        shares=shares,
        raw=rounded(moved.shares(mood.raw), coarse),
        low=np.minimum(rounded_each(low, coarse), shares),
        high=np.maximum(rounded_each(high, coarse), shares),
        attentive=rounded_each(moved.attentive(attentive), coarse),
        presence=rounded_each(moved.presence(present), coarse),
        reporting=mood.reporting,
        coverage=rounded_each(mood.coverage, coarse),
    )


_UNTOLD: Final = tuple(
    LookTotal(look, float("nan"), float("nan"), float("nan"), float("nan")) for look in LOOKS
)


def _totals(steps: ReportTimeline, coarse: bool) -> tuple[LookTotal, ...]:
    """From the shown steps alone. A student keeps their face from step to step, so errors do not
    cancel, and the ends of the interval are the means of the steps' own."""
    known = steps.reporting > 0

    def mean(values: Floats) -> Floats:
        nothing = np.full(len(LOOKS), np.nan)
        return np.asarray(values[known].mean(axis=0) if known.any() else nothing, np.float64)

    shares = rounded(mean(steps.shares), coarse)
    columns = (
        shares,
        rounded(mean(steps.raw), coarse),
        np.minimum(rounded_each(mean(steps.low), coarse), shares),
        np.maximum(rounded_each(mean(steps.high), coarse), shares),
    )
    rows = zip(LOOKS, *(column.tolist() for column in columns), strict=True)
    return tuple(LookTotal(*values) for values in rows)


def _speaks_for_all(told_s: int, duration_s: int) -> bool:
    return told_s >= LEAST_TOLD * duration_s


def _summary(
    facts: LectureFacts,
    buckets: Buckets,
    named: Mapping[Hashable, str],
    groups: Cohorts,
    steps: ReportTimeline,
    flags: Sequence[ReportFlag],
) -> ReportSummary:
    hidden = np.array([name not in named for name in buckets.participants], np.bool_)
    seen = buckets.probability_count.sum(axis=1) > 0
    length = max(1, facts.ended_at - facts.started_at)
    told_s = min(int((steps.reporting > 0).sum()) * steps.step_s, length)
    stands = _speaks_for_all(told_s, length)

    def mean(values: Floats) -> float:
        found = class_mean(values) if stands else float("nan")
        return float(rounded_each(np.array([found]), groups.coarse)[0])

    return ReportSummary(
        duration_s=facts.ended_at - facts.started_at,
        expected=told(int((~hidden).sum()), int(hidden.sum())),
        reported=told(int((seen & ~hidden).sum()), int((seen & hidden).sum())),
        attentive=mean(steps.attentive),
        presence=mean(steps.presence),
        coverage=mean(steps.coverage),
        flags=len(flags),
        unknown=int(buckets.unknown_model.sum()),
        withheld_steps=int(groups.withheld.sum()),
        told_s=told_s,
    )


def _figures(summary: ReportSummary, totals: Sequence[LookTotal]) -> dict[str, float]:
    """What is compared with earlier lectures, by name."""
    looks = {total.look.value: total.share for total in totals}
    return {ATTENTIVE: summary.attentive, PRESENCE: summary.presence} | looks


def _own_looks(
    buckets: Buckets, confusion: Confusion, baselines: Mapping[Hashable, Baseline] | None
) -> Floats:
    """(P, 7) each student's shares over the lecture, against their own rest; NaN without a face."""
    rest = rest_of(buckets, confusion, baselines, learning=True)
    return by_mean(one_vote_means(buckets), rest.shifts, confusion)


def _students(
    facts: LectureFacts,
    buckets: Buckets,
    looks: Floats,
    attended: Attendance,
    flags: Sequence[ReportFlag],
) -> tuple[StudentLine, ...]:
    # Sums over the whole grid: a copy of the named students' rows would cost more the larger the
    # class.
    named = {one.participant: one for one in attended.rows}
    rows = {name: row for row, name in enumerate(buckets.participants) if name in named}
    attentive, present = student_means(buckets)
    shares = looks[list(rows.values())]
    # A stretch at either end may reach beyond the lecture.
    lasted = facts.ended_at - facts.started_at
    observed = np.minimum((buckets.observations > 0).sum(axis=1) * BUCKET_SECONDS, lasted)
    away = ((buckets.observations > 0) & ~buckets.seen).sum(axis=1)
    length = max(1, len(buckets.starts) * BUCKET_SECONDS)
    flagged = Counter(flag.participant for flag in flags)
    return tuple(
        StudentLine(
            participant=name,
            name=named[name].name,
            observed_s=int(observed[row]),
            coverage=float(observed[row] / length),
            presence=float(present[row]),
            attentive=float(attentive[row]),
            shares=shares[at],
            away_s=int(away[row]) * BUCKET_SECONDS,
            paused_s=named[name].gap_s[Gap.PAUSED],
            flags=flagged[name],
        )
        for at, (name, row) in enumerate(rows.items())
    )
