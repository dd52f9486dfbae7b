"""Many rows at once, each at most once, in the words of either store.

This is the one path where SQLAlchemy's ordinary way is too slow (measured: a third of the rate on
PostgreSQL, half on SQLite), so the statement, made by SQLAlchemy once, is handed to the driver:
on PostgreSQL with one array a column, on SQLite row by row.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Table, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.schema.types import utc

Rows = Sequence[dict[str, Any]]
"""All with the same names, those of the table's columns."""

Encode = Callable[[dict[str, Any]], list[Any]]


def insert_new(connection: Connection, table: Table, rows: Rows) -> set[UUID]:
    """Insert the rows whose key is not there yet, and answer the ``id`` of each that was not.

    Where another transaction is inserting the same key, PostgreSQL waits for how it ends, so rows
    must come in order of their key: two batches then wait in one order and cannot deadlock.
    """
    # Counted by what comes back, because the row count of such a statement means nothing.
    if connection.dialect.name == "postgresql":
        return set(connection.execute(_pg_insert_new(table), _arrays(rows)).scalars())
    statement, encode = _sqlite_insert_new(table)
    cursor = connection.connection.cursor()
    fresh = set()
    for row in rows:
        if cursor.execute(statement, encode(row)).fetchone() is not None:
            fresh.add(row["id"])
    return fresh


def add_sums(connection: Connection, table: Table, rows: Rows, names: tuple[str, ...]) -> None:
    """Add the ``names`` of each row to the row with its key, or make it. Rows in order of key.

    Columns that are neither key nor among ``names`` take the row's value.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_pg_add_sums(table, names), _arrays(rows))
        return
    statement, encode = _sqlite_add_sums(table, names)
    connection.connection.cursor().executemany(statement, [encode(row) for row in rows])


def _arrays(rows: Rows) -> dict[str, str]:
    """One array literal a column: the driver's own way of writing lists takes four times longer."""
    return {
        f"{name}_": f"{{{','.join([_element(row[name]) for row in rows])}}}" for name in rows[0]
    }


def _element(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    # Ids and moments have nothing in them that would need quotes.
    return utc(value).isoformat() if isinstance(value, datetime) else str(value)


@cache
def _pg_rows(table: Table) -> Any:
    """``INSERT INTO table SELECT … FROM unnest(one array a column)``."""
    arrays = [
        cast(bindparam(f"{column.name}_", type_=Text), ARRAY(column.type))
        for column in table.columns
    ]
    names = [column.name for column in table.columns]
    given = func.unnest(*arrays).table_valued(*names).render_derived(name="given")
    return postgresql.insert(table).from_select(names, select(*given.columns))


@cache
def _pg_insert_new(table: Table) -> Any:
    return _pg_rows(table).on_conflict_do_nothing().returning(table.c.id)


@cache
def _pg_add_sums(table: Table, names: tuple[str, ...]) -> Any:
    return _adding(_pg_rows(table), table, names)


@cache
def _sqlite_insert_new(table: Table) -> tuple[str, Encode]:
    statement = sqlite.insert(table).on_conflict_do_nothing().returning(table.c.id)
    return _for_driver(statement, table)


@cache
def _sqlite_add_sums(table: Table, names: tuple[str, ...]) -> tuple[str, Encode]:
    return _for_driver(_adding(sqlite.insert(table), table, names), table)


def _adding(insert: Any, table: Table, names: tuple[str, ...]) -> Any:
    sums = {name: table.c[name] + insert.excluded[name] for name in names}
    others = {
        column.name: insert.excluded[column.name]
        for column in table.columns
        if not column.primary_key and column.name not in names
    }
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={**sums, **others}
    )


def _for_driver(statement: Any, table: Table) -> tuple[str, Encode]:
    """The statement's text, and what makes its parameters of a row."""
    dialect = sqlite.dialect()
    names = [column.name for column in table.columns]
    encoders = [
        (place, encoder)
        for place, column in enumerate(table.columns)
        if (encoder := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]

    def encode(row: dict[str, Any]) -> list[Any]:
        values = [row[name] for name in names]
        for place, encoder in encoders:
            values[place] = encoder(values[place])
        return values

    return str(statement.compile(dialect=dialect)), encode
