"""Many rows at once, each at most once, in the words of either store."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[dict[str, Any]]


def insert_new(connection: Connection, table: Table, rows: Rows) -> set[UUID]:
    """Insert the rows whose key is not there yet, and answer the ``id`` of each that was not.

    Where another transaction is inserting the same key, PostgreSQL waits for how it ends.
    """
    statement = _insert_new(table, connection.dialect.name)
    # Counted by what comes back, because the row count of such a statement means nothing.
    return set(connection.execute(statement, rows).scalars())


def add_sums(connection: Connection, table: Table, rows: Rows, names: tuple[str, ...]) -> None:
    """Add the ``names`` of each row to the row with its key, or make it. Rows in order of key."""
    if rows:
        connection.execute(_add_sums(table, names, connection.dialect.name), rows)


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing().returning(table.c.id)
    return postgresql.insert(table).on_conflict_do_nothing().returning(table.c.id)


@cache
def _add_sums(table: Table, names: tuple[str, ...], dialect: str) -> Any:
    insert: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: table.c[name] + insert.excluded[name] for name in names},
    )
