"""A real Chromium, and a school for it to look at."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.builders.card import sharp_card
from tests.builders.classroom import Classroom

_NAMES = ("chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    opened = chromium(driver)
    yield opened
    opened.close()


def chromium(driver: Playwright, *further: str) -> Browser:
    """A Chromium of its own, started with ``further`` words."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("The browser tests need Chromium; `make setup-test` installs it.")
    return driver.chromium.launch(
        executable_path=found,
        args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *further],
    )


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[Classroom]:
    opened = Classroom.open(tmp_path, sharp_card())
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser, classroom: Classroom) -> Iterator[Page]:
    """A tab that tolerates no request to another host and no error in its console."""
    strangers: list[str] = []
    errors: list[str] = []
    context = browser.new_context(base_url=classroom.url, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((classroom.url, "data:", "blob:"))
            else strangers.append(request.url)
        ),
    )
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert strangers == []
    assert errors == []
