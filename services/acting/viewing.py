"""Looking at a lecture: judged, and on record where single students or whole reports are shown."""

from typing import Any, Final
from uuid import UUID

from db.values import Course, Lecture
from services import access
from services.access import Action, Actor, Nobody
from services.acting import lookup
from services.acting.access_log import looked
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


def opened(services: Services, actor: Actor, lecture_id: UUID | str) -> tuple[Lecture, Course]:
    """The lecture whose live page ``actor`` opens; recorded, where single students are on it.

    Once an opening, not once a tick: the log says who looked, not for how long. Errors as
    ``lecture``.
    """
    found, course = lecture(services, actor, Action.VIEW_LIVE, lecture_id)
    target = access.lecture_object(found, course)
    if access.may(actor, Action.VIEW_STUDENTS, target):
        looked(services, actor, Action.VIEW_STUDENTS, target.label)
    return found, course
