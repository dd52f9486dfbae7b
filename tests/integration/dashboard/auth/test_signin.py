"""Signing in and out, guessing, forged requests, and the headers of every answer."""

import threading
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
from tests.builders.world import PASSWORD, World
from tests.integration.dashboard.test_callbacks import call

HERE = {"Origin": "http://localhost"}
NEW = "four other words here"


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
        with app.flask.test_request_context("/signin", base_url="https://localhost"):
            app.flask.preprocess_request()
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
    stopped(world)
    known = world.browser("tara")

    def guess(login: str, n: int) -> int:
        return knock(world.client(), login, f"guess {n}", f"10.0.0.{n}")

    assert [guess("tara", n) for n in range(101)] == [401] * 100 + [429]
    assert guess("otto", 1) == 401
    # A stranger with the right one cannot be told from a guesser; her own browser can.
    assert knock(world.client(), "tara", PASSWORD, "10.1.1.1") == 429
    known.post("/signout", headers=HERE)
    assert knock(known, "tara", PASSWORD, "10.1.1.1") == 303
    # It is her browser, and nobody else's.
    assert knock(known, "otto", PASSWORD, "10.1.1.1") == 303
    assert [guess("ada", n) for n in range(101)][-1] == 429
    assert knock(known, "ada", PASSWORD, "10.1.1.1") == 429


def stopped(world: World) -> None:
    """However slow the machine is, no time passes in which a guess would be forgiven."""
    rate, settings = lambda: 0.0, world.app.services.settings
    made = limits.limits_from(settings)
    for buckets in (
        *(made.signin.here, made.signin.account),
        *(made.signin.place._spent, made.signin.place._over),
    ):
        buckets._monotonic = rate
    world.app.flask.extensions[limits.EXTENSION] = made


def knock(client: Any, login: str, password: str, address: str) -> int:
    form = {"login": login, "password": password}
    where = {"REMOTE_ADDR": address}
    return int(client.post("/signin", data=form, headers=HERE, environ_base=where).status_code)


def test_one_pupil_shuts_nobody_else_out_of_the_school(world: World) -> None:
    stopped(world)
    school = "10.9.9.9"
    for n in range(100):
        assert knock(world.client(), f"nobody {n}", "guess", school) == 401
    assert knock(world.client(), "nobody", "guess", school) == 429
    # Right passwords pass, also of whoever was never here.
    for login in ("tara", "otto", "ada"):
        assert knock(world.client(), login, PASSWORD, school) == 303


def test_a_known_browser_may_not_guess_without_end_either(world: World) -> None:
    stopped(world)
    thief = world.browser("tara")
    thief.post("/signout", headers=HERE)
    tries = [knock(thief, "tara", f"guess {n}", f"10.0.0.{n}") for n in range(11)]
    assert tries == [401] * 10 + [429]
    assert knock(thief, "tara", PASSWORD, "10.0.0.99") == 429


def test_the_account_page_is_no_other_way_to_guess(world: World) -> None:
    stopped(world)
    browser = world.browser("tara")
    output = f"{ids.LOCATION}.href@"
    for n in range(10):
        given = {ids.ACCOUNT_BUTTON: 1, ids.ACCOUNT_OLD: f"guess {n}", ids.ACCOUNT_NEW: NEW}
        assert "not your password" in call(world, browser, output, **given).text
    given[ids.ACCOUNT_OLD] = PASSWORD
    assert "Too many" in call(world, browser, output, **given).text
    # Its own browser spent it, so its own browser waits.
    assert knock(browser, "tara", PASSWORD, "10.0.0.1") == 429


def test_a_browser_is_known_no_longer_once_the_password_is_another(world: World) -> None:
    stopped(world)
    old = world.browser("tara")
    found = users.credentials(world.store, "tara")
    assert found is not None
    hashed = passwords.hash_password(NEW)
    users.set_password_hash(world.store, found[0].id, hashed, world.clock())
    for n in range(100):
        knock(world.client(), "tara", "guess", f"10.0.0.{n}")
    assert knock(old, "tara", NEW, "10.1.1.1") == 429


def test_the_device_cookie_names_nobody_and_cannot_be_made(world: World) -> None:
    browser = world.browser("tara")
    cookie = browser.get_cookie("classpulse-device")
    assert cookie is not None
    assert cookie.http_only
    assert (cookie.same_site, cookie.max_age) == ("Lax", 31_536_000)
    for word in ("tara", "Tara"):
        assert word not in cookie.value
    forged = world.client()
    forged.set_cookie("classpulse-device", cookie.value[:-2] + "xx")
    assert forged.get("/join").status_code == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("a socket", "a socket"),
    ],
)
def test_of_ipv6_a_network_counts(address: str, network: str) -> None:
    assert limits.network_of(address) == network


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


def test_a_wrong_password_keeps_the_login_name_and_says_nothing_of_the_password(world: Any) -> None:
    form = {"login": 'o"tto <b>', "password": "not this one"}
    answer = world.client().post("/signin", data=form, headers=HERE)
    assert answer.status_code == 401
    assert 'value="o&quot;tto &lt;b&gt;"' in answer.text
    assert "not this one" not in answer.text
    assert answer.text.count("autofocus") == 1
