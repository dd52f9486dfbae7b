"""What teachers do: start and end lectures, mark, admit, answer check-ins; judged and recorded.

The pages and the command line call the same functions with the actor who asks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from contract.errors import rule_text
from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.people import consents, school_settings
from db.teaching import flags, lectures
from db.values import FlagOutcome, FlagRow, Lecture, Marker, Participant
from services import access
from services.access import Action, Actor, LectureObject, UserActor
from services.acting import lookup
from services.acting.access_log import record, recorded
from services.acting.typed import required
from services.context import Services
from services.errors import InvalidError, RefusedError, UnknownObjectError
from services.figures.flag_log import WRONG

OUTCOMES: Final[Mapping[str, FlagOutcome]] = {
    "checked_in": FlagOutcome.CHECKED_IN,
    "not_now": FlagOutcome.DISMISSED,
    WRONG: FlagOutcome.DISMISSED,
}
"""What a teacher may answer to a check-in; the word itself is kept as the note."""

_TITLE: Final = rule_text(
    "A lecture's title must have 1 to {longest} letters, but this has {given}."
)
LABEL: Final = rule_text("A marker's label must have 1 to {longest} letters, but this has {given}.")
_NO_CHECK_IN: Final = rule_text("This lecture has no check-in {given}.")
_NO_STUDENT: Final = rule_text("This lecture has no student {given}.")


def start_lecture(
    services: Services, actor: Actor, course_id: UUID | str, title: str, code: str | None = None
) -> Lecture:
    """Start a lecture under the school's policy, with a new join code or the given one.

    Raises AccessError, UnknownObjectError, RefusedError for an archived course, InvalidError for an
    empty or overlong title, and db's ConflictError where the code is taken.
    """
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.START_LECTURE, target)
    policy = school_settings.school(services.store).policy
    if policy is None:
        raise RefusedError("The school's policy must be set before a lecture can start.")
    if lookup.course(services, target.course_id).archived_at is not None:
        raise RefusedError("This course is archived; an admin can bring it back.")
    title = required(title, _TITLE)
    now = services.clock()

    def start(unit: UnitOfWork) -> Lecture:
        lecture = lectures.start(unit, target.course_id, title, policy, now, code=code)
        record(unit, actor, Action.START_LECTURE, f"lecture:{lecture.id}", now)
        return lecture

    return together(services.store, start)


def end_lecture(services: Services, actor: Actor, lecture_id: UUID | str) -> Lecture:
    """End a lecture; its report follows after the grace period. Ending twice changes nothing."""
    target = lookup.authorized_lecture(services, actor, Action.END_LECTURE, lecture_id)

    def end(unit: UnitOfWork, now: datetime) -> Lecture:
        return lectures.end(unit, target.lecture_id, now, services.terms.report_grace)

    return recorded(services, actor, Action.END_LECTURE, target.label, end)


def add_marker(services: Services, actor: Actor, lecture_id: UUID | str, label: str) -> Marker:
    """Put a note on the timeline of a running lecture. Raises RefusedError where it has ended."""
    target = lookup.authorized_lecture(services, actor, Action.ADD_MARKER, lecture_id)
    require_running(services.store, target)
    label = required(label, LABEL)
    user_id = actor.user.id if isinstance(actor, UserActor) else None

    def add(unit: UnitOfWork, now: datetime) -> Marker:
        return lectures.add_marker(unit, target.lecture_id, at=now, label=label, user_id=user_id)

    return recorded(services, actor, Action.ADD_MARKER, target.label, add)


def answer_flag(
    services: Services, actor: Actor, lecture_id: UUID | str, flag_id: UUID | str, outcome: str
) -> FlagRow:
    """Log what the teacher did with a check-in: ``checked_in``, ``not_now`` or ``wrong``."""
    target = lookup.authorized_lecture(services, actor, Action.ACT_ON_FLAG, lecture_id)
    if outcome not in OUTCOMES:
        raise InvalidError(
            "An answer to a check-in must be one of {join}, but received {outcome}.",
            join=", ".join(OUTCOMES),
            outcome=repr(outcome[:40]),
        )
    flag = answerable(services, actor, lecture_id, flag_id)
    if not isinstance(actor, UserActor):
        raise RefusedError("Only a signed-in teacher can answer a check-in.")
    found, decided, user_id = flag.id, OUTCOMES[outcome], actor.user.id
    return recorded(
        services,
        actor,
        Action.ACT_ON_FLAG,
        target.label,
        lambda unit, now: flags.decide(unit, found, decided, at=now, user_id=user_id, note=outcome),
        subject=flag.participant_id,
        outcome=outcome,
    )


def answerable(
    services: Services, actor: Actor, lecture_id: UUID | str, flag_id: UUID | str
) -> FlagRow:
    """The check-in of that id, if it is of this lecture and ``actor`` may act on it and see it."""
    target = lookup.authorized_lecture(services, actor, Action.ACT_ON_FLAG, lecture_id)
    flag = flags.flag(services.store, lookup.as_uuid(flag_id, _NO_CHECK_IN))
    # A flag of another lecture is as good as none: its id came from the page.
    if flag is None or flag.lecture_id != target.lecture_id:
        raise UnknownObjectError(_NO_CHECK_IN, given=flag_id)
    participant, lecture, course = lookup.participant(services, flag.participant_id)
    student = access.participant_object(participant, lecture, course)
    access.authorize(actor, Action.ACT_ON_FLAG, student)
    if not access.shows_flag(flag, participant):
        raise UnknownObjectError(_NO_CHECK_IN, given=flag_id)
    return flag


def admit(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> Participant:
    """Let a waiting student in. Raises UnknownObjectError where they are not of this lecture,
    RefusedError where it has ended: whom its figures cover is then settled for good."""
    return _judged(services, actor, lecture_id, participant_id, "admit")


def refuse(
    services: Services, actor: Actor, lecture_id: UUID | str, participant_id: UUID | str
) -> Participant:
    """Keep a waiting student out. Errors as ``admit``."""
    return _judged(services, actor, lecture_id, participant_id, "refuse")


def _judged(
    services: Services,
    actor: Actor,
    lecture_id: UUID | str,
    participant_id: UUID | str,
    verdict: Literal["admit", "refuse"],
) -> Participant:
    target = lookup.authorized_lecture(services, actor, Action.ADMIT, lecture_id)
    found = student_of(services, target, participant_id)
    who = found.id

    def judge(unit: UnitOfWork, now: datetime) -> Participant:
        # Whoever could choose afterwards who counts would read each student from the differences.
        require_running(unit, target)
        return consents.admit(unit, who) if verdict == "admit" else consents.refuse(unit, who, now)

    return recorded(
        services, actor, Action.ADMIT, target.label, judge, subject=who, verdict=verdict
    )


def student_of(
    services: Services, target: LectureObject, participant_id: UUID | str
) -> Participant:
    """A participant of that lecture. Raises UnknownObjectError where they are not of it."""
    found = consents.participant(services.store, lookup.as_uuid(participant_id, _NO_STUDENT))
    if found is None or found.lecture_id != target.lecture_id:
        raise UnknownObjectError(_NO_STUDENT, given=participant_id)
    return found


def require_running(store: Store, target: LectureObject) -> None:
    """Return where the lecture runs. Raises RefusedError where it has ended."""
    lecture = lectures.lecture(store, target.lecture_id)
    if lecture is not None and not lecture.running:
        raise RefusedError("The lecture {title} has ended.", title=repr(lecture.title))
