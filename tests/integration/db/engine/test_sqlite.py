"""How SQLite is opened: what it overwrites, what survives, and what it leaves elsewhere."""

import sqlite3
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert

from contract.ids import uuid7
from db.engine.store import Store, open_store
from db.errors import ConflictError
from db.schema.tables import course_teachers, courses

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MANY = 60
"""Rows that share pages, so that a page of an erased one stays in use."""


def pragma(store: Store, name: str) -> Any:
    """What the connection that writes says of it."""
    return store.write(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar())


def test_what_is_deleted_is_overwritten(sqlite_store: Store) -> None:
    """In the database itself, not only in what SQLite answers: its file is looked through."""
    ids = [uuid7(NOW) for _ in range(MANY)]
    rows = [
        {
            "id": one, "title": f"Remarkable {n:03} Zebulon", "mode": "open", "timezone": "UTC",
            "created_at": NOW,
        }
        for n, one in enumerate(ids)
    ]  # fmt: skip
    sqlite_store.write(lambda connection: connection.execute(insert(courses), rows))
    gone = ids[::2]
    sqlite_store.write(
        lambda connection: connection.execute(delete(courses).where(courses.c.id.in_(gone)))
    )
    sqlite_store.close()
    file = Path(str(sqlite_store.url.database))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    kept = file.read_bytes()
    found = [n for n in range(MANY) if f"Remarkable {n:03} Zebulon".encode() in kept]
    assert found == list(range(1, MANY, 2))


def test_overwriting_does_not_hang_on_how_sqlite_was_built(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some systems build it so that it overwrites by itself: there only what is asked can tell."""
    asked: list[str] = []

    class Noting(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            asked.append(sql.replace(" ", "").lower())
            return super().execute(sql, *given)

    connect = partial(sqlite3.connect, factory=Noting)
    monkeypatch.setattr("sqlite3.dbapi2.connect", connect)
    store = open_store(sqlite_url)
    store.write(lambda connection: connection.exec_driver_sql("SELECT 1"))
    store.close()
    assert "pragmasecure_delete=on" in asked


def test_a_row_that_names_what_is_not_there_is_refused(sqlite_store: Store) -> None:
    assert pragma(sqlite_store, "foreign_keys") == 1
    orphan = insert(course_teachers).values(course_id=uuid7(NOW), user_id=uuid7(NOW))
    with pytest.raises(ConflictError):
        sqlite_store.write(lambda connection: connection.execute(orphan))


def test_what_was_acknowledged_survives_a_power_cut(sqlite_store: Store) -> None:
    full = 2
    assert pragma(sqlite_store, "synchronous") == full
    assert pragma(sqlite_store, "journal_mode") == "wal"


def test_what_is_sorted_lies_in_no_file_of_its_own(sqlite_store: Store) -> None:
    """Where SQLite sorts much it would write rows to a file of the system's, and unlink it."""
    memory = 2
    assert pragma(sqlite_store, "temp_store") == memory
    with sqlite_store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == memory
