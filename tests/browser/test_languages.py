"""Hindi and Spanish in a real browser: chosen by key, shaped by a font of our own, no wider."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_accessibility import found
from tests.browser.test_live_page import running_class
from tests.builders.classroom import PASSWORD, Classroom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]

NARROW = {"width": 360, "height": 740}


def language_of(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang"))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"))


def test_a_language_is_chosen_by_keyboard_and_kept(page: Page) -> None:
    fonts: list[str] = []
    page.on("request", lambda r: fonts.append(r.url) if "devanagari" in r.url else None)
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    assert language_of(page) == "en"
    assert fonts == [], "only pages that show Devanagari fetch its letters"
    switch = page.locator(".cp-language")
    expect(switch).to_have_accessible_name("Language: English")
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Español")).to_be_visible()
    assert found(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Español")).to_be_hidden()
    expect(switch).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="हिन्दी").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("आपका डेटा")
    assert page.url.endswith("/me"), "where one was before"
    assert language_of(page) == "hi"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("आपका डेटा")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('600 16px \"Noto Sans Devanagari\"', 'डेटा')")
    assert fonts != []


@pytest.mark.parametrize(
    ("wish", "mood", "queue"),
    [("hi-IN", "कक्षा का रूप", "चेहरा उदास"), ("es-MX", "El grupo se ve", "triste")],
)
def test_a_live_page_in_other_words_is_whole_on_a_narrow_screen(
    browser: Browser, classroom: Classroom, wish: str, mood: str, queue: str
) -> None:
    lecture, students, _ = running_class(classroom)
    context = browser.new_context(base_url=classroom.url, viewport=NARROW, locale=wish)
    page = context.new_page()
    page.goto("/signin")
    page.locator("#login").fill("teacher")
    page.locator("#password").fill(PASSWORD)
    assert fits(page)
    page.locator("button[type=submit]").click()
    expect(page.locator(".cp-language")).to_be_visible()
    page.goto(f"/live/{lecture.id}")
    expect(page.locator("#live-strip")).to_contain_text(mood)
    expect(page.locator("#live-queue")).to_contain_text(queue)
    assert language_of(page) == wish[:2]
    assert fits(page)
    problems = found(page)
    for address in (f"/join/{lecture.code}", students[0].recovery):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert fits(page), address
        problems += found(page)
    context.close()
    assert problems == []
