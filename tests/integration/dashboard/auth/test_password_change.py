"""Whoever's password became another one is told: at their next sign-in, and on their own page."""

import re
from typing import Any

import pytest

from dashboard.components import ids
from db.people import audit
from services import administration
from services.access import OperatorActor, UserActor
from services.accounts import own
from tests.builders.world import PASSWORD, SAME_ORIGIN, World
from tests.integration.dashboard.test_callbacks import call

NEW = "four other words here"


def by_owner(world: World) -> None:
    own.change_password(world.app.services, UserActor(world.users["tara"]), PASSWORD, NEW)


def by_office(world: World) -> None:
    services, tara = world.app.services, world.users["tara"]
    administration.set_password(services, OperatorActor(), tara.id, NEW)


def page(world: World, browser: Any, path: str) -> str:
    return str(
        call(world, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: path}).get_data(True)
    )


@pytest.mark.parametrize(
    ("change", "by", "did"),
    [(by_owner, "by you", "change_password"), (by_office, "office", "set_password")],
)
def test_a_changed_password_is_told(world: World, change: Any, by: str, did: str) -> None:
    change(world)
    (record,) = audit.records(world.store)
    assert (record.object, record.detail["did"]) == (f"user:{world.users['tara'].id}", did)
    browser = world.client()
    form = {"login": "tara", "password": NEW}
    assert browser.post("/signin", data=form, headers=SAME_ORIGIN).status_code == 303
    assert re.search(r"Your password was changed on [^.]*2026.*9:00", page(world, browser, "/"))
    # Once; but their own page goes on saying so.
    assert "Your password was changed" not in page(world, browser, "/")
    assert by in page(world, browser, "/account")


def test_who_never_changed_it_is_told_nothing(world: World) -> None:
    browser = world.browser("tara")
    assert "Your password was changed" not in page(world, browser, "/")
    assert "Changed last" not in page(world, browser, "/account")
