"""The whole journey behind nginx, with TLS, below a path of a name that others share."""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.http.server import listen
from db.measurements import queries
from db.teaching import lectures
from db.values import ParticipantStatus
from models.cards import load_card
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.proxy import free_ports, in_front_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATH: Final = "/pulse"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CAMERA: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


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
    classroom = Classroom.open(
        tmp_path,
        load_card(),
        in_browsers=True,
        url=url,
        https=True,
        trusted_proxies=1,
        report_grace_seconds=0,
    )
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


@pytest.fixture
def with_camera(browser: Browser) -> Iterator[Browser]:
    """Another browser, whose camera shows a pattern."""
    path = next(found for name in NAMES if (found := shutil.which(name)))
    opened = browser.browser_type.launch(executable_path=path, args=CAMERA)
    yield opened
    opened.close()


def test_the_journey_from_signing_in_to_the_report(
    browser: Browser, with_camera: Browser, site: Site
) -> None:
    teacher, student = site.context(browser), site.context(with_camera)
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
    expect(page.locator("#live-tiles")).to_contain_text("Rosa Marín")
    seen = re.compile(r"^([3-9]|\d\d+)$")
    expect(theirs.locator("#indicator")).to_have_attribute("data-observations", seen)
    _own_page(theirs, site)
    assert len(queries.observations_of(site.classroom.app.store, rosa.id)) > 1

    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page).to_have_url(f"{site.url}/reports")
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
    """Join with this browser's own camera, which shows nobody, and see that it is looking."""
    page.goto(f"join?code={code}")
    expect(page).to_have_url(f"{site.url}/join/{code}")
    expect(page.locator("body")).to_contain_text(f"--server {site.url} --join {code}")
    page.get_by_role("link", name="Use this browser's camera").click()
    page.get_by_label("Your name").fill("Rosa Marín")
    page.get_by_label("My numbers may count in the mood of the class.").check()
    page.get_by_label("My teacher may see my row").check()
    page.get_by_role("button", name="Agree and start the camera").click()
    page.get_by_role("button", name="No", exact=True).click()


def _own_page(page: Page, site: Site) -> None:
    """Stop, and open the page with what was sent."""
    page.get_by_role("button", name="Stop").click()
    page.locator("#own-page").click()
    expect(page).to_have_url(f"{site.url}/me")
    expect(page.locator("#content")).to_contain_text("seconds as numbers, no picture")


def _has_report(page: Page) -> None:
    for _ in range(40):
        page.reload()
        if page.get_by_role("link", name="Download: Waves and sound (PDF)").count():
            return
        page.wait_for_load_state("networkidle")
    pytest.fail("There is no report after forty looks.")


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
