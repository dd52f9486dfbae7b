"""Every Dash callback is one public endpoint with forgeable arguments: none may be bare."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from dash import Dash, Input, Output, html
from flask import Flask

from contract.policy import CourseMode, Policy
from dashboard.api import limits, problems
from dashboard.app import _say
from dashboard.auth.signin import SECURED, register, secured_callback
from dashboard.components import ids
from db.people import audit, school_settings
from db.teaching import lectures
from services.access import SCHOOL, Action

HERE = {"Origin": "http://localhost"}
OPEN_TO_ALL = {"location", "join-code", "join-button"}
OF_ONES_OWN_SESSIONS = {
    "own-session", "account-others", "account-button",
    "account-factor-begin", "account-factor-on", "account-factor-off",
}  # fmt: skip


def server_callbacks(world: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and entry of every callback that runs on the server."""
    world.client().get("/signin")
    for key, entry in world.app.dash.callback_map.items():
        if entry.get("callback") is not None:
            yield key, entry


def dependencies(world: Any) -> dict[str, dict[str, Any]]:
    """What ``/_dash-dependencies`` tells anybody about every callback."""
    return {one["output"]: one for one in world.client().get("/_dash-dependencies").json}


def name_of(one: dict[str, Any]) -> str:
    """What the tests call a callback: the id, or the type, of the first element it listens to."""
    first = str(one["inputs"][0]["id"])
    return str(json.loads(first)["type"]) if first.startswith("{") else first


def test_every_callback_asks_access_first(world: Any) -> None:
    found = list(server_callbacks(world))
    assert len(found) >= 5
    bare = [key for key, entry in found if not hasattr(entry["callback"], SECURED)]
    assert not bare


def named(text: str, value: Any) -> Any:
    """An element's id as a request carries it, with ``value`` for what a pattern leaves open."""
    if not text.startswith("{"):
        return text
    return {k: value if isinstance(v, list) else v for k, v in json.loads(text).items()}


def forged(one: dict[str, Any], value: Any) -> dict[str, Any]:
    """A request for a callback, with ``value`` for whatever it reads."""

    def filled(parts: list[dict[str, Any]]) -> list[Any]:
        made: list[Any] = []
        for part in parts:
            name = named(part["id"], value)
            given = {"id": name, "property": part["property"], "value": value}
            if part["property"] == "id":
                given["value"] = name
            made.append([given] if '["ALL"]' in part["id"] else given)
        return made

    output = one["output"]
    many = output.startswith("..")
    outputs: list[Any] = []
    for text in output.strip(".").split("...") if many else [output]:
        name, _, prop = text.rpartition(".")
        spec = {"id": named(name, value), "property": prop.split("@")[0]}
        outputs.append([spec] if '["ALL"]' in name else spec)
    return {
        "output": output,
        "outputs": outputs if many else outputs[0],
        "inputs": filled(one["inputs"]),
        "state": filled(one["state"]),
        "changedPropIds": [f"{part['id']}.{part['property']}" for part in one["inputs"]],
    }


@pytest.mark.parametrize("who", ["nobody", "otto"])
def test_no_callback_does_or_tells_anything_for_strangers(world: Any, who: str) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    client = world.client() if who == "nobody" else world.browser(who)
    known = dependencies(world)
    asked = 0
    for key, _ in server_callbacks(world):
        if name_of(known[key]) in OPEN_TO_ALL:
            continue
        asked += 1
        answer = client.post(
            "/_dash-update-component", json=forged(known[key], str(lecture.id)), headers=HERE
        )
        if who == "nobody":
            assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        else:
            # A lecture's id where another kind is wanted names nothing.
            refused = answer.status_code in (401, 403) or "cp-notice-bad" in answer.text
            mine = name_of(known[key]) in OF_ONES_OWN_SESSIONS
            assert refused or mine, (key, answer.text)
            assert "Algebra" not in answer.text
    assert asked >= 3


def call(world: Any, client: Any, output: str, search: str = "", **given: Any) -> Any:
    """Ask the callback that answers ``output``, with ``given`` by the ids of what it reads.

    ``search``: what stands behind the question mark of the page's address.
    """
    reads = set(given)
    (one,) = [
        entry
        for key, entry in dependencies(world).items()
        if output in key and reads <= {part["id"] for part in (*entry["inputs"], *entry["state"])}
    ]
    body = forged(one, None)
    for part in (*body["inputs"], *body["state"]):
        name = part["id"] if isinstance(part, dict) else None
        if isinstance(name, str) and name in given:
            part["value"] = given[name]
        if isinstance(part, dict) and part["property"] == "search":
            part["value"] = search
    return client.post("/_dash-update-component", json=body, headers=HERE)


@pytest.mark.parametrize("value", [5, -1.5, True, "x", {}, {"a": [1]}, [], [5], None], ids=repr)
def test_forged_values_are_no_fault_of_ours(world: Any, value: Any) -> None:
    world.lecture(CourseMode.OPEN)
    browser = world.browser("ada")
    for key, one in dependencies(world).items():
        body = forged(one, value)
        answer = browser.post("/_dash-update-component", json=body, headers=HERE)
        assert answer.status_code < 500, (key, answer.text)
        assert "Something went wrong" not in answer.text, (key, answer.text)


@pytest.mark.parametrize("label", [5, {}, ["a"], {"a": 1}, None, "  "], ids=repr)
def test_a_marker_without_words_is_none(world: Any, label: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    given = {ids.MARKER_BUTTON: 1, ids.MARKER_LABEL: label, ids.LIVE_LECTURE: str(lecture.id)}
    answer = call(world, world.browser("tara"), f"{ids.MARKER_LABEL}.value", **given)
    assert answer.status_code in (200, 204)
    assert "Something went wrong" not in answer.text
    assert lectures.markers_of(world.store, lecture.id) == []


def opened(world: Any, client: Any, path: str) -> str:
    """The page at ``path`` as its callback answers it."""
    answer = call(world, client, f"{ids.CONTENT}.children...", **{ids.LOCATION: path})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def looks(world: Any) -> list[tuple[str, str, str]]:
    return [(one.actor, one.action, one.object) for one in audit.records(world.store)]


def test_opening_a_live_page_with_students_on_it_is_recorded_once(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    browser = world.browser("tara")
    assert "Algebra" in opened(world, browser, f"/live/{lecture.id}")
    assert browser.get(f"/_live/{lecture.id}").status_code == 200
    actor = f"user:{world.users['tara'].id}"
    assert looks(world) == [(actor, "view_students", f"lecture:{lecture.id}")]
    opened(world, browser, f"/live/{lecture.id}")
    assert len(looks(world)) == 2


def test_a_live_page_without_students_or_for_strangers_is_not(world: Any) -> None:
    browser = world.browser("tara")
    for mode, policy in (
        (CourseMode.OPEN, Policy.AGGREGATE),
        (CourseMode.ANONYMOUS, Policy.INDIVIDUAL),
    ):
        opened(world, browser, f"/live/{world.lecture(mode, policy).id}")
    opened(world, world.browser("otto"), f"/live/{world.lecture(CourseMode.OPEN).id}")
    assert looks(world) == []


def test_a_code_cannot_be_guessed_by_its_page(world: Any) -> None:
    lecture, client = world.lecture(CourseMode.OPEN), world.client()
    tries = int(world.app.services.settings.guesses_per_minute)
    # However slow the machine is, no time passes in which a guess would be forgiven.
    bounds = world.app.flask.extensions[limits.EXTENSION]
    still = limits.GuessLimit(tries / 60, tries, lambda: 0.0)
    world.app.flask.extensions[limits.EXTENSION] = replace(bounds, guesses=still)
    for guess in range(tries):
        assert "No lecture has the code" in opened(world, client, f"/join/QQ{guess:04d}")
    page = opened(world, client, "/join/QQ9999")
    assert "Too many tries" in page
    assert "Algebra" in opened(world, client, f"/join/{lecture.code}")
    # Spent once, for every way that a code is asked for.
    wrong = {"code": "QQQQQQ", "name": "Ana"}
    assert client.post("/api/v1/join", json=wrong).status_code == 429
    form = call(world, client, f"{ids.JOIN_FORM}.children...", **{ids.JOIN_CODE: "QQQQQQ"})
    assert "Too many" in form.text


def test_what_the_admin_and_a_student_do_on_their_pages_is_recorded(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    ana.client.get(ana.agreed["recovery_link"])
    admin = world.browser("ada")
    clicks = {ids.POLICY_BUTTON: 1, ids.POLICY_CHOICE: "aggregate"}
    call(world, admin, f"{ids.NOTICE}.children@", **clicks)
    for button in (ids.ME_WITHDRAW, ids.ME_DELETE):
        (key,) = [k for k, one in dependencies(world).items() if one["inputs"][0]["id"] == button]
        assert call(world, ana.client, key, **{button: 1}).status_code == 200
    assert school_settings.school(world.store).policy is Policy.AGGREGATE
    student = f"participant:{ana.id}"
    done = {(one.actor, one.action, one.subject) for one in audit.records(world.store)}
    assert done == {
        (f"user:{world.users['ada'].id}", "set_policy", None),
        (student, "withdraw", ana.id),
        (student, "delete observations", ana.id),
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"output": "x.children"}', b'{"output": 3}'], ids=repr
)
def test_a_callback_that_is_none_is_a_problem(world: Any, body: bytes) -> None:
    answer = world.browser("tara").post(
        "/_dash-update-component", data=body, content_type="application/json", headers=HERE
    )
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_dash_offers_nothing_else(world: Any) -> None:
    rules = {rule.rule for rule in world.app.flask.url_map.iter_rules()}
    assert not [rule for rule in rules if "mcp" in rule.lower()]


@pytest.fixture
def little(world: Any) -> Any:
    """A server with one secured callback that counts its calls."""
    flask = Flask("little")
    flask.secret_key = b"k"
    flask.extensions = dict(world.app.flask.extensions)
    flask.extensions[limits.EXTENSION] = limits.limits_from(world.app.services.settings)
    problems.register(flask)
    register(flask)
    dash = Dash("little", server=flask, on_error=_say)
    dash.layout = html.Div([html.Div(id="a"), html.Div(id="b")])
    calls: list[Any] = []

    @secured_callback(
        dash, Action.VIEW_HOME, lambda *_: SCHOOL, Output("a", "children"), Input("b", "children")
    )
    def count(value: Any) -> str:
        calls.append(value)
        return "secret"

    def ask(client: Any) -> Any:
        body = {
            "output": "a.children",
            "outputs": {"id": "a", "property": "children"},
            "inputs": [{"id": "b", "property": "children", "value": 1}],
            "changedPropIds": ["b.children"],
        }
        return client.post("/_dash-update-component", json=body)

    return flask, ask, calls


def test_a_secured_callback_is_not_entered_without_the_right(little: Any) -> None:
    flask, ask, calls = little
    answer = ask(flask.test_client())
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert "secret" not in answer.text
    assert calls == []


def test_a_secured_callback_works_for_who_may(little: Any) -> None:
    flask, ask, calls = little
    client = flask.test_client()
    client.post("/signin", data={"login": "tara", "password": "correct horse"})
    answer = ask(client)
    assert answer.status_code == 200
    assert "secret" in answer.text
    assert calls == [1]
