import json

import pytest
from typer.testing import CliRunner

from benchmarks.figures.cost import HOURS, STUDENTS
from classpulse.cli import app

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def told() -> str:
    done = CliRunner().invoke(app, ["bench", "cost", "--no-large", "--json"])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_cost_of_a_tick_and_of_a_report_is_measured_whole_and_in_parts(told: str) -> None:
    found = json.loads(told)
    assert (found["students"], found["hours"]) == (STUDENTS, HOURS) == (50, 2)
    assert 0 < found["tick_ms"] < 10 * found["tick_target_ms"]
    parts = found["tick_parts_ms"]
    assert parts["flags"] < parts["flags_with_nothing_remembered"], "only what is new is paid for"
    assert 0 < found["report_ms"] < 5 * found["report_target_ms"]
    assert {"buckets", "mood", "engagement", "flags"} < set(parts)
    assert all(ms > 0 for ms in parts.values())


def test_growth_is_shown_by_bucket(told: str) -> None:
    (row,) = json.loads(told)["sizes"]
    buckets = row["students"] * row["hours"] * 360
    assert row["report_us_per_bucket"] == pytest.approx(1000 * row["report_ms"] / buckets, abs=1e-3)
