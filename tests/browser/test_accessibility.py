"""axe on every page, in both themes, at both widths a page is made for."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from db import lectures
from tests.browser.classroom import Classroom, Student
from tests.browser.test_live_page import running_class, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]


def found(page: Page) -> list[str]:
    """What axe holds against the page, a line each: the rule, and where."""
    # Colours are judged while they stand, not while they fade in.
    page.emulate_media(reduced_motion="reduce")
    answer = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert len(answer["passes"]) > 10, "axe looked at nothing"
    return [
        f"{page.url} {problem['id']}: {node['html'][:160]}"
        for problem in answer["violations"]
        for node in problem["nodes"]
    ]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, classroom: Classroom, theme: str, width: int
) -> None:
    lecture, students, _ = running_class(classroom)
    Student(classroom.http, "Zoe Ahmed").join(lecture.code)
    context = browser.new_context(
        base_url=classroom.url,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    problems: list[str] = []
    page.goto("/signin")
    problems += found(page)
    for address in (f"/join/{lecture.code}", "/me", students[0].recovery, "/join/NOSUCH"):
        page.goto(address)
        expect(page.get_by_role("main").locator("h1, .cp-empty-title").first).to_be_visible()
        problems += found(page)
    sign_in(page, "teacher")
    problems += found(page)
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#live-queue")).to_contain_text("Ana Lima")
    expect(page.locator("#live-mood .main-svg").first).to_be_visible()
    problems += found(page)
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("button", name="Stop presenting")).to_be_visible()
    problems += found(page)
    page.get_by_role("button", name="Join code").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    problems += found(page)
    lectures.end(classroom.app.store, lecture.id, classroom.clock())
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#content")).to_contain_text("has ended")
    problems += found(page)
    context.clear_cookies()
    sign_in(page, "admin")
    for address in ("/admin", "/reports"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        problems += found(page)
    context.close()
    assert problems == []
