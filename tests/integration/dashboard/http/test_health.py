"""What an operator's monitor asks: whether the server works, and how much it does."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from contract.policy import CourseMode
from dashboard.http import health, metrics, server
from dashboard.http.web import EXTENSION
from dashboard.settings import Settings
from db.errors import StoreUnavailableError
from tests.builders.places import ROOT

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
    assert {dict(labels).get("endpoint") for _, labels in after - before} <= {"metrics.metrics"}


def test_each_server_counts_its_own(world: Any) -> None:
    world.client().get("/healthz")
    other = Flask("other")
    other.extensions[EXTENSION] = world.app.services
    metrics.register(other)
    assert not [name for name, _ in told(other.test_client()) if "requests_total" in name]


def test_prometheus_gets_the_newer_format_where_it_asks(world: Any) -> None:
    wanted = "application/openmetrics-text; version=1.0.0"
    answer = world.client().get("/metrics", headers={"Accept": wanted})
    assert answer.content_type.startswith(wanted)
    assert answer.text.endswith("# EOF\n")


def settle(world: Any, **settings: Any) -> Any:
    """A client of the same server under other settings."""
    services = world.app.services
    changed = Settings(folder=services.settings.folder, **settings)
    world.app.flask.extensions[EXTENSION] = replace(services, settings=changed)
    return world.client()


ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def test_figures_are_for_this_machine_unless_the_settings_say_more(world: Any) -> None:
    client = world.client()
    assert client.get("/metrics").status_code == 200
    mapped = {"REMOTE_ADDR": "::ffff:127.0.0.1"}
    assert client.get("/metrics", environ_base=mapped).status_code == 200
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == 403
    client = settle(world, metrics_from="10.0.0.0/8, 192.0.2.0/24")
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == 200
    assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"])
def test_figures_do_not_leave_by_a_proxy_that_nobody_told_of(world: Any, header: str) -> None:
    assert world.client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize(
    ("token", "given", "status"),
    [
        ("a secret", "Bearer a secret", 200),
        ("a secret", "Bearer another", 403),
        ("a secret", "Bearer señal", 403),
        ("a secret", "", 403),
        ("", "Bearer ", 403),
    ],
)
def test_figures_are_for_whoever_bears_the_token(
    world: Any, token: str, given: str, status: int
) -> None:
    client = settle(world, metrics_token=token)
    answer = client.get("/metrics", environ_base=ELSEWHERE, headers={"Authorization": given})
    assert answer.status_code == status


def test_figures_tell_of_ticks_jobs_the_store_and_outboxes(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    student = world.join(lecture, name="Ana", choices={"class_mood": True})
    captured = world.clock.now - timedelta(seconds=40)
    student.send([world.observation(captured), world.observation(world.clock.now)])
    world.app.board.ticking.begin()
    world.app.board.ticking.worked()
    found = told(world.client())
    assert found[series("classpulse_observation_lag_seconds_count")] == 1
    assert found[series("classpulse_observation_lag_seconds_sum")] >= 40
    assert found[series("classpulse_tick_seconds_count")] == 1
    assert found[series("classpulse_tick_age_seconds")] < 60
    assert found[series("classpulse_failures_total")] == 0
    assert found[series("classpulse_store_reads")] >= 0
    assert found[series("classpulse_store_writes")] == 0


def test_ready_is_who_can_write_and_has_its_threads(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_KEPT_S", 0.0)
    client = world.client()
    idle = {"store": "ok", "schema": "ok", "board": "not here", "scheduler": "not here"}
    assert client.get("/readyz").json == {"status": "ready", **idle}
    world.app.board.ticking.begin()
    assert client.get("/readyz").json["board"] == "ok"
    monkeypatch.setattr(health, "_TICKS_LATE", -1)
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").json["board"].startswith("silent for")


def test_a_store_that_reads_but_does_not_write_is_not_ready(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr("db.engine.store.Store.write", refused)
    answer = world.client().get("/readyz")
    assert (answer.status_code, answer.json["store"]) == (503, "cannot be written")
    assert world.client().get("/healthz").status_code == 200


def test_a_store_of_another_version_is_not_ready(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.store.REVISION", "9999")
    answer = world.client().get("/readyz")
    assert (answer.status_code, answer.json["schema"]) == (503, "another version's")


def test_strangers_who_ask_often_cost_one_write(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client()
    client.get("/readyz")
    monkeypatch.setattr("db.engine.store.Store.write", None)
    assert [client.get("/readyz").status_code for _ in range(5)] == [200] * 5


def test_health_says_when_the_store_is_away(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr("db.teaching.lectures.running", away)
    assert world.client().get("/healthz").status_code == 503
    assert world.client().get("/metrics").status_code == 503


def test_the_dashboard_and_the_docs_name_what_is_told(world: Any) -> None:
    flask, app = world.app.flask, world.app
    metrics.add_gauge(flask, "classpulse_log_lines_lost", "As the command adds it.", lambda: 0)
    listening = server.listen(flask, "127.0.0.1", 0)
    listening.close()
    listening.run()
    app.board.ticking.begin()
    app.scheduler.start()
    text = world.client().get("/metrics").text
    told = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    assert len(told) > 12
    for page in ("deploy/grafana/classpulse.json", "docs/operations.md"):
        named = set(re.findall(r"classpulse_\w+", (ROOT / page).read_text(encoding="utf-8")))
        parts = {re.sub("_(bucket|sum|count)$", "", name) for name in named}
        assert parts, page
        assert parts - told == set(), page
