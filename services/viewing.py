"""Looking at a lecture: judged, and on record where single students or whole reports are shown."""

from typing import Any, Final
from uuid import UUID

from db.values import Course, Lecture
from services import access, lookup
from services.access import SCHOOL, Action, Actor, Nobody
from services.access_log import looked
from services.context import Services
from services.errors import NotSignedInError

RECORDED: Final = frozenset(
    {
        Action.VIEW_STUDENTS,
        Action.VIEW_FLAGS,
        Action.DOWNLOAD_REPORT,
        Action.DOWNLOAD_STUDENT_TABLE,
    }
)
"""Who looked at whom; class figures name nobody."""


def lecture(
    services: Services, actor: Actor, action: Action, lecture_id: UUID | str, **detail: Any
) -> tuple[Lecture, Course]:
    """The lecture that ``actor`` may do ``action`` to, with its course; the looking is recorded.

    ``detail``: what the access log says of it besides. Raises AccessError, UnknownObjectError.
    """
    if isinstance(actor, Nobody):
        # Before the look-up, so that a stranger cannot learn which lectures there are.
        raise NotSignedInError("This needs a signed-in user.")
    found, course = lookup.lecture(services, lecture_id)
    target = access.lecture_object(found, course)
    access.authorize(actor, action, target)
    if action in RECORDED:
        looked(services, actor, action, target.label, **detail)
    return found, course


def access_log_taken(services: Services, actor: Actor, records: int) -> None:
    """Record that somebody took ``records`` lines of the access log along as a file."""
    access.authorize(actor, Action.VIEW_ACCESS_LOG, SCHOOL)
    looked(services, actor, Action.VIEW_ACCESS_LOG, SCHOOL.label, records=records)
