"""The demo's pages, every button pressed: the demo lives, and nothing breaks in the browser."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTimeError

from classpulse.demo.plot import LIVE_TITLE, ROOM_TITLE
from classpulse.demo.school import ADMIN, COURSE, ROOM_COURSE, TEACHER, SignIn
from tests.builders.demo import DemoProcess

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

STUDENTS = 8
LATER = re.compile(
    r"End the lecture|End lecture|Sign out|Start a lecture|Disable|New password|Make "
)
"""Buttons after which the others could not be pressed any more; each has its own turn."""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoProcess]:
    with DemoProcess(tmp_path, STUDENTS) as running:
        running.says("Stop with Ctrl-C")
        yield running


@pytest.fixture
def visit(browser: Browser, demo: DemoProcess) -> Iterator[Callable[[SignIn | None], Page]]:
    """Signs somebody in (None: nobody), in a browser without an error in its console or a 5xx."""
    broken: list[str] = []
    contexts = []

    def signed_in(who: SignIn | None) -> Page:
        context = browser.new_context(base_url=demo.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
        page.on("response", lambda r: broken.append(r.url) if r.status >= 500 else None)
        if who is None:
            return page
        page.goto("/signin")
        page.get_by_label("Name").fill(who.login)
        page.get_by_label("Password").fill(who.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert broken == []


def press_all(page: Page, address: str) -> list[str]:
    """Press each button of a page twice, but for those of LATER; which were pressed."""
    page.goto(address)
    expect(page.locator("main h1")).to_be_visible()
    page.wait_for_load_state("networkidle" if "/live/" not in address else "load")
    # By a mark of its own: a button's name may change when it is pressed.
    names: list[str] = page.locator("main button:visible").evaluate_all(
        """all => all.map((one, at) => {
            one.dataset.press = at;
            return one.getAttribute("aria-label") || one.innerText.replace(/\\s+/g, " ").trim();
        })"""
    )
    pressed = []
    for at, name in enumerate(names):
        if name and not LATER.search(name):
            button = page.locator(f"[data-press='{at}']")
            if press(page, button):
                pressed.append(name)
                press(page, button)
    return pressed


def press(page: Page, button: Locator) -> bool:
    """Press a button, if it can be; whatever the one before has opened is closed first."""
    for _ in range(4):
        close_dialogs(page)
        if not button.is_visible():
            # It went away, as an answered check-in does.
            return False
        try:
            if button.is_enabled(timeout=2_000):
                button.click(timeout=2_000)
                return True
        except NotInTimeError:
            continue
        return False
    pytest.fail(f"{button} could not be pressed.")


def close_dialogs(page: Page) -> None:
    """Close what is open, also if it is only just opening."""
    for dialog in page.get_by_role("dialog").all():
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def end(page: Page) -> None:
    """End the lecture of the page: first on second thoughts, then for good."""
    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="Keep it running").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports")


def reported(page: Page, demo: DemoProcess, title: str) -> None:
    """Wait until the page of reports offers that lecture's."""

    def offered() -> bool:
        page.goto("/reports")
        row = page.get_by_role("row").filter(has_text=title)
        expect(row).to_be_visible()
        return row.get_by_role("link", name="Download").count() > 0

    demo.until(offered)


SURE = {
    "Make a new link": "Make the link",
    "Delete my data": "Delete for good",
    "Ask the school to delete everything": "Ask the school",
    "Take my agreement back": "Take it back",
}
"""What a student presses on the own page, each with the button that means it; the last one ends."""


TAPS = ("Going well", "Okay", "I am lost", "Bored", "Feeling low")


def be_a_student(page: Page, code: str) -> None:
    """Join by tapping, press every button of the own page twice, and mean each of them."""
    page.goto(f"/join/{code}")
    page.get_by_label("Your name").fill("Priya Anand")
    page.get_by_label("I have read the notice").check()
    page.get_by_role("button", name="Join this lecture").click()
    page.get_by_role("link", name="Go on to my page").click()
    expect(page.get_by_role("heading", name="How is it going?")).to_be_visible()
    pressed = press_all(page, "/me")
    assert {"Take my agreement back", "Ask the school to delete everything"} <= set(pressed)
    page.goto("/me")
    # One by one, as each answer draws the others anew.
    for answer in TAPS * 2:
        page.get_by_role("button", name=answer).click()
        expect(page.get_by_text(f"You said “{answer}”")).to_be_visible()
    for switch in page.get_by_role("switch").all():
        switch.click()
    for asks, means in SURE.items():
        page.goto("/me")
        page.get_by_role("button", name=asks).click()
        page.get_by_role("dialog").get_by_role("button", name=means).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Agree again and join")).to_be_visible()


def test_everybody_presses_every_button_and_two_lectures_end(
    demo: DemoProcess, visit: Callable[[SignIn | None], Page]
) -> None:
    page = visit(TEACHER)
    page.get_by_role("listitem").filter(has_text=LIVE_TITLE).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LIVE_TITLE)
    expect(page.get_by_role("button", name=re.compile("^Refuse "))).to_be_visible()
    address = page.url.removeprefix(demo.url)
    page.get_by_role("button", name=re.compile("^Refuse ")).click()
    demo.says("has left: ")
    code = demo.says(r"join code +(\w+)")[1]
    be_a_student(visit(None), code)
    pressed = press_all(page, address)
    assert {"Present P", "Intervals I", "Add marker", "Room camera"} <= set(pressed)
    for other in ("/", "/reports", "/account"):
        press_all(page, other)

    page.goto(address)
    end(page)
    demo.says(f"“{LIVE_TITLE}” has ended: its students have left")
    reported(page, demo, LIVE_TITLE)

    for title in ("Roots", "Leaves"):
        page.goto("/")
        page.get_by_role("button", name=f"Start a lecture of {COURSE}").click()
        expect(page.get_by_text("Give the lecture a title first")).to_be_visible()
        page.get_by_label("Title of the next lecture").fill(title)
        page.get_by_role("button", name=f"Start a lecture of {COURSE}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("#live-waiting")).to_contain_text("Admit")
        page.get_by_role("button", name=re.compile("^Admit ")).click()
        expect(page.locator("#live-waiting")).to_be_empty()
        end(page)
        reported(page, demo, title)
    page.context.close()
    assert demo.interrupt() == 0
    assert "Traceback" not in demo.said


def test_the_room_is_allowed_twice_and_the_admin_presses_every_button(
    demo: DemoProcess, visit: Callable[[SignIn | None], Page]
) -> None:
    page = visit(TEACHER)
    page.get_by_role("listitem").filter(has_text=ROOM_TITLE).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ROOM_TITLE)
    address = page.url.removeprefix(demo.url)
    page.get_by_role("button", name="Room camera").click()
    shown = page.get_by_role("dialog")
    shown.get_by_label("Everybody in view has been told").check()
    for _ in range(2):
        shown.get_by_role("button", name="Allow a room camera").click()
        expect(shown).to_contain_text("classpulse agent --room")
        shown.get_by_role("button", name="End the room camera").click()
        expect(shown).to_contain_text("It was ended.")

    admin = visit(ADMIN)
    rooms = ("", "/people", "/courses", "/students", "/erasure", "/log")
    pressed = {name for room in rooms for name in press_all(admin, f"/admin{room}")}
    assert {"Save the policy", "Add", "Add the course", "Download (CSV)"} <= pressed
    for _ in range(2):
        for policy in ("Aggregate", "Individual", "Self-report"):
            admin.goto("/admin")
            admin.get_by_role("radio", name=re.compile(policy)).check()
            admin.get_by_role("button", name="Save the policy").click()
            expect(admin.get_by_text(re.compile(r"^Saved\."))).to_be_visible()

    # Under the new policy, nothing is inferred, and the students stay to tap.
    page.goto(address)
    end(page)
    demo.says(f"“{ROOM_TITLE}” has ended")
    page.goto("/")
    page.get_by_label("Title of the next lecture").fill("Taps")
    page.get_by_role("button", name=f"Start a lecture of {ROOM_COURSE}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Taps")
    demo.says("“Taps” has begun")
    end(page)
    reported(page, demo, "Taps")
    assert "has left: " not in demo.said

    for name in (
        "Sign out everywhere", "Make admin", "Make teacher", "New password", "Disable", "Enable",
    ):  # fmt: skip
        admin.goto("/admin/people")
        admin.get_by_role("row").filter(has_text=TEACHER.name).get_by_role(
            "button", name=name
        ).click()
        if name not in ("Sign out everywhere", "Enable"):
            asked = admin.get_by_role("dialog")
            asked.get_by_role("button", name=re.compile(name.split()[-1], re.IGNORECASE)).click()
            expect(asked).to_have_count(0)
        expect(admin.get_by_role("status").first).not_to_be_empty()
    press_all(admin, "/reports")
    press_all(admin, "/account")
    admin.get_by_role("button", name="Sign out").first.click()
    page.context.close()
    admin.context.close()
    assert demo.interrupt() == 0
    assert "Traceback" not in demo.said
