"""The whole journey behind nginx, with TLS, below a path of a name that others share."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.http.server import listen
from db.measurements import queries
from db.teaching import lectures
from db.values import ParticipantStatus
from tests.builders.card import sharp_card
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.proxy import free_ports, in_front_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATH: Final = "/pulse"


class Site:
    """The school behind nginx, and all that browsers asked for."""

    def __init__(self, classroom: Classroom, url: str, plain: str, folder: Path) -> None:
        self.classroom, self.url, self.plain, self.folder = classroom, url, plain, folder
        self.outside: list[str] = []
        self.errors: list[str] = []

    def context(self, browser: Browser) -> BrowserContext:
        """A browser of its own, that remembers what went wrong in it."""
        made = browser.new_context(base_url=f"{self.url}/", ignore_https_errors=True)
        made.on("request", lambda request: self._asked(request.url))
        made.on("weberror", lambda error: self.errors.append(str(error.error)))
        made.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        return made

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", self.plain, "data:", "blob:")) and url != self.url:
            self.outside.append(url)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    plain, secure = free_ports(2)
    url = f"https://127.0.0.1:{secure}{PATH}"
    classroom = Classroom.open(tmp_path, sharp_card(), url=url, https=True, trusted_proxies=1)
    server = listen(classroom.app.flask, "127.0.0.1", 0)
    serving = threading.Thread(target=server.run)
    serving.start()
    port = int(server.url.rpartition(":")[2])
    folder = tmp_path / "nginx"
    try:
        with in_front_of(port, plain=plain, secure=secure, path=PATH, folder=folder):
            yield Site(classroom, url, f"http://127.0.0.1:{plain}", folder)
    finally:
        server.close()
        serving.join(timeout=20)
        classroom.close()


def test_the_journey_from_signing_in_to_the_report(browser: Browser, site: Site) -> None:
    teacher, student = site.context(browser), site.context(browser)
    page, theirs = teacher.new_page(), student.new_page()
    # From plain http, which the proxy leads on.
    page.goto(f"{site.plain}{PATH}/")
    expect(page).to_have_url(re.compile(f"^{re.escape(site.url)}/signin"))
    _sign_in(page)
    page.get_by_label("Title of the next lecture").fill("Waves and sound")
    page.get_by_role("button", name="Start a lecture of Physics 10b").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waves and sound")
    (lecture,) = lectures.running(site.classroom.app.store)
    expect(page).to_have_url(f"{site.url}/live/{lecture.id}")
    page.get_by_role("button", name="Join code").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"{site.url}/join/{lecture.code}")
    page.keyboard.press("Escape")

    _join(theirs, site, lecture.code)
    expect(page.locator("#live-waiting")).to_contain_text("Rosa Marín")
    page.get_by_role("button", name="Admit Rosa Marín").click()
    expect(page.locator("#live-waiting")).not_to_contain_text("Rosa Marín")
    (rosa,) = queries.participants(site.classroom.app.store, lecture.id)
    assert rosa.status is ParticipantStatus.ADMITTED
    expect(theirs.locator(".cp-taps")).to_be_visible()

    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page).to_have_url(f"{site.url}/reports")
    site.classroom.clock.forward(seconds=timedelta(minutes=5).total_seconds())
    site.classroom.app.scheduler.start()
    _has_report(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download: Waves and sound (PDF)").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site.url}/signin")
    _all_was_within(site, [teacher, student])


def _sign_in(page: Page) -> None:
    page.get_by_label("Name").fill("teacher")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".cp-user-link")).to_be_visible()


def _join(page: Page, site: Site, code: str) -> None:
    """Join by tapping, and open the own page by the link that is shown."""
    page.goto(f"join?code={code}")
    expect(page).to_have_url(f"{site.url}/join/{code}")
    expect(page.locator("body")).to_contain_text(f"--server {site.url} --join {code}")
    page.get_by_label("Your name").fill("Rosa Marín")
    page.get_by_label("I have read the notice below").check()
    page.get_by_role("button", name="Join this lecture").click()
    expect(page.locator("body")).to_contain_text(f"{site.url}/me/")
    page.get_by_role("link", name="Go on to my page").click()
    expect(page).to_have_url(f"{site.url}/me")


def _has_report(page: Page) -> None:
    for _ in range(40):
        page.reload()
        if page.get_by_role("link", name="Download: Waves and sound (PDF)").count():
            return
        page.wait_for_load_state("networkidle")


def _all_was_within(site: Site, contexts: list[BrowserContext]) -> None:
    assert site.outside == []
    assert site.errors == []
    for context in contexts:
        for cookie in context.cookies():
            assert cookie["secure"]
            assert cookie["httpOnly"]
            assert cookie["path"] == PATH
            assert cookie["name"].startswith("__Secure-classpulse")
        context.close()
    log = (site.folder / "access.log").read_text("utf-8")
    assert f"{PATH}/me/…" in log or f"{PATH}/me " in log
    assert "?" not in log
