"""A student's own page in a browser: what the cookie holds opens it for a while, and no longer."""

import base64
import json
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from contract.policy import CourseMode
from db.people import consents
from db.schema.tables import own_pages
from services import erasure
from services.access import OperatorActor
from services.jobs.upkeep import Upkeep
from tests.builders.students import Student
from tests.builders.world import SAME_ORIGIN, World

MINE = "/api/v1/me/observations"


@pytest.fixture
def ana(world: World) -> Student:
    return world.join(world.lecture(CourseMode.OPEN), name="Ana")


def opened(world: World, ana: Student) -> FlaskClient:
    browser = world.client()
    assert browser.get(ana.recovery).status_code == 303
    assert browser.get(MINE).status_code == 200
    return browser


def in_cookie(browser: FlaskClient) -> dict[str, Any]:
    """What anybody who has the cookie can read of it, without any key."""
    cookie = browser.get_cookie("classpulse")
    assert cookie is not None
    packed = cookie.value.startswith(".")
    body = cookie.value.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return dict(json.loads(zlib.decompress(raw) if packed else raw))


def test_the_cookie_does_not_hold_what_opens_the_page_for_ever(world: World, ana: Student) -> None:
    held = in_cookie(opened(world, ana))
    secret = ana.recovery.rpartition("/")[2]
    assert secret not in json.dumps(held)
    for told in held.values():
        assert consents.by_recovery(world.store, str(told)) is None


def test_it_ends_by_itself_and_the_link_opens_it_anew(world: World, ana: Student) -> None:
    browser = opened(world, ana)
    world.clock.forward(hours=12)
    assert browser.get(MINE).status_code == 401
    Upkeep(world.app.services).forget_old(world.clock())
    with world.store.read() as connection:
        assert connection.execute(select(own_pages)).all() == []
    assert opened(world, ana).get(MINE).status_code == 200


def test_it_ends_on_the_server_when_one_signs_out(world: World, ana: Student) -> None:
    browser = opened(world, ana)
    cookie = browser.get_cookie("classpulse")
    assert cookie is not None
    assert browser.post("/signout", headers=SAME_ORIGIN).status_code == 303
    thief = world.client()
    thief.set_cookie("classpulse", cookie.value)
    assert thief.get(MINE).status_code == 401


def test_it_ends_with_an_erasure(world: World, ana: Student) -> None:
    browser = opened(world, ana)
    erasure.erase(world.app.services, OperatorActor(), ana.id)
    assert browser.get(MINE).status_code == 401
