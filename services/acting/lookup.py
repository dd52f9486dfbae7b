"""From ids that came over the network to the objects that access judges."""

from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.people import consents, courses, school_settings
from db.teaching import lectures
from db.values import Course, Lecture, Participant
from services import access
from services.context import Services
from services.errors import UnknownObjectError

_NO_COURSE: Final = rule_text("There is no course {given}.")
_NO_LECTURE: Final = rule_text("There is no lecture {given}.")
_NO_PARTICIPANT: Final = rule_text("There is no participant {given}.")


def as_uuid(value: UUID | str | object, unknown: str) -> UUID:
    """``value`` as an id.

    Raises UnknownObjectError by the rule ``unknown``, since what is no id names nothing.
    """
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError as error:
        raise UnknownObjectError(unknown, given=repr(str(value)[:80])) from error


def course(services: Services, course_id: UUID | str) -> Course:
    """The course of that id. Raises UnknownObjectError."""
    found = courses.course(services.store, as_uuid(course_id, _NO_COURSE))
    if found is None:
        raise UnknownObjectError(_NO_COURSE, given=course_id)
    return found


def lecture(services: Services, lecture_id: UUID | str) -> tuple[Lecture, Course]:
    """The lecture of that id with its course. Raises UnknownObjectError."""
    found = lectures.with_course(services.store, as_uuid(lecture_id, _NO_LECTURE))
    if found is None:
        raise UnknownObjectError(_NO_LECTURE, given=lecture_id)
    return found


def participant(
    services: Services, participant_id: UUID | str
) -> tuple[Participant, Lecture, Course]:
    """The participant of that id, with lecture and course. Raises UnknownObjectError."""
    found = consents.in_lecture(services.store, as_uuid(participant_id, _NO_PARTICIPANT))
    if found is None:
        raise UnknownObjectError(_NO_PARTICIPANT, given=participant_id)
    return found


def course_target(services: Services, course_id: UUID | str) -> access.CourseObject:
    """A course as access sees it, under the policy that holds now."""
    policy = school_settings.school(services.store).policy
    return access.course_object(course(services, course_id), policy)


def lecture_target(services: Services, lecture_id: UUID | str) -> access.LectureObject:
    """A lecture as access sees it, under the policy it was started with."""
    return access.lecture_object(*lecture(services, lecture_id))


def authorized_lecture(
    services: Services, actor: access.Actor, action: access.Action, lecture_id: UUID | str
) -> access.LectureObject:
    """A lecture as access sees it, once ``actor`` may do ``action`` to it.

    Raises AccessError, UnknownObjectError.
    """
    target = lecture_target(services, lecture_id)
    access.authorize(actor, action, target)
    return target


def participant_target(services: Services, participant_id: UUID | str) -> access.ParticipantObject:
    """A participant as access sees them."""
    return access.participant_object(*participant(services, participant_id))
