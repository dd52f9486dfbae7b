"""A baseline comes from before, of who chose flags, and goes with what it came from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.observations import Observation
from contract.policy import Choices, Policy
from db.measurements import baselines, ingest, retention
from db.people import consents, courses
from db.teaching import lectures
from db.values import Participant, Student
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting

MODEL = "net@1"
Observe = Callable[..., Observation]


@pytest.fixture
def ana(rostered: Sitting) -> Student:
    return courses.add_student(rostered.store, rostered.course.id, name="Ana", now=NOW)


def send(classroom: Sitting, who: Participant, observe: Observe, seconds: range) -> int:
    """Send these seconds; how many of them have a face."""
    batch = [observe(second) for second in seconds]
    ingest.ingest_observations(classroom.store, who.id, batch, classroom.at(seconds[-1] + 5))
    return sum(item.probabilities is not None for item in batch)


def next_lecture(classroom: Sitting, policy: Policy = Policy.INDIVIDUAL) -> Sitting:
    """The running lecture ended, another one an hour later."""
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(600), timedelta(0))
    later = classroom.now + timedelta(hours=1)
    started = lectures.start(classroom.store, classroom.course.id, "More", policy, later)
    return replace(classroom, lecture=started, now=later)


def known(classroom: Sitting) -> dict[UUID, int]:
    found = baselines.baseline_sums(classroom.store, classroom.lecture.id, MODEL)
    return {who: looks.observations for who, looks in found.items()}


def mark(classroom: Sitting, who: Participant, second: float, kind: EventKind) -> None:
    at = classroom.at(second)
    event = Event(id=uuid7(at), at=at, kind=kind)
    ingest.ingest_events(classroom.store, who.id, [event], at)


def test_an_earlier_lecture_tells_and_the_running_one_does_not(
    rostered: Sitting, ana: Student, observe: Observe
) -> None:
    first = rostered.join(ana)
    faces = send(rostered, first, observe, range(40))
    assert known(rostered) == {}
    later = next_lecture(rostered)
    second = later.join(ana)
    assert known(later) == {second.id: faces}
    assert baselines.known_seconds(later.store, second.id, MODEL) == faces
    looks = baselines.baseline_sums(later.store, later.lecture.id, MODEL)[second.id]
    assert sum(looks.sums) == pytest.approx(10_000 * faces, abs=7 * faces)
    assert baselines.baseline_sums(later.store, later.lecture.id, "net@2") == {}


def test_only_who_chose_flags_then_and_now(
    rostered: Sitting, ana: Student, observe: Observe
) -> None:
    first = rostered.join(ana)
    send(rostered, first, observe, range(40))
    later = next_lecture(rostered)
    second = later.join(ana)
    without = Choices(class_mood=True, flags=False)
    for who in (first, second):
        consents.change_choices(later.store, who.id, without, notice_version="v1", now=later.now)
        assert known(later) == {}
        assert baselines.known_seconds(later.store, second.id, MODEL) == 0
        consents.change_choices(
            later.store,
            who.id,
            Choices(class_mood=True, flags=True),
            notice_version="v1",
            now=later.now,
        )
    assert second.id in known(later)
    consents.withdraw(later.store, first.id, later.now)
    assert known(later) == {}


def test_what_is_erased_or_too_old_is_in_no_baseline(
    rostered: Sitting, ana: Student, observe: Observe
) -> None:
    first = rostered.join(ana)
    send(rostered, first, observe, range(40))
    later = next_lecture(rostered)
    later.join(ana)
    retention.delete_observations(later.store, first.id, now=later.now, actor="ana")
    assert known(later) == {}


def test_class_figures_tell_of_nobody(rostered: Sitting, ana: Student, observe: Observe) -> None:
    """A lecture under another policy is no source for a single student."""
    first = next_lecture(rostered, Policy.AGGREGATE)
    who = first.join(ana)
    batch = [observe(3600 + second) for second in range(40)]
    ingest.ingest_observations(first.store, who.id, batch, first.at(60))
    later = next_lecture(first)
    later.join(ana)
    assert known(later) == {}


def test_ten_seconds_at_joining_count_even_in_their_own_lecture(
    classroom: Sitting, observe: Observe
) -> None:
    who = classroom.join()
    consents.admit(classroom.store, who.id)
    send(classroom, who, observe, range(60))
    mark(classroom, who, 5, EventKind.BASELINE_START)
    assert known(classroom) == {}, "not over yet"
    mark(classroom, who, 15, EventKind.BASELINE_END)
    mark(classroom, who, 30, EventKind.BASELINE_START)
    mark(classroom, who, 50, EventKind.BASELINE_END)
    marked = [observe(second) for second in range(5, 16)]
    assert known(classroom) == {who.id: sum(item.probabilities is not None for item in marked)}


def test_a_baseline_without_an_end_in_sight_is_none(classroom: Sitting, observe: Observe) -> None:
    who = classroom.join()
    consents.admit(classroom.store, who.id)
    send(classroom, who, observe, range(100))
    mark(classroom, who, 5, EventKind.BASELINE_START)
    mark(classroom, who, 90, EventKind.BASELINE_END)
    assert known(classroom) == {}
