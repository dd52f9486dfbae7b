"""Every Dash callback is one public endpoint with forgeable arguments: none may be bare."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dash import Dash, Input, Output, html
from flask import Flask

from contract.policy import CourseMode
from dashboard.access import SCHOOL, Action
from dashboard.api import limits, problems
from dashboard.app import _say
from dashboard.signin import SECURED, register, secured_callback

HERE = {"Origin": "http://localhost"}
OPEN_TO_ALL = {Action.OPEN_PAGE}


def server_callbacks(world: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and entry of every callback that runs on the server."""
    world.client().get("/signin")
    for key, entry in world.app.dash.callback_map.items():
        if entry.get("callback") is not None:
            yield key, entry


def dependencies(world: Any) -> dict[str, dict[str, Any]]:
    """What ``/_dash-dependencies`` tells anybody about every callback."""
    return {one["output"]: one for one in world.client().get("/_dash-dependencies").json}


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
    for key, entry in server_callbacks(world):
        if getattr(entry["callback"], SECURED) in OPEN_TO_ALL:
            continue
        asked += 1
        answer = client.post(
            "/_dash-update-component", json=forged(known[key], str(lecture.id)), headers=HERE
        )
        if who == "nobody":
            assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        else:
            # A lecture's id where another kind is wanted names nothing.
            refused = answer.status_code in (401, 403)
            assert refused or "There is no" in answer.text, (key, answer.text)
            assert "Algebra" not in answer.text
    assert asked >= 3


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
