"""The ledger of erasures: what was deleted for good, kept as keyed digests of random ids.

A backup is older than what was deleted since; so a restore asks the ledger and deletes that again.
The ledger stands in the store, and beside an SQLite store in a file of its own as well, for the day
on which the store is what was lost.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import URL

from db.engine import traces
from db.engine.store import Store
from db.errors import StoreUnavailableError
from db.schema.tables import erasures as table

SUFFIX: Final = ".erasures"
"""Of the file beside an SQLite store."""


class Erased(StrEnum):
    """What was deleted of the thing with that id, or may no more be told of it."""

    PERSON = "person"
    """a student of a roster, or a participant: all"""
    NUMBERS = "numbers"
    """all that was measured of a participant, or said by them"""
    AGREEMENT = "agreement"
    """the same, and the agreement was taken back"""
    PROOF = "proof"
    """the name and all else that told whose agreement it had been"""
    NO_CLASS_MOOD = "no_class_mood"
    """a participant chose that their numbers count no more"""
    NO_FLAGS = "no_flags"
    """a participant chose to be shown no more"""
    ASK_FIRST = "ask_first"
    """a participant chose to be asked before a check-in is shown"""
    NO_ROOM = "no_room"
    """a participant chose that no camera of the room reads them"""
    LECTURE = "lecture"
    """everybody's data of a lecture"""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One line of the ledger."""

    at: datetime
    kind: Erased
    digest: bytes
    key: bytes


def digest(key: bytes, identifier: UUID) -> bytes:
    """What the ledger keeps of an id.

    Nobody finds 74 random bits by trying; whoever has the id already can ask whether it was erased.
    """
    return hmac.digest(key, identifier.bytes, "sha256")


def note_in(connection: Connection, kind: Erased, ids: Iterable[UUID], now: datetime) -> None:
    """Write down, in the transaction that deletes it, what is deleted for good.

    With that the store's files are cleaned of it as soon as the transaction is over.
    """
    newest = select(table.c.key).order_by(table.c.at.desc()).limit(1)
    key = connection.execute(newest).scalar() or secrets.token_bytes(32)
    merge_in(connection, [Entry(now, kind, digest(key, one), key) for one in ids])


def merge_in(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add the entries that are not there yet."""
    wanted = {(one.digest, one.kind, one.at): one for one in entries}
    known = select(table.c.digest, table.c.kind, table.c.at).where(
        table.c.at.in_({at for _, _, at in wanted})
    )
    for row in connection.execute(known):
        wanted.pop((bytes(row.digest), Erased(row.kind), row.at), None)
    if wanted:
        connection.execute(
            insert(table),
            [
                {"digest": one.digest, "kind": one.kind, "at": one.at, "key": one.key}
                for one in wanted.values()
            ],
        )
    if connection.dialect.name == "sqlite":
        traces.left(connection, _write_beside)


def unnote_in(connection: Connection, at: datetime) -> None:
    """Take out what was noted at that moment."""
    connection.execute(delete(table).where(table.c.at == at))


def ledger(store: Store) -> list[Entry]:
    """All entries, oldest first."""
    with store.read() as connection:
        return _entries(connection)


def stale_since(store: Store) -> datetime | None:
    """Since when the tables have not been written anew after an erasure; None: they have."""
    query = select(table.c.at).where(table.c.overwritten_at.is_(None)).order_by(table.c.at).limit(1)
    with store.read() as connection:
        found: datetime | None = connection.execute(query).scalar()
    return found


def overwrite(store: Store, now: datetime) -> bool:
    """Write the store's tables anew, so that nothing deleted is left in them; see ``Store.clean``.

    Answers whether the log is empty, too.
    """
    known = ledger(store)
    emptied = store.clean(rewrite=True)
    # What was deleted meanwhile waits for the next time.
    overwritten = update(table).where(
        table.c.overwritten_at.is_(None), table.c.at <= max((one.at for one in known), default=now)
    )
    if known:
        store.write(lambda connection: connection.execute(overwritten.values(overwritten_at=now)))
    return emptied


def file_of(url: URL) -> Path | None:
    """The file beside the store that repeats its ledger; None: a server's store has no folder."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(f"{url.database}{SUFFIX}")


def write(entries: Sequence[Entry], file: Path) -> None:
    """Write the entries to a file for its owner alone, all or nothing. OSError where it cannot."""
    lines = (
        json.dumps(
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind,
                "digest": entry.digest.hex(),
                "key": entry.key.hex(),
            }
        )
        for entry in entries
    )
    unfinished = file.with_name(file.name + ".unfinished")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as made:
        made.writelines(f"{line}\n" for line in lines)
        made.flush()
        os.fsync(made.fileno())
    unfinished.replace(file)


def read(file: Path) -> list[Entry]:
    """The entries of such a file. Raises StoreUnavailableError where it cannot be read as one."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [_entry(json.loads(line)) for line in lines if line.strip()]
    except OSError as error:
        raise StoreUnavailableError(
            f"The ledger of erasures {file} cannot be read: {error.strerror}."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreUnavailableError(f"The file {file} is no ledger of erasures.") from error


def _entry(line: dict[str, str]) -> Entry:
    at = datetime.fromisoformat(line["at"])
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Entry(
        at, Erased(line["kind"]), bytes.fromhex(line["digest"]), bytes.fromhex(line["key"])
    )


def _entries(connection: Connection) -> list[Entry]:
    return sorted(
        Entry(row.at, Erased(row.kind), bytes(row.digest), bytes(row.key))
        for row in connection.execute(select(table))
    )


def _write_beside(connection: Connection) -> None:
    file = file_of(connection.engine.url)
    if file is None:
        return
    with connection.begin():
        found = _entries(connection)
    write(found, file)
