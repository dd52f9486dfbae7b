"""A narrower policy holds at once in lectures that run, and a wider one never does."""

from datetime import timedelta

import pytest

from contract.looks import Look
from contract.policy import CourseMode, Policy
from db.people import audit, consents
from db.teaching import lectures, rooms
from db.values import Lecture
from services import administration
from services.access import OperatorActor
from services.reporting.compute import material
from tests.builders.students import Student
from tests.builders.world import World

OPERATOR = OperatorActor()
NARROWER = [
    (before, after)
    for before in Policy
    for after in (*Policy, None)
    if list(Policy).index(before) < (2 if after is None else list(Policy).index(after))
]


def narrow(world: World, policy: Policy | None) -> None:
    administration.set_policy(world.app.services, OPERATOR, policy)


def looking(world: World, lecture: Lecture) -> list[Student]:
    """Six students who have been seen for a minute; the board has drawn it."""
    choices = {"class_mood": True, "flags": True, "room": True}
    there = [world.join(lecture, name=f"S{n}", choices=choices) for n in range(6)]
    began = world.clock()
    world.clock.forward(seconds=60)
    for one in there:
        consents.admit(world.store, one.id)
        one.show(Look.HAPPY, began, range(60))
    world.app.board.tick(world.clock())
    return there


@pytest.mark.parametrize(("before", "after"), NARROWER)
def test_a_narrower_policy_holds_for_a_running_lecture(
    world: World, before: Policy, after: Policy | None
) -> None:
    lecture = world.lecture(CourseMode.OPEN, before)
    over = world.lecture(CourseMode.ROSTER, before)
    lectures.end(world.store, over.id, world.clock())
    narrow(world, after)
    found, past = (lectures.lecture(world.store, one.id) for one in (lecture, over))
    assert found is not None
    assert past is not None
    assert (found.policy, found.narrowed_at) == (after or Policy.SELF_REPORT, world.clock())
    assert (past.policy, past.narrowed_at) == (before, None)
    told = [(one.object, one.detail["policy"]) for one in audit.records(world.store)]
    assert sorted(told) == [(f"lecture:{lecture.id}", after), ("school", after)]


@pytest.mark.parametrize(("after", "before"), [*NARROWER, *((one, one) for one in Policy)])
def test_a_wider_one_does_not(world: World, before: Policy | None, after: Policy) -> None:
    lecture = world.lecture(CourseMode.OPEN, before or Policy.SELF_REPORT)
    narrow(world, after)
    assert lectures.lecture(world.store, lecture.id) == lecture


@pytest.mark.parametrize("policy", [Policy.SELF_REPORT, None])
def test_faces_are_then_refused_item_by_item_and_nothing_is_made_of_them(
    world: World, policy: Policy | None
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana, *_ = looking(world, lecture)
    tara = world.browser("tara")
    address = f"/api/v1/lectures/{lecture.id}"
    assert tara.get(f"{address}/summary").json["mood"] is not None
    assert any(one["shares"] for one in tara.get(f"{address}/timeline").json["points"])
    rooms.allow(world.store, lecture.id, "s" * 43, user_id=None, now=world.clock())
    page = f"/_live/{lecture.id}?policy=individual"
    assert not tara.get(page).json.get("over")

    narrow(world, policy)
    answer = ana.send([world.observation(world.clock.now) for _ in range(2)])
    assert answer.status_code == 200
    assert [one["reason"] for one in answer.json["verdicts"]] == ["policy", "policy"]
    assert "takes nothing from faces since" in answer.json["verdicts"][0]["detail"]
    assert ana.send([world.event(world.clock.now)], "events").status_code == 200
    room = rooms.last_room(world.store, lecture.id)
    assert room is not None
    assert (room.open, room.reason) == (False, "policy")
    # Before the next tick as well as after it.
    for _ in range(2):
        summary = tara.get(f"{address}/summary").json
        assert (summary["mood"], summary["attentive"]) == (None, None)
        assert tara.get(f"{address}/students").status_code == 403
        world.app.board.tick(world.clock.forward(seconds=2))
    assert not any(one["shares"] for one in tara.get(f"{address}/timeline").json["points"])
    # An open page is drawn anew, and one that was drawn since stays.
    assert tara.get(page).json["over"]
    assert not tara.get(f"/_live/{lecture.id}?policy=self_report").json.get("over")
    report = material(world.app.services, lecture.id, world.clock()).report
    assert (report.summary.reported, report.students, report.flags) == (0, (), ())


def test_no_single_student_is_shown_any_more(world: World) -> None:
    lecture = world.lecture(CourseMode.OPEN, running_for=timedelta(minutes=5))
    looking(world, lecture)
    tara = world.browser("tara")
    narrow(world, Policy.AGGREGATE)
    assert tara.get(f"/api/v1/lectures/{lecture.id}/students").status_code == 403
    world.app.board.tick(world.clock.forward(seconds=2))
    shot = world.app.board.snapshot(lecture.id)
    assert shot is not None
    assert (shot.tiles, shot.flags) == ((), ())
