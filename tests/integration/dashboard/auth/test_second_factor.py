"""The optional second factor: set up and turned off by a code, asked for after the password."""

import json
import re
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.components import ids
from db.people import audit
from db.schema.tables import second_factors
from db.values import Role
from services import administration
from services.access import OperatorActor
from tests.builders.world import PASSWORD, SAME_ORIGIN, World
from tests.integration.dashboard.pages.test_admin import choose
from tests.integration.dashboard.pages.test_admin import press as pressed
from tests.integration.dashboard.test_callbacks import call

PAGE = f"{ids.CONTENT}.children@"


def code(world: World, secret: str, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(world.clock(), counter_offset=later)


def begun(world: World, browser: FlaskClient) -> str:
    told = call(
        world, browser, f"{ids.ACCOUNT_FACTOR}.children", **{ids.ACCOUNT_FACTOR_BEGIN: 1}
    ).json
    found = re.search(r'"content": "([A-Z2-7]{32})"', json.dumps(told))
    assert found is not None
    return found[1]


def press(world: World, browser: FlaskClient, button: str, given: str) -> str:
    asked = {button: 1, ids.ACCOUNT_CODE: given}
    return str(call(world, browser, PAGE, **asked).get_data(True))


@pytest.fixture
def secret(world: World) -> str:
    """What Ada's authenticator shares, whose second factor is on since a minute."""
    browser = world.browser("ada")
    made = begun(world, browser)
    assert "not the code" in press(world, browser, ids.ACCOUNT_FACTOR_ON, "000000")
    assert "You are asked for a code" in press(
        world, browser, ids.ACCOUNT_FACTOR_ON, code(world, made)
    )
    world.clock.forward(minutes=1)
    return made


def half(world: World) -> FlaskClient:
    """A browser in which Ada's password was given."""
    browser = world.client()
    form = {"login": "ada", "password": PASSWORD, "next": "/admin/people"}
    answer = browser.post("/signin", data=form, headers=SAME_ORIGIN)
    assert answer.headers["Location"] == "/signin/code?next=%2Fadmin%2Fpeople"
    assert browser.get(answer.headers["Location"]).status_code == 200
    return browser


def give(browser: FlaskClient, given: str) -> Any:
    form = {"code": given, "next": "/admin/people"}
    return browser.post("/signin/code", data=form, headers=SAME_ORIGIN)


def test_a_password_alone_opens_nothing_and_a_code_works_once(world: World, secret: str) -> None:
    browser = half(world)
    assert browser.get("/").status_code == 303
    assert browser.get("/api/v1/me/observations").status_code == 401
    now = code(world, secret)
    wrong = give(browser, f"{(int(now) + 1) % 10**6:06d}")
    assert (wrong.status_code, "not the code" in wrong.text) == (401, True)
    answer = give(browser, f" {now[:3]} {now[3:]} ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/people")
    assert browser.get("/").status_code == 200
    # Whoever looked over her shoulder has the password, and a code that was used.
    assert give(half(world), now).status_code == 401
    # Nobody else is asked.
    assert world.browser("tara").get("/").status_code == 200


@pytest.mark.parametrize("later", [-2, 2])
def test_a_code_of_another_minute_is_none(world: World, secret: str, later: int) -> None:
    world.clock.forward(minutes=5)
    assert give(half(world), code(world, secret, later)).status_code == 401
    assert give(half(world), code(world, secret, later // 2)).status_code == 303


def test_the_first_step_is_over_after_a_while(world: World, secret: str) -> None:
    browser = half(world)
    world.clock.forward(minutes=6)
    assert give(browser, code(world, secret)).headers["Location"] == "/signin"
    assert browser.get("/signin/code").headers["Location"] == "/signin"
    assert give(world.client(), code(world, secret)).headers["Location"] == "/signin"


def test_codes_are_not_guessed_without_end(world: World, secret: str) -> None:
    browser = half(world)
    tries = [give(browser, f"{n:06d}").status_code for n in range(11)]
    assert (tries[0], tries[-1]) == (401, 429)
    assert give(browser, code(world, secret)).status_code == 429


@pytest.mark.parametrize("given", ["", "x", "१२३४५६", "12345", "1234567", "\ufffe", "0" * 9000])
def test_what_is_no_code_is_refused(world: World, secret: str, given: str) -> None:
    assert give(half(world), given).status_code == 401


def test_it_is_turned_off_by_a_code_or_by_the_office(world: World, secret: str) -> None:
    browser = half(world)
    give(browser, code(world, secret))
    world.clock.forward(minutes=1)
    assert "not the code" in press(world, browser, ids.ACCOUNT_FACTOR_OFF, "000000")
    off = press(world, browser, ids.ACCOUNT_FACTOR_OFF, code(world, secret))
    assert "No code is asked for" in off
    assert world.browser("ada").get("/").status_code == 200
    again = begun(world, browser)
    world.clock.forward(minutes=1)
    press(world, browser, ids.ACCOUNT_FACTOR_ON, code(world, again))
    half(world)
    administration.drop_second_factor(world.app.services, OperatorActor(), world.users["ada"].id)
    assert world.browser("ada").get("/").status_code == 200
    did = [one.detail["did"] for one in audit.records(world.store)]
    assert did == ["second_factor_off", "second_factor_on"] * 2


def test_the_office_drops_it_for_whoever_lost_their_phone_who_is_told(
    world: World, secret: str
) -> None:
    ada, other = world.users["ada"], world.users["otto"]
    administration.set_role(world.app.services, OperatorActor(), other.id, Role.ADMIN)
    office = world.browser("otto")
    shown = content(world, office, "/admin/people")
    assert shown.count("Drop second factor: ") == 1, "only where there is one"
    asked = choose(world, office, ids.PEOPLE_GRID, ada.id, "factor").text
    assert "Drop the second factor of Ada?" in asked
    assert half(world), "it asked, and did it all the same"
    pressed(world, office, ids.user_act(ada.id, "factor"))
    record = audit.records(world.store)[0]
    assert (record.actor, record.object) == (f"user:{other.id}", f"user:{ada.id}")
    assert record.detail == {"did": "second_factor_off"}
    # Ada signs in by the password alone, and is told so, once.
    browser = world.browser("ada")
    told = content(world, browser, "/")
    assert re.search(r"office turned your second factor off on [^.]*2026.*9:0", told)
    assert "second factor off" not in content(world, browser, "/")
    assert "second factor off" not in content(world, world.browser("ada"), "/")
    # Pressed by a page that was loaded before: nothing is dropped, and nobody is told anything.
    pressed(world, office, ids.user_act(ada.id, "factor"))
    assert "second factor off" not in content(world, world.browser("ada"), "/")


def test_no_admin_drops_their_own_on_the_people_page(world: World, secret: str) -> None:
    """Whoever finds an admin's browser open has no code."""
    browser = half(world)
    give(browser, code(world, secret))
    said = pressed(world, browser, ids.user_act(world.users["ada"].id, "factor")).text
    assert "by a code of it" in said
    assert half(world)


def content(world: World, browser: Any, path: str) -> str:
    pressed = call(world, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: path})
    return str(pressed.get_data(True))


def test_the_store_alone_makes_no_codes(world: World, secret: str) -> None:
    with world.store.read() as connection:
        (row,) = connection.execute(select(second_factors)).all()
    assert secret not in row.sealed
    assert row.sealed.count(".") == 4
