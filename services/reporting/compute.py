"""One lecture's report from the store, computed through ``analytics``, whose groups are kept."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from analytics.buckets import Buckets
from analytics.engagement.figures import ParticipantEvent
from analytics.flags import check_ins
from analytics.flags.evidence import Episode
from analytics.flags.log import LoggedFlag, evidence_of
from analytics.privacy.self_reports import PulseCounts, count_pulses
from analytics.report import change_points, lecture_report
from contract import Policy
from contract.published_groups import PublishedGroup
from contract.room import RoomWindow
from db.measurements import queries
from db.people import school_settings
from db.teaching import flags, lectures, published_groups
from db.values import Course, FlagRow, Lecture, Participant, ParticipantStatus
from services import lookup, room_camera, self_reports
from services.access import shows_flag, shows_row
from services.baselines import usual_faces
from services.context import Services
from services.errors import UnsettledError
from services.live.compose import confusion_of
from services.reporting.earlier import earlier_figures

_ATTEMPTS: Final = 5


@dataclass(frozen=True, eq=False)
class Material:
    """All that a report is set from, as the store has it at one moment."""

    lecture: Lecture
    course: Course
    school: str
    report: lecture_report.LectureReport
    said: PulseCounts | None
    """what students tapped, where enough of them did"""
    room: Sequence[RoomWindow]
    """what may be said of the room's camera; empty where there was none"""


def material(services: Services, lecture_id: UUID, now: datetime) -> Material:
    """The report's material at ``now``. Raises UnknownObjectError where there is no such lecture.

    Raises UnsettledError where others showed new groups each time that ours were chosen.
    """
    lecture, course = lookup.lecture(services, lecture_id)
    return Material(
        lecture=lecture,
        course=course,
        school=school_settings.school(services.store).name,
        report=compute(services, lecture, course, now),
        said=_pulses(services, lecture, now),
        room=room_camera.windows(services, lecture.id, now),
    )


def _pulses(services: Services, lecture: Lecture, now: datetime) -> PulseCounts | None:
    """The students' own answers, of those who count, in the spans that were counted."""
    people = queries.participants(services.store, lecture.id)
    spans = self_reports.settle(services.store, lecture, people, now)
    counted = {p.id for p in people if _counts(p)}
    # An answer outside them is one of few: told here, it would be the difference.
    return count_pulses(
        (pulse.participant_id, pulse.mood)
        for pulse in queries.lecture_pulses(services.store, lecture.id)
        if pulse.participant_id in counted and self_reports.within(spans, pulse)
    )


def compute(
    services: Services, lecture: Lecture, course: Course, now: datetime
) -> lecture_report.LectureReport:
    """The report as a value, whose groups the store has kept as shown.

    Raises UnsettledError where others showed new groups each time that ours were chosen.
    """
    for _ in range(_ATTEMPTS):
        before = published_groups.groups_of(services.store, lecture.id)
        made = _compute(services, lecture, course, now, before)
        if published_groups.keep(services.store, lecture.id, made.fresh, len(before)):
            return made
    raise UnsettledError("A report needs groups that stay, but others were shown at each attempt.")


def _compute(
    services: Services,
    lecture: Lecture,
    course: Course,
    now: datetime,
    before: Sequence[PublishedGroup],
) -> lecture_report.LectureReport:
    store, card = services.store, services.card
    people = [p for p in queries.participants(store, lecture.id) if _counts(p)]
    start = int(lecture.started_at.timestamp())
    end = int((lecture.ended_at or now).timestamp())
    buckets = Buckets.from_columns(
        queries.lecture_buckets(store, lecture.id),
        [p.id for p in people],
        start,
        max(end, start),
        card.model_id,
    )
    shown: dict[Hashable, Participant] = {p.id: p for p in people if _shown(p, lecture)}
    visible = {key: person.name for key, person in shown.items()}
    log = [
        f
        for f in flags.flags_of(store, lecture.id)
        if f.participant_id in shown and shows_flag(f, shown[f.participant_id])
    ]
    confusion = confusion_of(card)
    episodes = (
        check_ins.evaluate(
            buckets.only(visible),
            confusion,
            check_ins.rule_for(card.tuned_check_ins()),
            now=end,
            dismissals=_dismissals(log),
            baselines=usual_faces(store, lecture.id, card.model_id),
        )
        if visible
        else []
    )
    recomputed = [e for e in episodes if _agreed(e, shown[e.participant], log, end)]
    return lecture_report.build(
        lecture_report.LectureFacts(
            id=str(lecture.id),
            title=lecture.title,
            course=course.title,
            policy=lecture.policy,
            started_at=start,
            ended_at=end,
            model=card.model_id,
        ),
        buckets,
        confusion,
        visible=visible,
        events=[
            ParticipantEvent(e.participant_id, e.at.timestamp(), e.kind)
            for e in queries.lecture_events(store, lecture.id)
        ],
        log=[_logged(flag) for flag in log],
        recomputed=recomputed,
        markers=[
            change_points.Marker(int(m.at.timestamp()), m.label)
            for m in lectures.markers_of(store, lecture.id)
        ],
        before=before,
        earlier=earlier_figures(store, lecture, card.model_id),
    )


def _counts(participant: Participant) -> bool:
    return participant.status is ParticipantStatus.ADMITTED and participant.choices.class_mood


def _shown(participant: Participant, lecture: Lecture) -> bool:
    return lecture.policy is Policy.INDIVIDUAL and shows_row(participant)


def _agreed(episode: Episode, participant: Participant, log: Sequence[FlagRow], end: int) -> bool:
    """Whether an episode that all data give may be shown: who is asked first was asked, said yes.

    Nobody asks after the lecture, so only what overlaps a flag that is shown counts as agreed to.
    """
    if not participant.choices.ask_first:
        return True
    until = episode.cleared_at or end
    return any(
        flag.participant_id == episode.participant
        and flag.kind.value == episode.kind.value
        and flag.raised_at.timestamp() <= until
        and episode.raised_at <= (flag.cleared_at.timestamp() if flag.cleared_at else end)
        for flag in log
    )


def _dismissals(log: list[FlagRow]) -> list[check_ins.Dismissal]:
    return [
        check_ins.Dismissal(f.participant_id, f.kind, int(f.outcome_at.timestamp()))
        for f in log
        if f.outcome_at is not None
    ]


def _logged(flag: FlagRow) -> LoggedFlag:
    def epoch(moment: Any) -> int | None:
        return None if moment is None else int(moment.astimezone(UTC).timestamp())

    outcome = None
    if flag.outcome is not None:
        outcome = flag.outcome_note or flag.outcome.value
    return LoggedFlag(
        participant=flag.participant_id,
        kind=flag.kind,
        raised_at=int(flag.raised_at.timestamp()),
        cleared_at=epoch(flag.cleared_at),
        evidence=evidence_of(flag.evidence),
        reason=flag.reason,
        said_yes=flag.answer is True,
        outcome=outcome,
    )
