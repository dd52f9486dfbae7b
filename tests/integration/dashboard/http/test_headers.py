"""What every answer tells a browser to keep to, and every cookie."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from contract.policy import CourseMode, Policy
from dashboard.api import limits
from dashboard.app import App, ModelAssets, create_app
from dashboard.http.error_page import error_html
from dashboard.settings import Settings
from db.values import Role
from tests.builders.card import even_card
from tests.builders.clock import START
from tests.builders.places import ROOT
from tests.builders.school import employ
from tests.builders.world import PASSWORD

PAGE = {
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Frame-Options",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
}
OF_MACHINES = ("/_dash-update-component", "/_live/")
"""Answered in JSON that is never shown as a page: they say only what JSON needs."""
A_YEAR = 365 * 24 * 3600


@pytest.fixture
def secure(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[App]:
    """A server that is reached by https."""
    made = create_app(
        Settings(folder=tmp_path, database=sqlite_url, https=True), None, ModelAssets(even_card())
    )
    employ(made.store, "tina", Role.TEACHER, password_hash=password_hash, now=START)
    yield made
    made.close()


def policy_of(answer: Any) -> dict[str, list[str]]:
    said = answer.headers["Content-Security-Policy"].split("; ")
    return {name: words for name, *words in (one.split() for one in said)}


def test_https_is_for_good_where_the_server_has_it(secure: App, world: Any) -> None:
    for path in ("/", "/signin", "/healthz", "/api/openapi.json", "/assets/classpulse.css", "/no"):
        with secure.flask.test_client().get(path) as answer:
            told = answer.headers["Strict-Transport-Security"]
        assert int(re.findall(r"max-age=(\d+)", told)[0]) >= A_YEAR
        # Without https it would lock people out of a server that has none.
        with world.client().get(path) as answer:
            assert "Strict-Transport-Security" not in answer.headers


def test_every_cookie_is_kept_from_wires_and_scripts(secure: App) -> None:
    client, base = secure.flask.test_client(), "https://localhost"
    form = {"login": "tina", "password": PASSWORD}
    answers = [
        client.post("/signin", data=form, headers={"Origin": base}, base_url=base),
        client.get("/language/es?next=/", base_url=base),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        parts = {part.lower() for part in cookie.split("; ")}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts, cookie
        assert not [part for part in parts if part.startswith("domain")]
        assert len(cookie) < 4096


def test_every_cookie_of_somebody_is_of_this_host_alone(secure: App) -> None:
    """Else a neighbour below the domain could set it. The language's says nothing of anybody."""
    base = "https://localhost"
    form = {"login": "tina", "password": PASSWORD}
    answer = secure.flask.test_client().post(
        "/signin", data=form, headers={"Origin": base}, base_url=base
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie


def test_a_page_runs_nothing_of_others_and_stands_in_no_frame(world: Any) -> None:
    policy = policy_of(world.client().get("/signin"))
    assert policy["default-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["form-action"] == ["'self'"]
    for nowhere in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[nowhere] == ["'none'"], nowhere
    own, *hashes = policy["script-src"]
    assert own == "'self'"
    assert hashes
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", one) for one in hashes)
    for name, words in policy.items():
        assert not {"*", "http:", "https:", "'unsafe-eval'"} & set(words), name
        assert "'unsafe-inline'" not in words or name == "style-src"
        assert "data:" not in words or name in ("img-src", "font-src")


def test_no_answer_is_without_its_headers(world: Any) -> None:
    """Of every address there is, whoever asks, an error too."""
    lecture, browser = world.lecture(CourseMode.OPEN), world.browser("tara")
    asked = 0
    for rule in world.app.flask.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        filled = {
            name: str(lecture.id) if name.endswith("_id") else "none" for name in rule.arguments
        }
        path = rule.build(filled, append_unknown=False)
        assert path is not None, rule
        for client in (browser, world.client()):
            answer = client.get(path[1])
            asked += 1
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            if answer.mimetype == "application/json" and path[1].startswith(OF_MACHINES):
                continue
            assert set(answer.headers.keys()) >= PAGE, path
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "microphone=()" in answer.headers["Permissions-Policy"]
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert asked >= 40


def test_one_address_cannot_keep_the_api_busy(world: Any) -> None:
    bounds = world.app.flask.extensions[limits.EXTENSION]
    still = limits.TokenBuckets(1.0, 5, lambda: 0.0)
    world.app.flask.extensions[limits.EXTENSION] = replace(bounds, address=still)
    path = "/api/v1/me/observations"
    assert [world.client().get(path).status_code for _ in range(6)] == [401] * 5 + [429]
    other = world.client().get(path, environ_base={"REMOTE_ADDR": "10.0.0.2"})
    assert other.status_code == 401


def test_a_problems_page_does_not_run_what_it_says(world: Any) -> None:
    with world.app.flask.test_request_context():
        page = error_html("<b>No</b>", '<script>alert("x")</script>')
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_methods_that_nobody_needs_are_not_answered(world: Any) -> None:
    client, headers = world.client(), {"Origin": "http://localhost"}
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        for path in ("/", "/signin", "/api/v1/join", "/assets/classpulse.css"):
            answer = client.open(path, method=method, headers=headers)
            assert answer.status_code in (303, 404, 405), (method, path, answer.text)


def test_no_fault_is_shown_in_detail(world: Any) -> None:
    flask: Flask = world.app.flask
    assert not flask.debug
    assert not flask.testing
    assert not flask.config["PROPAGATE_EXCEPTIONS"]
    assert HTTPException in flask.error_handler_spec[None][None]
    answer = world.client().get("/console")
    assert "Werkzeug" not in answer.text


ASTRAY = (
    "/assets/../app.py",
    "/assets/%2e%2e/app.py",
    "/assets/..%2fapp.py",
    "/assets/....//app.py",
    "/assets/%2fetc/passwd",
    "/_dash-component-suites/dash/../../etc/passwd",
    "/agent/..%2fsecret.key",
    "/assets/",
    "/assets",
    "/.git/config",
    "/secret.key",
    "/classpulse.db",
)


def test_no_address_leads_out_of_the_folders_that_are_served(world: Any) -> None:
    browser = world.browser("tara")
    for path in ASTRAY:
        answer = browser.get(path)
        assert answer.status_code in (200, 303, 308, 404), path
        for secret in ("root:", "composition root", "[core]", "SQLite format", "Index of"):
            assert secret not in answer.text, path
        # The page that says that there is none.
        assert answer.status_code != 200 or answer.mimetype == "text/html", path


def test_the_form_hides_a_password_and_lets_it_be_pasted(world: Any) -> None:
    page = world.client().get("/signin").text
    (field,) = re.findall(r"<input[^>]*type=\"password\"[^>]*>", page)
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field


def test_signing_out_leaves_nothing_to_go_back_to(world: Any) -> None:
    """A page that may not be kept is asked for again, and then its session is over."""
    browser = world.browser("tara")
    for path in ("/", "/reports", "/account", "/signin"):
        assert "no-store" in browser.get(path).headers["Cache-Control"], path
    left = browser.post("/signout", headers={"Origin": "http://localhost"})
    assert left.status_code == 303
    with browser.session_transaction() as session:
        assert not [name for name in session if not name.startswith("_")]
        assert "_user_id" not in session
    assert browser.get("/").status_code == 303


def test_a_browser_stores_nothing_of_anybody() -> None:
    """Only that its user presents, and wants keys: no names, no figures, no tokens."""
    kept = []
    for script in (ROOT / "dashboard" / "assets").glob("*.js"):
        if not script.name.endswith(".min.js"):
            told = script.read_text(encoding="utf-8")
            kept += re.findall(r"(?:local|session)Storage\.\w+\(\s*([^,)]+)", told)
            kept += re.findall(r"\b(?:keep|kept)\(\s*([^,)]+),(?! on\) \{| otherwise\) \{)", told)
            assert "indexedDB" not in told
            assert "document.cookie" not in told
    assert set(kept) - {"name"} == {'"classpulse-present"', '"classpulse-keys"'}
    for module in (ROOT / "dashboard").rglob("*.py"):
        told = module.read_text(encoding="utf-8")
        assert "storage_type" not in told, module
        assert "persistence=" not in told, module


def test_what_a_page_loads_is_of_this_server(world: Any) -> None:
    browser = world.browser("tara")
    for path in ("/", "/signin", "/join", "/api/v1/none"):
        page = browser.get(path, headers={"Accept": "text/html"}).text
        loaded = re.findall(r"(?:src|href|action)=\"([^\"]*)\"", page)
        assert loaded, path
        assert not [address for address in loaded if re.match(r"(?:https?:)?//", address)], path


def test_a_word_that_is_said_twice_counts_once(world: Any) -> None:
    """Whoever judges and whoever acts read the same one of two."""
    form = {"login": ["nobody", "tara"], "password": ["wrong horse", PASSWORD]}
    here = {"Origin": "http://localhost"}
    assert world.client().post("/signin", data=form, headers=here).status_code == 401
    lecture = world.lecture(CourseMode.OPEN, Policy.AGGREGATE)
    at = f"/api/v1/lectures/{lecture.id}/report.csv"
    browser = world.browser("tara")
    assert browser.get(f"{at}?table=students&table=summary").status_code == 403
    assert browser.get(f"{at}?table=summary&table=students").status_code == 404
