"""What a teacher takes back or puts right while a lecture runs: answers, admissions, markers.

Each is on record beside what it takes back; nothing is made as if it had never been.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.engine.unit_of_work import UnitOfWork
from db.people import consents
from db.teaching import flags, lectures
from db.values import FlagRow, Marker, Participant
from services import teaching
from services.access import Action, Actor, LectureObject, UserActor
from services.acting import lookup
from services.acting.access_log import recorded
from services.acting.typed import required
from services.context import Services
from services.errors import InvalidError, RefusedError, UnknownObjectError

ANSWER_STANDS: Final = timedelta(minutes=1)
"""After so long an answer to a check-in is part of what happened. The page offers it for less."""

_NO_MARKER: Final = rule_text("This lecture has no marker {given}.")


def reopen_flag(
    services: Services, actor: Actor, lecture_id: UUID | str, flag_id: UUID | str
) -> FlagRow:
    """Take an answer to a check-in back, so that it waits again; nothing where it has none.

    Raises RefusedError where the answer was given longer than ``ANSWER_STANDS`` ago, and as
    ``teaching.answer_flag`` does.
    """
    flag = teaching.answerable(services, actor, lecture_id, flag_id)
    target = _running(services, actor, Action.ACT_ON_FLAG, lecture_id)
    if flag.outcome_at is None:
        return flag
    age = services.clock() - flag.outcome_at
    if age > ANSWER_STANDS:
        raise RefusedError(
            "An answer can be taken back for {longest} s, but this one was given {given} s ago.",
            longest=int(ANSWER_STANDS.total_seconds()),
            given=int(age.total_seconds()),
        )
    if not isinstance(actor, UserActor):
        raise RefusedError("Only a signed-in teacher can answer a check-in.")
    found, user_id = flag.id, actor.user.id
    return recorded(
        services,
        actor,
        Action.ACT_ON_FLAG,
        target.label,
        lambda unit, now: flags.reopen(unit, found, at=now, user_id=user_id),
        subject=flag.participant_id,
        outcome="taken_back",
    )


def wait_again(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> Participant:
    """Take an admission or a refusal back: the student waits at the door again."""
    target = _running(services, actor, Action.ADMIT, lecture_id)
    who = teaching.student_of(services, target, participant_id).id

    def wait(unit: UnitOfWork, now: datetime) -> Participant:
        # As with the verdict itself: nobody chooses after the end who counts.
        teaching.require_running(unit, target)
        return consents.wait_again(unit, who, now)

    return recorded(
        services, actor, Action.ADMIT, target.label, wait, subject=who, verdict="taken_back"
    )


def rename_marker(
    services: Services, actor: Actor, lecture_id: UUID | str, marker_id: UUID | str, label: str
) -> Marker:
    """Give a marker other words. Raises UnknownObjectError where the lecture has none such."""
    target = _running(services, actor, Action.ADD_MARKER, lecture_id)
    label = required(label, teaching.LABEL)
    found = marker_of(services, target.lecture_id, marker_id)

    def rename(unit: UnitOfWork, _now: datetime) -> Marker:
        return lectures.rename_marker(unit, target.lecture_id, found.id, label)

    return recorded(services, actor, Action.ADD_MARKER, target.label, rename, marker="renamed")


def remove_marker(
    services: Services, actor: Actor, lecture_id: UUID | str, marker_id: UUID | str
) -> Marker:
    """Take a marker off the timeline, and answer what it was. Errors as ``rename_marker``."""
    target = _running(services, actor, Action.ADD_MARKER, lecture_id)
    found = marker_of(services, target.lecture_id, marker_id)

    def remove(unit: UnitOfWork, _now: datetime) -> Marker:
        return lectures.remove_marker(unit, target.lecture_id, found.id)

    return recorded(services, actor, Action.ADD_MARKER, target.label, remove, marker="removed")


def restore_marker(
    services: Services, actor: Actor, lecture_id: UUID | str, at: datetime, label: str
) -> Marker:
    """Put a marker that was removed back where it stood. InvalidError for a moment outside."""
    target = _running(services, actor, Action.ADD_MARKER, lecture_id)
    label = required(label, teaching.LABEL)
    lecture, _ = lookup.lecture(services, target.lecture_id)
    if not lecture.started_at <= at <= services.clock():
        raise InvalidError(
            "A marker must lie between the lecture's start and now, but this is at {given}.",
            given=at.isoformat(),
        )
    user_id = actor.user.id if isinstance(actor, UserActor) else None

    def restore(unit: UnitOfWork, _now: datetime) -> Marker:
        return lectures.add_marker(unit, target.lecture_id, at=at, label=label, user_id=user_id)

    return recorded(services, actor, Action.ADD_MARKER, target.label, restore, marker="restored")


def _running(
    services: Services, actor: Actor, action: Action, lecture_id: UUID | str
) -> LectureObject:
    """The lecture, once ``actor`` may do ``action`` to it. RefusedError where it has ended."""
    target = lookup.authorized_lecture(services, actor, action, lecture_id)
    teaching.require_running(services.store, target)
    return target


def marker_of(services: Services, lecture_id: UUID, marker_id: UUID | str) -> Marker:
    """A marker of that lecture. Raises UnknownObjectError where there is none."""
    wanted = lookup.as_uuid(marker_id, _NO_MARKER)
    for marker in lectures.markers_of(services.store, lecture_id):
        if marker.id == wanted:
            return marker
    raise UnknownObjectError(_NO_MARKER, given=marker_id)
