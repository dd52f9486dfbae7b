"""One lecture's report from the store, computed through ``analytics``, whose groups are kept."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.engagement.figures import ParticipantEvent
from analytics.flags import asking, check_ins
from analytics.flags.evidence import Episode
from analytics.flags.log import LoggedFlag
from analytics.mood.confusion import Confusion
from analytics.privacy.self_reports import SelfReportCounts, count_self_reports
from analytics.report import change_points, lecture_report
from contract.published_groups import PublishedGroup
from contract.room import RoomWindow
from db.measurements import queries
from db.people import consents, school_settings
from db.teaching import flags, lectures, published_groups
from db.values import Course, Lecture, Participant
from services import access, room_camera
from services.acting import lookup
from services.context import Services
from services.errors import UnsettledError
from services.figures import flag_log, self_reports, small_groups
from services.figures.baselines import known_baselines
from services.figures.inferred import inferred
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
    said: SelfReportCounts | None
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
        said=_self_reports(services, lecture, now),
        room=room_camera.windows(services, lecture.id, now),
    )


def _self_reports(services: Services, lecture: Lecture, now: datetime) -> SelfReportCounts | None:
    """The students' own answers, of those who count, in the spans that were counted."""
    people = queries.participants(services.store, lecture.id)
    spans = self_reports.settle(services.store, lecture, people, now)
    counted = {p.id for p in people if access.counts(p)}
    # An answer outside them is one of few: told here, it would be the difference.
    given = [
        (one.participant_id, one.mood)
        for one in queries.lecture_self_reports(services.store, lecture.id)
        if one.participant_id in counted and self_reports.within(spans, one)
    ]
    return count_self_reports(given, small_groups.counting(people, ()))


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
    everybody = queries.participants(store, lecture.id)
    people = [p for p in everybody if access.counts(p)]
    start = int(lecture.started_at.timestamp())
    end = int((lecture.ended_at or now).timestamp())
    buckets = Buckets.from_columns(
        inferred(lecture, queries.lecture_buckets(store, lecture.id)),
        [p.id for p in people],
        start,
        max(end, start),
        card.model_id,
    )
    shown: dict[Hashable, Participant] = dict(access.rows_shown(lecture, people).items())
    confusion = confusion_of(card)
    baselines = known_baselines(store, lecture.id, card.model_id) if shown else {}
    told, recomputed = _check_ins(services, lecture, shown, buckets, confusion, end, baselines)
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
        visible={key: person.name for key, person in shown.items()},
        events=[
            ParticipantEvent(e.participant_id, e.at.timestamp(), e.kind)
            for e in queries.lecture_events(store, lecture.id)
        ],
        log=told,
        recomputed=recomputed,
        markers=[
            change_points.Marker(int(m.at.timestamp()), m.label)
            for m in lectures.markers_of(store, lecture.id)
        ],
        before=before,
        secret=published_groups.secret_of(store, lecture.id),
        people=small_groups.counting(everybody, consents.ever_shown(store, lecture.id)),
        earlier=earlier_figures(store, lecture, card.model_id),
        joined={p.id: p.joined_at.timestamp() for p in people},
        least_present=school_settings.school(store).present_percent / 100,
        baselines=baselines,
    )


def _check_ins(
    services: Services,
    lecture: Lecture,
    shown: Mapping[Hashable, Participant],
    buckets: Buckets,
    confusion: Confusion,
    end: int,
    baselines: Mapping[Hashable, Baseline],
) -> tuple[list[LoggedFlag], list[Episode]]:
    """What may be told of the log, and what all data give, of the students who are ``shown``."""
    if not shown:
        return [], []
    card = services.card
    raised = flags.flags_of(services.store, lecture.id)
    told = [
        flag_log.logged(flag)
        for flag in raised
        if flag.participant_id in shown and access.shows_flag(flag, shown[flag.participant_id])
    ]
    episodes = check_ins.evaluate(
        buckets.only(shown),
        confusion,
        check_ins.rule_for(card.tuned_check_ins()),
        now=end,
        dismissals=flag_log.dismissals(raised),
        baselines=baselines,
        budget=flag_log.budget(services.store),
        apart=flag_log.asked_first(shown),
    )
    return told, [
        episode
        for episode in episodes
        if asking.agreed(episode, shown[episode.participant].choices.ask_first, told, end)
    ]
