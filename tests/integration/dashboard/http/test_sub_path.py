"""Below a path of its name the server gives out no address that leads outside of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError
from werkzeug.test import Client

from contract.policy import CourseMode
from dashboard.components import ids, urls
from dashboard.settings import Settings
from tests.builders.world import PASSWORD, SAME_ORIGIN, World, make_world
from tests.integration.dashboard.pages.test_statements import ASKS, Growing, page
from tests.integration.dashboard.test_callbacks import call

ROOT: Final = "/pulse"
PUBLIC: Final = "https://localhost/pulse"
OVER_TLS: Final = {"Origin": "https://localhost"}
_ATTRIBUTES: Final = re.compile(r'\b(?:href|src|action|content)="([^"]*)"')


class _Browser(FlaskClient):
    """One that reaches the school by its public address only."""

    def open(self, *parts: Any, **named: Any) -> Any:
        """Ask for it there."""
        path, *others = parts
        return super().open(_inside(path), *others, **named)


def _inside(path: Any) -> Any:
    return path if str(path).startswith(ROOT) else f"{ROOT}{path}"


@pytest.fixture
def below(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school, at a path of its name."""
    made = make_world(sqlite_url, tmp_path / "data", password_hash, url=f"http://localhost{ROOT}")
    made.app.flask.test_client_class = _Browser
    yield made
    made.app.close()


def outside(value: Any, name: str = "") -> list[str]:
    """Every address in an answer that a browser would look for at the root."""
    if isinstance(value, dict):
        return [one for part in value for one in outside(value[part], part)]
    if isinstance(value, list):
        return [one for part in value for one in outside(part)]
    # A key of the keyboard, in the table of keys.
    if not isinstance(value, str) or (name, value) == ("children", "/"):
        return []
    local = value.startswith("/") and value != ROOT and not value.startswith(f"{ROOT}/")
    # Whole ones, in a sentence or a command to copy.
    strays = re.findall(r"https?://localhost(?::\d+)?(?!/pulse\b)\S*", value)
    return [value] * local + strays


def test_no_page_names_an_address_outside(below: World) -> None:
    growing = Growing(below)
    growing.grow(1)
    live = page("tara", urls.live(growing.lecture.id))
    for name, ask in {**ASKS, "live": live}.items():
        answer = ask(growing)()
        assert answer.status_code == 200, name
        assert outside(answer.json) == [], name
    listed = json.dumps(ASKS["reports of a teacher"](growing)().json)
    reports = sorted(set(re.findall(rf'"{ROOT}(/reports/[^"]+)"', listed)))
    assert reports
    for path in reports:
        answer = page("tara", path)(growing)()
        assert outside(answer.json) == [], path


@pytest.mark.parametrize(
    "path", ["/", "/signin", "/signin/code", "/signin?left=1", "/join", "/no-such", "/admin/x"]
)
def test_no_document_names_an_address_outside(below: World, path: str) -> None:
    for client in (below.client(), below.browser("ada")):
        answer = client.get(ROOT + path, headers={"Accept": "text/html"})
        assert outside(_ATTRIBUTES.findall(answer.text)) == []
        assert outside(answer.headers.get("Location", "")) == []
        scripts = re.findall(r'<script src="([^"]+)"', answer.text)
        assert all(client.get(one).status_code == 200 for one in scripts[:2])


def test_whoever_comes_is_led_on_within(below: World) -> None:
    client = below.client()
    asked = client.get(f"{ROOT}/live/x?y=1")
    assert asked.headers["Location"] == f"{ROOT}/signin?next=%2Flive%2Fx%3Fy%3D1"
    form = {"login": "tara", "password": PASSWORD, "next": "/reports"}
    answer = client.post(f"{ROOT}/signin", data=form, headers=SAME_ORIGIN)
    assert answer.headers["Location"] == f"{ROOT}/reports"
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert f"Path={ROOT}" in cookie.split("; ")
    spoken = client.get(f"{ROOT}/language/es?next=/reports")
    assert spoken.headers["Location"] == f"{ROOT}/reports"
    lecture = below.lecture(CourseMode.ROSTER)
    link = below.link(below.students[0])
    joined = client.get(f"{ROOT}/join?link={link}")
    assert joined.headers["Location"].startswith(f"{ROOT}/join/{lecture.code}?link=")
    left = client.post(f"{ROOT}/signout", headers=SAME_ORIGIN)
    assert left.headers["Location"] == f"{ROOT}/signin"


def test_a_proxy_may_take_the_path_off_or_leave_it_on(below: World) -> None:
    pages, client = {}, Client(below.app.flask)
    for address in ("/pulse/signin", "/signin"):
        pages[address] = client.get(address).text
        assert 'action="/pulse/signin"' in pages[address]
        moved = client.get(address.replace("signin", "reports"))
        assert moved.headers["Location"] == "/pulse/signin?next=%2Freports"
    assert len(set(pages.values())) == 1


@pytest.mark.parametrize("address", ["/pulse/reports", "/pulse/reports/", "/reports"])
def test_a_page_is_found_by_what_the_browser_says(below: World, address: str) -> None:
    shown = call(
        below, below.browser("tara"), f"{ids.CONTENT}.children...", **{ids.LOCATION: address}
    )
    assert "No report yet" in shown.text


def test_the_api_says_where_it_stands(below: World) -> None:
    assert below.client().get(f"{ROOT}/api/openapi.json").json["servers"] == [{"url": ROOT}]
    assert below.client().get(f"{ROOT}/healthz").status_code == 200


def test_over_https_the_cookies_are_secure_below_the_path(
    sqlite_url: str, tmp_path: Path, password_hash: str
) -> None:
    made = make_world(sqlite_url, tmp_path / "data", password_hash, url=PUBLIC, https=True)
    client = made.client()
    form = {"login": "tara", "password": PASSWORD}
    answer = client.post("/pulse/signin", data=form, headers=OVER_TLS, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        # `__Host-` asks for the path `/`.
        assert cookie.startswith("__Secure-classpulse")
        assert {"Path=/pulse", "Secure"} <= set(cookie.split("; "))
    made.app.close()


def told(world: World, **headers: str) -> str:
    return world.client().get("/signin", headers=headers).text


@pytest.fixture
def proxied(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school behind two proxies, told of no address."""
    made = make_world(sqlite_url, tmp_path / "data", password_hash, trusted_proxies=2)
    yield made
    made.app.close()


def test_a_trusted_proxy_says_the_path(proxied: World) -> None:
    for prefix in ("/pulse", "/pulse/", "/a/b-c", "/pulse, /inner"):
        path = prefix.partition(",")[0].rstrip("/")
        assert f'action="{path}/signin"' in told(proxied, **{"X-Forwarded-Prefix": prefix})


def test_what_is_no_path_is_not_believed(proxied: World) -> None:
    wrong = ["", "/", "//evil.example", "/..", "/a/../b", '/a"b', "/a?b", "pulse", "/a b", "/%2e"]
    for prefix in wrong:
        assert 'action="/signin"' in told(proxied, **{"X-Forwarded-Prefix": prefix}), prefix


def test_nobody_else_says_the_path(world: World) -> None:
    assert 'action="/signin"' in told(world, **{"X-Forwarded-Prefix": "/theirs"})


def test_the_setting_has_the_last_word(sqlite_url: str, tmp_path: Path, password_hash: str) -> None:
    made = make_world(sqlite_url, tmp_path / "data", password_hash, url=PUBLIC, trusted_proxies=1)
    assert 'action="/pulse/signin"' in told(made, **{"X-Forwarded-Prefix": "/theirs"})
    made.app.close()


@pytest.mark.parametrize("path", ["//x", "/..", "/a/./b", "/a b", "/a%2fb", "/<b>", "/a;b"])
def test_an_address_with_another_path_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="url must be http"):
        Settings(url=f"https://school.example{path}")
