"""Many rows at once, each at most once, in the words of either store.

This is the one path where SQLAlchemy's ordinary way is too slow (measured: a third of the rate on
PostgreSQL, half on SQLite), so the statement, made by SQLAlchemy once, is handed to the driver:
on PostgreSQL with one array a column, on SQLite row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import repeat
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Table, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.schema.types import utc

Rows = Sequence[dict[str, Any]]
"""All with the same names, those of the table's columns."""

Columns = Mapping[str, Sequence[Any]]
"""All of one length, by the names of the table's columns."""

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


def insert_columns(
    connection: Connection, table: Table, columns: Columns, always: dict[str, Any]
) -> None:
    """Insert rows of which none is there yet, given column by column; ``always``: the columns that
    have one value in all rows. Fails, and inserts nothing, where a row's key is taken."""
    count = len(next(iter(columns.values())))
    if not count:
        return
    if connection.dialect.name == "postgresql":
        whole = {name: [value] * count for name, value in always.items()} | dict(columns)
        arrays = {f"{name}_": _array(values) for name, values in whole.items()}
        connection.execute(_pg_rows(table), arrays)
        return
    statement, encoders = _sqlite_insert(table)
    filled = [
        map(encoders[name], columns[name])
        if name in columns
        else repeat(encoders[name](always[name]), count)
        for name in table.columns.keys()  # noqa: SIM118 (a collection of columns, no dictionary)
    ]
    connection.connection.cursor().executemany(statement, list(zip(*filled, strict=True)))


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
    return {f"{name}_": _array([row[name] for row in rows]) for name in rows[0]}


def _array(values: Sequence[Any]) -> str:
    return f"{{{','.join([_element(value) for value in values])}}}"


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
def _sqlite_insert(table: Table) -> tuple[str, dict[str, Callable[[Any], Any]]]:
    dialect = sqlite.dialect()
    encoders: dict[str, Callable[[Any], Any]] = {
        column.name: column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
        for column in table.columns
    }
    return str(sqlite.insert(table).compile(dialect=dialect)), encoders


def _as_it_is(value: Any) -> Any:
    return value


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
