"""A teacher's lecture in a real browser, fed through the real API."""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contract import BUCKET_SECONDS, Look
from db.measurements import queries
from db.teaching import flags, lectures
from db.values import FlagOutcome, Lecture, ParticipantStatus
from tests.browser import furnished
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.students import Student

pytestmark = [
    pytest.mark.browser,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]

NAMES = ("Ana Lima", "Ben Carter", "Chloé Martin", "Dev Patel", "Emeka Obi", "Freya Lund")
MINUTES = 14
CALM = 300
"""Seconds in which Ana's own ordinary look is seen, before it changes."""


def sign_in(page: Page, login: str) -> None:
    page.goto("/signin")
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def running_class(classroom: Classroom) -> tuple[Lecture, list[Student], datetime]:
    """Fourteen minutes of a lecture: all look neutral, Ana sad from the sixth minute on."""
    lecture, start = classroom.start_lecture(), classroom.clock()
    students = classroom.students(lecture, NAMES)
    classroom.clock.forward(seconds=MINUTES * 60)
    for student in students:
        later = Look.SAD if student.name == "Ana Lima" else Look.NEUTRAL
        student.show(Look.NEUTRAL, start, range(CALM))
        student.show(later, start, range(CALM, MINUTES * 60))
    # Check-ins are judged once a bucket, and this one may have been before the data came.
    classroom.clock.forward(seconds=BUCKET_SECONDS)
    return lecture, students, start


def drawn(page: Page, trace: str) -> list[float]:
    """What Plotly has drawn of one look on the live page."""
    values: list[float] = page.evaluate(
        """name => document.querySelector("#live-mood .js-plotly-plot").data
             .find(trace => trace.name === name).y""",
        trace,
    )
    return values


def wait_until_drawn(page: Page, condition: str, argument: Any) -> None:
    page.wait_for_function(
        f"""argument => {{
            const plot = document.querySelector("#live-mood .js-plotly-plot");
            if (!plot || !plot.data) {{ return false; }}
            const happy = plot.data.find(trace => trace.name === "happy-looking").y;
            return {condition};
        }}""",
        arg=argument,
        timeout=10_000,
    )


def test_a_teacher_watches_marks_admits_answers_and_loses_nothing(
    page: Page, classroom: Classroom
) -> None:
    store = classroom.app.store
    lecture, students, start = running_class(classroom)
    late = Student(classroom.http, "Zoe Ahmed").join(lecture.code)
    sign_in(page, "teacher")
    page.get_by_role("link", name="Open the live page").click()

    # The class at a glance.
    strip = page.get_by_role("region", name="The class at a glance")
    expect(strip).to_contain_text("Neutral")
    expect(strip).to_contain_text("6 of 6")
    wait_until_drawn(page, "happy.length > argument", 60)
    before = drawn(page, "happy-looking")

    # The mood moves without the page being loaded again.
    classroom.clock.forward(seconds=60)
    for student in students:
        student.show(Look.HAPPY, start, range(MINUTES * 60, MINUTES * 60 + 55))
    wait_until_drawn(page, "happy.length > argument && happy.at(-1) > 0.5", len(before))
    expect(strip).to_contain_text("Happy")
    assert max(before) < 0.2

    # A flag with its reason.
    queue = page.locator("#live-queue")
    check_in = queue.get_by_role("article").filter(has_text="Ana Lima")
    expect(check_in).to_contain_text("Sad-looking for a while")
    expect(check_in).to_contain_text(re.compile(r"Looked sad \d+ % of the last \d+ min"))

    # A marker, by the key and Enter.
    page.locator("h1").click()
    page.keyboard.press("m")
    page.keyboard.type("Group work starts")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mark this moment")).to_have_value("")
    assert [marker.label for marker in lectures.markers_of(store, lecture.id)] == [
        "Group work starts"
    ]

    # Somebody is let in.
    page.get_by_role("button", name="Admit Zoe Ahmed").click()
    expect(page.locator("#live-waiting")).to_be_empty()
    expect(page.locator("#live-tiles")).to_contain_text("Zoe Ahmed")
    admitted = {p.id: p.status for p in queries.participants(store, lecture.id)}
    assert admitted[late.id] is ParticipantStatus.ADMITTED

    # Letting in is undone, and done again.
    notice = page.locator("#live-notice")
    notice.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Admit Zoe Ahmed").click()
    expect(notice).to_contain_text("Admitted Zoe Ahmed.")

    # The check-in is answered, the answer taken back, answered again, and stays answered.
    page.get_by_role("button", name="Wrong: Ana Lima").click()
    expect(queue).to_contain_text("Nobody needs a word right now")
    notice.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Not now: Ana Lima").click()
    expect(queue).to_contain_text("Nobody needs a word right now")
    page.reload()
    expect(queue).to_contain_text("Nobody needs a word right now")
    wait_until_drawn(page, "happy.length > argument && happy.at(-1) > 0.5", len(before))
    logged = flags.flags_of(store, lecture.id)
    assert [(flag.outcome, flag.outcome_note) for flag in logged] == [
        (FlagOutcome.DISMISSED, "not_now")
    ]

    # And the lecture ends.
    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports")
    expect(page.get_by_role("row").filter(has_text=lecture.title)).to_contain_text("Being written")


def test_a_marker_is_renamed_taken_off_and_put_back(page: Page, classroom: Classroom) -> None:
    store, (lecture, _, _) = classroom.app.store, running_class(classroom)
    words = 'Group work, "part 1. {of} 2" 🎉'
    lectures.add_marker(store, lecture.id, at=classroom.clock(), label="Quiz", user_id=None)
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    page.locator("summary", has_text="Markers").click()
    page.get_by_role("button", name="Rename Quiz").click()
    field = page.get_by_role("dialog").get_by_label("Its words")
    expect(field).to_have_value("Quiz")
    field.fill(words)
    field.press("Enter")
    listed = page.locator("#live-markers")
    expect(listed).to_contain_text(words)
    assert [marker.label for marker in lectures.markers_of(store, lecture.id)] == [words]
    # It stands on the chart, shortened where it must be, and in whole under the pointer.
    expect(page.locator("#live-mood .textpoint")).to_contain_text("Group work")

    page.get_by_role("button", name="Remove Group work").click()
    expect(listed).to_be_empty()
    page.locator("#live-notice").get_by_role("button", name="Undo").click()
    expect(listed).to_contain_text(words)
    assert [marker.label for marker in lectures.markers_of(store, lecture.id)] == [words]


def test_keys_are_listed_can_be_switched_off_and_refuse_nobody(
    page: Page, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    late = Student(classroom.http, "Zoe Ahmed").join(lecture.code)
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#live-waiting")).to_contain_text("Zoe Ahmed")
    expect(page.locator("#live-queue")).to_contain_text("Ana Lima")
    shown = page.get_by_role("dialog", name="Keys of this page")
    page.keyboard.press("?")
    expect(shown).to_contain_text("Admit who has waited longest")
    expect(shown.get_by_role("switch")).to_be_checked()
    shown.get_by_role("switch").press("Space")
    expect(shown.get_by_role("switch")).not_to_be_checked()
    page.wait_for_function("localStorage.getItem('classpulse-keys') === '0'")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()

    # Off, none of them does anything, also after a reload; the button still opens the list.
    page.reload()
    expect(page.locator("#live-waiting")).to_contain_text("Zoe Ahmed")
    page.locator("h1").click()
    for key in "?pa1i":
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Present")).to_be_visible()
    page.get_by_role("button", name="Keys").click()
    expect(shown.get_by_role("switch")).not_to_be_checked()
    shown.get_by_role("switch").press("Space")
    page.wait_for_function("localStorage.getItem('classpulse-keys') === '1'")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()

    # On, not one key refuses or dismisses anybody.
    page.locator("h1").click()
    for key in "bcdefghjklnoqrstuvwxyz0567890":
        page.keyboard.press(key)
    store = classroom.app.store
    status = {p.id: p.status for p in queries.participants(store, lecture.id)}
    assert status[late.id] is ParticipantStatus.WAITING
    assert [flag.outcome for flag in flags.flags_of(store, lecture.id)] == [None]
    page.keyboard.press("a")
    expect(page.locator("#live-notice")).to_contain_text("Admitted Zoe Ahmed.")


def test_students_are_found_sifted_and_by_need_on_a_phone(page: Page, classroom: Classroom) -> None:
    lecture = furnished.crowd(classroom)
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    shown = page.locator("#live-tiles .cp-tile:visible")
    expect(page.get_by_role("button", name="All 200")).to_be_visible()
    expect(shown).to_have_count(16)
    top = page.evaluate("document.querySelector('.cp-tile').getBoundingClientRect().top + scrollY")
    assert top <= 2 * 740
    assert page.evaluate("document.documentElement.scrollHeight") < 3700
    # Who needs a look stands above who reports.
    places: list[list[Any]] = shown.evaluate_all(
        "tiles => tiles.map(t => [t.offsetTop, t.offsetLeft, t.className])"
    )
    ordered = [str(name) for _, _, name in sorted(places)]
    kinds = ["no_data"] * 5 + ["away"] * 5 + ["paused"] * 5 + ["reporting"]
    assert [name.rpartition("cp-tile-")[2] for name in ordered] == kinds

    page.get_by_role("button", name="Show all students").click()
    expect(shown).to_have_count(200)
    page.get_by_role("button", name="Not reporting 15").click()
    expect(shown).to_have_count(15)
    page.get_by_role("button", name="All 200").click()
    page.get_by_label("Find a student").fill("gomez zzz")
    expect(shown).to_have_count(0)
    expect(page.get_by_text("No student is like that now.")).to_be_visible()
    page.get_by_label("Find a student").fill("GOMEZ thea")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Thea Gómez")


def test_an_empty_class_is_shown_its_way_in_until_somebody_comes(
    page: Page, classroom: Classroom
) -> None:
    lecture = classroom.start_lecture()
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    code = page.locator(".cp-presented")
    expect(code).to_contain_text(lecture.code)
    expect(code).to_be_visible()
    expect(page.get_by_role("heading", name="How the class looks")).to_be_hidden()
    classroom.students(lecture, ["Ana Lima"])
    expect(code).to_be_hidden()
    expect(page.get_by_role("heading", name="How the class looks")).to_be_visible()


def test_the_intervals_open_by_key_and_by_button_and_give_the_focus_back(
    page: Page, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#live-queue")).to_contain_text("Ana Lima")
    wait_until_drawn(page, "happy.length > argument", 60)
    opener = page.get_by_role("button", name="Intervals")
    shown = page.get_by_role("dialog", name="How sure the shares are")

    def by_key() -> None:
        page.keyboard.press("i")

    def by_button_and_key() -> None:
        opener.press("Enter")

    for opens in (by_key, by_button_and_key, opener.click):
        opens()
        expect(shown.get_by_role("table")).to_contain_text("neutral")
        page.wait_for_function(
            "document.querySelector('[role=dialog]').contains(document.activeElement)"
        )
        # Tab stays inside while it is open.
        for _ in range(4):
            page.keyboard.press("Tab")
        assert page.evaluate(
            "document.querySelector('[role=dialog]').contains(document.activeElement)"
        )
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
        expect(opener).to_be_focused()


def test_a_teacher_starts_a_lecture_and_shows_its_code(page: Page, classroom: Classroom) -> None:
    sign_in(page, "teacher")
    page.get_by_label("Title of the next lecture").fill("Waves and sound")
    page.get_by_role("button", name="Start a lecture of Physics 10b").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waves and sound")
    (lecture,) = lectures.running(classroom.app.store)
    page.get_by_role("button", name="Join code").click()
    shown = page.get_by_role("dialog")
    expect(shown).to_contain_text(lecture.code)
    expect(shown).to_contain_text(f"{classroom.url}/join/{lecture.code}")
    expect(shown.get_by_alt_text("QR code")).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(page.locator(".cp-nobody-yet")).to_be_visible()


def test_a_student_finds_how_to_join_and_takes_the_agreement_back(
    page: Page, classroom: Classroom
) -> None:
    lecture, students, _ = running_class(classroom)
    page.goto(f"/join/{lecture.code.lower()}")
    expect(page.get_by_role("heading", level=1)).to_have_text(lecture.title)
    expect(page.locator("#content")).to_contain_text(
        f"classpulse agent --server {classroom.url} --join {lecture.code}"
    )
    ana = students[0]
    page.goto(ana.recovery)
    expect(page.locator("#content")).to_contain_text("840 seconds as numbers, no picture")
    page.get_by_role("button", name="Take my agreement back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#content")).to_contain_text("nothing is collected")
    expect(page.get_by_text("0 seconds as numbers, no picture", exact=True)).to_be_visible()
    expect(page.locator("#content")).not_to_contain_text("What was seen of you")
    # Within a tick Ana is gone from the live page, flag and all.
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    expect(page.get_by_role("region", name="The class at a glance")).to_contain_text("5 of 5")
    expect(page.locator("#live-tiles")).not_to_contain_text("Ana Lima")
    expect(page.locator("#live-queue")).to_contain_text("Nobody needs a word right now")


def test_dark_is_a_click_away_and_survives_a_reload(page: Page, classroom: Classroom) -> None:
    sign_in(page, "teacher")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(root).to_have_attribute("lang", "en")


def test_presenting_hides_every_name_and_goes_on_after_a_reload(
    page: Page, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    Student(classroom.http, "Zoe Ahmed").join(lecture.code)
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    named = page.get_by_text(re.compile("Ana Lima|Zoe Ahmed")).filter(visible=True)
    expect(page.locator("#live-queue")).to_contain_text("Ana Lima")
    expect(named.first).to_be_visible()
    code = page.locator(".cp-presented")
    expect(code).to_be_hidden()

    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    expect(named).to_have_count(0)
    expect(code).to_contain_text(lecture.code)
    expect(code.get_by_alt_text("QR code")).to_be_visible()
    expect(page.get_by_role("region", name="The class at a glance")).to_contain_text("Neutral")
    for tool in ("End lecture", "Join code", "Room camera", "Keys", "Intervals", "Add marker"):
        expect(page.get_by_role("button", name=tool)).to_be_hidden()
    expect(page.get_by_role("link", name="Reports")).to_be_hidden()

    page.reload()
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    expect(page.locator("#live-queue")).to_contain_text("Ana Lima")
    expect(named).to_have_count(0)

    page.keyboard.press("p")
    expect(named.first).to_be_visible()
    expect(code).to_be_hidden()
