"""By which names the server answers, and that no link repeats what a request called it."""

import json
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contract.policy import CourseMode
from dashboard.app import ModelAssets, create_app
from dashboard.components import ids
from dashboard.http.hosts import names_of
from dashboard.settings import Settings
from tests.builders.card import even_card
from tests.builders.world import PASSWORD, World, make_world
from tests.integration.dashboard.test_callbacks import call

URL = "https://classpulse.school.example"


@pytest.fixture
def public(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school with a public address."""
    made = make_world(sqlite_url, tmp_path / "data", password_hash, url=URL)
    yield made
    made.app.close()


def asked_as(host: str, world: World, path: str = "/signin") -> Any:
    return world.client().get(path, headers={"Host": host})


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7", "[::2]"],
)
@pytest.mark.parametrize(
    "path", ["/signin", "/join", "/api/v1/me/observations", "/assets/mark.svg"]
)
def test_by_another_name_nothing_answers(world: World, host: str, path: str) -> None:
    answer = asked_as(host, world, path)
    assert answer.status_code == 421
    assert "CLASSPULSE_HOSTS" in answer.json["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8050", "127.0.0.1:1", "[::1]:8050"])
def test_this_machine_is_always_answered(public: World, host: str) -> None:
    assert asked_as(host, public).status_code == 200


def test_machines_ask_for_health_by_any_address(world: World) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert asked_as("10.1.2.3:8050", world, path).status_code == 200


def test_the_public_name_and_further_ones_are_answered(public: World) -> None:
    assert asked_as("classpulse.school.example", public).status_code == 200
    assert asked_as("school.example", public).status_code == 421
    given = Settings(hosts=" old.example, Other.example ", host="lab.example")
    assert {"old.example", "other.example", "lab.example"} < names_of(given)


EVERYWHERE = [str(ip_address(0)), "::"]


@pytest.mark.parametrize("host", EVERYWHERE)
def test_who_listens_everywhere_answers_to_numbers(
    sqlite_url: str, tmp_path: Path, host: str
) -> None:
    settings = Settings(folder=tmp_path, database=sqlite_url, host=host)
    app = create_app(settings, None, ModelAssets(even_card()))
    try:
        told = {
            name: app.flask.test_client().get("/signin", headers={"Host": name}).status_code
            for name in ("192.168.1.5:8050", "[fd00::1]:8050", socket.gethostname(), "evil.example")
        }
    finally:
        app.close()
    assert list(told.values()) == [200, 200, 200, 421]


def test_links_lead_to_the_public_address_whatever_a_request_calls_us(public: World) -> None:
    lecture = public.lecture(CourseMode.OPEN)
    browser = public.browser("tara")
    shown = {
        "live": call(
            public, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: f"/live/{lecture.id}"}
        ),
        "join": call(
            public, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: f"/join/{lecture.code}"}
        ),
    }
    for name, page in shown.items():
        shown_there = json.dumps(page.json)
        assert URL in shown_there, name
        assert "http://localhost" not in shown_there, name


@pytest.mark.parametrize(
    "url",
    ["school.example", "ftp://school.example", "https://", "https://a.example//path", "https://a?b=c",
     "https://u:p@a.example", "https://a:99999", "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url must be http"):
        Settings(url=url)


@pytest.fixture
def encrypted(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school behind a proxy that speaks https for it."""
    made = make_world(
        sqlite_url,
        tmp_path / "data",
        password_hash,
        url=URL,
        https=True,
        trusted_proxies=1,
        hosts="10.0.0.7",
    )
    yield made
    made.app.close()


def test_whoever_comes_by_plain_http_is_told_where_to_go(encrypted: World) -> None:
    client, plain = encrypted.client(), "http://10.0.0.7:8050"
    page = client.get("/signin", base_url=plain, headers={"Accept": "text/html"})
    wrong = {"login": "tara", "password": PASSWORD}
    form = client.post("/signin", base_url=plain, data=wrong, headers={"Origin": plain})
    for answer in (page, form):
        assert answer.status_code == 403
        assert f"Open {URL} instead." in answer.text
        assert "Set-Cookie" not in answer.headers
    assert "text/html" in page.content_type


def test_https_and_this_machine_and_other_machines_go_on(encrypted: World) -> None:
    client = encrypted.client()
    by_proxy = {"X-Forwarded-Proto": "https", "Host": "classpulse.school.example"}
    assert client.get("/signin", headers=by_proxy).status_code == 200
    assert client.get("/signin").status_code == 200
    for path in ("/healthz", "/api/openapi.json", "/assets/mark.svg"):
        with client.get(path, base_url="http://10.0.0.7") as answer:
            assert answer.status_code == 200
