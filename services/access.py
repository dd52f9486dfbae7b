"""The only judge of who may see or do what: a pure table of rules, asked by all the edges.

An actor stands in *relations* to an object (the teacher of its course, the participant itself, …);
a rule names the relations, policies and course modes under which an action is allowed. Nothing is
allowed that no rule names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from analytics.flags import asking
from contract.errors import rule_text
from contract.policy import CourseMode, Policy
from db.values import Course, FlagRow, Lecture, Participant, ParticipantStatus, Role, User
from services.errors import ForbiddenError, NotSignedInError


@dataclass(frozen=True, slots=True)
class Nobody:
    """Whoever has shown nothing."""

    name: str = "nobody"


@dataclass(frozen=True, slots=True)
class UserActor:
    """Somebody signed in. ``courses``: the courses this user teaches."""

    user: User
    courses: frozenset[UUID] = frozenset()

    @property
    def name(self) -> str:
        """How the access log names this actor."""
        return f"user:{self.user.id}"


@dataclass(frozen=True, slots=True)
class ParticipantActor:
    """A student in one lecture, by the agent's token or the recovery link."""

    participant_id: UUID
    lecture_id: UUID

    @property
    def name(self) -> str:
        """How the access log names this actor."""
        return f"participant:{self.participant_id}"


@dataclass(frozen=True, slots=True)
class RoomActor:
    """A room's camera, by the secret that the teacher was given for one lecture."""

    room_id: UUID
    lecture_id: UUID

    @property
    def name(self) -> str:
        """How the access log names this actor."""
        return f"room:{self.room_id}"


@dataclass(frozen=True, slots=True)
class OperatorActor:
    """Whoever runs commands on the machine that holds the store."""

    name: str = "operator"


Actor = Nobody | UserActor | ParticipantActor | RoomActor | OperatorActor


class Action(StrEnum):
    """All that anybody may ask for."""

    OPEN_PAGE = "open_page"
    VIEW_HOME = "view_home"
    MANAGE_OWN_SESSIONS = "manage_own_sessions"
    JOIN = "join"

    START_LECTURE = "start_lecture"
    END_LECTURE = "end_lecture"
    VIEW_LIVE = "view_live"
    VIEW_STUDENTS = "view_students"
    VIEW_FLAGS = "view_flags"
    ACT_ON_FLAG = "act_on_flag"
    ADD_MARKER = "add_marker"
    ADMIT = "admit"
    ALLOW_ROOM = "allow_room"
    STOP_ROOM = "stop_room"

    VIEW_REPORT = "view_report"
    DOWNLOAD_REPORT = "download_report"
    DOWNLOAD_STUDENT_TABLE = "download_student_table"

    MANAGE_USERS = "manage_users"
    MANAGE_COURSES = "manage_courses"
    SET_POLICY = "set_policy"
    VIEW_ACCESS_LOG = "view_access_log"
    ERASE = "erase"

    SEND_ROOM = "send_room"
    SEND_OBSERVATIONS = "send_observations"
    SEND_EVENTS = "send_events"
    ANSWER_PULSE = "answer_pulse"
    VIEW_OWN = "view_own"
    CHOOSE = "choose"
    ERASE_OWN = "erase_own"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class SchoolObject:
    """The school as a whole."""

    label: str = "school"


@dataclass(frozen=True, slots=True)
class CourseObject:
    """One course, and the policy that holds now (None: the school was not asked yet)."""

    course_id: UUID
    mode: CourseMode
    policy: Policy | None

    @property
    def label(self) -> str:
        """How the access log names this object."""
        return f"course:{self.course_id}"


@dataclass(frozen=True, slots=True)
class LectureObject:
    """One lecture, with the policy it was started under."""

    lecture_id: UUID
    course_id: UUID
    mode: CourseMode
    policy: Policy

    @property
    def label(self) -> str:
        """How the access log names this object."""
        return f"lecture:{self.lecture_id}"


@dataclass(frozen=True, slots=True)
class ParticipantObject:
    """One student in one lecture. ``shown``: admitted, and chose that the teacher may see them."""

    participant_id: UUID
    lecture_id: UUID
    course_id: UUID
    mode: CourseMode
    policy: Policy
    shown: bool

    @property
    def label(self) -> str:
        """How the access log names this object."""
        return f"participant:{self.participant_id}"


Object = SchoolObject | CourseObject | LectureObject | ParticipantObject
SCHOOL: Final = SchoolObject()


def course_object(course: Course, policy: Policy | None) -> CourseObject:
    """What access needs to know of a course."""
    return CourseObject(course.id, course.mode, policy)


def lecture_object(lecture: Lecture, course: Course) -> LectureObject:
    """What access needs to know of a lecture."""
    return LectureObject(lecture.id, course.id, course.mode, lecture.policy)


def participant_object(
    participant: Participant, lecture: Lecture, course: Course
) -> ParticipantObject:
    """What access needs to know of a participant."""
    return ParticipantObject(
        participant.id, lecture.id, course.id, course.mode, lecture.policy, shows_row(participant)
    )


def counts(participant: Participant) -> bool:
    """Whether a student counts in class figures: admitted, and agreed to it."""
    return participant.status is ParticipantStatus.ADMITTED and participant.choices.class_mood


def shows_row(participant: Participant) -> bool:
    """Whether a student may have a row and flags of their own: admitted, and chose it."""
    return participant.status is ParticipantStatus.ADMITTED and participant.choices.flags


def rows_shown(lecture: Lecture, participants: Iterable[Participant]) -> dict[UUID, Participant]:
    """Whose own rows and flags may be shown: of those who count, where the policy allows it."""
    allowed = lecture.policy is Policy.INDIVIDUAL
    return {one.id: one for one in participants if allowed and counts(one) and shows_row(one)}


def shows_flag(flag: FlagRow, participant: Participant) -> bool:
    """Whether anybody but the student may see a flag."""
    return shows_row(participant) and asking.shows(participant.choices.ask_first, flag.answer)


class Relation(StrEnum):
    """What an actor is to an object."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    ADMIN = "an admin"
    TEACHER = "a teacher of the course"
    STUDENT = "the student concerned"
    ROOM = "a room that the teacher allowed"
    OPERATOR = "the operator"


def _relations(actor: Actor, target: Object) -> Iterator[Relation]:
    yield Relation.ANYBODY
    match actor:
        case OperatorActor():
            yield Relation.OPERATOR
        case UserActor(user=user) if not user.disabled:
            yield Relation.SIGNED_IN
            if user.role is Role.ADMIN:
                yield Relation.ADMIN
            if getattr(target, "course_id", None) in actor.courses:
                yield Relation.TEACHER
        case RoomActor(lecture_id=lecture_id):
            if isinstance(target, LectureObject) and target.lecture_id == lecture_id:
                yield Relation.ROOM
        case ParticipantActor():
            if (
                isinstance(target, ParticipantObject)
                and target.participant_id == actor.participant_id
            ):
                yield Relation.STUDENT


_ALL_POLICIES: Final = frozenset({*Policy, None})
_INFERRING: Final = frozenset({Policy.INDIVIDUAL, Policy.AGGREGATE})
_INDIVIDUAL: Final = frozenset({Policy.INDIVIDUAL})
_NAMED: Final = frozenset({CourseMode.ROSTER, CourseMode.OPEN})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do something, to which kind of object, under which policies and course modes."""

    who: frozenset[Relation]
    target: type[Object] | tuple[type[Object], ...]
    policies: frozenset[Policy | None] = _ALL_POLICIES
    modes: frozenset[CourseMode] = field(default=frozenset(CourseMode))


def _only(*who: Relation) -> frozenset[Relation]:
    return frozenset(who)


_TEACHER: Final = _only(Relation.TEACHER)
_STUDENT: Final = _only(Relation.STUDENT)
_OFFICE: Final = _only(Relation.ADMIN, Relation.OPERATOR)
_READERS: Final = _only(Relation.ADMIN, Relation.TEACHER, Relation.OPERATOR)

RULES: Final[Mapping[Action, Rule]] = {
    # What a page shows is judged again by the action of each of its parts.
    Action.OPEN_PAGE: Rule(_only(Relation.ANYBODY), SchoolObject),
    Action.VIEW_HOME: Rule(_only(Relation.SIGNED_IN), SchoolObject),
    Action.MANAGE_OWN_SESSIONS: Rule(_only(Relation.SIGNED_IN), SchoolObject),
    Action.JOIN: Rule(_only(Relation.ANYBODY), LectureObject),
    Action.START_LECTURE: Rule(
        _only(Relation.TEACHER, Relation.OPERATOR), CourseObject, frozenset(Policy)
    ),
    Action.END_LECTURE: Rule(_only(Relation.TEACHER, Relation.OPERATOR), LectureObject),
    Action.VIEW_LIVE: Rule(_TEACHER, LectureObject),
    Action.VIEW_STUDENTS: Rule(_TEACHER, (LectureObject, ParticipantObject), _INDIVIDUAL, _NAMED),
    Action.VIEW_FLAGS: Rule(_TEACHER, (LectureObject, ParticipantObject), _INDIVIDUAL, _NAMED),
    Action.ACT_ON_FLAG: Rule(_TEACHER, (LectureObject, ParticipantObject), _INDIVIDUAL, _NAMED),
    Action.ADD_MARKER: Rule(_TEACHER, LectureObject),
    # Only an open course has students who wait at the door; their choices do not matter yet.
    Action.ADMIT: Rule(_TEACHER, LectureObject, modes=frozenset({CourseMode.OPEN})),
    # Whether everybody agreed is the store's to say (db.teaching.rooms), in the moment that it is
    # asked.
    Action.ALLOW_ROOM: Rule(_only(Relation.TEACHER, Relation.OPERATOR), LectureObject, _INFERRING),
    Action.STOP_ROOM: Rule(_only(Relation.TEACHER, Relation.OPERATOR), LectureObject),
    Action.SEND_ROOM: Rule(_only(Relation.ROOM), LectureObject, _INFERRING),
    Action.VIEW_REPORT: Rule(_READERS, LectureObject),
    Action.DOWNLOAD_REPORT: Rule(_READERS, (LectureObject, CourseObject)),
    Action.DOWNLOAD_STUDENT_TABLE: Rule(_READERS, LectureObject, _INDIVIDUAL, _NAMED),
    Action.MANAGE_USERS: Rule(_OFFICE, SchoolObject),
    Action.MANAGE_COURSES: Rule(_OFFICE, (SchoolObject, CourseObject)),
    Action.SET_POLICY: Rule(_OFFICE, SchoolObject),
    Action.VIEW_ACCESS_LOG: Rule(_OFFICE, SchoolObject),
    Action.ERASE: Rule(_OFFICE, (SchoolObject, ParticipantObject)),
    Action.SEND_OBSERVATIONS: Rule(_STUDENT, ParticipantObject, _INFERRING),
    Action.SEND_EVENTS: Rule(_STUDENT, ParticipantObject),
    Action.ANSWER_PULSE: Rule(_STUDENT, ParticipantObject),
    Action.VIEW_OWN: Rule(_STUDENT, ParticipantObject),
    Action.CHOOSE: Rule(_STUDENT, ParticipantObject),
    Action.ERASE_OWN: Rule(_STUDENT, ParticipantObject),
    Action.WITHDRAW: Rule(_STUDENT, ParticipantObject),
}

# Whole sentences, because a language may need another order for each.
_RESERVED: Final[Mapping[frozenset[Relation], str]] = {
    _only(Relation.SIGNED_IN): rule_text("Only somebody who signed in may do this."),
    _only(Relation.TEACHER): rule_text("Only a teacher of the course may do this."),
    _only(Relation.TEACHER, Relation.OPERATOR): rule_text(
        "Only a teacher of the course or the operator may do this."
    ),
    _only(Relation.ROOM): rule_text("Only a room that the teacher allowed may do this."),
    _OFFICE: rule_text("Only an admin or the operator may do this."),
    _READERS: rule_text("Only an admin, a teacher of the course or the operator may do this."),
    _STUDENT: rule_text("Only the student concerned may do this."),
}
_SIGN_IN: Final[Mapping[frozenset[Relation], str]] = {
    _only(Relation.SIGNED_IN): rule_text("To do this you must sign in."),
    _only(Relation.TEACHER): rule_text("To do this you must sign in as a teacher of the course."),
    _only(Relation.TEACHER, Relation.OPERATOR): rule_text(
        "To do this you must sign in as a teacher of the course, or be the operator."
    ),
    _only(Relation.ROOM): rule_text("To do this you must be a room that the teacher allowed."),
    _OFFICE: rule_text("To do this you must sign in as an admin, or be the operator."),
    _READERS: rule_text(
        "To do this you must sign in as an admin or a teacher of the course, or be the operator."
    ),
    _STUDENT: rule_text("To do this you must be the student concerned."),
}

# Of one student, only what that student chose to show.
_NEEDS_CHOICE: Final = frozenset({Action.VIEW_STUDENTS, Action.VIEW_FLAGS, Action.ACT_ON_FLAG})


def authorize(actor: Actor, action: Action, target: Object) -> None:
    """Return if ``actor`` may do ``action`` to ``target``; nothing else about them matters.

    Raises NotSignedInError where signing in could help, ForbiddenError naming the rule otherwise.
    """
    rule = RULES[action]
    if not isinstance(target, rule.target):
        raise ForbiddenError("Nobody may do this here.")
    if not rule.who.intersection(_relations(actor, target)):
        if isinstance(actor, Nobody):
            raise NotSignedInError(_SIGN_IN[rule.who])
        raise ForbiddenError(_RESERVED[rule.who])
    _check_policy(rule, target)
    if action in _NEEDS_CHOICE and isinstance(target, ParticipantObject) and not target.shown:
        raise ForbiddenError("This student did not choose to be shown.")


def require_taking_part(participant: Participant) -> None:
    """Return if a participant still takes part, so that what they send or say is accepted.

    Raises ForbiddenError, finally, where they took their agreement back or were not admitted.
    """
    if participant.withdrawn_at is not None:
        raise ForbiddenError("You took your agreement back, so nothing more is accepted.")
    if participant.status is ParticipantStatus.REFUSED:
        raise ForbiddenError("The teacher did not admit you to this lecture.")


def open_to_anybody(action: Action) -> bool:
    """Whether ``action`` needs nobody to be signed in, whatever its object."""
    return Relation.ANYBODY in RULES[action].who


def concerns_oneself(action: Action) -> bool:
    """Whether only the student concerned may do ``action``."""
    return RULES[action].who == _STUDENT


def may(actor: Actor, action: Action, target: Object) -> bool:
    """Whether ``authorize`` would let it pass."""
    try:
        authorize(actor, action, target)
    except (NotSignedInError, ForbiddenError):
        return False
    return True


def _check_policy(rule: Rule, target: Object) -> None:
    if isinstance(target, SchoolObject):
        return
    if target.policy not in rule.policies:
        if target.policy is None:
            raise ForbiddenError("The school's policy must be set before anybody may do this.")
        raise ForbiddenError(
            "The school's policy {value} allows nobody to do this.", value=repr(target.policy.value)
        )
    if target.mode not in rule.modes:
        raise ForbiddenError(
            "In a course of mode {value} nobody may do this.", value=repr(target.mode.value)
        )
