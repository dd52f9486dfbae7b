"""The bare database of ``bench ingest``: the same rows and bucket sums by the driver alone.

A process of its own: reads one JSON object from standard input and prints rows a second.
"""

import json
import sqlite3
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from contract import uuid7
from contract.looks import LOOKS
from db.schema.scales import BUCKET_SUMS
from db.schema.tables import observations

_STUDENTS: Final = 200
_BATCHES: Final = 4000
"""Made beforehand, so that nothing but the database is timed."""
_COLUMNS: Final = len(observations.c)
_SUMS: Final = len(BUCKET_SUMS)
"""As many as the product's own."""

_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS bare_rows (course {id}, participant {id}, id {id}, captured {moment},
        received {moment}, {numbers}, model VARCHAR(48),
        PRIMARY KEY (course, participant, id)){rowid};
    CREATE TABLE IF NOT EXISTS bare_sums (participant {id}, bucket BIGINT, model VARCHAR(48),
        {sums}, changed BIGINT, PRIMARY KEY (participant, bucket, model)){rowid};
"""
_INSERT: Final = "INSERT INTO bare_rows VALUES ({marks}) ON CONFLICT DO NOTHING"
_ADD: Final = (
    "INSERT INTO bare_sums VALUES ({marks}) ON CONFLICT (participant, bucket, model) "
    "DO UPDATE SET {added}, changed = excluded.changed"
)
_NUMBERS: Final = [f"n{place}" for place in range(_COLUMNS - 6)]
_NAMES: Final = [f"s{place}" for place in range(_SUMS)]


class BareStore(ABC):
    """One connection to the bare database, and its two statements."""

    mark: str

    def __init__(self) -> None:
        added = ", ".join(f"{name} = bare_sums.{name} + excluded.{name}" for name in _NAMES)
        rows, sums = (", ".join([self.mark] * count) for count in (_COLUMNS, _SUMS + 4))
        self._insert = _INSERT.format(marks=rows)
        self._add = _ADD.format(marks=sums, added=added)

    def rows_per_s(self, seconds: float, rows: int, start: datetime) -> float:
        """Rows a second, in transactions of so many rows, of as many students as send."""
        batches = list(self._batches(rows, start))
        began, count = time.perf_counter(), 0
        for inserted, added in batches:
            self.store(inserted, added)
            count += 1
            if time.perf_counter() - began > seconds:
                break
        return count * rows / (time.perf_counter() - began)

    def _batches(self, rows: int, start: datetime) -> Iterator[tuple[list[Any], list[Any]]]:
        students, course = [uuid7(start) for _ in range(_STUDENTS)], uuid7(start)
        for turn in range(_BATCHES):
            student = students[turn % _STUDENTS]
            at = start + timedelta(seconds=rows * (turn // _STUDENTS))
            yield self._batch(course, student, [at + timedelta(seconds=s) for s in range(rows)])

    def _batch(
        self, course: UUID, student: UUID, seconds: list[datetime]
    ) -> tuple[list[Any], list[Any]]:
        numbers = list(range(len(_NUMBERS)))
        inserted = [
            (self.id(course), self.id(student), self.id(uuid7(at)), self.at(at), self.at(at),
             *numbers, "pulse@8")
            for at in seconds
        ]  # fmt: skip
        starts = sorted({int(at.timestamp()) // 10 * 10 for at in seconds})
        sums = [1] * len(LOOKS) + [2] * (_SUMS - len(LOOKS))
        return inserted, [(self.id(student), start, "pulse@8", *sums, start) for start in starts]

    def id(self, given: UUID) -> Any:
        """An id as the driver takes it."""
        return given

    def at(self, moment: datetime) -> Any:
        """A moment as the driver takes it."""
        return moment

    @abstractmethod
    def store(self, inserted: list[Any], added: list[Any]) -> None:
        """One transaction, durable when this returns."""


class _SQLite(BareStore):
    mark = "?"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.connection = sqlite3.connect(
            folder / "bare.db", isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.connection.execute(f"PRAGMA {pragma}").close()
        self.connection.executescript(_tables("BLOB", "DATETIME", " WITHOUT ROWID"))

    def id(self, given: UUID) -> bytes:
        return given.bytes

    def at(self, moment: datetime) -> str:
        return str(moment.replace(tzinfo=None))

    def store(self, inserted: list[Any], added: list[Any]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(self._insert, inserted)
        self.connection.executemany(self._add, added)
        self.connection.execute("COMMIT")


class _PostgreSQL(BareStore):
    mark = "%s"

    def __init__(self, address: str) -> None:
        import psycopg

        super().__init__()
        self.connection = psycopg.connect(address)
        self.connection.execute(_tables("UUID", "TIMESTAMPTZ", ""))
        self.connection.commit()

    def store(self, inserted: list[Any], added: list[Any]) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(self._insert, inserted)
            cursor.executemany(self._add, added)


def _tables(kind: str, moment: str, rowid: str) -> str:
    return _TABLES.format(
        id=kind,
        moment=moment,
        rowid=rowid,
        numbers=", ".join(f"{name} SMALLINT" for name in _NUMBERS),
        sums=", ".join(f"{name} BIGINT" for name in _NAMES),
    )


def _run(order: dict[str, Any]) -> float:
    address = order["address"]
    made = _PostgreSQL(address) if address else _SQLite(Path(order["folder"]))
    try:
        start = datetime.fromtimestamp(order["from"], tz=UTC)
        return made.rows_per_s(order["seconds"], order["rows"], start)
    finally:
        made.connection.close()


if __name__ == "__main__":
    print(_run(json.loads(sys.stdin.read())))
