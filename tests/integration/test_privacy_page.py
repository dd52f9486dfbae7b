"""docs/privacy.md says what the program does: its tables, its timers, and who sees what."""

import re
from datetime import timedelta
from fnmatch import fnmatch
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from contract.policy import Policy
from dashboard.settings import Settings
from db.engine.store import Store
from db.people import school_settings
from db.schema.tables import metadata
from services.access import Action
from services.administration import LONGEST_RETENTION
from services.jobs.upkeep import PROOF
from tests.builders.places import ROOT
from tests.builders.promises import TABLE
from tests.integration.services.test_no_trace import Class

PAGE: Final = (ROOT / "docs" / "privacy.md").read_text("utf-8")
ROWS: Final = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ")
]
TIMERS: Final = set(re.findall(r"^- \*\*(\w+)\*\*: ", PAGE, re.M))


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def kept() -> dict[str, list[str]]:
    """The rows of the table of tables."""
    return {codes(row[0])[0]: row for row in ROWS if len(row) == 5 and row[0].startswith("`")}


def test_every_table_and_column_is_named() -> None:
    told = kept()
    assert set(told) == set(metadata.tables)
    for name, table in metadata.tables.items():
        patterns = codes(told[name][1])
        columns = [column.name for column in table.columns]
        unsaid = [one for one in columns if not any(fnmatch(one, it) for it in patterns)]
        idle = [it for it in patterns if not any(fnmatch(one, it) for one in columns)]
        assert not unsaid, (name, unsaid)
        assert not idle, (name, idle)
        assert told[name][3] in TIMERS, name


def test_the_timers_are_those_of_the_program() -> None:
    settings, school = Settings(), school_settings.UNSET
    for said in (
        f"{school.retention_days} days after the lecture's end",
        f"**log**: {school.log_days} days",
        f"1 to {LONGEST_RETENTION:,} days",
        f"**proof**: {PROOF.days} days",
        f"- **{PROOF.days} days** (timer *proof*",
    ):
        assert said in PAGE
    assert (settings.session_hours, settings.idle_minutes, settings.ticket_minutes) == (12, 120, 15)


def counts(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_what_is_said_to_go_goes_and_nothing_else(world: Any) -> None:
    lesson = Class(world)
    lesson.end()
    before = counts(world.store)
    days = timedelta(days=school_settings.UNSET.retention_days + 1)
    world.clock.forward(days=days.days)
    world.app.scheduler.run_due(world.clock())
    after, told = counts(world.store), kept()
    for name, rows in before.items():
        if rows and told[name][3] in ("retention", "tickets"):
            assert after[name] == 0, name
        elif rows and told[name][3] not in ("sessions",):
            assert after[name] >= rows, name
    assert sum(told[name][3] == "retention" and rows > 0 for name, rows in before.items()) > 8


def test_who_sees_what_is_the_table_of_promises() -> None:
    (head,) = [row for row in ROWS if row[0] == "what"]
    policies = [Policy(codes(cell)[0]) for cell in head[1:]]
    assert set(policies) == set(Policy)
    told = {
        Action(codes(row[0])[0]): row[1:]
        for row in ROWS
        if len(row) == 4 and codes(row[0]) and row is not head
    }
    seeing = {action for action in Action if action.startswith(("view_", "download_"))}
    assert seeing - set(told) == {Action.VIEW_HOME}
    for action, cells in told.items():
        for policy, cell in zip(policies, cells, strict=True):
            promise = TABLE[action]
            may = promise.who if policy in promise.policies else set()
            assert set(cell.split(", ")) - {"nobody"} == set(may), (action, policy)


@pytest.mark.parametrize("page", ["privacy.md", "dpia-template.md"])
def test_it_says_that_it_is_no_legal_advice(page: str) -> None:
    assert "**This is not legal advice.**" in (ROOT / "docs" / page).read_text("utf-8")
