"""What agents say they minted, and what of it reached a lecture on a real store."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text

from db.engine.store import open_store
from db.teaching import lectures
from tests.builders.lecture import running_lecture
from tests.faults.programs import FaultError

_BEFORE = timedelta(hours=20)
"""Material that is played faster than time passes is stamped into the past."""

_migrating = threading.Lock()
"""Alembic's context is one for the whole process."""


class Lecture:
    """One running lecture of an open course in an empty store at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url
        with _migrating:
            self.lecture = running_lecture(url, running_for=_BEFORE)

    @property
    def code(self) -> str:
        return self.lecture.code

    def ended_at(self) -> datetime | None:
        store = open_store(self.url)
        try:
            found = lectures.lecture(store, self.lecture.id)
        finally:
            store.close()
        return None if found is None else found.ended_at

    def stored(self) -> tuple[Counter[UUID], int]:
        """How often each item is stored, whoever sent it, and what the buckets add up to."""
        engine = create_engine(self.url)
        counted: Counter[UUID] = Counter()
        try:
            with engine.connect() as connection:
                for table in ("observations", "events"):
                    ids = connection.execute(text(f"SELECT id FROM {table}"))  # noqa: S608
                    counted.update(_uuid(row[0]) for row in ids)
                total = connection.scalar(text("SELECT sum(observations) FROM buckets"))
                rows = connection.scalar(text("SELECT count(*) FROM observations"))
        finally:
            engine.dispose()
        if int(total or 0) != rows:
            raise FaultError(f"the buckets count {total} observations, the table has {rows}")
        return counted, int(rows or 0)


@dataclass(slots=True)
class Ledger:
    """What one or more agents say they minted, and what they had on disk for certain."""

    minted: dict[UUID, float] = field(default_factory=dict)
    kept: dict[UUID, float] = field(default_factory=dict)
    observations: int = 0

    @classmethod
    def read(cls, *files: Path) -> "Ledger":
        ledger = cls()
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                word, kind, identifier, at = line.split()
                place = ledger.kept if word == "kept" else ledger.minted
                place[UUID(identifier)] = float(at)
                ledger.observations += word == "kept" and kind == "Observation"
        return ledger


def compare(
    lecture: Lecture, ledger: Ledger, *, until: datetime | None = None, waiting: int = 0
) -> dict[str, Any]:
    """What became of every item of ``ledger``, as figures. Raises FaultError where one is lost.

    ``until``: what was captured later is refused, as agreed. An item that was being put into the
    outbox as its agent was killed may be in or not; it was not captured before it is.
    """
    counted, rows = lecture.stored()
    last = None if until is None else until.timestamp()
    due = {key for key, at in ledger.kept.items() if last is None or at <= last}
    missing = due - counted.keys()
    twice = [key for key, count in counted.items() if count != 1]
    strangers = counted.keys() - ledger.minted.keys()
    late = (counted.keys() & ledger.kept.keys()) - due
    told = {
        "captured": ledger.observations,
        "stored": rows,
        "items_due": len(due),
        "missing": len(missing),
        "twice": len(twice),
        "strangers": len(strangers),
        "after_the_end": len(late),
        "cut_off_in_the_making": len(ledger.minted.keys() - ledger.kept.keys()),
        "left_in_outboxes": waiting,
    }
    if missing or twice or strangers or late or waiting:
        raise FaultError(f"not every item is stored exactly once: {json.dumps(told)}")
    return told


def _uuid(raw: Any) -> UUID:
    if isinstance(raw, UUID):
        return raw
    return UUID(bytes=raw) if isinstance(raw, bytes) else UUID(str(raw))
