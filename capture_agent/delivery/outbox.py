"""The outbox: what is to be sent lies on disk until the server has answered for it.

One SQLite file in a folder of its own, readable by this user alone. A write returns once it is on
the disk itself (WAL, synchronous=FULL), so that neither ``kill -9`` nor a power cut loses an
observation that was captured. The file is held by one process at a time through SQLite's own
exclusive lock, which the system lets go of however the process ends.
"""

import hashlib
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from capture_agent.errors import OutboxError, OutboxFullError, OutboxLockedError
from contract.batches import first_rule
from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.observations import Observation, RoomObservation

_FILE: Final = "outbox.sqlite3"
_FORMAT: Final = 1
_STALE_S: Final = 48 * 3600.0
_SCHEMA: Final = """
CREATE TABLE item (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX item_by_kind ON item (kind, seq);
CREATE TABLE session (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), body TEXT NOT NULL);
CREATE TABLE lost (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), count INTEGER NOT NULL);
INSERT INTO lost VALUES (1, 0);
"""


class Kind(StrEnum):
    """What an item is, which is also the last word of the address it goes to."""

    OBSERVATION = "observations"
    EVENT = "events"
    ROOM = "room/observations"


Sendable = Observation | Event | RoomObservation
_KINDS: Final[dict[type[Sendable], Kind]] = {
    Observation: Kind.OBSERVATION,
    Event: Kind.EVENT,
    RoomObservation: Kind.ROOM,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it will be sent: its id and its JSON, fixed when it was put in."""

    id: UUID
    body: str


def outbox_folder(state: Path, server: str, join: str, name: str | None) -> Path:
    """The folder of one student's outbox for one lecture on one server.

    Named by a digest, because a personal link is a secret and a folder's name is not.
    """
    key = hashlib.sha256("\n".join((server, join, name or "")).encode()).hexdigest()[:20]
    return state / key


def forget_stale(state: Path, now: datetime) -> int:
    """Delete the outboxes under ``state`` that nobody has written to for two days; how many.

    No server takes what is in them any more, so it has no reason to stay on this machine. One
    that another agent holds, or that cannot be opened, is left alone.
    """
    forgotten = 0
    for file in state.glob(f"*/{_FILE}"):
        try:
            written = max(item.stat().st_mtime for item in file.parent.iterdir())
            if now.timestamp() - written > _STALE_S:
                Outbox(file.parent).destroy()
                forgotten += 1
        except (OSError, OutboxError):
            continue
    return forgotten


class Outbox:
    """What waits to be sent, and the session it is sent under. Safe to use from several threads."""

    def __init__(self, folder: Path, limit: int = 86_400) -> None:
        """Open or make the outbox in ``folder``, keeping at most ``limit`` items.

        Raises OutboxLockedError where another process holds it, OutboxError where the folder
        cannot be written or the file is no outbox.
        """
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._closed = False
        _make_private(folder)
        try:
            self._db = _connect(folder / _FILE)
        except sqlite3.Error as error:
            raise _said(error, folder) from error
        self._count = self._scalar("SELECT count(*) FROM item")

    def add(self, item: Sendable) -> None:
        """Put one item in; when this returns it is on the disk.

        In a full outbox the oldest item makes room, and is counted. Raises OutboxError,
        OutboxFullError where the disk has no room, OutboxError for what breaks the contract: what
        is in here will be sent, so this door is as narrow as the server's.
        """
        body = _agreed(item)
        kind = _KINDS[type(item)]
        with self._transaction() as db:
            if self._count >= self._limit:
                excess = self._count - self._limit + 1
                db.execute(
                    "DELETE FROM item WHERE seq IN (SELECT seq FROM item ORDER BY seq LIMIT ?)",
                    (excess,),
                )
                db.execute("UPDATE lost SET count = count + ?", (excess,))
                self._count -= excess
            db.execute(
                "INSERT INTO item (id, kind, body) VALUES (?, ?, ?)",
                (str(item.id), kind, body),
            )
            self._count += 1

    def settle_lost(self, at: datetime) -> int:
        """Turn the count of lost items, if any, into an event that will be sent; the count."""
        count = self._scalar("SELECT count FROM lost")
        if count:
            event = Event(id=uuid7(at), at=at, kind=EventKind.OUTBOX_OVERFLOW, count=count)
            with self._transaction() as db:
                db.execute("UPDATE lost SET count = count - ?", (count,))
                db.execute(
                    "INSERT INTO item (id, kind, body) VALUES (?, ?, ?)",
                    (str(event.id), Kind.EVENT, event.model_dump_json()),
                )
                self._count += 1
        return count

    def oldest(self, kind: Kind, limit: int) -> list[Item]:
        """The oldest waiting items of a kind, at most ``limit``."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT id, body FROM item WHERE kind = ? ORDER BY seq LIMIT ?", (kind, limit)
            ).fetchall()
        return [Item(UUID(identifier), body) for identifier, body in rows]

    def delete(self, ids: Iterable[UUID]) -> None:
        """Take out what the server has answered for."""
        keys = [(str(identifier),) for identifier in ids]
        with self._transaction() as db:
            before = db.total_changes
            db.executemany("DELETE FROM item WHERE id = ?", keys)
            self._count -= db.total_changes - before

    def lost(self) -> int:
        """How many items made room for newer ones since ``settle_lost``."""
        return self._scalar("SELECT count FROM lost")

    def waiting(self) -> int:
        """How many items wait."""
        with self._lock:
            return self._count

    def session(self) -> str | None:
        """The session as it was saved, or None."""
        with self._transaction() as db:
            row = db.execute("SELECT body FROM session").fetchone()
        return None if row is None else str(row[0])

    def save_session(self, body: str) -> None:
        """Keep the session, in place of an earlier one."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO session VALUES (1, ?)", (body,))

    def clear(self) -> int:
        """Forget session and items, unsent; how many items were given up."""
        with self._transaction() as db:
            given_up, self._count = self._count, 0
            for statement in ("DELETE FROM item", "DELETE FROM session", "UPDATE lost SET count=0"):
                db.execute(statement)
        return given_up

    def discard(self) -> int:
        """Delete what waits, unsent; the session stays. How many items that were."""
        with self._transaction() as db:
            given_up, self._count = self._count, 0
            db.execute("DELETE FROM item")
        return given_up

    def close(self) -> None:
        """Let go of the file; harmless when repeated."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._db.close()

    def destroy(self) -> None:
        """Close, and delete the folder with all that is in it."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if (self._folder / _FILE).exists():
            raise OutboxError(f"The outbox {self._folder} could not be deleted; delete it by hand.")

    def _scalar(self, query: str) -> int:
        with self._transaction() as db:
            return int(db.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._closed:
                raise OutboxError(f"The outbox {self._folder} is closed.")
            count = self._count if hasattr(self, "_count") else 0
            try:
                with self._db:
                    yield self._db
            except sqlite3.Error as error:
                self._count = count
                raise _said(error, self._folder) from error


def _agreed(item: Sendable) -> str:
    """The item's JSON, which the contract has read once more: a value can be made around it."""
    if type(item) not in _KINDS:
        raise OutboxError(
            "Only an Observation, an Event or a RoomObservation is ever sent, "
            f"but this is {type(item).__name__}."
        )
    body = item.model_dump_json(warnings=False)
    try:
        type(item).model_validate_json(body)
    except ValidationError as error:
        raise OutboxError(
            f"What breaks the contract is never sent: {first_rule(error)}."
        ) from error
    return body


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    db = sqlite3.connect(path, timeout=0.0, check_same_thread=False)
    try:
        # Exclusive before WAL: then SQLite needs no shared memory, and the lock stays ours.
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            db.execute(f"PRAGMA {pragma}")
        if sys.platform == "darwin":
            # There a plain fsync leaves the data in the drive's own cache.
            db.execute("PRAGMA fullfsync=1")
        db.execute("BEGIN IMMEDIATE")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, _FORMAT):
            raise OutboxError(
                f"The outbox {path} has format {found}, but this version writes {_FORMAT}; "
                "use the newer version, or delete the file."
            )
        if found == 0:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version={_FORMAT}")
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            folder.chmod(0o700)
    except OSError as error:
        raise OutboxError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutboxError(f"The folder {folder} cannot be written to.")


def _said(error: sqlite3.Error, folder: Path) -> OutboxError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return OutboxLockedError(
            f"Another agent is already running for this student and lecture ({folder}); stop it, "
            "or give this one a folder of its own."
        )
    # A quota or a failing drive answers a write with the second one.
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return OutboxFullError(f"The disk is full: nothing more can be kept in {folder}.")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return OutboxError(f"The outbox in {folder} is damaged ({error}); delete that folder.")
    return OutboxError(f"The outbox in {folder} cannot be used: {error}.")


def bodies(items: Sequence[Item]) -> str:
    """The request that carries these items, as the contract's batch."""
    return '{"items":[' + ",".join(item.body for item in items) + "]}"
