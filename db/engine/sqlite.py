"""SQLite as this project uses it: its pragmas, and the one writer thread with group commit."""

import contextlib
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, exc
from sqlalchemy.engine import URL

from db.engine import traces
from db.engine.failures import translate
from db.errors import StoreClosedError, StoreError, StoreUnavailableError

Result = TypeVar("Result")

PATIENCE_S: Final = 10.0
"""How long to wait for another program's write, or for a free connection, before giving up."""
GROUP: Final = 64
"""Most pieces of work in one transaction: what waits longer than their sum is not worth it."""


def sqlite_engine(url: URL, *, readonly: bool) -> Engine:
    """An engine whose transactions are explicit, so that a reader sees one moment's state.

    Raises StoreUnavailableError where the folder does not exist.
    """
    folder = Path(str(url.database)).parent
    if not folder.is_dir():
        raise StoreUnavailableError(f"The store's folder {folder} does not exist.")
    if not readonly:
        _make_private(Path(str(url.database)))
    pool: dict[str, Any] = (
        {"poolclass": QueuePool, "pool_size": 8, "max_overflow": 24, "pool_timeout": PATIENCE_S}
        if readonly
        else {"poolclass": NullPool}
    )
    engine = create_engine(
        url,
        connect_args={"timeout": PATIENCE_S, "check_same_thread": False},
        # What students sent belongs in no message and no log.
        hide_parameters=True,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver must not open transactions behind our back.
        connection.isolation_level = None
        pragmas = ["foreign_keys=ON", "temp_store=MEMORY"]
        if readonly:
            pragmas.append("query_only=ON")
        else:
            # FULL: an acknowledged observation is deleted from the student's outbox, so it must
            # survive a power cut here; the group commit makes that affordable. Erased rows are
            # overwritten, not merely unlinked.
            pragmas += ["journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


def _make_private(path: Path) -> None:
    """Make a new store's file for its owner alone; SQLite gives its helpers the same mode."""
    # What cannot be made here cannot be opened either, and is told then.
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class _Item:
    """A piece of work and the promise of its result; ``alone``: outside of any transaction."""

    __slots__ = ("alone", "failure", "future", "result", "work")

    def __init__(self, work: Callable[[Connection], Any], *, alone: bool = False) -> None:
        self.work = work
        self.alone = alone
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.failure: BaseException | None = None


class SQLiteWriter:
    """One thread that runs all writes; what has gathered meanwhile shares one commit.

    The queue needs no bound of its own: each caller waits for its result, so that it never holds
    more than there are threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._patience_ms = traces.PATIENCE_MS
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()
        try:
            self._ready.result()
        except BaseException:
            self._thread.join()
            raise

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Hand in ``work`` and wait until it is committed; see ``Store.write``."""
        result: Result = self._hand_in(_Item(work))
        return result

    def clean(self, *, rewrite: bool) -> bool:
        """Take what deleted rows have left out of the files; see ``Store.clean``."""

        def work(connection: Connection) -> bool:
            return traces.clean(connection, int(PATIENCE_S * 1000 / 4), rewrite=rewrite)

        return bool(self._hand_in(_Item(work, alone=True)))

    def _hand_in(self, item: _Item) -> Any:
        if threading.current_thread() is self._thread:
            raise StoreError("A write must not start another write: it would wait for itself.")
        with self._changed:
            if self._closed:
                raise StoreClosedError("The store is closed and takes no more work.")
            self._waiting.append(item)
            self._changed.notify()
        return item.future.result()

    def load(self) -> int:
        """How many pieces of work wait."""
        return len(self._waiting)

    def close(self) -> None:
        """Finish what was handed in, then stop. May be called again, and by several threads."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _serve(self) -> None:
        try:
            connection = self._engine.connect()
        except exc.SQLAlchemyError as error:
            self._ready.set_exception(translate(self._engine.url, error))
            return
        self._ready.set_result(None)
        with connection:
            while group := self._gather():
                if group[0].alone:
                    self._by_itself(connection, group[0])
                else:
                    self._commit(connection, group)
        self._engine.dispose()

    def _gather(self) -> list[_Item]:
        """The next pieces of work, waiting for the first; none when closed and drained."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._waiting and self._waiting[0].alone:
                return [self._waiting.popleft()]
            group: list[_Item] = []
            while self._waiting and len(group) < GROUP and not self._waiting[0].alone:
                group.append(self._waiting.popleft())
            return group

    def _by_itself(self, connection: Connection, item: _Item) -> None:
        try:
            result = item.work(connection)
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            item.future.set_exception(self._as_ours(error))
        else:
            item.future.set_result(result)

    def _commit(self, connection: Connection, group: list[_Item]) -> None:
        try:
            with connection.begin():
                for item in group:
                    _run_in_savepoint(connection, item)
        except BaseException as error:  # noqa: BLE001 - handed to those who wait, never lost
            failure = self._as_ours(error)
            for item in group:
                # Whoever failed by their own doing learns that; all others were undone with it.
                item.future.set_exception(item.failure or failure)
            return
        self._leave_no_trace(connection)
        for item in group:
            if item.failure is not None:
                item.future.set_exception(self._as_ours(item.failure))
            else:
                item.future.set_result(item.result)

    def _leave_no_trace(self, connection: Connection) -> None:
        """Before anybody is told that it is done; where a reader is in the way, after the next."""
        if traces.pending(connection) is None:
            return
        # It is committed whatever comes of this: the job that cleans up says what stands in its
        # way.
        with contextlib.suppress(exc.SQLAlchemyError, sqlite3.Error, StoreError):
            traces.clean(connection, self._patience_ms)
        self._patience_ms = traces.PATIENCE_MS if traces.pending(connection) is None else 0

    def _as_ours(self, error: BaseException) -> BaseException:
        if not isinstance(error, (exc.SQLAlchemyError, sqlite3.Error)):
            return error
        ours = translate(self._engine.url, error)
        ours.__cause__ = error
        return ours


def _run_in_savepoint(connection: Connection, item: _Item) -> None:
    # Plain statements: the savepoint objects of SQLAlchemy cost as much as a small piece of work.
    connection.exec_driver_sql("SAVEPOINT piece")
    try:
        item.result = item.work(connection)
    except BaseException as error:  # noqa: BLE001 - handed to the one who waits
        item.failure = error
        connection.exec_driver_sql("ROLLBACK TO piece")
    connection.exec_driver_sql("RELEASE piece")
