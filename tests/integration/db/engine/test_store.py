"""Writing in groups, undoing alone, closing without loss, and what is said when nothing works."""

import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from contract.errors import ClassPulseError
from db.engine import migrate
from db.engine.store import ATTEMPTS, Store, open_store
from db.errors import (
    ConflictError,
    SchemaTooNewError,
    SchemaTooOldError,
    StoreBusyError,
    StoreClosedError,
    StoreError,
    StoreUnavailableError,
)


@pytest.fixture
def table(own_store_url: str) -> Iterator[Store]:
    """An open store with a table to play with."""
    store = open_store(own_store_url)
    store.write(
        lambda connection: connection.execute(text("CREATE TABLE notes (line INTEGER PRIMARY KEY)"))
    )
    yield store
    store.close()


def put(line: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO notes VALUES (:line)"), {"line": line})
        return line

    return work


def lines(store: Store) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(text("SELECT line FROM notes ORDER BY line")).scalars())


def test_a_write_answers_its_result_and_can_be_read(table: Store) -> None:
    assert table.write(put(7)) == 7
    assert lines(table) == [7]


def test_an_error_undoes_its_own_work_alone(table: Store) -> None:
    class OwnError(Exception):
        pass

    def broken(connection: Connection) -> None:
        put(1)(connection)
        raise OwnError

    with ThreadPoolExecutor(8) as threads:
        good = [threads.submit(table.write, put(line)) for line in range(10, 30)]
        bad = [threads.submit(table.write, broken) for _ in range(5)]

    assert [future.result() for future in good] == list(range(10, 30))
    assert all(isinstance(future.exception(), OwnError) for future in bad)
    assert lines(table) == list(range(10, 30))


def test_a_broken_rule_of_the_tables_is_the_stores_own_error(table: Store) -> None:
    table.write(put(1))
    with pytest.raises(ConflictError, match="refused"):
        table.write(put(1))
    table.write(put(2))
    assert lines(table) == [1, 2]


def test_readers_cannot_write(table: Store) -> None:
    with pytest.raises(StoreError), table.read() as connection:
        put(1)(connection)
    assert lines(table) == []


def test_a_closed_store_takes_no_more_work(table: Store) -> None:
    table.close()
    table.close()
    if table.kind == "sqlite":
        with pytest.raises(StoreClosedError):
            table.write(put(1))


def test_what_was_handed_in_before_closing_is_stored(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    store.write(
        lambda connection: connection.execute(text("CREATE TABLE notes (line INTEGER PRIMARY KEY)"))
    )
    busy, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> int:
        busy.set()
        go_on.wait(timeout=10)
        return put(0)(connection)

    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(store.write, slow)]
        assert busy.wait(timeout=10)
        waiting += [threads.submit(store.write, put(line)) for line in range(1, 6)]
        while len(store._writer._waiting) < 5:  # type: ignore[attr-defined]
            os.sched_yield()
        closing = threads.submit(store.close)
        go_on.set()
        closing.result(timeout=10)
        assert [future.result(timeout=10) for future in waiting] == list(range(6))

    again = open_store(sqlite_url)
    assert lines(again) == list(range(6))
    again.close()


def test_a_write_within_a_write_is_refused_instead_of_waiting_for_itself(
    sqlite_store: Store,
) -> None:
    with pytest.raises(StoreError, match="another write"):
        sqlite_store.write(lambda _: sqlite_store.write(lambda _: None))


def test_a_reader_sees_one_moment(sqlite_store: Store) -> None:
    sqlite_store.write(lambda connection: connection.execute(text("CREATE TABLE notes (line)")))
    count = text("SELECT count(*) FROM notes")
    with sqlite_store.read() as connection:
        before = connection.execute(count).scalar()
        sqlite_store.write(put(1))
        assert connection.execute(count).scalar() == before == 0


@pytest.mark.postgres
def test_a_collision_is_tried_again(
    new_postgres_url: Callable[[str], str], postgres_template: str
) -> None:
    """Two transactions that take two rows in opposite order: one deadlocks, and both succeed."""
    store = open_store(new_postgres_url(postgres_template))
    store.write(lambda connection: connection.execute(text("CREATE TABLE rows (n int, sum int)")))
    store.write(lambda connection: connection.execute(text("INSERT INTO rows VALUES (1,0),(2,0)")))
    meet = threading.Barrier(2)
    tries: list[int] = []

    def adding(first: int, second: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            add = text("UPDATE rows SET sum = sum + 1 WHERE n = :n")
            connection.execute(add, {"n": first})
            tries.append(first)
            if len(tries) <= 2:
                meet.wait(timeout=10)
            connection.execute(add, {"n": second})

        return work

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(store.write, adding(*way)) for way in ((1, 2), (2, 1))]:
            future.result(timeout=30)

    with store.read() as connection:
        sums = list(connection.execute(text("SELECT sum FROM rows")).scalars())
    store.close()
    assert sums == [2, 2]
    assert len(tries) > 2


@pytest.mark.postgres
def test_a_server_that_restarted_is_not_noticed(postgres_url: str) -> None:
    store, other = open_store(postgres_url), open_store(postgres_url)
    session = text("SELECT pg_backend_pid()")
    with store.read() as connection:
        pooled = [connection.execute(session).scalar()]
    pooled.append(store.write(lambda connection: connection.execute(session).scalar()))
    end = text("SELECT pg_terminate_backend(:pid, 5000)")
    with other.read() as connection:
        for pid in pooled:
            connection.execute(end, {"pid": pid})

    def read() -> object:
        with store.read() as connection:
            return connection.execute(session).scalar()

    assert read() not in pooled
    assert store.write(lambda connection: connection.execute(session).scalar()) not in pooled
    store.close()
    other.close()


@pytest.mark.postgres
def test_a_connection_that_keeps_breaking_is_given_up(postgres_url: str) -> None:
    store, other = open_store(postgres_url), open_store(postgres_url)
    tries = []

    def doomed(connection: Connection) -> None:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        tries.append(pid)
        with other.read() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        store.write(doomed)
    assert len(tries) == ATTEMPTS
    store.close()
    other.close()


def test_everything_is_of_one_family() -> None:
    assert issubclass(StoreError, ClassPulseError)
    for error in (StoreBusyError, StoreUnavailableError, StoreClosedError, SchemaTooOldError):
        assert issubclass(error, StoreError)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="nowhere"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    # A folder in the file's place fails for everybody; a mode of 0500 would not stop root.
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreUnavailableError, match="writable"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("This is a letter, and not a short one. " * 50)
    with pytest.raises(StoreUnavailableError, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(StoreUnavailableError, match="cannot be reached") as caught:
            open_store(f"postgresql://somebody:secret@127.0.0.1:{port}/school")
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", check_schema=False)
    store.write(lambda connection: connection.execute(text("CREATE TABLE notes (line)")))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()
    assert modes
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("url", ["mysql://server/school", "sqlite://", "no address at all"])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="must be"):
        open_store(url)


def test_another_program_that_writes_for_long_is_named(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.sqlite.PATIENCE_S", 0.05)
    store = open_store(sqlite_url)
    other = sqlite3.connect(str(store.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusyError, match="Another program"):
            store.write(lambda connection: connection.execute(text("CREATE TABLE notes (line)")))
        other.execute("ROLLBACK")
        store.write(lambda connection: connection.execute(text("CREATE TABLE notes (line)")))
    finally:
        other.close()
        store.close()


def test_an_empty_store_asks_for_the_upgrade(tmp_path: Path) -> None:
    with pytest.raises(SchemaTooOldError, match="classpulse db upgrade"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.postgres
def test_an_empty_database_asks_for_the_upgrade(new_postgres_url: Callable[..., str]) -> None:
    with pytest.raises(SchemaTooOldError, match="classpulse db upgrade"):
        open_store(new_postgres_url())


def test_another_versions_tables_are_told_apart(own_store_url: str) -> None:
    def stand_at(revision: str) -> None:
        store = open_store(own_store_url, check_schema=False)
        store.write(
            lambda connection: connection.execute(
                text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
            )
        )
        store.close()

    stand_at("0000")
    with pytest.raises(SchemaTooOldError, match=r"0000.*classpulse db upgrade"):
        open_store(own_store_url)
    stand_at("9999")
    with pytest.raises(SchemaTooNewError, match="9999"):
        open_store(own_store_url)
    with pytest.raises(SchemaTooNewError):
        migrate.upgrade(own_store_url)


def test_messages_keep_what_was_sent_to_themselves(table: Store) -> None:
    with pytest.raises(StoreError) as caught:
        table.write(
            lambda connection: connection.execute(
                text("INSERT INTO nowhere VALUES (:name)"), {"name": "Ana"}
            )
        )
    chain = [caught.value, caught.value.__cause__]
    assert all("Ana" not in str(error) for error in chain)
