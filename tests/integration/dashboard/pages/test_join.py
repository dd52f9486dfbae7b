"""Joining in the browser: by code, by a personal link, and what is agreed to there."""

import json
from typing import Any

import pytest

from contract.policy import CourseMode, Policy
from dashboard.components import ids
from db.measurements import queries
from db.people import audit, consents, courses
from db.teaching import lectures
from tests.integration.dashboard.test_callbacks import call, opened


def told(answer: Any) -> str:
    """What a callback answered, with slashes as slashes."""
    return json.dumps(answer.json, ensure_ascii=False)


def at(world: Any, client: Any, search: str) -> str:
    """The page at ``/join`` with that behind its address."""
    given = {ids.LOCATION: "/join"}
    answer = call(world, client, f"{ids.CONTENT}.children...", **given, search=search)
    return told(answer)


def take_part(world: Any, client: Any, lecture: Any, search: str = "", **given: Any) -> Any:
    asked = {
        ids.JOIN_BUTTON: 1,
        ids.JOIN_AGREE: True,
        ids.JOIN_NAME: "Ana",
        ids.JOIN_CODE: lecture.code,
        **given,
    }
    return call(world, client, f"{ids.JOIN_ANSWER}.children", search, **asked)


@pytest.mark.parametrize("room", [True, False, None, "yes", 1])
def test_the_room_is_asked_and_only_a_tick_is_a_yes(world: Any, room: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    client = world.client()
    form = call(world, client, f"{ids.JOIN_FORM}.children...", **{ids.JOIN_CODE: lecture.code})
    assert ids.JOIN_ROOM in form.text
    assert "whole room" in form.text
    assert "/me" in told(take_part(world, client, lecture, **{ids.JOIN_ROOM: room}))
    (ana,) = queries.participants(world.store, lecture.id)
    assert ana.choices.room is (room is True)
    assert ana.choices.class_mood


def test_the_room_is_not_asked_where_nothing_is_inferred(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)
    form = call(
        world, world.client(), f"{ids.JOIN_FORM}.children...", **{ids.JOIN_CODE: lecture.code}
    )
    assert "whole room" not in form.text
    assert take_part(world, world.client(), lecture).status_code == 200
    (ana,) = queries.participants(world.store, lecture.id)
    assert ana.choices.room is False


def test_a_browsers_no_to_the_room_stands_beside_an_earlier_yes(world: Any) -> None:
    """What the form leaves out has not been agreed to, whatever was chosen before."""
    link = world.link(world.students[0])
    first = world.lecture(CourseMode.ROSTER)
    world.join(first, link=link, choices={"class_mood": True, "flags": True, "room": True})
    lectures.end(world.store, first.id, world.clock.forward(minutes=1))
    lecture = world.lecture(CourseMode.ROSTER)
    answer = take_part(world, world.client(), lecture, search=f"?link={link}")
    assert "/me" in told(answer)
    (ana,) = queries.participants(world.store, lecture.id)
    assert (ana.choices.flags, ana.choices.room) == (True, False)


def test_the_own_page_changes_one_choice_and_leaves_the_others(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana", choices={"class_mood": True, "room": True})
    ana.client.get(ana.agreed["recovery_link"])

    def kept() -> tuple[bool, bool]:
        found = consents.participant(world.store, ana.id)
        assert found is not None
        return found.choices.flags, found.choices.room

    assert ids.ME_ROOM in opened(world, ana.client, "/me")
    call(world, ana.client, f"{ids.ME_ASK_FIRST}.disabled", **{ids.ME_FLAGS: True})
    assert kept() == (True, True)
    call(world, ana.client, f"{ids.NOTICE}.children", **{ids.ME_ROOM: False})
    assert kept() == (True, False)
    assert [one.action for one in audit.records(world.store)][:2] == ["choose", "choose"]


def leads_to(client: Any, address: str) -> str | None:
    """Where the server leads on whoever opens that address; None where it shows the page."""
    answer = client.get(address)
    return answer.headers["Location"] if answer.status_code == 303 else None


def test_a_personal_link_leads_to_the_lecture_that_runs(world: Any) -> None:
    link, client = world.link(world.students[0]), world.client()
    assert leads_to(client, f"/join?link={link}") is None
    assert "No lecture runs now" in at(world, client, f"?link={link}")
    lecture = world.lecture(CourseMode.ROSTER)
    assert leads_to(client, f"/join?link={link}") == f"/join/{lecture.code}?link={link}"
    output, given = f"{ids.JOIN_FORM}.children...", {ids.JOIN_CODE: lecture.code}
    form = told(call(world, client, output, f"?link={link}", **given))
    assert f'--join \\"http://localhost/join/{lecture.code}?link={link}' in form
    world.link(world.students[0])
    for gone in (link, "nonsense"):
        assert leads_to(client, f"/join?link={gone}") is None
        assert "opens nothing any more" in at(world, client, f"?link={gone}")


def test_a_link_for_one_lecture_leads_to_that_one_only(world: Any) -> None:
    first, second = (world.lecture(CourseMode.ROSTER) for _ in range(2))
    link = courses.issue_link(
        world.store, world.students[0].id, now=world.clock(), lecture_id=first.id
    )
    address = f"/join?link={link}"
    assert leads_to(world.client(), address) == f"/join/{first.code}?link={link}"
    lectures.end(world.store, first.id, world.clock())
    assert leads_to(world.client(), address) is None
    said = at(world, world.client(), f"?link={link}")
    assert "No lecture runs now" in said
    assert second.code not in said


def test_without_anything_the_code_is_asked_for(world: Any) -> None:
    client = world.client()
    assert leads_to(client, "/join") is None
    assert "Code of the lecture" in at(world, client, "")
    assert leads_to(client, "/join?code= abc234") == "/join/ABC234"
    # Whatever stands there leads to a page of this server's.
    assert leads_to(client, "/join?code=//evil.example") == "/join/%2F%2FEVIL.EXAMPLE"


def test_a_link_that_has_ended_tells_nobodys_name(world: Any) -> None:
    """Whoever finds a lost link, for which there is a new one, learns not whose it was."""
    lecture, ana = world.lecture(CourseMode.ROSTER), world.students[0]
    lost, new = world.link(ana), world.link(ana)

    def form(link: str) -> str:
        given = {ids.JOIN_CODE: lecture.code}
        return told(
            call(world, world.client(), f"{ids.JOIN_FORM}.children...", f"?link={link}", **given)
        )

    assert "Ana" in form(new)
    assert "Ana" not in form(lost)
