"""What students say is counted span by span, and no two counts differ by one of them."""

from typing import Any

import pytest

from contract.exchange import PulseMood
from contract.policy import CourseMode, Policy
from db.measurements import queries
from db.teaching import lectures
from db.values import SelfReportSpan
from services import my_data
from services.access import ParticipantActor
from services.figures import self_reports

GOOD, LOST = PulseMood.GOOD, PulseMood.LOST


@pytest.fixture
def lecture(world: Any) -> Any:
    return world.lecture(CourseMode.ANONYMOUS, Policy.SELF_REPORT)


def settle(world: Any, lecture: Any) -> tuple[SelfReportSpan, ...]:
    known = lectures.lecture(world.store, lecture.id)
    assert known is not None
    people = queries.participants(world.store, lecture.id)
    return self_reports.settle(world.store, known, people, world.clock())


def say(world: Any, student: Any, mood: PulseMood) -> None:
    answer = student.client.post(
        "/api/v1/pulse", json={"mood": mood.value}, headers=student.headers
    )
    assert answer.status_code == 204, answer.text


def test_a_span_waits_for_five_students_and_counts_the_last_answer_of_each(
    world: Any, lecture: Any
) -> None:
    students = [world.join(lecture) for _ in range(5)]
    for student in students[:4]:
        say(world, student, GOOD)
    world.clock.forward(minutes=2)
    assert settle(world, lecture) == ()
    say(world, students[0], LOST)
    say(world, students[4], LOST)
    world.clock.forward(seconds=59)
    assert settle(world, lecture) == ()
    world.clock.forward(seconds=1)
    (span,) = settle(world, lecture)
    assert (span.answered, span.counts[GOOD], span.counts[LOST]) == (5, 3, 2)
    start = int(lecture.started_at.timestamp())
    assert (span.begins, span.ends) == (start, start + 180)


def test_one_more_answer_changes_nothing_that_was_shown(world: Any, lecture: Any) -> None:
    students = [world.join(lecture) for _ in range(6)]
    for student in students[:5]:
        say(world, student, GOOD)
    world.clock.forward(minutes=1)
    before = settle(world, lecture)
    say(world, students[5], LOST)
    say(world, students[0], LOST)
    world.clock.forward(minutes=10)
    assert settle(world, lecture) == before
    lectures.end(world.store, lecture.id, world.clock())
    assert settle(world, lecture) == before


def test_who_leaves_takes_the_whole_span_along(world: Any, lecture: Any) -> None:
    students = [world.join(lecture) for _ in range(11)]
    for student in students[:6]:
        say(world, student, GOOD)
    world.clock.forward(minutes=1)
    settle(world, lecture)
    for student in students[5:]:
        say(world, student, LOST)
    world.clock.forward(minutes=1)
    first, second = settle(world, lecture)
    assert (first.answered, second.answered) == (6, 6)
    gone = ParticipantActor(students[0].id, lecture.id)
    my_data.withdraw(world.app.services, gone, gone.participant_id)
    assert settle(world, lecture) == (second,)
    world.clock.forward(minutes=5)
    assert settle(world, lecture) == (second,)


def test_who_does_not_count_is_not_counted(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)
    waiting = [world.join(lecture, name=f"S{n}") for n in range(6)]
    for student in waiting:
        say(world, student, GOOD)
    world.clock.forward(minutes=1)
    assert settle(world, lecture) == ()


def test_taps_are_bounded(world: Any, lecture: Any) -> None:
    student = world.join(lecture)
    statuses = [
        student.client.post(
            "/api/v1/pulse", json={"mood": "good"}, headers=student.headers
        ).status_code
        for _ in range(14)
    ]
    assert statuses[:12] == [204] * 12
    assert statuses[-1] == 429
