"""A store in which something can be tried out: what was written is undone again."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection

from db.engine.sqlite import sqlite_engine
from db.engine.store import Result, Store, Work
from db.engine.unit_of_work import UnitOfWork


class Sandbox(Store):
    """An SQLite store that hands everything on to the real one, or to a transaction of a trial."""

    def __init__(self, real: Store) -> None:
        self.kind, self.url = real.kind, real.url  # type: ignore[misc]
        self._real = real
        self._engine = sqlite_engine(real.url, readonly=False)
        self._connection = self._engine.connect()
        self._trial: UnitOfWork | None = None

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo at the end whatever is written meanwhile."""
        with self._connection.begin() as transaction:
            self._trial = UnitOfWork(self._real, self._connection)
            try:
                yield
            finally:
                self._trial = None
                transaction.rollback()

    def read(self) -> AbstractContextManager[Connection]:
        """See Store."""
        return (self._trial or self._real).read()

    def write(self, work: Work[Result]) -> Result:
        """See Store."""
        return (self._trial or self._real).write(work)

    def load(self) -> tuple[int, int]:
        """See Store."""
        return self._real.load()

    def clean(self, *, rewrite: bool = False) -> bool:
        """See Store."""
        return self._real.clean(rewrite=rewrite)

    def close(self) -> None:
        """See Store."""
        self._connection.close()
        self._engine.dispose()
        self._real.close()
