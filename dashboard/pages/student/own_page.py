"""What `/me` is made from: everything that the store knows of one student in one lecture."""

from typing import Any, Final

import numpy as np

from analytics.buckets import Buckets
from analytics.mood.class_mood import timeline
from analytics.mood.confusion import Confusion
from contract import BUCKET_SECONDS
from dashboard.pages.student import me, self_report
from db.measurements import queries
from db.people import erasure_requests
from db.teaching import flags
from db.values import Lecture
from services import access, flag_log, lookup, my_data
from services.access import Action, Nobody, ParticipantActor
from services.context import Services
from services.live.compose import confusion_of
from services.live.values import LivePoint

_STEP_S: Final = 60


def page(services: Services, student: ParticipantActor | Nobody) -> Any:
    """A student's own page."""
    if not isinstance(student, ParticipantActor):
        return me.stranger()
    participant, lecture, course = lookup.participant(services, student.participant_id)
    target = access.participant_object(participant, lecture, course)
    access.authorize(student, Action.VIEW_OWN, target)
    buckets = _buckets(services, student, lecture)
    return me.layout(
        standing(services, student),
        me.Kept(
            points=_points(buckets, confusion_of(services.card)),
            seconds=int(buckets.observations.sum()),
            self_reports=tuple(
                one
                for one in queries.lecture_self_reports(services.store, lecture.id)
                if one.participant_id == participant.id
            ),
            flags=tuple(flags.flags_of(services.store, lecture.id, participant.id)),
            request=erasure_requests.latest_of(services.store, participant.id),
        ),
        me.MayChoose(shown=my_data.may_be_shown(target), room=my_data.may_be_in_a_room(target)),
    )


def standing(services: Services, student: ParticipantActor) -> self_report.Standing:
    """How the student stands to the questions of the lecture."""
    participant, lecture, course = lookup.participant(services, student.participant_id)
    given = [
        one
        for one in queries.lecture_self_reports(services.store, lecture.id)
        if one.participant_id == participant.id
    ]
    asked = flag_log.open_question(services.store, participant, lecture)
    return self_report.Standing(
        participant, lecture, course, given[-1] if given else None, asked.id if asked else None
    )


def _buckets(services: Services, student: ParticipantActor, lecture: Lecture) -> Buckets:
    end = lecture.ended_at or services.clock()
    return Buckets.from_columns(
        queries.lecture_buckets(services.store, lecture.id),
        [student.participant_id],
        int(lecture.started_at.timestamp()),
        int(end.timestamp()) + BUCKET_SECONDS,
        services.card.model_id,
    )


def _points(buckets: Buckets, confusion: Confusion) -> list[LivePoint]:
    """A student's own looks as the model gave them, a minute at a time."""
    steps = timeline(buckets, confusion, step_s=_STEP_S)
    return [
        LivePoint(
            at=int(start),
            shares=None if np.isnan(looks).any() else tuple(float(look) for look in looks),
            attentive=None,
            presence=None,
            reporting=1,
        )
        for start, looks in zip(steps.starts, steps.raw, strict=True)
    ]
