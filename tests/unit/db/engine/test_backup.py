"""A backup is the store at one moment; a restore is all or nothing."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.policy import Policy
from db.engine.backup import backup, restore
from db.engine.store import Store, open_store
from db.errors import ConflictError, StoreError, StoreUnavailableError
from db.people import school_settings
from db.values import School

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def name_it(store: Store, name: str) -> None:
    school_settings.set_school(store, School(name, "UTC", Policy.AGGREGATE), NOW)


def test_what_was_backed_up_comes_back(sqlite_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    store = open_store(sqlite_url)
    name_it(store, "before")
    # While the store is open, as it is under a running server.
    assert backup(sqlite_url, copy) == copy.stat().st_size
    name_it(store, "after")
    store.close()
    restore(sqlite_url, copy, lambda _: None)
    store = open_store(sqlite_url)
    assert school_settings.school(store).name == "before"
    store.close()
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


def test_a_backup_overwrites_nothing(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("letters", encoding="utf-8")
    with pytest.raises(ConflictError, match="there already"):
        backup(sqlite_url, tmp_path / "mine")
    with pytest.raises(StoreUnavailableError, match="cannot be written"):
        backup(sqlite_url, tmp_path / "no" / "such" / "folder")
    with pytest.raises(StoreUnavailableError, match="no store"):
        backup(f"sqlite:///{tmp_path / 'absent.db'}", tmp_path / "copy.db")


def test_a_store_in_use_is_not_restored(sqlite_url: str, tmp_path: Path) -> None:
    copy, store = tmp_path / "copy.db", open_store(sqlite_url)
    backup(sqlite_url, copy)
    name_it(store, "after")
    # From the beginning, and somebody who comes in between.
    with pytest.raises(ConflictError, match="in use: stop the server"):
        restore(sqlite_url, copy, lambda _: None)
    store.close()
    late: list[Store] = []
    with pytest.raises(ConflictError, match="in use"):
        restore(sqlite_url, copy, lambda _: late.append(open_store(sqlite_url)))
    assert school_settings.school(late[0]).name == "after"
    late[0].close()
    restore(sqlite_url, copy, lambda _: None)


def test_a_store_that_is_none_any_more_is_replaced(sqlite_url: str, tmp_path: Path) -> None:
    copy, file = tmp_path / "copy.db", Path(sqlite_url.removeprefix("sqlite:///"))
    backup(sqlite_url, copy)
    file.write_bytes(b"")
    restore(sqlite_url, copy, lambda _: None)
    open_store(sqlite_url).close()


def test_a_wrong_file_never_reaches_the_store(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    name_it(store, "mine")
    store.close()
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(b"this is no database at all" * 400)
    foreign = tmp_path / "foreign.db"
    with contextlib.closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE cookies (x)")
    for bad in (wrong, foreign):
        with pytest.raises(StoreError):
            restore(sqlite_url, bad, lambda _: None)
    store = open_store(sqlite_url)
    assert school_settings.school(store).name == "mine"
    store.close()


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="pg_dump"):
        backup("postgresql://u@127.0.0.1/x", tmp_path / "copy.db")
