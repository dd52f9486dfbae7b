"""A student's own page and data are read by the student's key, not out of the whole lecture."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.policy import CourseMode
from dashboard.components import ids, urls
from db.measurements import ingest
from db.teaching import flags
from tests.builders.statements import asked
from tests.integration.dashboard.live.test_queries import nodes
from tests.integration.dashboard.test_callbacks import call

OF_STUDENTS = {"buckets", "events", "pulses", "flags", "observations", "consents"}
"""Tables whose rows are each about one student of a lecture."""


def own_reads(world: Any) -> list[tuple[str, Any]]:
    """All that is read while a student looks at the own page and takes the own data."""
    lecture = world.lecture(CourseMode.OPEN)
    choices = {"class_mood": True, "flags": True, "ask_first": True}
    ana, _ben = (world.join(lecture, name=name, choices=choices) for name in ("Ana", "Ben"))
    now = world.clock.forward(seconds=30)
    ana.send([world.observation(now)])
    ana.send([world.event(now)], "events")
    ingest.ingest_self_report(world.store, ana.id, PulseMood.GOOD, now)
    flags.raise_flag(
        world.store,
        lecture_id=lecture.id,
        participant_id=ana.id,
        kind=FlagKind.SAD,
        raised_at=now,
        evidence={},
        reason="made up",
    )
    browser = world.client()
    browser.get(ana.agreed["recovery_link"])
    with asked() as found:
        page = call(world, browser, f"{ids.CONTENT}.children...", **{ids.LOCATION: urls.ME})
        data = browser.get("/api/v1/me/observations")
    assert "What happened" in page.text
    assert all(len(data.json[name]) == 1 for name in ("observations", "events", "pulses", "flags"))
    return found


def judged(reads: Iterable[tuple[str, str, str]]) -> None:
    """Each of the tables was read, and each time by the participant."""
    seen = set()
    for table, told, statement in reads:
        if table in OF_STUDENTS:
            seen.add(table)
            assert "participant_id" in told, (told, statement)
    assert seen == OF_STUDENTS


def test_own_rows_are_found_by_the_student_on_sqlite(world: Any) -> None:
    statements = own_reads(world)
    engine = create_engine(world.store.url)
    with engine.connect() as connection:
        judged(
            (row.detail.split()[1], row.detail.partition("(")[2], statement)
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            if row.detail.startswith(("SEARCH", "SCAN"))
        )
        # A student's rows, whatever the lecture holds: no index leads to them by way of others.
        for statement, _ in statements:
            assert "participants.lecture_id = ?" not in statement
    engine.dispose()


@pytest.mark.postgres
def test_own_rows_are_found_by_the_student_on_postgresql(postgres_world: Any) -> None:
    statements = own_reads(postgres_world)
    engine = create_engine(postgres_world.store.url)
    found: list[tuple[str, str, str]] = []
    with engine.connect() as connection:
        # So few rows are rightly scanned; the question is whether an index would find them.
        connection.execute(text("SET enable_seqscan = off"))
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            told = plan.scalar_one()
            whole = json.loads(told) if isinstance(told, str) else told
            relation = ""
            for node in nodes(whole[0]["Plan"]):
                # A bitmap's index names its relation in the node above.
                relation = node.get("Relation Name", relation)
                if "Index Name" in node:
                    found.append((relation, node.get("Index Cond", ""), statement))
                assert node["Node Type"] != "Seq Scan" or relation not in OF_STUDENTS, statement
    engine.dispose()
    judged(found)
