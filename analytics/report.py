"""The report of one lecture as a value: everything its pages and tables show.

Class figures go through the small-group rules first, and every total is a mean of the steps that
are shown, so nothing hidden can be got by subtracting one table from another.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import Buckets, Floats, Ints
from analytics.confusion import Confusion, adjust
from analytics.engagement import (
    ParticipantEvent,
    class_mean,
    class_timeline,
    student_means,
)
from analytics.evidence import Episode, Evidence, FlagKind
from analytics.intervals import Bootstrap
from analytics.moments import Marker, MarkerChange, marker_changes
from analytics.mood import one_vote_means, step_grid, timeline
from analytics.notes import Note, limits_for, method_for
from analytics.privacy import Cohorts, cohorts, masked, rounded, rounded_each, step_for
from analytics.steady import ShownGroup
from contract.emotions import BUCKET_SECONDS, EMOTIONS, Emotion
from contract.events import EventKind
from contract.policy import Policy


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
class LoggedFlag:
    """One row of the live log: what the teacher saw, and what they answered."""

    participant: Hashable
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    evidence: Evidence | None
    """the numbers it was raised on; None where the log keeps none"""
    reason: str = ""
    """the log's own sentence, for where it keeps no numbers"""
    said_yes: bool = False
    """the student was asked first, and wants the teacher to check in"""
    outcome: str | None = None
    """what the teacher answered, in the log's own word; None: unanswered"""


@dataclass(frozen=True)
class ReportFlag:
    """One flag in the report: shown live, found with all data, or both."""

    participant: Hashable
    name: str
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    evidence: Evidence | None
    """the numbers it was raised on: those of the log where it was shown live"""
    said_yes: bool
    reason: str
    """the log's own sentence, for where ``evidence`` is None"""
    share: float
    """mean evidence 0..1; NaN where all data together do not raise it"""
    seen: float
    """share of the time seen, 0..1; NaN likewise"""
    outcome: str | None
    shown_live: bool
    """the teacher saw it during the lecture"""
    recomputed: bool
    """all data, late ones included, raise it too"""


@dataclass(frozen=True)
class EmotionTotal:
    """One look over the whole lecture: the mean of the shown steps, 0..1; NaN where none was."""

    look: Emotion
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
    expected: int
    """students who took part"""
    reported: int
    """students with at least one judged face"""
    attentive: float
    presence: float
    coverage: float
    """share of the expected students behind the figures"""
    flags: int
    unknown: int
    """observations of another model, left out of the looks"""
    withheld_steps: int
    """steps in which too small a group was left out"""


@dataclass(frozen=True, eq=False)
class LectureReport:
    """Everything the report shows."""

    facts: LectureFacts
    summary: ReportSummary
    timeline: ReportTimeline
    totals: tuple[EmotionTotal, ...]
    """seven, in FER2013 order"""
    flags: tuple[ReportFlag, ...]
    """in the order they were raised"""
    students: tuple[StudentLine, ...]
    """empty unless the policy is ``individual``; in the order given, never ranked"""
    markers: tuple[Marker, ...]
    changes: tuple[MarkerChange, ...]
    """before and after each marker"""
    method: tuple[Note, ...]
    """how the figures were made"""
    limits: tuple[Note, ...]
    """what they cannot say"""
    fresh: tuple[ShownGroup, ...] = ()
    """groups not shown before: to be kept before anybody sees the report"""


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
    bootstrap: Bootstrap | None = None,
    before: Sequence[ShownGroup] = (),
) -> LectureReport:
    """The report of the lecture whose every participant has a row in ``buckets``.

    ``visible`` gives the name of each student whose own row may be shown. Under any policy but
    ``individual`` no student and no flag is shown whatever is passed, and under ``self_report`` no
    figure from faces at all. ``before`` are the groups that figures of the lecture have shown.
    """
    named = dict(visible) if facts.policy is Policy.INDIVIDUAL else {}
    # The lecture is over: its last, shorter step counts as complete.
    end = facts.ended_at + step_for(facts.policy)
    groups = cohorts(buckets, facts.policy, named, now=end, shown=before)
    shown = masked(buckets, groups)
    steps = _timeline(shown, confusion, facts.policy, bootstrap)
    flags = _flags(named, log, recomputed, facts.ended_at)
    return LectureReport(
        facts=facts,
        summary=_summary(facts, buckets, groups, steps, flags),
        timeline=steps,
        totals=_totals(steps, facts.policy, bootstrap),
        flags=flags,
        students=_students(facts, buckets.only(named), confusion, named, events, flags),
        markers=tuple(sorted(markers, key=lambda marker: marker.at)),
        changes=marker_changes(steps.starts, steps.step_s, steps.attentive, steps.shares, markers),
        method=method_for(facts.policy),
        limits=limits_for(facts.policy),
        fresh=groups.fresh,
    )


def _timeline(
    shown: Buckets, confusion: Confusion, policy: Policy, bootstrap: Bootstrap | None
) -> ReportTimeline:
    mood = timeline(shown, confusion, step_s=step_for(policy), bootstrap=bootstrap)
    _, firsts = step_grid(shown.starts, mood.step_s)
    attentive, present = class_timeline(shown, firsts)
    shares = rounded(mood.shares, policy)
    return ReportTimeline(
        starts=mood.starts,
        step_s=mood.step_s,
        shares=shares,
        raw=rounded(mood.raw, policy),
        low=np.minimum(rounded_each(mood.low, policy), shares),
        high=np.maximum(rounded_each(mood.high, policy), shares),
        attentive=rounded_each(attentive, policy),
        presence=rounded_each(present, policy),
        reporting=mood.reporting,
        coverage=mood.coverage,
    )


def _totals(
    steps: ReportTimeline, policy: Policy, bootstrap: Bootstrap | None
) -> tuple[EmotionTotal, ...]:
    known = steps.reporting > 0
    nothing = np.full(len(EMOTIONS), np.nan)
    share = steps.shares[known].mean(axis=0) if known.any() else nothing
    raw = steps.raw[known].mean(axis=0) if known.any() else nothing
    low, high = (
        bootstrap.interval_of_mean(steps.shares, steps.reporting)
        if bootstrap is not None
        else (nothing, nothing)
    )
    ends = rounded_each(low, policy), rounded_each(high, policy)
    return tuple(
        EmotionTotal(
            look=look,
            share=float(share[index]),
            raw=float(raw[index]),
            low=float(np.minimum(ends[0][index], share[index])),
            high=float(np.maximum(ends[1][index], share[index])),
        )
        for index, look in enumerate(EMOTIONS)
    )


def _summary(
    facts: LectureFacts,
    buckets: Buckets,
    groups: Cohorts,
    steps: ReportTimeline,
    flags: Sequence[ReportFlag],
) -> ReportSummary:
    return ReportSummary(
        duration_s=facts.ended_at - facts.started_at,
        expected=len(buckets.participants),
        reported=int((buckets.probability_count.sum(axis=1) > 0).sum()),
        attentive=class_mean(steps.attentive),
        presence=class_mean(steps.presence),
        coverage=class_mean(steps.coverage),
        flags=len(flags),
        unknown=int(buckets.unknown_model.sum()),
        withheld_steps=int(groups.withheld.sum()),
    )


def _students(
    facts: LectureFacts,
    buckets: Buckets,
    confusion: Confusion,
    named: Mapping[Hashable, str],
    events: Sequence[ParticipantEvent],
    flags: Sequence[ReportFlag],
) -> tuple[StudentLine, ...]:
    attentive, present = student_means(buckets)
    shares = adjust(one_vote_means(buckets), confusion)
    observed = (buckets.observations > 0).sum(axis=1) * BUCKET_SECONDS
    away = ((buckets.observations > 0) & (buckets.face_observations == 0)).sum(axis=1)
    length = max(1, len(buckets.starts) * BUCKET_SECONDS)
    return tuple(
        StudentLine(
            participant=name,
            name=named[name],
            observed_s=int(observed[row]),
            coverage=float(observed[row] / length),
            presence=float(present[row]),
            attentive=float(attentive[row]),
            shares=shares[row],
            away_s=int(away[row]) * BUCKET_SECONDS,
            paused_s=paused_seconds(events, name, facts.started_at, facts.ended_at),
            flags=sum(flag.participant == name for flag in flags),
        )
        for row, name in enumerate(buckets.participants)
    )


_ENDS_PAUSE: Final = (EventKind.RESUMED, EventKind.STOPPED)


def paused_seconds(
    events: Sequence[ParticipantEvent], participant: Hashable, start: int, end: int
) -> int:
    """Seconds of [``start``, ``end``) in which ``participant`` had paused."""
    total, since = 0.0, None
    for event in sorted(events, key=lambda event: event.at):
        if event.participant != participant:
            continue
        at = min(max(event.at, start), end)
        if event.kind is EventKind.PAUSED and since is None:
            since = at
        elif event.kind in _ENDS_PAUSE and since is not None:
            total, since = total + at - since, None
    return round(total + (end - since if since is not None else 0.0))


def _flags(
    named: Mapping[Hashable, str],
    log: Sequence[LoggedFlag],
    recomputed: Sequence[Episode],
    end: int,
) -> tuple[ReportFlag, ...]:
    """The live log and the recomputation side by side: flags that overlap are one."""
    rest = [episode for episode in recomputed if episode.participant in named]
    found = []
    for row in sorted(log, key=lambda row: row.raised_at):
        if row.participant not in named:
            continue
        same = next((episode for episode in rest if _overlap(row, episode, end)), None)
        if same is not None:
            rest.remove(same)
        found.append(_flag(named[row.participant], row, row, same))
    found += [_flag(named[episode.participant], episode, None, episode) for episode in rest]
    return tuple(sorted(found, key=lambda flag: flag.raised_at))


def _overlap(row: LoggedFlag, episode: Episode, end: int) -> bool:
    if (row.participant, row.kind) != (episode.participant, episode.kind):
        return False
    row_end = end if row.cleared_at is None else row.cleared_at
    episode_end = end if episode.cleared_at is None else episode.cleared_at
    return row.raised_at <= episode_end and episode.raised_at <= row_end


def _flag(
    name: str,
    source: LoggedFlag | Episode,
    row: LoggedFlag | None,
    episode: Episode | None,
) -> ReportFlag:
    return ReportFlag(
        participant=source.participant,
        name=name,
        kind=source.kind,
        raised_at=source.raised_at,
        cleared_at=source.cleared_at,
        evidence=source.evidence,
        said_yes=source.said_yes,
        reason=row.reason if row is not None else "",
        share=episode.evidence.share if episode is not None else float("nan"),
        seen=episode.evidence.seen if episode is not None else float("nan"),
        outcome=row.outcome if row is not None else None,
        shown_live=row is not None,
        recomputed=episode is not None,
    )
