"""What teachers do, by page and by command: judged, done, and written to the access log."""

from typing import Any
from uuid import uuid4

import pytest

from contract.flags import FlagKind
from contract.policy import CourseMode, Policy
from db.errors import ConflictError
from db.people import audit, consents, courses
from db.teaching import flags, lectures
from db.values import FlagOutcome, ParticipantStatus
from services import teaching
from services.access import OperatorActor, UserActor
from services.errors import ForbiddenError, InvalidError, RefusedError, UnknownObjectError


def actor(world: Any, login: str) -> UserActor:
    user = world.users[login]
    taught = courses.list_courses(world.store, teacher_id=user.id)
    return UserActor(user, frozenset(course.id for course in taught))


@pytest.fixture
def tara(world: Any) -> UserActor:
    return actor(world, "tara")


@pytest.fixture
def otto(world: Any) -> UserActor:
    return actor(world, "otto")


def logged(world: Any) -> list[tuple[str, str]]:
    return [(one.action, one.object) for one in reversed(audit.records(world.store))]


def raised(world: Any, lecture: Any, student: Any) -> Any:
    return flags.raise_flag(
        world.store, lecture_id=lecture.id, participant_id=student.id, kind=FlagKind.SAD,
        raised_at=world.clock(), evidence={}, reason="looked sad",
    )  # fmt: skip


def test_a_lecture_from_start_to_end(world: Any, tara: UserActor) -> None:
    services = world.app.services
    course = world.courses[CourseMode.OPEN]
    lecture = teaching.start_lecture(services, tara, course.id, "  Group \n theory ", "ABCDEF")
    assert (lecture.title, lecture.policy, lecture.code) == (
        "Group theory", Policy.INDIVIDUAL, "ABCDEF",
    )  # fmt: skip
    marker = teaching.add_marker(services, tara, lecture.id, "group work starts")
    assert marker.user_id == tara.user.id
    world.clock.forward(minutes=50)
    ended = teaching.end_lecture(services, tara, str(lecture.id))
    assert ended.ended_at == world.clock.now
    assert logged(world) == [
        ("start_lecture", f"lecture:{lecture.id}"), ("add_marker", f"lecture:{lecture.id}"),
        ("end_lecture", f"lecture:{lecture.id}"),
    ]  # fmt: skip
    with pytest.raises(RefusedError, match="has ended"):
        teaching.add_marker(services, tara, lecture.id, "too late")
    assert teaching.end_lecture(services, tara, lecture.id).ended_at == ended.ended_at


def test_the_operator_may_start_and_end_but_not_teach(world: Any) -> None:
    services = world.app.services
    course = world.courses[CourseMode.OPEN]
    lecture = teaching.start_lecture(services, OperatorActor(), course.id, "Algebra")
    with pytest.raises(ForbiddenError):
        teaching.add_marker(services, OperatorActor(), lecture.id, "no")
    assert not teaching.end_lecture(services, OperatorActor(), lecture.id).running


@pytest.mark.parametrize("title", ["", "  \n ", "x" * 201])
def test_a_title_says_something_in_200_letters(world: Any, tara: UserActor, title: str) -> None:
    with pytest.raises(InvalidError, match="1 to 200"):
        teaching.start_lecture(world.app.services, tara, world.courses[CourseMode.OPEN].id, title)


def test_no_lecture_without_a_policy_nor_with_a_taken_code(world: Any, tara: UserActor) -> None:
    services, course = world.app.services, world.courses[CourseMode.OPEN]
    teaching.start_lecture(services, tara, course.id, "One", "ABCDEF")
    with pytest.raises(ConflictError, match="ABCDEF"):
        teaching.start_lecture(services, tara, course.id, "Two", "ABCDEF")
    world.set_policy(None)
    with pytest.raises(ForbiddenError, match="policy must be set"):
        teaching.start_lecture(services, tara, course.id, "Three")


def test_nothing_of_another_teachers_lecture(world: Any, otto: UserActor) -> None:
    services, lecture = world.app.services, world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    flag = raised(world, lecture, ana)
    tries = [
        lambda: teaching.start_lecture(services, otto, lecture.course_id, "Mine"),
        lambda: teaching.end_lecture(services, otto, lecture.id),
        lambda: teaching.add_marker(services, otto, lecture.id, "mine"),
        lambda: teaching.answer_flag(services, otto, lecture.id, flag.id, "wrong"),
        lambda: teaching.admit(services, otto, lecture.id, ana.id),
        lambda: teaching.refuse(services, otto, lecture.id, ana.id),
    ]
    for attempt in tries:
        with pytest.raises(ForbiddenError):
            attempt()
    assert logged(world) == []


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("checked_in", FlagOutcome.CHECKED_IN),
        ("not_now", FlagOutcome.DISMISSED),
        ("wrong", FlagOutcome.DISMISSED),
    ],
)
def test_a_check_in_is_answered(
    world: Any, tara: UserActor, word: str, outcome: FlagOutcome
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    consents.admit(world.store, ana.id)
    flag = raised(world, lecture, ana)
    answered = teaching.answer_flag(world.app.services, tara, lecture.id, flag.id, word)
    assert (answered.outcome, answered.outcome_note) == (outcome, word)
    (record,) = audit.records(world.store)
    assert (record.subject, record.detail) == (ana.id, {"outcome": word})


def test_a_check_in_of_another_lecture_or_of_nobody_is_none(world: Any, tara: UserActor) -> None:
    services = world.app.services
    here, there = world.lecture(CourseMode.OPEN), world.lecture(CourseMode.OPEN)
    ana = world.join(there, name="Ana")
    flag = raised(world, there, ana)
    for identifier in (flag.id, uuid4(), "no id"):
        with pytest.raises(UnknownObjectError):
            teaching.answer_flag(services, tara, here.id, identifier, "wrong")
    with pytest.raises(InvalidError, match="checked_in, not_now, wrong"):
        teaching.answer_flag(services, tara, there.id, flag.id, "she is fine")


def test_a_student_who_is_not_shown_cannot_be_answered_for(world: Any, tara: UserActor) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana", choices={"class_mood": True})
    consents.admit(world.store, ana.id)
    flag = raised(world, lecture, ana)
    with pytest.raises(ForbiddenError, match="did not choose"):
        teaching.answer_flag(world.app.services, tara, lecture.id, flag.id, "wrong")


def test_a_check_in_that_its_student_did_not_agree_to_is_none(world: Any, tara: UserActor) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    wants = {"class_mood": True, "flags": True, "ask_first": True}
    ana = world.join(lecture, name="Ana", choices=wants)
    consents.admit(world.store, ana.id)
    flag = raised(world, lecture, ana)
    for yes in (None, False):
        if yes is not None:
            flags.answer(world.store, flag.id, yes, world.clock())
        with pytest.raises(UnknownObjectError, match="no check-in"):
            teaching.answer_flag(world.app.services, tara, lecture.id, flag.id, "checked_in")
    flags.answer(world.store, flag.id, True, world.clock())
    answered = teaching.answer_flag(world.app.services, tara, lecture.id, flag.id, "checked_in")
    assert answered.outcome is FlagOutcome.CHECKED_IN


def test_the_door_of_an_open_course(world: Any, tara: UserActor) -> None:
    services, lecture = world.app.services, world.lecture(CourseMode.OPEN)
    ana, ben = world.join(lecture, name="Ana"), world.join(lecture, name="Ben")
    assert teaching.admit(services, tara, lecture.id, ana.id).status is ParticipantStatus.ADMITTED
    assert teaching.refuse(services, tara, lecture.id, ben.id).status is ParticipantStatus.REFUSED
    other = lectures.start(
        world.store, lecture.course_id, "Other", Policy.INDIVIDUAL, world.clock()
    )
    with pytest.raises(UnknownObjectError):
        teaching.admit(services, tara, other.id, ben.id)
    roster = world.lecture(CourseMode.ROSTER)
    with pytest.raises(ForbiddenError, match="roster"):
        teaching.admit(services, tara, roster.id, ben.id)
