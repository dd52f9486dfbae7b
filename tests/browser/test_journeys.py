"""The teacher's and the student's whole journeys, by real programs and by the keyboard alone."""

import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from contract import BUCKET_SECONDS, Look
from contract.exchange import PulseMood
from db.measurements import ingest, queries
from db.teaching import flags, lectures
from db.values import FlagOutcome, ParticipantStatus
from tests.browser.test_live_page import MINUTES, NAMES, drawn, sign_in, wait_until_drawn
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.students import Student

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]


class Agent:
    """A real ``classpulse agent`` that looks at the demo clip."""

    def __init__(self, classroom: Classroom, code: str, folder: Path) -> None:
        words = ["agent", "--server", classroom.url, "--join", code, "--name", "Rosa Agent"]
        words += ["--source", "demo", "--realtime", "--loop", "6", "--state", str(folder / "agent")]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from classpulse.cli import main; main()", *words],
            env=os.environ | {"CLASSPULSE_FOLDER": str(folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._talk)
        self._reader.start()

    def _talk(self) -> None:
        self.said = self._process.communicate("y\ny\nn\n", timeout=100)[0]

    def ended(self) -> int:
        self._reader.join(timeout=110)
        return int(self._process.wait(timeout=5))


def turn_away(student: Student, start: datetime) -> None:
    """Attentive for four minutes, and from then on turned away."""
    student.show(Look.NEUTRAL, start, range(240))
    student.show(Look.NEUTRAL, start, range(240, MINUTES * 60), attentive=0.1)


def tab(browser: Browser, classroom: Classroom) -> Page:
    """Another browser altogether."""
    return browser.new_context(base_url=classroom.url).new_page()


def test_a_lecture_from_start_to_end_with_a_real_agent(  # noqa: PLR0915 - one story
    browser: Browser, page: Page, classroom: Classroom, tmp_path: Path
) -> None:
    store = classroom.app.store
    # A real agent keeps real time, so the lecture began a quarter of an hour ago: on a whole
    # second, since a capture's time comes in milliseconds and must not lie before the start.
    began = datetime.now(UTC) - timedelta(minutes=MINUTES + 1)
    classroom.clock.now = began.replace(microsecond=0)
    start = classroom.clock()
    sign_in(page, "teacher")
    page.get_by_label("Title of the next lecture").fill("Waves and sound")
    page.get_by_role("button", name="Start a lecture of Physics 10b").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waves and sound")
    (lecture,) = lectures.running(store)

    # Simulated students join and send; Ana turns away after a while.
    students = classroom.students(lecture, NAMES)
    classroom.clock.forward(seconds=MINUTES * 60)
    turn_away(students[0], start)
    for student in students[1:]:
        student.show(Look.NEUTRAL, start, range(MINUTES * 60))
    strip = page.get_by_role("region", name="The class at a glance")
    expect(strip).to_contain_text("Neutral")

    # A real agent asks to be let in, and is, by one key.
    classroom.clock.now = datetime.now(UTC)
    agent = Agent(classroom, lecture.code, tmp_path)
    expect(page.locator("#live-waiting")).to_contain_text("Rosa Agent", timeout=60_000)
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("#live-tiles")).to_contain_text("Rosa Agent")
    assert agent.ended() == 0, agent.said
    (rosa,) = [p for p in queries.participants(store, lecture.id) if p.name == "Rosa Agent"]
    assert rosa.status is ParticipantStatus.ADMITTED
    assert len(queries.observations_of(store, rosa.id)) >= 3

    # The mood moves, a marker is set by one key.
    wait_until_drawn(page, "happy.length > argument", 60)
    before = drawn(page, "happy-looking")
    now = classroom.clock()
    for student in students[1:]:
        student.show(Look.HAPPY, now - timedelta(seconds=50), range(50))
    classroom.clock.forward(seconds=20)
    expect(strip).to_contain_text("Happy")
    wait_until_drawn(page, "happy.at(-1) > 0.5", 0)
    assert max(before) < 0.2
    page.keyboard.press("2")
    expect(page.locator("#live-notice")).to_contain_text("Marked: Group work")
    assert [marker.label for marker in lectures.markers_of(store, lecture.id)] == ["Group work"]

    # What students say stands beside it, once enough of them have.
    for student in students[:5]:
        ingest.ingest_self_report(store, student.id, PulseMood.LOST, classroom.clock())
    classroom.clock.forward(seconds=60)
    said = page.locator("#live-said")
    expect(said).to_contain_text("5 students")
    expect(said.get_by_role("list").first).to_have_accessible_name(re.compile("Lost 5"))

    # A flag with its reason is dismissed with an answer, and a reload loses nothing.
    queue = page.locator("#live-queue")
    # It rests while nothing is seen of her.
    lately = classroom.clock() - timedelta(seconds=50)
    students[0].show(Look.NEUTRAL, lately, range(50), attentive=0.1)
    classroom.clock.forward(seconds=5)
    expect(queue).to_contain_text(re.compile(r"Looked disengaged \d+ % of the last \d+ min"))
    page.get_by_role("button", name="Not now: Ana Lima").click()
    expect(queue).to_contain_text("Nobody needs a word right now")
    page.reload()
    expect(queue).to_contain_text("Nobody needs a word right now")
    expect(said).to_contain_text("5 students")
    expect(page.locator("#live-tiles")).to_contain_text("Rosa Agent")
    wait_until_drawn(page, "happy.length > argument", len(before))
    assert [(one.outcome, one.outcome_note) for one in flags.flags_of(store, lecture.id)] == [
        (FlagOutcome.DISMISSED, "not_now")
    ]

    # Ben sees his own data, leaves, and is gone from the live page within a tick; and what was
    # measured goes.
    own = tab(browser, classroom)
    own.goto(students[1].recovery)
    expect(own.locator("#content")).to_contain_text("seconds as numbers, no picture")
    expect(page.locator("#live-tiles")).to_contain_text("Ben Carter")
    own.get_by_role("button", name="Take my agreement back").click()
    own.get_by_role("button", name="Take it back").click()
    expect(own.locator("#content")).to_contain_text("nothing is collected")
    expect(page.locator("#live-tiles")).not_to_contain_text("Ben Carter", timeout=5_000)
    # What he had said is told by no count any more, nor by the difference of two.
    expect(said).not_to_contain_text("students")
    expect(own.get_by_text(re.compile("^0 seconds as numbers"))).to_be_visible()
    assert queries.observations_of(store, students[1].id) == []
    own.context.close()

    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports")
    expect(page.get_by_role("row").filter(has_text="Waves and sound")).to_contain_text(
        "Being written"
    )


def reach(page: Page, target: Locator, *, back: bool = False) -> None:
    """Press Tab until ``target`` has the focus, as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"Tab does not lead to {target}.")


def press(page: Page, role: Any, name: str | re.Pattern[str], key: str = "Enter") -> None:
    reach(page, page.get_by_role(role, name=name).first)
    page.keyboard.press(key)


def sign_in_by_keys(page: Page) -> None:
    page.goto("/signin")
    # The browser gives the first field the focus when it draws the page, not when it loads it.
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("teacher")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def present_and_back(page: Page, name: str) -> None:
    """Hide every name and show it again, by one key."""
    names = page.get_by_text(name).filter(visible=True)
    page.evaluate("document.activeElement.blur()")
    expect(names).not_to_have_count(0)
    page.keyboard.press("p")
    expect(names).to_have_count(0)
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    page.keyboard.press("p")
    expect(names).not_to_have_count(0)
    # Quick presses count one by one: twice is as if nobody had pressed.
    page.evaluate("for (const _ of [1, 2]) document.getElementById('present').click()")
    expect(names).not_to_have_count(0)
    expect(page.get_by_role("button", name="Stop presenting")).to_have_count(0)


def test_a_teacher_needs_no_mouse(page: Page, classroom: Classroom) -> None:
    store = classroom.app.store
    sign_in_by_keys(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
    reach(page, page.get_by_label("Title of the next lecture"))
    page.keyboard.type("Waves")
    press(page, "button", "Start a lecture of Physics 10b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waves")
    (lecture,) = lectures.running(store)
    start = classroom.clock()
    ana = classroom.students(lecture, ["Ana Lima"])[0]
    for name in ("Zoe Ahmed", "Yan Weber"):
        Student(classroom.http, name).join(lecture.code)
        # Who has waited longest comes first.
        classroom.clock.forward(seconds=1)

    # The code for the shared screen, and back.
    press(page, "button", re.compile("Join code"))
    expect(page.get_by_role("dialog")).to_contain_text(lecture.code)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    # Two wait: one is let in, one is not, and then after all.
    expect(page.locator("#live-waiting")).to_contain_text("Yan Weber")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator("#live-notice")).to_contain_text("Admitted Zoe Ahmed")
    expect(page.locator("#live-waiting")).not_to_contain_text("Zoe Ahmed")
    press(page, "button", "Refuse Yan Weber")
    expect(page.locator("#live-notice")).to_contain_text("Refused Yan Weber")
    press(page, "button", "Undo")
    expect(page.locator("#live-waiting")).to_contain_text("Yan Weber")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(page.locator("#live-notice")).to_contain_text("Admitted Yan Weber")
    statuses = {p.name: p.status for p in queries.participants(store, lecture.id)}
    assert set(statuses.values()) == {ParticipantStatus.ADMITTED}

    # A marker of one's own words, and presenting.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    page.keyboard.type("Quiz")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mark this moment")).to_have_value("")
    present_and_back(page, "Zoe Ahmed")
    assert [marker.label for marker in lectures.markers_of(store, lecture.id)] == ["Quiz"]

    # A check-in is answered.
    classroom.clock.forward(seconds=MINUTES * 60)
    turn_away(ana, start)
    # Check-ins are judged once a bucket, and this one may have been before her data came.
    classroom.clock.forward(seconds=BUCKET_SECONDS)
    press(page, "button", "Checked in: Ana Lima")
    expect(page.locator("#live-queue")).to_contain_text("Nobody needs a word right now")

    press(page, "button", "End lecture")
    press(page, "button", "End the lecture")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports")
    press(page, "button", "Sign out")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_student_needs_no_mouse(  # noqa: PLR0915 - one story
    browser: Browser, page: Page, classroom: Classroom
) -> None:
    store, lecture = classroom.app.store, classroom.start_lecture()
    page.goto("/join")
    reach(page, page.get_by_label("Code of the lecture"))
    page.keyboard.type(lecture.code.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(lecture.title)
    press(page, "button", "Join this lecture")
    expect(page.locator("#content")).to_contain_text("tick that you agree")
    reach(page, page.get_by_label("Your name"), back=True)
    page.keyboard.type("Ana Lima")
    press(page, "checkbox", re.compile("I have read the notice"), "Space")
    press(page, "checkbox", re.compile("whole room"), "Space")
    press(page, "button", "Join this lecture")
    expect(page.locator("#join-form")).to_contain_text("You take part.")
    way_back = page.locator("#join-form code").inner_text()
    press(page, "link", "Go on to my page")
    expect(page.locator("#me-tap")).to_contain_text("has not admitted you yet")
    (ana,) = queries.participants(store, lecture.id)
    assert (ana.name, ana.choices.class_mood, ana.choices.flags) == ("Ana Lima", True, False)
    assert ana.choices.room
    press(page, "button", "I am lost")
    expect(page.locator("#me-tap")).to_contain_text("You said “I am lost”")
    assert [one.mood for one in queries.lecture_self_reports(store, lecture.id)] == [PulseMood.LOST]
    press(page, "switch", re.compile("My teacher may see my row"), "Space")
    expect(page.locator("#notice")).to_contain_text("Saved")
    (ana,) = queries.participants(store, lecture.id)
    assert (ana.choices.flags, ana.choices.room) == (True, True)
    # Every number as it is stored, and back.
    press(page, "link", re.compile("Every number as it is stored"))
    expect(page.locator("body")).to_contain_text('"mood":"lost"')
    page.go_back()
    expect(page.locator("#me-tap")).to_contain_text("You said “I am lost”")
    press(page, "button", "Ask the school to delete everything")
    press(page, "button", re.compile("^Ask the school$"))
    expect(page.locator("#content")).to_contain_text("You asked the school")
    press(page, "button", "Delete my data")
    press(page, "button", "Delete for good")
    expect(page.locator("#content")).not_to_contain_text("You said")
    assert queries.lecture_self_reports(store, lecture.id) == []
    press(page, "button", "Take my agreement back")
    press(page, "button", "Take it back")
    expect(page.locator("#content")).to_contain_text("nothing is collected")
    (ana,) = queries.participants(store, lecture.id)
    assert ana.status is ParticipantStatus.WITHDRAWN

    # Another browser comes back by the link; a new one ends it, there and nowhere else.
    other = tab(browser, classroom)
    other.goto(way_back)
    expect(other.locator("#content")).to_contain_text("Ana Lima")
    press(page, "button", "Make a new link")
    press(page, "button", "Make the link")
    renewed = page.locator("#me-link-panel code").inner_text()
    assert renewed != way_back
    other.goto(way_back)
    expect(other.locator("main")).to_contain_text("This link is not known")
    for mine in (renewed, f"{classroom.url}/me"):
        page.goto(mine)
        expect(page.locator("#content")).to_contain_text("Ana Lima")
    other.context.close()
