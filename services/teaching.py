"""What teachers do: start and end lectures, mark, admit, answer check-ins; judged and recorded.

The pages and the command line call the same functions with the actor who asks.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.people import audit, consents, school_settings
from db.teaching import flags, lectures
from db.values import FlagOutcome, FlagRow, Lecture, Marker, Participant
from services import access, lookup
from services.access import Action, Actor, LectureObject, UserActor
from services.context import Services
from services.errors import InvalidError, RefusedError, UnknownObjectError
from services.typed import required

OUTCOMES: Final[Mapping[str, FlagOutcome]] = {
    "checked_in": FlagOutcome.CHECKED_IN,
    "not_now": FlagOutcome.DISMISSED,
    "wrong": FlagOutcome.DISMISSED,
}
"""What a teacher may answer to a check-in; the word itself is kept as the note."""

_TITLE: Final = rule_text(
    "A lecture's title must have 1 to {longest} letters, but this has {given}."
)
_LABEL: Final = rule_text(
    "A marker's label must have 1 to {longest} letters, but this has {given}."
)
_NO_CHECK_IN: Final = rule_text("This lecture has no check-in {given}.")
_NO_STUDENT: Final = rule_text("This lecture has no student {given}.")


def start_lecture(
    services: Services, actor: Actor, course_id: UUID | str, title: str, code: str | None = None
) -> Lecture:
    """Start a lecture under the school's policy, with a new join code or the given one.

    Raises AccessError, UnknownObjectError, InvalidError for an empty or overlong title, and db's
    ConflictError where the code is taken.
    """
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.START_LECTURE, target)
    policy = school_settings.school(services.store).policy
    if policy is None:
        raise RefusedError("The school's policy must be set before a lecture can start.")
    title = required(title, _TITLE)
    lecture = lectures.start(
        services.store, target.course_id, title, policy, services.clock(), code=code
    )
    _record(services, actor, Action.START_LECTURE, f"lecture:{lecture.id}")
    return lecture


def end_lecture(services: Services, actor: Actor, lecture_id: UUID | str) -> Lecture:
    """End a lecture; its report follows after the grace period. Ending twice changes nothing."""
    target = _authorized(services, actor, Action.END_LECTURE, lecture_id)
    lecture = lectures.end(
        services.store, target.lecture_id, services.clock(), services.terms.report_grace
    )
    _record(services, actor, Action.END_LECTURE, target.label)
    return lecture


def add_marker(services: Services, actor: Actor, lecture_id: UUID | str, label: str) -> Marker:
    """Put a note on the timeline of a running lecture. Raises RefusedError where it has ended."""
    target = _authorized(services, actor, Action.ADD_MARKER, lecture_id)
    _running(services, target)
    return lectures.add_marker(
        services.store,
        target.lecture_id,
        at=services.clock(),
        label=required(label, _LABEL),
        user_id=actor.user.id if isinstance(actor, UserActor) else None,
    )


def answer_flag(
    services: Services, actor: Actor, lecture_id: UUID | str, flag_id: UUID | str, outcome: str
) -> FlagRow:
    """Log what the teacher did with a check-in: ``checked_in``, ``not_now`` or ``wrong``."""
    target = _authorized(services, actor, Action.ACT_ON_FLAG, lecture_id)
    if outcome not in OUTCOMES:
        raise InvalidError(
            "An answer to a check-in must be one of {join}, but received {outcome}.",
            join=", ".join(OUTCOMES),
            outcome=repr(outcome[:40]),
        )
    flag = flags.flag(services.store, lookup.as_uuid(flag_id, _NO_CHECK_IN))
    # A flag of another lecture is as good as none: its id came from the page.
    if flag is None or flag.lecture_id != target.lecture_id:
        raise UnknownObjectError(_NO_CHECK_IN, given=flag_id)
    participant, lecture, course = lookup.participant(services, flag.participant_id)
    student = access.participant_object(participant, lecture, course)
    access.authorize(actor, Action.ACT_ON_FLAG, student)
    if not access.shows_flag(flag, participant):
        raise UnknownObjectError(_NO_CHECK_IN, given=flag_id)
    if not isinstance(actor, UserActor):
        raise RefusedError("Only a signed-in teacher can answer a check-in.")
    answered = flags.decide(
        services.store,
        flag.id,
        OUTCOMES[outcome],
        at=services.clock(),
        user_id=actor.user.id,
        note=outcome,
    )
    _record(services, actor, Action.ACT_ON_FLAG, target.label, flag.participant_id, outcome=outcome)
    return answered


def admit(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> Participant:
    """Let a waiting student in. Raises UnknownObjectError where they are not of this lecture."""
    found = _at_the_door(services, actor, lecture_id, participant_id)
    admitted = consents.admit(services.store, found)
    _record(services, actor, Action.ADMIT, f"lecture:{admitted.lecture_id}", found, verdict="admit")
    return admitted


def refuse(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> Participant:
    """Keep a waiting student out. Errors as ``admit``."""
    found = _at_the_door(services, actor, lecture_id, participant_id)
    refused = consents.refuse(services.store, found)
    _record(services, actor, Action.ADMIT, f"lecture:{refused.lecture_id}", found, verdict="refuse")
    return refused


def _at_the_door(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> UUID:
    target = _authorized(services, actor, Action.ADMIT, lecture_id)
    found = consents.participant(services.store, lookup.as_uuid(participant_id, _NO_STUDENT))
    if found is None or found.lecture_id != target.lecture_id:
        raise UnknownObjectError(_NO_STUDENT, given=participant_id)
    return found.id


def _authorized(
    services: Services, actor: Actor, action: Action, lecture_id: UUID | str
) -> LectureObject:
    target = lookup.lecture_target(services, lecture_id)
    access.authorize(actor, action, target)
    return target


def _running(services: Services, target: LectureObject) -> None:
    lecture, _ = lookup.lecture(services, target.lecture_id)
    if not lecture.running:
        raise RefusedError("The lecture {title} has ended.", title=repr(lecture.title))


def _record(
    services: Services,
    actor: Actor,
    action: Action,
    label: str,
    subject: UUID | None = None,
    **detail: str,
) -> None:
    audit.record(
        services.store,
        actor=actor.name,
        action=action,
        object=label,
        at=services.clock(),
        subject=subject,
        detail=detail,
    )
