"""Backup and restore of an SQLite store, while it is in use, through SQLite's own backup.

A PostgreSQL has tools of its own (``pg_dump``, base backups) which this does not repeat.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from db.engine import migrate
from db.engine.store import Store, open_store, parse_url, schema_revision
from db.errors import ConflictError, SchemaError, StoreUnavailableError


def backup(url: str, target: Path) -> int:
    """Copy the store at ``url``, as it is at one moment, into the new file ``target``; its bytes.

    Raises ConflictError where ``target`` is there already, StoreUnavailableError where either
    cannot be used or the store is no SQLite file.
    """
    source = _file_of(url)
    if target.exists():
        raise ConflictError(f"The backup {target} is there already; nothing is overwritten.")
    if not source.is_file():
        raise StoreUnavailableError(f"There is no store at {source}.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        _make_private(unfinished)
        _copy(source, unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise StoreUnavailableError(
            f"The backup {target} cannot be written: {error.strerror}."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def restore(url: str, source: Path, amend: Callable[[Store], None]) -> None:
    """Make the store at ``url`` what the backup ``source`` is, all or nothing.

    ``amend`` is handed the backup as an open store before it takes the other's place; where it
    raises, nothing has changed. Raises ConflictError where somebody uses the store, whose
    observations would be lost with it, StoreError where ``source`` is no backup of this or an
    earlier version's store.
    """
    target = _file_of(url)
    if not source.is_file():
        raise StoreUnavailableError(f"There is no backup at {source}.")
    _require_unused(target)
    tried = source.with_name(source.name + ".tried")
    try:
        # The copy is tried first, so that a wrong file never reaches the store.
        _make_private(tried)
        _copy(source, tried)
        _require_ours(source, tried)
        migrate.upgrade(f"sqlite:///{tried}")
        amended = open_store(f"sqlite:///{tried}")
        try:
            amend(amended)
        finally:
            amended.close()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _require_unused(target)
        _make_private(target)
        _copy(tried, target)
    except OSError as error:
        raise StoreUnavailableError(
            f"The store at {target} cannot be restored: {error.strerror}."
        ) from error
    finally:
        for end in ("", "-wal", "-shm", ".erasures"):
            tried.with_name(tried.name + end).unlink(missing_ok=True)


def _require_unused(target: Path) -> None:
    """Who has the store open, a server above all, would go on as if nothing had happened."""
    if not target.is_file():
        return
    with contextlib.closing(sqlite3.connect(target, timeout=0)) as alone:
        try:
            # In this mode the write-ahead log is had alone or not at all.
            alone.execute("PRAGMA locking_mode = EXCLUSIVE").close()
            alone.execute("BEGIN EXCLUSIVE").close()
            alone.execute("ROLLBACK").close()
        except sqlite3.DatabaseError as error:
            # Whatever else is wrong with it may be why it is replaced.
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ConflictError(
                    "The store at {target} is in use: stop the server and whatever else has it "
                    "open, then restore.",
                    target=target,
                ) from error


def _require_ours(source: Path, tried: Path) -> None:
    """An upgrade would build our tables in any SQLite file, so a stranger's is refused first."""
    store = open_store(f"sqlite:///{tried}", check_schema=False)
    try:
        if schema_revision(store) is None:
            raise SchemaError(f"The file {source} is no backup of a ClassPulse store.")
    finally:
        store.close()


def _file_of(url: str) -> Path:
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnavailableError(
            "Only an SQLite store is backed up and restored here; for PostgreSQL use pg_dump."
        )
    return Path(str(parsed.database))


def _make_private(file: Path) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(source)) as reading,
            contextlib.closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
    except sqlite3.Error as error:
        raise StoreUnavailableError(
            f"The file {source} cannot be copied to {target}: {error}."
        ) from error
