"""What an open live page is told through the server: by whom, in which words, and until when."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contract.policy import CourseMode, Policy
from dashboard.components import ids
from dashboard.live import parts
from dashboard.live.tree_difference import applied
from db.people import courses, users
from db.teaching import lectures
from services import teaching
from services.access import UserActor
from tests.integration.dashboard.test_callbacks import call

HAPPY, NEUTRAL = 3, 6


class LivePage:
    """An open live page: what it was drawn with, and what its line told it since."""

    def __init__(self, client: Any, lecture_id: UUID, language: str = "en") -> None:
        self.client, self.lecture_id, self.language = client, lecture_id, language
        self.cursor = ""
        self.parts: dict[str, Any] = {}

    def ask(self) -> Any:
        address = f"/_live/{self.lecture_id}?since={self.cursor}&in={self.language}"
        answer = self.client.get(address)
        if answer.status_code == 200 and "cursor" in (told := answer.json):
            self.parts = applied(told.get("whole", self.parts), told.get("steps", []))
            self.cursor = told["cursor"]
        return answer


def words(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False)


@pytest.fixture
def class_of_six(world: Any) -> tuple[Any, list[Any]]:
    """A lecture two minutes old in which six admitted students have looked neutral."""
    lecture = world.lecture(CourseMode.OPEN)
    start = world.clock()
    joined = [world.join(lecture, name=name) for name in ("Ana", "Ben", "Cem", "Dev", "Eva", "Flo")]
    for student in joined:
        admit(world, lecture, student)
    world.clock.forward(seconds=120)
    for student in joined:
        send(world, student, start, range(60, 115))
    world.app.board.tick(world.clock())
    return lecture, joined


def admit(world: Any, lecture: Any, student: Any) -> None:
    taught = frozenset(course.id for course in world.courses.values())
    actor = UserActor(world.users["tara"], taught)
    teaching.admit(world.app.services, actor, lecture.id, student.id)


def send(world: Any, student: Any, start: Any, seconds: Any, look: int = NEUTRAL) -> None:
    items = [world.observation(start + timedelta(seconds=s), look) for s in seconds]
    answer = student.send(items)
    assert {one["verdict"] for one in answer.json["verdicts"]} == {"accepted"}


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 401), ("otto", 403), ("ada", 403), ("student", 403), ("tara", 200)],
)
@pytest.mark.parametrize("ticked", [False, True])
def test_only_a_teacher_of_the_course_hears_anything(
    world: Any, who: str, status: int, ticked: bool
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    student = world.join(lecture, name="Ana")
    if ticked:
        world.app.board.tick(world.clock.forward(seconds=30))
    if who == "student":
        client = student.client
        client.get(student.agreed["recovery_link"])
    else:
        client = world.client() if who == "nobody" else world.browser(who)
    answer = LivePage(client, lecture.id).ask()
    assert answer.status_code == status
    if status != 200:
        assert answer.content_type == "application/problem+json"
        assert "Algebra" not in answer.text
        assert "Ana" not in answer.text


def test_a_lecture_that_is_none_is_not_found(world: Any) -> None:
    assert LivePage(world.browser("tara"), uuid4()).ask().status_code == 404


def test_a_page_is_told_nothing_until_something_changes(world: Any, class_of_six: Any) -> None:
    lecture, _ = class_of_six
    page = LivePage(world.browser("tara"), lecture.id)
    first = page.ask()
    assert first.headers["Cache-Control"] == "no-store"
    assert page.ask().json == {}
    world.app.board.tick(world.clock())
    assert page.ask().json == {}


def test_a_page_that_follows_shows_what_a_new_one_would(world: Any, class_of_six: Any) -> None:
    lecture, joined = class_of_six
    browser = world.browser("tara")
    pages = [LivePage(browser, lecture.id) for _ in range(3)]
    start = lecture.started_at
    for tick in range(24):
        now = world.clock.forward(seconds=2)
        seconds = int((now - start).total_seconds())
        for number, student in enumerate(joined):
            look = HAPPY if (tick + number) % 7 < 3 else NEUTRAL
            # One device is away for a while and delivers late.
            if number or tick not in range(5, 16):
                send(world, student, start, range(seconds - 3, seconds - 1), look)
            elif tick == 15:
                send(world, student, start, range(seconds - 22, seconds - 1), look)
        if tick == 11:
            lectures.add_marker(world.store, lecture.id, at=now, label="Quiz", user_id=None)
        if tick == 17:
            admit(world, lecture, world.join(lecture, name="Zoe"))
        world.app.board.tick(now)
        pages[0].ask()
        if tick % 3 == 0:
            pages[1].ask()
        if tick in (4, 23):
            pages[2].ask()
        anew = LivePage(browser, lecture.id)
        anew.ask()
        assert pages[0].parts == anew.parts
        assert pages[0].cursor == anew.cursor
    assert pages[2].parts == pages[0].parts
    pages[1].ask()
    assert pages[1].parts == pages[0].parts
    figure = pages[0].parts[ids.LIVE_MOOD]
    times = figure["data"][0]["x"]
    assert times == sorted(set(times))
    assert len(times) == len(figure["data"][1]["y"]) == len(world_points(world, lecture))
    assert figure["data"][-1]["text"] == ["Quiz"]


def world_points(world: Any, lecture: Any) -> Any:
    return world.app.services.live.timeline_since(lecture.id, None).points


def test_the_page_begins_where_its_line_goes_on(world: Any, class_of_six: Any) -> None:
    lecture, _ = class_of_six
    browser = world.browser("tara")
    answer = call(world, browser, f"{ids.CONTENT}.children...", location=f"/live/{lecture.id}")
    drawn = elements(answer.json)
    page = LivePage(browser, lecture.id)
    page.ask()
    assert drawn[ids.LIVE_CURSOR]["data"]["cursor"] == page.cursor
    assert drawn[ids.LIVE_CURSOR]["data"]["newest"] == page.parts[parts.NEWEST]
    for name, part in page.parts.items():
        if name in parts.CHARTS:
            assert parts.shared_times(drawn[name]["figure"]) == part
        elif name != parts.NEWEST:
            assert drawn[name].get("children") == part


def elements(tree: Any) -> dict[str, Any]:
    """The properties of each element with an id of its own."""
    found: dict[str, Any] = {}
    for value in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(value, dict | list):
            found |= elements(value)
    if isinstance(tree, dict) and isinstance(tree.get("props"), dict):
        name = tree["props"].get("id")
        if isinstance(name, str):
            found[name] = tree["props"]
    return found


def test_several_teachers_share_what_they_are_told(world: Any, class_of_six: Any) -> None:
    lecture, _ = class_of_six
    courses.add_teacher(world.store, lecture.course_id, world.users["otto"].id)
    tara, otto = (LivePage(world.browser(who), lecture.id) for who in ("tara", "otto"))
    assert tara.ask().data == otto.ask().data


def test_a_page_goes_on_in_the_language_it_was_drawn_in(world: Any, class_of_six: Any) -> None:
    lecture, joined = class_of_six
    browser = world.browser("tara")
    english, spanish = (LivePage(browser, lecture.id, tag) for tag in ("en", "es"))
    for _ in range(2):
        english.ask()
        spanish.ask()
        assert english.parts != spanish.parts
        assert "running for" in words(english.parts)
        assert "running for" not in words(spanish.parts)
        now = world.clock.forward(seconds=60)
        send(world, joined[0], now - timedelta(seconds=50), range(40), HAPPY)
        world.app.board.tick(now)
    # One that claims a language we do not have hears the viewer's own.
    other = LivePage(browser, lecture.id, "xx")
    assert other.ask().status_code == 200


@pytest.mark.parametrize("how", ["signed out", "disabled", "no longer teaching"])
def test_who_loses_the_right_hears_nothing_from_then_on(
    world: Any, class_of_six: Any, how: str
) -> None:
    lecture, _ = class_of_six
    browser, user = world.browser("tara"), world.users["tara"]
    page = LivePage(browser, lecture.id)
    assert page.ask().status_code == 200
    if how == "signed out":
        users.revoke_sessions_of(world.store, user.id, world.clock())
    elif how == "disabled":
        users.set_disabled(world.store, user.id, True, world.clock())
    else:
        courses.remove_teacher(world.store, lecture.course_id, user.id)
    for cursor in (page.cursor, ""):
        page.cursor = cursor
        answer = page.ask()
        assert answer.status_code == (403 if how == "no longer teaching" else 401)
        assert "Ana" not in answer.text


def test_who_withdraws_is_gone_within_a_tick(world: Any, class_of_six: Any) -> None:
    lecture, joined = class_of_six
    page = LivePage(world.browser("tara"), lecture.id)
    page.ask()
    assert "Ana" in words(page.parts[ids.LIVE_TILES])
    left = joined[0].client.delete("/api/v1/consents/me", headers=joined[0].headers)
    assert left.status_code in (200, 204), left.text
    world.app.board.tick(world.clock.forward(seconds=2))
    page.ask()
    assert "Ana" not in words(page.parts)


def test_the_end_is_told_once_the_lecture_has_ended(world: Any, class_of_six: Any) -> None:
    lecture, _ = class_of_six
    page = LivePage(world.browser("tara"), lecture.id)
    page.ask()
    lectures.end(world.store, lecture.id, world.clock.forward(seconds=1))
    world.app.board.tick(world.clock.forward(seconds=1))
    told = page.ask()
    assert told.json == {"over": True}


def test_a_policy_without_names_tells_none(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN, Policy.AGGREGATE)
    student = world.join(lecture, name="Ana", choices={"class_mood": True, "flags": False})
    admit(world, lecture, student)
    world.app.board.tick(world.clock.forward(seconds=30))
    page = LivePage(world.browser("tara"), lecture.id)
    page.ask()
    assert page.parts[ids.LIVE_TILES] == []
    assert "Ana" not in words(page.parts)


def test_answers_travel_packed_for_those_who_can_read_it(world: Any, class_of_six: Any) -> None:
    lecture, _ = class_of_six
    browser = world.browser("tara")
    plain = browser.get(f"/_live/{lecture.id}", headers={"Accept-Encoding": "identity"})
    packed = browser.get(f"/_live/{lecture.id}", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Security-Policy" not in packed.headers
    assert packed.headers["X-Content-Type-Options"] == "nosniff"
