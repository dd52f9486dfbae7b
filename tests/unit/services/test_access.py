"""Every role, action, policy and course mode against the table written out here by hand."""

import itertools
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contract.policy import Choices, CourseMode, Policy
from db.values import Participant, ParticipantStatus, Role, User
from services import access
from services.access import (
    RULES,
    SCHOOL,
    Action,
    Actor,
    CourseObject,
    LectureObject,
    Nobody,
    Object,
    OperatorActor,
    ParticipantActor,
    ParticipantObject,
    RoomActor,
    UserActor,
    authorize,
    may,
)
from services.errors import ForbiddenError, NotSignedInError

COURSE, OTHER, LECTURE, ANA, BEN = (uuid4() for _ in range(5))


def user(role: Role, *taught: UUID, disabled: bool = False) -> UserActor:
    return UserActor(User(uuid4(), role, role, role, disabled), frozenset(taught))


ACTORS: dict[str, Actor] = {
    "nobody": Nobody(),
    "teacher": user(Role.TEACHER, COURSE),
    "other teacher": user(Role.TEACHER, OTHER),
    "admin": user(Role.ADMIN),
    "student user": user(Role.STUDENT),
    "ana": ParticipantActor(ANA, LECTURE),
    "ben": ParticipantActor(BEN, LECTURE),
    "room": RoomActor(uuid4(), LECTURE),
    "another lecture's room": RoomActor(uuid4(), uuid4()),
    "operator": OperatorActor(),
}
EVERYBODY = set(ACTORS)
OFFICE = {"admin", "operator"}

# Who may, where policy and mode allow all: the lecture of COURSE, the participant is Ana.
WHO: dict[Action, set[str]] = {
    Action.OPEN_PAGE: EVERYBODY,
    Action.VIEW_HOME: {"teacher", "other teacher", "admin", "student user"},
    Action.MANAGE_OWN_SESSIONS: {"teacher", "other teacher", "admin", "student user"},
    Action.JOIN: EVERYBODY,
    Action.START_LECTURE: {"teacher", "operator"},
    Action.END_LECTURE: {"teacher", "operator"},
    Action.VIEW_LIVE: {"teacher"},
    Action.VIEW_STUDENTS: {"teacher"},
    Action.VIEW_FLAGS: {"teacher"},
    Action.ACT_ON_FLAG: {"teacher"},
    Action.ADD_MARKER: {"teacher"},
    Action.ADMIT: {"teacher"},
    Action.ALLOW_ROOM: {"teacher", "operator"},
    Action.STOP_ROOM: {"teacher", "operator"},
    Action.SEND_ROOM: {"room"},
    Action.VIEW_REPORT: {"teacher", *OFFICE},
    Action.DOWNLOAD_REPORT: {"teacher", *OFFICE},
    Action.DOWNLOAD_STUDENT_TABLE: {"teacher", *OFFICE},
    Action.MANAGE_USERS: OFFICE,
    Action.MANAGE_COURSES: OFFICE,
    Action.SET_POLICY: OFFICE,
    Action.VIEW_ACCESS_LOG: OFFICE,
    Action.ERASE: OFFICE,
    Action.SEND_OBSERVATIONS: {"ana"},
    Action.SEND_EVENTS: {"ana"},
    Action.ANSWER_PULSE: {"ana"},
    Action.VIEW_OWN: {"ana"},
    Action.CHOOSE: {"ana"},
    Action.ERASE_OWN: {"ana"},
    Action.WITHDRAW: {"ana"},
}
# What it may be done to. Of several kinds, each is judged.
ON: dict[Action, set[str]] = {
    Action.OPEN_PAGE: {"school"},
    Action.VIEW_HOME: {"school"},
    Action.MANAGE_OWN_SESSIONS: {"school"},
    Action.JOIN: {"lecture"},
    Action.START_LECTURE: {"course"},
    Action.END_LECTURE: {"lecture"},
    Action.VIEW_LIVE: {"lecture"},
    Action.VIEW_STUDENTS: {"lecture", "participant"},
    Action.VIEW_FLAGS: {"lecture", "participant"},
    Action.ACT_ON_FLAG: {"lecture", "participant"},
    Action.ADD_MARKER: {"lecture"},
    Action.ADMIT: {"lecture"},
    Action.ALLOW_ROOM: {"lecture"},
    Action.STOP_ROOM: {"lecture"},
    Action.SEND_ROOM: {"lecture"},
    Action.VIEW_REPORT: {"lecture"},
    Action.DOWNLOAD_REPORT: {"lecture"},
    Action.DOWNLOAD_STUDENT_TABLE: {"lecture"},
    Action.MANAGE_USERS: {"school"},
    Action.MANAGE_COURSES: {"school", "course"},
    Action.SET_POLICY: {"school"},
    Action.VIEW_ACCESS_LOG: {"school"},
    Action.ERASE: {"school", "participant"},
    Action.SEND_OBSERVATIONS: {"participant"},
    Action.SEND_EVENTS: {"participant"},
    Action.ANSWER_PULSE: {"participant"},
    Action.VIEW_OWN: {"participant"},
    Action.CHOOSE: {"participant"},
    Action.ERASE_OWN: {"participant"},
    Action.WITHDRAW: {"participant"},
}
INDIVIDUAL_ONLY = {
    Action.VIEW_STUDENTS, Action.VIEW_FLAGS, Action.ACT_ON_FLAG, Action.DOWNLOAD_STUDENT_TABLE,
}  # fmt: skip


def allowed_here(action: Action, policy: Policy | None, mode: CourseMode) -> bool:
    """What policy and mode allow, in words of its own."""
    if action in INDIVIDUAL_ONLY:
        return policy is Policy.INDIVIDUAL and mode is not CourseMode.ANONYMOUS
    if action in (Action.SEND_OBSERVATIONS, Action.ALLOW_ROOM, Action.SEND_ROOM):
        return policy in (Policy.INDIVIDUAL, Policy.AGGREGATE)
    if action is Action.START_LECTURE:
        return policy is not None
    if action is Action.ADMIT:
        return mode is CourseMode.OPEN
    return True


def targets(policy: Policy, mode: CourseMode) -> dict[str, Object]:
    """One of each kind: the lecture is of COURSE, the participant is Ana."""
    return {
        "school": SCHOOL,
        "course": CourseObject(COURSE, mode, policy),
        "lecture": LectureObject(LECTURE, COURSE, mode, policy),
        "participant": ParticipantObject(ANA, LECTURE, COURSE, mode, policy, shown=True),
    }


def test_every_action_has_a_rule_and_a_line_here() -> None:
    assert set(RULES) == set(Action) == set(WHO) == set(ON)


@pytest.mark.parametrize("action", Action)
def test_the_matrix(action: Action) -> None:
    for (name, actor), policy, mode in itertools.product(ACTORS.items(), Policy, CourseMode):
        for kind, target in targets(policy, mode).items():
            here = kind == "school" or allowed_here(action, policy, mode)
            expected = kind in ON[action] and name in WHO[action] and here
            assert may(actor, action, target) is expected, (name, kind, policy, mode)


@pytest.mark.parametrize("mode", CourseMode)
def test_no_lecture_starts_before_the_school_has_a_policy(mode: CourseMode) -> None:
    with pytest.raises(ForbiddenError, match="policy must be set"):
        authorize(ACTORS["teacher"], Action.START_LECTURE, CourseObject(COURSE, mode, None))


@pytest.mark.parametrize("action", [Action.VIEW_STUDENTS, Action.VIEW_FLAGS, Action.ACT_ON_FLAG])
def test_a_student_who_did_not_choose_it_is_not_shown(action: Action) -> None:
    hidden = ParticipantObject(
        ANA, LECTURE, COURSE, CourseMode.OPEN, Policy.INDIVIDUAL, shown=False
    )
    with pytest.raises(ForbiddenError, match="did not choose"):
        authorize(ACTORS["teacher"], action, hidden)


@pytest.mark.parametrize("role", Role)
def test_who_was_locked_out_may_nothing_that_takes_a_sign_in(role: Role) -> None:
    locked = user(role, COURSE, disabled=True)
    for action in set(Action) - {Action.OPEN_PAGE, Action.JOIN}:
        for kind, target in targets(Policy.INDIVIDUAL, CourseMode.OPEN).items():
            assert not may(locked, action, target), (action, kind)


def test_an_admin_who_teaches_sees_the_own_course_and_no_other() -> None:
    both = user(Role.ADMIN, COURSE)
    own = LectureObject(LECTURE, COURSE, CourseMode.OPEN, Policy.INDIVIDUAL)
    other = LectureObject(LECTURE, OTHER, CourseMode.OPEN, Policy.INDIVIDUAL)
    assert may(both, Action.VIEW_STUDENTS, own)
    assert not may(both, Action.VIEW_STUDENTS, other)


def test_who_is_not_signed_in_is_told_so_and_others_that_it_is_not_theirs() -> None:
    lecture = LectureObject(LECTURE, COURSE, CourseMode.OPEN, Policy.INDIVIDUAL)
    with pytest.raises(NotSignedInError, match="sign in as a teacher of the course"):
        authorize(Nobody(), Action.VIEW_LIVE, lecture)
    with pytest.raises(ForbiddenError, match="Only a teacher of the course may do this"):
        authorize(ACTORS["other teacher"], Action.VIEW_LIVE, lecture)


@pytest.mark.parametrize("status", ParticipantStatus)
@pytest.mark.parametrize("flags", [True, False])
def test_a_row_needs_admission_and_the_students_own_choice(
    status: ParticipantStatus, flags: bool
) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    ana = Participant(
        ANA, LECTURE, None, "Ana", status, False, Choices(class_mood=True, flags=flags), now, None
    )
    assert access.shows_row(ana) is (status is ParticipantStatus.ADMITTED and flags)
