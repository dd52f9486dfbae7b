"""What no route can read is refused at the edge, by a problem and without a line in the log."""

import json
from typing import Any

import pytest

from contract.policy import CourseMode
from dashboard.components import ids
from dashboard.http.readable import DEEPEST, read_json
from tests.builders.world import SAME_ORIGIN
from tests.integration.dashboard.test_callbacks import call

CALLBACKS = "/_dash-update-component"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def asked(value: str) -> bytes:
    """A callback request of JSON's own letters that reads ``value``."""
    body = {"output": "x.children", "inputs": [{"id": "a", "property": "b", "value": "VALUE"}]}
    return json.dumps(body).replace('"VALUE"', value).encode()


UNREADABLE = {
    "nested without end": nested(1000).encode(),
    "nested too deep for a page": asked(nested(DEEPEST)),
    "half of a surrogate pair": asked(r'"\ud800"'),
    "half of a surrogate pair in bytes": asked('"é"').replace("é".encode(), b"\xed\xa0\x80"),
    "the letter NUL": asked(r'"a\u0000b"'),
    "NUL in a key": asked(r'{"\u0000": 1}'),
    "another encoding": '{"output": "x.children"}'.encode("utf-16"),
    "a number without an end": asked("1e999"),
    "no number": asked("NaN"),
    "a number no store keeps": asked("9" * 4000),
    "nothing": b"",
    "half a body": b'{"output": ',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("path", [CALLBACKS, "/api/v1/join"])
def test_a_body_that_nobody_can_read_is_refused(
    world: Any, capsys: pytest.CaptureFixture[str], body: bytes, path: str
) -> None:
    answer = world.client().post(
        path, data=body, content_type="application/json", headers=SAME_ORIGIN
    )
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    detail = answer.json["detail"]
    assert any(rule in detail for rule in ("in UTF-8", "levels deep", "NUL", "number")), detail
    assert "incident" not in capsys.readouterr().out


def test_a_trigger_may_not_nest_without_end_either(world: Any) -> None:
    client = world.client()
    client.get("/signin")
    known = client.get("/_dash-dependencies").json
    (one,) = [entry for entry in known if entry["output"].startswith("..content.children...header")]
    body = {
        "output": one["output"],
        "outputs": [
            {"id": name.rpartition(".")[0], "property": name.rpartition(".")[2]}
            for name in one["output"].strip(".").split("...")
        ],
        "inputs": [{**part, "value": "/"} for part in one["inputs"]],
        "state": [{**part, "value": "/"} for part in one["state"]],
        "changedPropIds": ['{"a":' + nested(1000) + "}.value"],
    }
    assert client.post(CALLBACKS, json=body, headers=SAME_ORIGIN).status_code == 422
    body["changedPropIds"] = []
    assert client.post(CALLBACKS, json=body, headers=SAME_ORIGIN).status_code == 200


@pytest.mark.parametrize("path", [CALLBACKS, "/api/v1/join", "/api/v1/observations", "/signin"])
@pytest.mark.parametrize("packed", ["gzip", "deflate", "br"])
def test_a_packed_body_is_refused(world: Any, path: str, packed: str) -> None:
    headers = {**SAME_ORIGIN, "Content-Encoding": packed, "Content-Type": "application/json"}
    answer = world.client().post(path, data=b"\x1f\x8b broken", headers=headers)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/me/%00", "/join/%00", "/join?code=%00", "/reports?%00=1", "/api/v1/me?after=%00"]
)
def test_an_address_with_a_nul_is_refused(postgres_world: Any, path: str) -> None:
    assert postgres_world.client().get(path).status_code == 422


@pytest.mark.parametrize("field", ["login", "password", "next"])
def test_a_form_with_a_nul_is_refused(postgres_world: Any, field: str) -> None:
    form = {"login": "tara", "password": "x", "next": "/", field: "a\0b"}
    answer = postgres_world.client().post("/signin", data=form, headers=SAME_ORIGIN)
    assert answer.status_code == 422


def test_what_can_be_read_is_read() -> None:
    value = json.loads(nested(DEEPEST))
    assert read_json(nested(DEEPEST)) == value
    assert read_json('{"a": ["\\ud83d\\ude00", -5, 0.5, true, null]}') == {
        "a": ["😀", -5, 0.5, True, None]
    }


@pytest.mark.parametrize("search", ["?link=%00", "?link=%ff%fe", "?%00=a", "?link=%ed%a0%80"])
def test_what_stands_behind_an_address_is_decoded_at_the_edge_alone(
    postgres_world: Any, capsys: pytest.CaptureFixture[str], search: str
) -> None:
    client = postgres_world.client()
    given = {ids.LOCATION: "/join"}
    page = call(postgres_world, client, f"{ids.CONTENT}.children...", search, **given)
    assert "must be text" in page.text
    code = postgres_world.lecture(CourseMode.OPEN).code
    form = {ids.JOIN_CODE: code}
    answer = call(postgres_world, client, f"{ids.JOIN_FORM}.children...", search, **form)
    assert "must be text" in answer.text
    assert "incident" not in capsys.readouterr().out
