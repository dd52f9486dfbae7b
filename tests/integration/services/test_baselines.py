"""How a student usually looks counts alike in the live log and in the report."""

from datetime import timedelta
from typing import Any

from contract.flags import FlagKind
from contract.policy import CourseMode
from db.teaching import flags, lectures
from services.reporting import compute

MODEL_SEES = [0.02, 0.02, 0.02, 0.02, 0.5, 0.02, 0.4]
"""An ordinary face that this model reads as half sad."""


RESTED = [0.02, 0.02, 0.02, 0.02, 0.05, 0.02, 0.85]


def seconds_of(world: Any, minutes: int, sees: list[float] = MODEL_SEES) -> list[dict[str, Any]]:
    """A student's last minutes, as the agent sends them."""
    began = world.clock() - timedelta(minutes=minutes)
    return [
        world.observation(began + timedelta(seconds=second), probabilities=sees)
        for second in range(60 * minutes)
    ]


def sit(world: Any, student: Any, items: list[dict[str, Any]]) -> None:
    for start in range(0, len(items), 600):
        answer = student.send(items[start : start + 600])
        assert answer.status_code == 200, answer.text


def test_who_always_looks_so_is_not_flagged_live_or_afterwards(world: Any) -> None:
    ana, ben = world.students
    first = world.lecture(CourseMode.ROSTER)
    joined = world.join(first, link=world.link(ana))
    assert joined.agreed["baseline"] is True, "nothing is known of Ana yet"
    world.clock.forward(minutes=10)
    sit(world, joined, seconds_of(world, 10))
    lectures.end(world.store, first.id, world.clock(), timedelta(0))

    world.clock.forward(hours=1)
    lecture = world.lecture(CourseMode.ROSTER)
    known, new = (world.join(lecture, link=world.link(student)) for student in (ana, ben))
    assert (known.agreed["baseline"], new.agreed["baseline"]) == (False, True)
    for minutes, sees in ((10, RESTED), (20, MODEL_SEES)):
        world.clock.forward(minutes=minutes)
        for student in (known, new):
            sit(world, student, seconds_of(world, minutes, sees))
        world.app.board.tick(world.clock())
    live = {(row.participant_id, row.kind) for row in flags.flags_of(world.store, lecture.id)}
    assert live == {(new.id, FlagKind.SAD)}

    lectures.end(world.store, lecture.id, world.clock(), timedelta(0))
    services = world.app.services
    course = world.courses[CourseMode.ROSTER]
    ended = next(one for one in [lectures.lecture(world.store, lecture.id)] if one is not None)
    made = compute.compute(services, ended, course, world.clock())
    assert {(flag.participant, flag.kind) for flag in made.flags if flag.recomputed} == live


def test_no_baseline_is_asked_where_no_check_in_can_come_of_it(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    without = world.join(lecture, name="Cleo", choices={"class_mood": True, "flags": False})
    assert without.agreed["baseline"] is False
    hidden = world.lecture(CourseMode.ANONYMOUS)
    assert world.join(hidden).agreed["baseline"] is False
