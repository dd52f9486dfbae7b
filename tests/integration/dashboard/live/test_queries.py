"""What the live line asks the store must not grow with the lectures of the past."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from contract.policy import CourseMode
from dashboard.components import ids
from db.measurements.past import add_past_lectures
from tests.builders.statements import asked
from tests.integration.dashboard.test_callbacks import call

PAST = 1500
GROWING = {
    "lectures", "participants", "consents", "agent_tokens", "observations", "buckets", "events",
    "pulses", "pulse_spans", "markers", "flags", "flag_events", "report_jobs", "reports",
    "shown_members", "access_log", "room_buckets", "room_observations",
}  # fmt: skip
"""Tables that have more rows with each lecture."""


def a_watched_lecture(world: Any) -> list[tuple[str, Any]]:
    """All that is read while a page is opened, two ticks pass and its line is asked."""
    add_past_lectures(
        world.store,
        world.courses[CourseMode.OPEN].id,
        PAST,
        students=3,
        buckets_each=2,
        until=world.clock(),
        model="pulse@1",
    )
    lecture = world.lecture(CourseMode.OPEN)
    student = world.join(lecture, name="Ana")
    browser = world.browser("tara")
    with asked() as found:
        world.app.board.tick(world.clock.forward(seconds=15))
        call(world, browser, f"{ids.CONTENT}.children...", location=f"/live/{lecture.id}")
        student.send([world.observation(world.clock())])
        world.app.board.tick(world.clock.forward(seconds=2))
        assert browser.get(f"/_live/{lecture.id}").status_code == 200
    assert len(found) > 10
    return found


def test_nothing_scans_past_lectures_on_sqlite(world: Any) -> None:
    statements = a_watched_lecture(world)
    engine = create_engine(world.store.url)
    with engine.connect() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for row in plan:
                said = row.detail.split()
                # An index that only holds what runs is read whole, and short.
                if said[0] == "SCAN" and "uq_lectures_running_code" not in said:
                    assert said[1] not in GROWING, (row.detail, statement)
    engine.dispose()


@pytest.mark.postgres
def test_nothing_scans_past_lectures_on_postgresql(postgres_world: Any) -> None:
    statements = a_watched_lecture(postgres_world)
    engine = create_engine(postgres_world.store.url)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        many = holding_many(connection)
        assert many, "else nothing here could be scanned in vain"
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            told = plan.scalar_one()
            whole = json.loads(told) if isinstance(told, str) else told
            for node in nodes(whole[0]["Plan"]):
                if node["Node Type"] == "Seq Scan":
                    assert node["Relation Name"] not in many, statement
    engine.dispose()


def holding_many(connection: Any) -> set[str]:
    """The growing tables that have grown: PostgreSQL rightly scans a table of few rows."""
    counted = text("SELECT relname, reltuples FROM pg_class WHERE reltuples >= 1000")
    return {row.relname for row in connection.execute(counted)} & GROWING


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)
