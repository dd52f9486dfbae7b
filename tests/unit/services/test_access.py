"""Every role, action, policy and course mode against the table of promises, written by hand."""

import itertools
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contract.policy import Choices, CourseMode, Policy
from db.values import Lecture, Participant, ParticipantStatus, Role, User
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
from tests.builders.promises import TABLE

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
IN_ROLE: dict[str, str] = {
    "nobody": "stranger",
    "teacher": "teacher",
    "other teacher": "other teacher",
    "admin": "admin",
    # Somebody who signed in with the school's account, which makes nobody a student of a lecture.
    "student user": "other teacher",
    "ana": "student",
    "ben": "other student",
    "room": "camera",
    "another lecture's room": "other student",
    "operator": "operator",
}
"""Which role of the table of promises each is; the lecture is of COURSE, the participant is Ana."""


def targets(policy: Policy, mode: CourseMode) -> dict[str, Object]:
    """One of each kind: the lecture is of COURSE, the participant is Ana."""
    return {
        "school": SCHOOL,
        "course": CourseObject(COURSE, mode, policy),
        "lecture": LectureObject(LECTURE, COURSE, mode, policy),
        "participant": ParticipantObject(ANA, LECTURE, COURSE, mode, policy, shown=True),
    }


def test_every_action_has_a_rule_and_a_promise() -> None:
    assert set(RULES) == set(Action) == set(TABLE)


@pytest.mark.parametrize("action", Action)
def test_the_matrix(action: Action) -> None:
    told = TABLE[action]
    for (name, actor), policy, mode in itertools.product(ACTORS.items(), Policy, CourseMode):
        for kind, target in targets(policy, mode).items():
            here = kind == "school" or (policy in told.policies and mode in told.modes)
            expected = kind in told.on and IN_ROLE[name] in told.who and here
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


def somebody(
    status: ParticipantStatus = ParticipantStatus.ADMITTED,
    *,
    class_mood: bool = True,
    flags: bool = True,
) -> Participant:
    now, choices = datetime(2026, 11, 2, tzinfo=UTC), Choices(class_mood=class_mood, flags=flags)
    return Participant(uuid4(), LECTURE, None, "Ana", status, False, choices, now, None)


@pytest.mark.parametrize("status", ParticipantStatus)
@pytest.mark.parametrize("agreed", [True, False])
def test_a_figure_counts_who_is_admitted_and_agreed(
    status: ParticipantStatus, agreed: bool
) -> None:
    found = access.counts(somebody(status, class_mood=agreed))
    assert found is (status is ParticipantStatus.ADMITTED and agreed)


@pytest.mark.parametrize("policy", Policy)
def test_rows_are_shown_where_the_policy_allows_it(policy: Policy) -> None:
    """Of those who count and chose it: a choice made under another policy shows nobody."""
    began = datetime(2026, 11, 2, tzinfo=UTC)
    lecture = Lecture(LECTURE, COURSE, "Heat", "ABC234", policy, began, None)
    shown = somebody()
    people = [
        shown,
        somebody(flags=False),
        somebody(class_mood=False),
        *(somebody(status) for status in ParticipantStatus if status != ParticipantStatus.ADMITTED),
    ]
    wanted = {shown.id: shown} if policy is Policy.INDIVIDUAL else {}
    assert access.rows_shown(lecture, people) == wanted
