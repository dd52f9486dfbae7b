"""A report from its row in the list to paper: found, read, zoomed, printed, taken along."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from contract import Look
from contract.events import Event, EventKind
from contract.ids import uuid7
from db.measurements import ingest
from db.people import users
from db.teaching import lectures
from db.values import Lecture, Role
from services.accounts.passwords import hash_password
from tests.browser.test_live_page import sign_in
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.observations import observation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]
MINUTES = 12
NAMES = ("Ana Lima", "Ben Carter", "Chloé Martin", "Dev Patel", "Emeka Obi")


def taught(room: Classroom) -> Lecture:
    """A lecture of five: Ben pauses after five minutes; its report is written."""
    store, began = room.app.store, room.clock()
    lecture = room.start_lecture("Heat and temperature")
    students = room.students(lecture, NAMES)
    room.clock.forward(seconds=MINUTES * 60)
    for student in students:
        until = 300 if student.name == "Ben Carter" else MINUTES * 60
        seen = [
            observation(
                Look.HAPPY if second < 360 else Look.NEUTRAL, began + timedelta(seconds=second)
            )
            for second in range(until)
        ]
        ingest.ingest_observations(store, student.id, seen, room.clock())
        if until == 300:
            at = began + timedelta(seconds=300)
            paused = Event(id=uuid7(at), at=at, kind=EventKind.PAUSED)
            ingest.ingest_events(store, student.id, [paused], room.clock())
    at = began + timedelta(minutes=6)
    lectures.add_marker(store, lecture.id, at=at, label="Group work", user_id=room.teacher.id)
    lectures.end(store, lecture.id, room.clock(), timedelta(0))
    room.app.scheduler.run_due(room.clock())
    return lecture


def shown_minutes(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "document.querySelector('#report-mood .js-plotly-plot').layout.xaxis.range"
    )
    return found


def test_a_report_is_found_read_zoomed_printed_and_taken_along(
    page: Page, classroom: Classroom
) -> None:
    lecture = taught(classroom)
    sign_in(page, "teacher")
    page.goto("/reports")
    search = page.get_by_label("Search")
    search.fill("nothing of that name")
    expect(page.locator("#reports-found")).to_have_text("Nothing fits the search")
    search.fill("TEMPERATURE heat")
    expect(page.locator("#reports-found")).to_have_text("1 report")
    page.get_by_role("link", name="Heat and temperature", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heat and temperature")

    attendance = page.get_by_role("region", name="Attendance")
    row = attendance.get_by_role("row").filter(has_text="Ben Carter")
    expect(row).to_contain_text("paused")
    expect(row).to_contain_text("yes")
    expect(page.get_by_text("A camera that is off is not absence")).to_be_visible()

    chart = page.locator("#report-mood .nsewdrag").first
    chart.scroll_into_view_if_needed()
    before = shown_minutes(page)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 90, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "before => document.querySelector('#report-mood .js-plotly-plot')"
        ".layout.xaxis.range[0] !== before",
        arg=before[0],
    )
    zoomed = shown_minutes(page)

    wide = page.locator("#report-mood .main-svg").first
    width = wide.get_attribute("width")
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(format="A4")))
    text = "".join(one.get_textpage().get_text_range() for one in paper)
    paper.close()
    for said in ("Attendance", "Ben Carter", "How to read this report"):
        assert said in text
    for gone in ("Sign out", "Tables (CSV)", "draw out a stretch"):
        assert gone not in text
    # The window has its own chart again, and what was zoomed into stays.
    expect(wide).to_have_attribute("width", str(width))
    assert shown_minutes(page) == zoomed

    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    page.locator("summary", has_text="Tables").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Attendance").click()
    assert "Ben Carter" in taken.value.path().read_text(encoding="utf-8-sig")
    for link, begins in (("All tables: Excel", b"PK"), ("JSON", b"{"), ("as Parquet", b"PK")):
        with page.expect_download() as taken:
            page.get_by_role("link", name=link).click()
        assert taken.value.path().read_bytes().startswith(begins)

    users.add_user(
        classroom.app.store, login="otto", name="Otto", role=Role.TEACHER,
        password_hash=hash_password(PASSWORD), now=classroom.clock(),
    )  # fmt: skip
    page.context.clear_cookies()
    sign_in(page, "otto")
    page.goto(f"/reports/{lecture.id}")
    expect(page.locator("main")).to_contain_text("There is no such lecture for you")
