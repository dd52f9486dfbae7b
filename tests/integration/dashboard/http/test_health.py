"""What an operator's monitor asks: whether the server works, and how much it does."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from contract.policy import CourseMode
from dashboard.http import health
from dashboard.http.web import EXTENSION
from db.errors import StoreUnavailableError

Series = tuple[str, frozenset[tuple[str, str]]]


def told(client: Any) -> dict[Series, float]:
    """Every series of ``/metrics`` by its name and labels, as the library's own parser reads it."""
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return dict(_series(answer.text))


def _series(text: str) -> Iterator[tuple[Series, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield (sample.name, frozenset(sample.labels.items())), sample.value


def series(name: str, **labels: str) -> Series:
    return name, frozenset(labels.items())


def test_the_operators_addresses(world: Any) -> None:
    client = world.client()
    world.lecture(CourseMode.OPEN)
    assert client.get("/healthz").json == {"status": "ok"}
    client.get("/api/openapi.json")
    found = told(client)
    assert found[series("classpulse_lectures_running")] == 1
    counted = series(
        "classpulse_requests_total", method="GET", endpoint="openapi.document", status="200"
    )
    assert found[counted] == 1
    assert found[series("classpulse_request_seconds_count", endpoint="openapi.document")] == 1
    assert found[series("classpulse_request_seconds_sum", endpoint="openapi.document")] > 0
    assert not [name for name, _ in found if name.endswith("_created")]


def test_what_a_guard_or_an_error_handler_answers_is_counted(world: Any) -> None:
    client = world.client()
    assert client.post("/signin", headers={"Origin": "http://elsewhere"}).status_code == 403
    assert client.post("/api/v1/join", json={}).status_code == 422
    seen = {dict(labels).get("status") for _, labels in told(client)}
    assert seen >= {"403", "422"}


def test_a_stranger_cannot_make_the_table_grow(world: Any) -> None:
    client = world.client()
    client.open("/no/such", method="INVENTED")
    before = told(client).keys()
    for number in range(20):
        client.open(f"/no/such/{number}", method=f"INVENTED{number}")
    after = told(client).keys()
    assert {dict(labels).get("endpoint") for _, labels in after - before} <= {"health.metrics"}


def test_each_server_counts_its_own(world: Any) -> None:
    world.client().get("/healthz")
    other = Flask("other")
    other.extensions[EXTENSION] = world.app.services
    health.register(other)
    assert not [name for name, _ in told(other.test_client()) if "requests_total" in name]


def test_prometheus_gets_the_newer_format_where_it_asks(world: Any) -> None:
    wanted = "application/openmetrics-text; version=1.0.0"
    answer = world.client().get("/metrics", headers={"Accept": wanted})
    assert answer.content_type.startswith(wanted)
    assert answer.text.endswith("# EOF\n")


def test_health_says_when_the_store_is_away(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr("db.teaching.lectures.running", away)
    assert world.client().get("/healthz").status_code == 503
    assert world.client().get("/metrics").status_code == 503
