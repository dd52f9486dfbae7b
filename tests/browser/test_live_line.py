"""The live feed in a real browser: how a page ends for those who did not end it, and resyncs."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from db.people import users
from db.teaching import lectures
from tests.browser.test_live_page import running_class, sign_in
from tests.builders.classroom import Classroom

pytestmark = [
    pytest.mark.browser,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]


def test_a_page_takes_up_after_a_gap_and_says_that_the_lecture_has_ended(
    page: Page, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    strip = page.get_by_role("region", name="The class at a glance")
    expect(strip).to_contain_text("6 of 6")

    # The server does not know this cursor, nor what the page shows: it tells everything anew.
    classroom.app.services.feeds.forget()
    classroom.students(lecture, ["Gita Rao"])
    expect(page.locator("#live-tiles")).to_contain_text("Gita Rao")
    expect(strip).to_contain_text("6 of 7")

    lectures.end(classroom.app.store, lecture.id, classroom.clock())
    expect(page.locator("#content")).to_contain_text("This lecture has ended")
    expect(page.locator("#content")).not_to_contain_text("Ana Lima")


def test_a_page_whose_session_has_ended_shows_nobody_any_more(
    browser: Browser, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    # A tab of its own: here the browser rightly notes in its console that it was refused.
    page = browser.new_context(base_url=classroom.url).new_page()
    sign_in(page, "teacher")
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#live-tiles")).to_contain_text("Ana Lima")
    users.revoke_sessions_of(classroom.app.store, classroom.teacher.id, classroom.clock())
    expect(page).to_have_url(re.compile(r"/signin\?next="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.context.close()
