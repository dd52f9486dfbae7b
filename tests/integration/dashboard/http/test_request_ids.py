"""Each request has an id, in its answer and in every line that it logs."""

from typing import Any

import pytest
import structlog
from flask import Flask

from dashboard.http import request_ids


def numbered(*, believed: bool) -> Any:
    flask = Flask("numbered")
    request_ids.register(flask, believed=believed)
    flask.add_url_rule("/", view_func=lambda: structlog.contextvars.get_contextvars())
    return flask.test_client()


def test_a_request_has_an_id_of_its_own() -> None:
    client = numbered(believed=False)
    answers = [client.get("/", headers={"X-Request-Id": "mine"}) for _ in range(2)]
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert [answer.json for answer in answers] == [{"request": one} for one in ids]
    assert len({*ids, "mine"}) == 3


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("two words", False), ("x" * 65, False), ("", False)]
)
def test_a_proxy_that_is_believed_numbers_requests(given: str, kept: bool) -> None:
    answer = numbered(believed=True).get("/", headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"] == given) is kept


def test_every_answer_of_the_server_has_one(world: Any) -> None:
    for path in ("/healthz", "/no/such", "/api/v1/none", "/signin"):
        assert len(world.client().get(path).headers["X-Request-Id"]) == 16
