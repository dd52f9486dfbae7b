"""axe on every page and every state of one, in both themes and at both widths."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from dashboard.i18n.viewer_language import COOKIE
from tests.browser.furnished import PLACES, Place, furnish, leave, sign_in
from tests.builders.card import sharp_card
from tests.builders.classroom import Classroom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..* name='.*assets:ResourceWarning"),
]

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
LOOKS: tuple[tuple[Literal["light", "dark"], Any], ...] = (("light", WIDE), ("dark", NARROW))
"""Each theme and each width once: a theme moves nothing, and a width changes no colour."""


OVERHANG = """() => new Promise(resolve => {
    const last = performance.now() + 10_000
    const look = () => {
        const over = document.scrollingElement.scrollWidth - innerWidth
        if (over <= 0 || performance.now() > last) resolve(Math.max(over, 0))
        else setTimeout(look, 50)
    }
    look()
})"""


def overhang(page: Page) -> int:
    """How many pixels the page is wider than its window, once charts have followed a new width."""
    return int(page.evaluate(OVERHANG))


def found(page: Page) -> list[str]:
    """What axe holds against the page, a line each: the rule, and where."""
    # Colours are judged while they stand, not while they fade in.
    page.emulate_media(reduced_motion="reduce")
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    answer = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(answer["passes"]) >= 10, "axe looked at nothing"
    return [
        f"{page.url} {problem['id']}: {node['html'][:160]}"
        for problem in answer["violations"]
        for node in problem["nodes"]
    ]


class Visitors:
    """A browser for each who signs in and for each language, in one school."""

    def __init__(self, browser: Browser, room: Classroom) -> None:
        self.addresses = furnish(room)
        self._browser, self._room = browser, room
        self._known: dict[tuple[str | None, str], BrowserContext] = {}

    def at(self, place: Place) -> Page:
        """A page that has been brought there."""
        key = place.login, place.language
        if key not in self._known:
            context = self._browser.new_context(
                base_url=self._room.url, viewport=WIDE, reduced_motion="reduce"
            )
            # A busy machine is waited for; what never comes is an error all the same.
            context.set_default_timeout(90_000)
            context.add_cookies([{"name": COOKIE, "value": place.language, "url": self._room.url}])
            if place.login is not None:
                sign_in(context, place.login)
            self._known[key] = context
        page = self._known[key].new_page()
        place.open(page, self.addresses)
        return page

    def close(self) -> None:
        for context in self._known.values():
            context.close()


@pytest.fixture(scope="module")
def visitors(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitors]:
    room = Classroom.open(tmp_path_factory.mktemp("school"), sharp_card())
    made = Visitors(browser, room)
    yield made
    made.close()
    room.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_axe_finds_nothing_and_nothing_is_cut_off(visitors: Visitors, place: Place) -> None:
    page = visitors.at(place)
    problems: list[str] = []
    for theme, window in LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(window)
        problems += [f"{theme} {line}" for line in found(page)]
        if over := overhang(page):
            problems.append(f"{place.name} is {over} px wider than its window of {window['width']}")
    leave(page)
    assert problems == []
