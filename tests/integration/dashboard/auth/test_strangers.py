"""What somebody learns or gets who has shown nothing: by trying, by waiting, by preparing."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contract.policy import CourseMode
from dashboard.api import limits
from dashboard.app import ModelAssets, create_app
from dashboard.components import ids
from dashboard.settings import Settings
from db.measurements import queries
from db.people import consents, users
from services.accounts import passwords
from tests.builders.card import even_card
from tests.builders.world import PASSWORD, SAME_ORIGIN
from tests.integration.dashboard.test_callbacks import call, dependencies, forged, server_callbacks


def sign_in(client: Any, login: str, password: str, **environment: str) -> Any:
    form = {"login": login, "password": password}
    return client.post("/signin", data=form, headers=SAME_ORIGIN, environ_base=environment)


def still(world: Any, **buckets: tuple[float, float]) -> None:
    """Limits for which no time passes, however slow the machine is."""
    made = {name: limits.TokenBuckets(*given, lambda: 0.0) for name, given in buckets.items()}
    extensions = world.app.flask.extensions
    extensions[limits.EXTENSION] = replace(extensions[limits.EXTENSION], **made)


def held(client: Any) -> dict[str, Any]:
    """What the server reads in the browser's session cookie."""
    with client.session_transaction() as session:
        return dict(session)


def test_what_somebody_left_in_a_browser_is_gone_after_a_sign_in(world: Any) -> None:
    """Else a student could leave their own page open in a browser for the next who signs in."""
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    browser = world.client()
    browser.get(ana.agreed["recovery_link"])
    with browser.session_transaction() as session:
        session["prepared"] = "by somebody"
    assert "prepared" in held(browser)
    assert sign_in(browser, "tara", PASSWORD).status_code == 303
    assert "prepared" not in held(browser)
    assert browser.get("/api/v1/me/observations").status_code == 401


def test_a_new_session_is_another_than_the_one_before(world: Any) -> None:
    browser = world.browser("tara")
    before = held(browser)["_user_id"]
    assert sign_in(browser, "tara", PASSWORD).status_code == 303
    assert held(browser)["_user_id"] != before


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The hashes that were computed against, one for each password that was tried."""
    seen: list[str | None] = []
    verify = passwords.verify

    def counted(stored: str | None, password: str) -> bool:
        seen.append(stored)
        return verify(stored, password)

    monkeypatch.setattr(passwords, "verify", counted)
    return seen


def test_a_login_that_nobody_has_costs_as_much_as_one_that_somebody_has(
    world: Any, computed: list[str | None]
) -> None:
    users.set_disabled(world.store, world.users["otto"].id, True, world.clock())
    for login in ("tara", "otto", "nobody", ""):
        assert sign_in(world.client(), login, "wrong horse").status_code == 401
    assert len(computed) == 4


def until_refused(ask: Callable[[int], Any], most: int = 400) -> int:
    """How many were answered before one was told to wait; as a machine may be slow, meanwhile a
    few more than are allowed at once.
    """
    for n in range(most):
        answer = ask(n)
        if answer.status_code == 429 or "Too many" in answer.text:
            return n
    raise AssertionError(f"{most} were answered.")


def test_one_address_cannot_try_every_login(world: Any) -> None:
    """Nobody is tried twice, so that only the address can be what is counted."""
    tried = until_refused(lambda n: sign_in(world.client(), f"login {n}", "guess"))
    assert tried >= 20
    other = sign_in(world.client(), "login 1", "guess", REMOTE_ADDR="203.0.113.7")
    assert other.status_code == 401


def test_nobody_chooses_the_address_that_they_are_counted_by(world: Any) -> None:
    def tried(n: int) -> Any:
        headers = SAME_ORIGIN | {"X-Forwarded-For": f"203.0.{n // 250}.{n % 250}"}
        form = {"login": f"login {n}", "password": "guess"}
        return world.client().post("/signin", data=form, headers=headers)

    assert until_refused(tried) >= 20


def test_behind_a_proxy_each_is_counted_by_their_own_address(
    sqlite_url: str, tmp_path: Path
) -> None:
    """As many proxies are believed as there are, counted from the near end."""
    settings = Settings(folder=tmp_path, database=sqlite_url, trusted_proxies=1)
    app = create_app(settings, None, ModelAssets(even_card()))
    try:
        seen: list[str | None] = []

        @app.flask.before_request
        def look() -> None:
            seen.append(limits.address())

        told = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        app.flask.test_client().get("/healthz", headers=told)
        assert seen == ["203.0.113.9"]
    finally:
        app.close()


def test_a_code_cannot_be_guessed_by_the_join_pages_callbacks(world: Any) -> None:
    """Each of them is an endpoint of its own, and each wrong code costs the same bucket."""
    client = world.client()
    reading = [
        one
        for one in dependencies(world).values()
        if ids.JOIN_CODE in {part["id"] for part in (*one["inputs"], *one["state"])}
    ]
    assert len(reading) >= 2

    def ask(n: int) -> Any:
        """One after another, so that what is left of one callback's bucket is no help."""
        body = forged(reading[n % len(reading)], None)
        for part in (*body["inputs"], *body["state"]):
            if part["id"] == ids.JOIN_CODE:
                part["value"] = f"Q{n:05}".replace("0", "Q").replace("1", "P")
        return client.post("/_dash-update-component", json=body, headers=SAME_ORIGIN)

    assert until_refused(ask) >= 20
    asked = {"code": "QQQQQQ", "name": "Ana"}
    assert client.post("/api/v1/join", json=asked).status_code == 429


def test_a_stranger_cannot_tell_by_a_callback_what_there_is(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    known, client = dependencies(world), world.client()
    asked = 0
    for key, _ in server_callbacks(world):
        told = {
            client.post(
                "/_dash-update-component", json=forged(known[key], value), headers=SAME_ORIGIN
            ).status_code
            for value in (str(lecture.id), str(ana.id), str(uuid4()), "none")
        }
        asked += 401 in told
        assert len(told) == 1 or 401 not in told, (key, told)
    assert asked >= 20


def test_a_stranger_cannot_tell_by_a_room_which_lectures_there_are(world: Any) -> None:
    there = world.lecture(CourseMode.OPEN).id
    client = world.client()
    for lecture in (there, uuid4()):
        at = f"/api/v1/lectures/{lecture}/room"
        answers = [
            client.get(at), client.post(at, json={"everybody_agreed": True}), client.delete(at)
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [401] * 3


def test_an_own_page_acts_for_its_student_in_a_teachers_browser_too(world: Any) -> None:
    """Who is signed in beside it, neither gives the page rights nor takes any from it."""
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    browser = world.browser("tara")
    browser.get(ana.agreed["recovery_link"])
    (key,) = [
        k for k, one in dependencies(world).items() if one["inputs"][0]["id"] == ids.ME_DELETE
    ]
    assert call(world, browser, key, **{ids.ME_DELETE: 1}).status_code == 200
    (key,) = [
        k for k, one in dependencies(world).items() if one["inputs"][0]["id"] == ids.ME_WITHDRAW
    ]
    assert call(world, browser, key, **{ids.ME_WITHDRAW: 1}).status_code == 200
    found = consents.participant(world.store, ana.id)
    assert found is not None
    assert found.withdrawn_at is not None


def test_taps_on_the_own_page_are_bounded(world: Any) -> None:
    """By the bucket that the API takes from, too."""
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    browser = world.client()
    browser.get(ana.agreed["recovery_link"])
    still(world, self_reports=(1.0, 3))
    (one,) = [
        one
        for one in dependencies(world).values()
        if any('"type":"self-report"' in part["id"] for part in one["inputs"])
    ]
    body = forged(one, "good")
    (part,) = body["inputs"][0]
    part["value"] = 1
    pressed = json.dumps(part["id"], sort_keys=True, separators=(",", ":"))
    body["changedPropIds"] = [f"{pressed}.n_clicks"]
    answers = [
        browser.post("/_dash-update-component", json=body, headers=SAME_ORIGIN) for _ in range(4)
    ]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    assert answers[3].status_code == 429 or "Too many" in answers[3].text
    assert len(queries.self_reports_of(world.store, ana.id)) == 3


def test_a_login_that_was_typed_is_no_part_of_the_page(world: Any) -> None:
    """It is shown again, so that it need not be typed again."""
    page = sign_in(world.client(), '"><script>alert(1)</script>', "guess").text
    assert "do not belong together" in page
    assert "<script>alert" not in page
    assert '"><' not in page.split('name="login"')[1].split("required")[0]
