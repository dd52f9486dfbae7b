"""What a teacher takes back while a lecture runs, on both stores."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contract.flags import FlagKind
from contract.policy import CourseMode
from db.people import audit, consents, courses
from db.teaching import flags, lectures
from db.values import ParticipantStatus
from services import taking_back, teaching
from services.access import UserActor
from services.errors import ForbiddenError, InvalidError, RefusedError, UnknownObjectError


def actor(world: Any, login: str) -> UserActor:
    user = world.users[login]
    taught = courses.list_courses(world.store, teacher_id=user.id)
    return UserActor(user, frozenset(course.id for course in taught))


@pytest.fixture
def scene(world: Any) -> Any:
    """A running open lecture of Tara's with Ana in it, a check-in with her, and a marker."""
    lecture = world.lecture(CourseMode.OPEN)
    world.tara, world.otto, world.running = actor(world, "tara"), actor(world, "otto"), lecture
    world.ana = world.join(lecture, name="Ana")
    consents.admit(world.store, world.ana.id)
    world.flag = flags.raise_flag(
        world.store, lecture_id=lecture.id, participant_id=world.ana.id, kind=FlagKind.SAD,
        raised_at=world.clock(), evidence={}, reason="",
    )  # fmt: skip
    world.marker = teaching.add_marker(world.app.services, world.tara, lecture.id, "Quiz")
    return world


@pytest.mark.parametrize("outcome", ["checked_in", "not_now", "wrong"])
def test_an_answer_taken_back_leaves_the_check_in_as_it_was(scene: Any, outcome: str) -> None:
    services, lecture = scene.app.services, scene.running
    teaching.answer_flag(services, scene.tara, lecture.id, scene.flag.id, outcome)
    # The answer closes it, and so it is cleared at the next tick.
    flags.clear(scene.store, scene.flag.id, scene.clock())
    scene.clock.forward(seconds=20)
    again = taking_back.reopen_flag(services, scene.tara, lecture.id, scene.flag.id)
    assert again == scene.flag == flags.flag(scene.store, scene.flag.id)
    assert audit.records(scene.store)[0].detail == {"outcome": "taken_back"}
    # Taken back once more it is no other; and it can be cleared and answered anew.
    assert taking_back.reopen_flag(services, scene.tara, lecture.id, scene.flag.id) == again
    assert flags.clear(scene.store, scene.flag.id, scene.clock()).cleared_at is not None
    answered = teaching.answer_flag(services, scene.tara, lecture.id, scene.flag.id, "wrong")
    assert answered.outcome_note == "wrong"


def test_an_answer_stands_after_a_minute(scene: Any) -> None:
    services, lecture = scene.app.services, scene.running
    teaching.answer_flag(services, scene.tara, lecture.id, scene.flag.id, "wrong")
    scene.clock.forward(seconds=61)
    with pytest.raises(RefusedError, match="for 60 s, but this one was given 61 s ago"):
        taking_back.reopen_flag(services, scene.tara, lecture.id, scene.flag.id)


@pytest.mark.parametrize("verdict", ["admit", "refuse"])
def test_who_was_judged_waits_again(scene: Any, verdict: str) -> None:
    zoe = scene.join(scene.running, name="Zoe")
    getattr(teaching, verdict)(scene.app.services, scene.tara, scene.running.id, zoe.id)
    back = taking_back.wait_again(scene.app.services, scene.tara, scene.running.id, zoe.id)
    assert back.status is ParticipantStatus.WAITING
    found = consents.participant(scene.store, zoe.id)
    assert found is not None
    assert found.status is ParticipantStatus.WAITING


def test_a_marker_gets_other_words_goes_and_comes_back(scene: Any) -> None:
    services, lecture, tara = scene.app.services, scene.running, scene.tara
    marker = scene.marker
    renamed = taking_back.rename_marker(services, tara, lecture.id, marker.id, "  Big \n quiz 🎉 ")
    assert (renamed.label, renamed.at) == ("Big quiz 🎉", marker.at)
    scene.clock.forward(minutes=5)
    gone = taking_back.remove_marker(services, tara, lecture.id, str(marker.id))
    assert gone == renamed
    assert lectures.markers_of(scene.store, lecture.id) == []
    taking_back.restore_marker(services, tara, lecture.id, gone.at, gone.label)
    (back,) = lectures.markers_of(scene.store, lecture.id)
    assert (back.at, back.label) == (renamed.at, renamed.label)


@pytest.mark.parametrize("label", ["", " \n ", "x" * 201])
def test_a_marker_needs_words(scene: Any, label: str) -> None:
    with pytest.raises(InvalidError, match="1 to 200"):
        taking_back.rename_marker(
            scene.app.services, scene.tara, scene.running.id, scene.marker.id, label
        )


@pytest.mark.parametrize("away", [timedelta(hours=-9), timedelta(seconds=1)])
def test_a_marker_comes_back_within_the_lecture(scene: Any, away: timedelta) -> None:
    with pytest.raises(InvalidError, match="between the lecture's start and now"):
        taking_back.restore_marker(
            scene.app.services, scene.tara, scene.running.id, scene.clock() + away, "Quiz"
        )


def tries(scene: Any, who: UserActor) -> list[Any]:
    services, lecture = scene.app.services, scene.running
    return [
        lambda: taking_back.reopen_flag(services, who, lecture.id, scene.flag.id),
        lambda: taking_back.wait_again(services, who, lecture.id, scene.ana.id),
        lambda: taking_back.rename_marker(services, who, lecture.id, scene.marker.id, "Mine"),
        lambda: taking_back.remove_marker(services, who, lecture.id, scene.marker.id),
        lambda: taking_back.restore_marker(services, who, lecture.id, scene.marker.at, "Mine"),
    ]


def test_nothing_of_another_teachers_lecture(scene: Any) -> None:
    for attempt in tries(scene, scene.otto):
        with pytest.raises(ForbiddenError):
            attempt()


def test_nothing_once_the_lecture_has_ended(scene: Any) -> None:
    teaching.end_lecture(scene.app.services, scene.tara, scene.running.id)
    for attempt in tries(scene, scene.tara):
        with pytest.raises(RefusedError, match="has ended"):
            attempt()


def test_what_is_not_of_this_lecture_is_none(scene: Any) -> None:
    services, here = scene.app.services, scene.lecture(CourseMode.OPEN)
    for unknown in (scene.marker.id, uuid4(), "no id"):
        with pytest.raises(UnknownObjectError):
            taking_back.remove_marker(services, scene.tara, here.id, unknown)
    for attempt in (
        lambda: taking_back.reopen_flag(services, scene.tara, here.id, scene.flag.id),
        lambda: taking_back.wait_again(services, scene.tara, here.id, scene.ana.id),
    ):
        with pytest.raises(UnknownObjectError):
            attempt()
