"""Lectures, their join codes, markers and ends."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contract.policy import CourseMode, Policy
from db.errors import ConflictError, NotFoundError
from db.measurements import queries
from db.people import courses
from db.teaching import lectures, reports
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting


def test_a_code_is_six_letters_that_cannot_be_misread(classroom: Sitting) -> None:
    codes = [
        lectures.start(classroom.store, classroom.course.id, "L", Policy.AGGREGATE, NOW).code
        for _ in range(20)
    ]
    assert len(set(codes)) == 20
    assert all(len(code) == 6 and not set(code) & set("ILO01") for code in codes)


def test_a_code_is_unique_among_the_running_and_free_again_after(classroom: Sitting) -> None:
    store, course = classroom.store, classroom.course

    def start() -> lectures.Lecture:
        return lectures.start(store, course.id, "L", Policy.INDIVIDUAL, NOW, code="ABC234")

    first = start()
    with pytest.raises(ConflictError, match="ABC234"):
        start()
    lectures.end(store, first.id, classroom.at(60))
    ended = lectures.by_code(store, "ABC234")
    assert ended is not None
    assert (ended.id, ended.running) == (first.id, False)
    second = start()
    assert lectures.by_code(store, "ABC234") == second
    assert lectures.by_code(store, "ZZZZZZ") is None


@pytest.mark.parametrize("code", ["ABC", "abc234", "ABC10O", "ABCDEFG"])
def test_a_code_that_breaks_the_rule_is_refused(classroom: Sitting, code: str) -> None:
    with pytest.raises(ConflictError, match=code):
        lectures.start(classroom.store, classroom.course.id, "L", Policy.INDIVIDUAL, NOW, code=code)


def test_a_lecture_of_no_course_is_refused(classroom: Sitting) -> None:
    with pytest.raises(NotFoundError, match="course"):
        lectures.start(classroom.store, uuid4(), "L", Policy.INDIVIDUAL, NOW)


def test_ending_makes_the_report_due_after_the_grace_once(classroom: Sitting) -> None:
    store, lecture = classroom.store, classroom.lecture
    assert reports.job_of(store, lecture.id) is None
    ended = lectures.end(store, lecture.id, classroom.at(60), timedelta(seconds=30))
    again = lectures.end(store, lecture.id, classroom.at(99))

    assert ended == again
    assert ended.ended_at == classroom.at(60)
    job = reports.job_of(store, lecture.id)
    assert job is not None
    assert job.due_at == classroom.at(90)
    assert lectures.lecture(store, lecture.id) == ended
    with pytest.raises(NotFoundError):
        lectures.end(store, uuid4(), NOW)


def test_running_and_recent_lectures(classroom: Sitting) -> None:
    store, course = classroom.store, classroom.course
    early = lectures.start(
        store, course.id, "E", Policy.INDIVIDUAL, NOW, started_at=NOW - timedelta(minutes=40)
    )
    other = courses.add_course(store, title="Art", mode=CourseMode.OPEN, timezone="UTC", now=NOW)
    theirs = lectures.start(
        store, other.id, "O", Policy.INDIVIDUAL, NOW, started_at=NOW + timedelta(minutes=1)
    )

    assert list(lectures.running(store)) == [early, classroom.lecture, theirs]
    assert list(lectures.recent(store)) == [theirs, classroom.lecture, early]
    assert list(lectures.recent(store, limit=1)) == [theirs]
    assert list(lectures.recent(store, teacher_id=classroom.teacher.id)) == [
        classroom.lecture,
        early,
    ]
    lectures.end(store, early.id, NOW)
    assert list(lectures.running(store)) == [classroom.lecture, theirs]
    assert queries.lectures_of_course(store, course.id)[0] == classroom.lecture
    assert len(queries.lectures_of_course(store, course.id)) == 2


def test_markers_are_read_in_order_of_time(classroom: Sitting) -> None:
    store, lecture = classroom.store, classroom.lecture
    late = lectures.add_marker(
        store, lecture.id, at=classroom.at(50), label="Quiz", user_id=classroom.teacher.id
    )
    early = lectures.add_marker(store, lecture.id, at=classroom.at(5), label="Groups", user_id=None)
    assert list(lectures.markers_of(store, lecture.id)) == [early, late]


def test_participants_are_read_by_name(classroom: Sitting) -> None:
    joined = [classroom.join() for _ in range(3)]
    found = queries.participants(classroom.store, classroom.lecture.id)
    assert found == sorted(joined, key=lambda participant: participant.name)
