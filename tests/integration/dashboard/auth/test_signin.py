"""Signing in and out, guessing, forged requests, and the headers of every answer."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Response, session

from contract.policy import CourseMode
from dashboard.api import limits
from dashboard.app import ModelAssets, create_app
from dashboard.components import ids
from dashboard.settings import Settings
from db.people import users
from services.accounts import passwords
from tests.builders.card import even_card
from tests.builders.world import PASSWORD
from tests.integration.dashboard.test_callbacks import call

HERE = {"Origin": "http://localhost"}


def sign_in(client: Any, login: str, password: str, **extra: Any) -> Any:
    form = {"login": login, "password": password, **extra}
    return client.post("/signin", data=form, headers=HERE)


def test_a_teacher_signs_in_and_out_and_the_session_is_over_on_the_server(world: Any) -> None:
    client = world.browser("tara")
    assert client.get("/").status_code == 200
    cookie = client.get_cookie("classpulse")
    assert cookie is not None
    assert client.post("/signout", headers=HERE).status_code == 303
    # Whoever kept a copy of the cookie has nothing.
    thief = world.client()
    thief.set_cookie("classpulse", cookie.value)
    assert thief.get("/").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(world: Any) -> None:
    answer = sign_in(world.client(), "tara", "correct horse")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    ("login", "password"), [("tara", "wrong horse"), ("nobody", "correct horse"), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    world: Any, login: str, password: str
) -> None:
    client = world.client()
    answer = sign_in(client, login, password)
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert client.get("/").status_code == 303


def test_who_is_locked_out_loses_running_sessions_and_cannot_come_back(world: Any) -> None:
    client = world.browser("tara")
    users.set_disabled(world.store, world.users["tara"].id, True, world.clock())
    assert client.get("/").status_code == 303
    assert sign_in(world.client(), "tara", "correct horse").status_code == 401


def test_a_session_ends_by_itself(world: Any) -> None:
    client = world.browser("tara")
    for _ in range(11):
        world.clock.forward(hours=1)
        assert client.get("/").status_code == 200
    world.clock.forward(hours=1)
    assert client.get("/").status_code == 303


def test_a_session_that_nobody_uses_ends_sooner(world: Any) -> None:
    client = world.browser("tara")
    world.clock.forward(minutes=119)
    assert client.get("/").status_code == 200
    world.clock.forward(minutes=120)
    assert client.get("/").status_code == 303
    assert users.open_sessions(world.store, world.clock(), world.users["tara"].id) == []


def test_where_too_many_sign_in_at_once_one_is_asked_to_wait(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = threading.BoundedSemaphore(1)
    assert none.acquire(blocking=False)
    monkeypatch.setattr(passwords, "_places", none)
    answer = sign_in(world.client(), "tara", PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Many are signing in" in answer.text


def test_over_https_no_neighbour_can_set_the_cookie(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, database=sqlite_url, https=True)
    app = create_app(settings, None, ModelAssets(even_card()))
    try:
        name = "__Host-classpulse"
        with app.flask.test_request_context(base_url="https://school.example"):
            session["a"] = 1
            cookie = app.flask.process_response(Response()).headers["Set-Cookie"]
        assert cookie.startswith(f"{name}=")
        parts = cookie.split("; ")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
        assert "Domain" not in cookie
        told = app.flask.test_client().get("/api/openapi.json").json
        assert told["components"]["securitySchemes"]["session"]["name"] == name
    finally:
        app.close()


def test_nothing_of_anybody_is_kept_by_a_cache(world: Any) -> None:
    lecture, browser = world.lecture(), world.browser("tara")
    for answer in (
        call(world, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: f"/live/{lecture.id}"}),
        browser.get(f"/api/v1/lectures/{lecture.id}/students"),
        browser.get("/api/v1/lectures/none/students"),
        browser.get(f"/_live/{lecture.id}"),
    ):
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/_dash-update-component", "/api/v1/pulse"])
def test_a_token_beside_a_session_does_not_open_it_to_other_sites(world: Any, path: str) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": "Bearer x"}
    assert world.browser("tara").post(path, json={}, headers=headers).status_code == 403
    # An agent has no session, and says no origin.
    assert world.client().post(path, json={}, headers=headers).status_code != 403


def test_guessing_a_password_is_slowed_down_even_for_the_right_one(world: Any) -> None:
    client = world.client()
    statuses = [sign_in(client, "tara", f"guess {n}").status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
    late = sign_in(client, "tara", "correct horse")
    assert late.status_code == 429
    assert sign_in(world.client(), "ada", "correct horse").status_code == 303
    assert int(late.headers["Retry-After"]) >= 1


def test_guessing_from_many_addresses_is_slowed_down_too(world: Any) -> None:
    bounds = world.app.flask.extensions[limits.EXTENSION]
    still = limits.TokenBuckets(1.0, 100, lambda: 0.0)
    world.app.flask.extensions[limits.EXTENSION] = replace(bounds, signin_login=still)

    def guess(login: str, n: int) -> int:
        form, here = {"login": login, "password": f"guess {n}"}, f"10.0.0.{n}"
        answer = world.client().post(
            "/signin", data=form, headers=HERE, environ_base={"REMOTE_ADDR": here}
        )
        return int(answer.status_code)

    assert [guess("tara", n) for n in range(101)] == [401] * 100 + [429]
    assert guess("otto", 1) == 401


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/live/x?a=1", "/live/x?a=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: b=c", "/"),
    ],
)
def test_signing_in_leads_only_within_this_server(world: Any, asked: str, led: str) -> None:
    answer = sign_in(world.client(), "tara", "correct horse", next=asked)
    assert answer.status_code == 303
    assert answer.headers["Location"] == led


def test_the_form_does_not_run_what_the_address_brings(world: Any) -> None:
    page = world.client().get("/signin?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/", "/live/3", "/reports", "/admin", "/anything"])
def test_pages_of_the_staff_ask_for_a_sign_in_first(world: Any, path: str) -> None:
    answer = world.client().get(path)
    assert answer.status_code == 303
    target = urlsplit(answer.headers["Location"])
    assert target.path == "/signin"
    assert parse_qs(target.query)["next"] == [path]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none", "Origin": "http://localhost"},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/signout", "/_dash-update-component", "/api/v1/pulse"])
def test_a_write_from_another_sites_page_is_refused(
    world: Any, path: str, headers: dict[str, str]
) -> None:
    client = world.browser("tara")
    answer = client.post(path, json={}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/").status_code == 200


def test_another_site_cannot_sign_a_browser_in(world: Any) -> None:
    form = {"login": "tara", "password": "correct horse"}
    answer = world.client().post("/signin", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_students_own_link_opens_their_page_and_leaves_the_address(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    browser = world.client()
    opened = browser.get(ana.agreed["recovery_link"])
    assert (opened.status_code, opened.headers["Location"]) == (303, "/me")
    mine = browser.get("/api/v1/me/observations")
    assert mine.status_code == 200
    assert mine.json["name"] == "Ana"
    assert browser.get("/").status_code == 303


def test_a_made_up_own_link_opens_nothing(world: Any) -> None:
    browser = world.client()
    assert browser.get(f"/me/{'x' * 43}").status_code == 403
    assert browser.get("/api/v1/me/observations").status_code == 401


@pytest.mark.parametrize("path", ["/signin", "/healthz", "/api/openapi.json", "/me"])
def test_every_answer_carries_the_security_headers(world: Any, path: str) -> None:
    headers = world.client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_person_gets_a_page_where_a_program_gets_a_problem(world: Any) -> None:
    client = world.client()
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/me/nobody", headers=browser)
    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert "This link is not known" in page.text
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get("/me/nobody", headers=headers)
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
