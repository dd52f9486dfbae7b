"""The set-up link: for the first admin, once, for a day, and for nobody after that."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contract.policy import CourseMode, Policy
from dashboard.api import limits
from dashboard.app import ModelAssets, create_app
from dashboard.settings import Settings
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import ConflictError, TicketError
from db.people import audit, courses, setup_links, users
from db.schema.tables import setup_links as table
from db.values import Role
from services import administration
from services.access import OperatorActor, UserActor
from services.accounts import set_up
from services.errors import InvalidError
from services.rosters.courses import NewTeacher, add_taught
from tests.builders.card import even_card
from tests.builders.clock import Clock

HERE = {"Origin": "http://localhost"}
GOOD = {"login": "jonas", "name": "Jonas Weber", "password": "green apples fall up"}


@pytest.fixture
def empty(store_url: str, tmp_path: Any, password_hash: str) -> Any:
    """A server over a store with nothing in it; hashing is quick."""
    assert password_hash
    clock = Clock()
    settings = Settings(folder=tmp_path / "data", database=store_url)
    app = create_app(settings, None, ModelAssets(even_card()), clock=clock)
    yield app, clock
    app.close()


def kept(store: Store) -> list[bytes]:
    with store.read() as connection:
        return [row.hash for row in connection.execute(table.select())]


def test_a_link_makes_the_first_admin_once_and_ends_all_others(empty: Any) -> None:
    app, _ = empty
    other, secret = set_up.new_link(app.services), set_up.new_link(app.services)
    assert other
    assert secret
    assert sorted(kept(app.store)) == sorted([digest(other), digest(secret)])
    made = set_up.first_admin(app.services, secret, **GOOD)
    assert (made.role, made.name) == (Role.ADMIN, "Jonas Weber")
    for used in (secret, other):
        assert not set_up.opens(app.services, used)
        with pytest.raises(TicketError):
            set_up.first_admin(app.services, used, **{**GOOD, "login": "eve"})
    assert kept(app.store) == []
    assert set_up.new_link(app.services) is None
    (line,) = audit.records(app.store)
    assert (line.actor, line.object) == ("set-up link", f"user:{made.id}")


def test_a_link_ends_after_a_day(empty: Any) -> None:
    app, clock = empty
    secret = set_up.new_link(app.services)
    assert secret
    clock.forward(seconds=int(set_up.VALID.total_seconds()))
    assert not set_up.opens(app.services, secret)
    with pytest.raises(TicketError):
        set_up.first_admin(app.services, secret, **GOOD)
    assert users.list_users(app.store) == []


def test_a_link_is_nothing_once_there_is_an_admin(empty: Any) -> None:
    app, clock = empty
    secret = set_up.new_link(app.services)
    assert secret
    administration.add_user(
        app.services, OperatorActor(), login="ada", name="Ada", role=Role.ADMIN, password=None
    )
    # As one that another process added a moment later.
    setup_links.add(app.store, "late", now=clock(), expires_at=clock() + set_up.VALID)
    for one in (secret, "late"):
        assert not set_up.opens(app.services, one)
        with pytest.raises(TicketError):
            set_up.first_admin(app.services, one, **GOOD)
    assert [user.login for user in users.list_users(app.store)] == ["ada"]


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"password": "jonas jonas jonas"}, {"login": " "},
              {"name": "x" * 201}]
)  # fmt: skip
def test_what_is_refused_uses_nothing_up_and_is_kept_in_the_form(
    empty: Any, wrong: dict[str, str]
) -> None:
    app, _ = empty
    secret = set_up.new_link(app.services)
    given = {**GOOD, **wrong}
    answer = app.flask.test_client().post(f"/setup/{secret}", data=given, headers=HERE)
    assert answer.status_code == 422
    assert f'value="{given["name"]}"' in answer.text
    assert given["password"] not in answer.text
    assert set_up.opens(app.services, secret)
    with pytest.raises(InvalidError):
        set_up.first_admin(app.services, secret or "", **given)


def test_the_page_is_for_whoever_has_the_link_and_signs_the_admin_in(empty: Any) -> None:
    app, _ = empty
    client, secret = app.flask.test_client(), set_up.new_link(app.services)
    assert client.get("/setup/guessed").status_code == 403
    for _ in range(2):
        assert client.get(f"/setup/{secret}").status_code == 200
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/setup/{secret}", data=GOOD, headers=elsewhere).status_code == 403
    done = client.post(f"/setup/{secret}", data=GOOD, headers=HERE)
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/setup")
    assert client.get("/admin").status_code == 200
    assert client.get(f"/setup/{secret}").status_code == 403


def test_guesses_of_links_are_slowed_down(empty: Any) -> None:
    app, _ = empty
    client = app.flask.test_client()
    tries = int(app.services.settings.guesses_per_minute)
    # However slow the machine is, no time passes in which a guess would be forgiven.
    bounds = app.flask.extensions[limits.EXTENSION]
    still = limits.GuessLimit(tries / 60, tries, lambda: 0.0)
    app.flask.extensions[limits.EXTENSION] = replace(bounds, guesses=still)
    answers = {client.get(f"/setup/{n}").status_code for n in range(tries + 3)}
    assert answers == {403, 429}


def test_a_first_course_comes_with_its_teacher_or_not_at_all(empty: Any) -> None:
    app, _ = empty
    administration.set_policy(app.services, OperatorActor(), Policy.AGGREGATE)
    admin = set_up.first_admin(app.services, set_up.new_link(app.services) or "", **GOOD)
    actor = UserActor(admin)
    add: Callable[..., Any] = add_taught
    taken = NewTeacher("Eve", "jonas", "green apples fall up")
    for title, teacher, error in (
        ("Physics", taken, ConflictError),
        (" ", admin.id, InvalidError),
        ("Physics", NewTeacher("Vera", "vera", "short"), InvalidError),
    ):
        with pytest.raises(error):
            add(app.services, actor, title=title, mode=CourseMode.OPEN, teacher=teacher)
    assert list(courses.list_courses(app.store)) == []
    assert users.list_users(app.store) == [admin]
    vera = NewTeacher("", "vera", "green apples fall up")
    made = add(app.services, actor, title="Physics", mode=CourseMode.OPEN, teacher=vera)
    assert [one.name for one in courses.teachers_of(app.store, made.id)] == ["vera"]
