"""From an empty store to a downloaded report: a real server, a browser, and no shell."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from contract import Look
from tests.browser.test_accessibility import NARROW, found, overhang
from tests.builders.server import ServerProcess
from tests.builders.students import Student

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

PASSWORD = "green apples fall up"
STUDENTS = 6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path, report_grace_seconds="0", sweep_seconds="0.3") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that tolerates no error of a script, at the width of a telephone."""
    broken: list[str] = []
    context = browser.new_context(viewport=NARROW, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    tab = context.new_page()
    tab.on("pageerror", lambda error: broken.append(str(error)))
    yield tab
    context.close()
    assert broken == []


def fine(page: Page) -> None:
    """axe finds nothing on the page as it stands, and it is no wider than its window."""
    assert found(page) == []
    assert overhang(page) == 0


def test_a_school_is_set_up_and_reads_its_first_report(  # noqa: PLR0915 - one story
    server: ServerProcess, page: Page
) -> None:
    link = server.line("/setup/").strip()
    home = link.partition("/setup/")[0]
    assert server.line("  store").endswith("classpulse.db")

    page.goto(link)
    page.get_by_label("Your full name").fill("Jonas Weber")
    page.get_by_label("Name to sign in with").fill("jonas")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Become the admin").click()
    expect(page.get_by_role("alert")).to_contain_text("12 to 1024 letters")
    expect(page.get_by_label("Name to sign in with")).to_have_value("jonas")
    fine(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Become the admin").click()

    page.get_by_label("Name of the school").fill("Northbridge School")
    fine(page)
    zone = page.get_by_role("textbox", name="Time zone")
    zone.fill("Kolkata")
    page.get_by_role("option", name="Asia/Kolkata").click()
    page.get_by_role("button", name="Go on").click()

    page.get_by_label("In the European Union").check()
    expect(page.get_by_role("radio", name="Self-report")).to_be_checked()
    expect(page.get_by_role("radio", name="Individual")).to_have_count(0)
    page.get_by_label("In India").check()
    page.get_by_role("radio", name="Aggregate").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("made sure of the law")
    fine(page)
    page.get_by_label("For anything but self-report").check()
    page.get_by_role("button", name="Go on").click()

    page.get_by_label("Title of the course").fill("Physics 10b")
    page.get_by_role("textbox", name="How students join").click()
    page.get_by_role("option", name=re.compile("Anonymous")).click()
    page.get_by_label("Somebody else").check()
    page.get_by_label("Full name of the teacher").fill("Maria Okafor")
    page.get_by_label("Name to sign in with").fill("maria")
    fine(page)
    page.get_by_role("button", name="Go on").click()
    told = page.locator("#content")
    expect(told).to_contain_text("The password of Maria Okafor, who signs in as maria")
    page.get_by_role("button", name="Start a lecture to try").click()
    code = page.locator(".cp-code-text").inner_text()
    fine(page)

    with httpx.Client(base_url=home, timeout=60) as http:
        now = datetime.now(UTC)
        for _ in range(STUDENTS):
            Student(http).join(code).show(Look.HAPPY, now, range(1, 31))
    page.get_by_role("link", name="Open the live page").click()
    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    report = page.get_by_role("link", name="PDF").first
    for _ in range(60):
        page.goto(f"{home}/reports")
        expect(page.get_by_text("A first try").first).to_be_visible()
        if report.count():
            break
        page.wait_for_timeout(500)
    with page.expect_download() as taken:
        report.click()
    assert taken.value.path().read_bytes().startswith(b"%PDF")

    # The link has done what it was for.
    page.goto(link)
    expect(page.locator("main")).to_contain_text("was used")
    assert page.request.get(home).ok
