"""What a browser loads that opens the live page for the first time, and again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_live_page import running_class, sign_in
from tests.browser.traffic import Traffic
from tests.builders.classroom import Classroom

pytestmark = [
    pytest.mark.browser,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]

MOST_BYTES = 2_000_000
MOST_AGAIN = 100_000
"""The document, what Dash asks anew, and the page itself; no script."""


def wait_until_drawn(page: Page) -> None:
    expect(page.locator("#live-strip")).to_contain_text("6 of 6")
    expect(page.locator("#live-mood .main-svg").first).to_be_visible()


def test_the_first_view_of_the_live_page_weighs_little_and_the_second_next_to_nothing(
    page: Page, classroom: Classroom
) -> None:
    lecture, _, _ = running_class(classroom)
    sign_in(page, "teacher")
    # What the start page has loaded must not make the live page look lighter.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    first = Traffic(page)
    page.goto(f"/live/{lecture.id}")
    wait_until_drawn(page)
    assert first.total <= MOST_BYTES, first.heaviest
    scripts = [address for address in first.by_address if address.endswith(".js")]
    assert any("plotly" in address for address in scripts)
    assert not any("ag_grid" in address for address in scripts)

    again = Traffic(page)
    page.reload()
    wait_until_drawn(page)
    assert again.total <= MOST_AGAIN, again.heaviest
