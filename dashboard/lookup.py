"""From ids that came over the network to the objects that access judges."""

from uuid import UUID

from dashboard import access
from dashboard.errors import UnknownObjectError
from dashboard.i18n import text
from dashboard.services import Services
from db import consents, courses, lectures, settings
from db.values import Course, Lecture, Participant


def as_uuid(value: UUID | str | object, what: str) -> UUID:
    """``value`` as an id. Raises UnknownObjectError, since what is no id names nothing."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError as error:
        raise UnknownObjectError(
            text("There is no {what} {given}.", what=what, given=repr(str(value)[:80]))
        ) from error


def course(services: Services, course_id: UUID | str) -> Course:
    """The course of that id. Raises UnknownObjectError."""
    found = courses.course(services.store, as_uuid(course_id, "course"))
    if found is None:
        raise UnknownObjectError(text("There is no course {course_id}.", course_id=course_id))
    return found


def lecture(services: Services, lecture_id: UUID | str) -> tuple[Lecture, Course]:
    """The lecture of that id with its course. Raises UnknownObjectError."""
    found = lectures.lecture(services.store, as_uuid(lecture_id, "lecture"))
    if found is None:
        raise UnknownObjectError(text("There is no lecture {lecture_id}.", lecture_id=lecture_id))
    return found, course(services, found.course_id)


def participant(
    services: Services, participant_id: UUID | str
) -> tuple[Participant, Lecture, Course]:
    """The participant of that id, with lecture and course. Raises UnknownObjectError."""
    found = consents.participant(services.store, as_uuid(participant_id, "participant"))
    if found is None:
        raise UnknownObjectError(
            text("There is no participant {participant_id}.", participant_id=participant_id)
        )
    return found, *lecture(services, found.lecture_id)


def course_target(services: Services, course_id: UUID | str) -> access.CourseObject:
    """A course as access sees it, under the policy that holds now."""
    policy = settings.school(services.store).policy
    return access.course_object(course(services, course_id), policy)


def lecture_target(services: Services, lecture_id: UUID | str) -> access.LectureObject:
    """A lecture as access sees it, under the policy it was started with."""
    return access.lecture_object(*lecture(services, lecture_id))


def participant_target(services: Services, participant_id: UUID | str) -> access.ParticipantObject:
    """A participant as access sees them."""
    return access.participant_object(*participant(services, participant_id))
