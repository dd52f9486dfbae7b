"""What a student may see of themselves in one lecture: how they stand, and all that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from analytics.buckets import Buckets
from analytics.mood.class_mood import timeline
from analytics.mood.confusion import Confusion
from contract import BUCKET_SECONDS
from db.measurements import queries
from db.people import consents, erasure_requests
from db.teaching import flags
from db.values import (
    Consent,
    Course,
    ErasureRequest,
    EventRow,
    FlagRow,
    Lecture,
    ObservationRow,
    Participant,
    ParticipantStatus,
    SelfReport,
)
from services import access, my_data
from services.access import Action, ParticipantActor
from services.acting import lookup
from services.context import Services
from services.figures import flag_log
from services.live.compose import confusion_of
from services.live.values import LivePoint

_STEP_S: Final = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """A student in a lecture, as far as the question is concerned. ``asked``: a flag's id."""

    participant: Participant
    lecture: Lecture
    course: Course
    last: SelfReport | None
    asked: UUID | None

    @property
    def open(self) -> bool:
        """Whether anything may be answered."""
        gone = (ParticipantStatus.REFUSED, ParticipantStatus.WITHDRAWN)
        return self.lecture.running and self.participant.status not in gone


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of a student. ``points``: the own looks as the model gave them;
    ``seconds``: how many were sent."""

    points: Sequence[LivePoint]
    seconds: int
    self_reports: Sequence[SelfReport]
    flags: Sequence[FlagRow]
    request: ErasureRequest | None

    @property
    def anything(self) -> bool:
        """Whether there is something to delete."""
        return bool(self.seconds or self.self_reports or self.flags)


class MayChoose(NamedTuple):
    """What is the student's choice here: ``shown``, if the teacher sees them; ``room``, if a
    camera of the room does."""

    shown: bool
    room: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows about a student as they are stored, with one page of observations.

    ``more``: whether there are observations after these.
    """

    participant: Participant
    lecture: Lecture
    course: Course
    consents: Sequence[Consent]
    events: Sequence[EventRow]
    self_reports: Sequence[SelfReport]
    flags: Sequence[FlagRow]
    observations: Sequence[ObservationRow]
    more: bool


def page(services: Services, student: ParticipantActor) -> tuple[Standing, Kept, MayChoose]:
    """What the student's own page is made from."""
    participant, lecture, course = _judged(services, student)
    store = services.store
    said = queries.self_reports_of(store, participant.id)
    raised = flags.flags_about(store, participant.id)
    buckets = _buckets(services, participant.id, lecture)
    kept = Kept(
        points=_points(buckets, confusion_of(services.card)),
        seconds=int(buckets.observations.sum()),
        self_reports=said,
        flags=raised,
        request=erasure_requests.latest_of(store, participant.id),
    )
    target = access.participant_object(participant, lecture, course)
    may = MayChoose(shown=my_data.may_be_shown(target), room=my_data.may_be_in_a_room(target))
    return _standing(participant, lecture, course, said, raised), kept, may


def standing(services: Services, student: ParticipantActor) -> Standing:
    """How the student stands to the questions of the lecture."""
    participant, lecture, course = _judged(services, student)
    said = queries.self_reports_of(services.store, participant.id)
    raised = flags.flags_about(services.store, participant.id)
    return _standing(participant, lecture, course, said, raised)


def rows(services: Services, student: ParticipantActor, *, most: int, after: UUID | None) -> Rows:
    """All that is stored about the student; ``most`` observations, ``after`` the one of that id."""
    return all_rows(services, *_judged(services, student), most=most, after=after)


def all_rows(
    services: Services,
    participant: Participant,
    lecture: Lecture,
    course: Course,
    *,
    most: int,
    after: UUID | None = None,
) -> Rows:
    """The same for whoever has been judged already."""
    store = services.store
    found = queries.observations_of(store, participant.id, limit=most + 1, after=after)
    return Rows(
        participant,
        lecture,
        course,
        consents=consents.history(store, participant.id),
        events=queries.events_of(store, participant.id),
        self_reports=queries.self_reports_of(store, participant.id),
        flags=flags.flags_about(store, participant.id),
        observations=found[:most],
        more=len(found) > most,
    )


def _judged(services: Services, student: ParticipantActor) -> tuple[Participant, Lecture, Course]:
    found = lookup.participant(services, student.participant_id)
    access.authorize(student, Action.VIEW_OWN, access.participant_object(*found))
    return found


def _standing(
    participant: Participant,
    lecture: Lecture,
    course: Course,
    said: Sequence[SelfReport],
    raised: Sequence[FlagRow],
) -> Standing:
    asked = flag_log.question_among(raised, participant, lecture)
    last = said[-1] if said else None
    return Standing(participant, lecture, course, last, None if asked is None else asked.id)


def _buckets(services: Services, participant_id: UUID, lecture: Lecture) -> Buckets:
    end = lecture.ended_at or services.clock()
    return Buckets.from_columns(
        queries.buckets_of(services.store, participant_id),
        [participant_id],
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
