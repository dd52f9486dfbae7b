"""A unit of work: several calls of the store in one transaction, all of it or nothing.

Every function of ``db`` takes a store and is a transaction by itself. Given a unit of work in the
store's place it takes part in one that is open, so that an act and its line in the access log
stand or fall together, whatever rooms they come from.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from db.engine.store import Store, Work
from db.errors import StoreError

Result = TypeVar("Result")


class UnitOfWork(Store):
    """A store for as long as one transaction lasts; ``together`` makes it."""

    def __init__(self, store: Store, connection: Connection) -> None:
        # Nothing of the store's own: what must not be used in here is not there.
        self.kind, self.url = store.kind, store.url  # type: ignore[misc]
        self._connection = connection

    def read(self) -> AbstractContextManager[Connection]:
        """The transaction's own connection: what it has written is read."""
        return self._own()

    @contextmanager
    def _own(self) -> Iterator[Connection]:
        yield self._connection

    def write(self, work: Work[Result]) -> Result:
        """Run ``work`` within the transaction; what it raises undoes its own changes alone."""
        # Plain statements, as in ``db.engine.sqlite``; names of savepoints may repeat, inner first.
        self._connection.exec_driver_sql("SAVEPOINT part")
        try:
            result = work(self._connection)
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self._connection.exec_driver_sql("RELEASE SAVEPOINT part")
            raise
        self._connection.exec_driver_sql("RELEASE SAVEPOINT part")
        return result

    def clean(self, *, rewrite: bool = False) -> bool:
        """Raises StoreError: nothing is left to clean before the transaction has ended."""
        raise StoreError(f"A unit of work must not clean the store (rewrite={rewrite}).")

    def close(self) -> None:
        """Raises StoreError: whoever opened the store closes it."""
        raise StoreError("A unit of work must not close the store that it is part of.")


def together(store: Store, work: Callable[[UnitOfWork], Result]) -> Result:
    """Run ``work`` in one transaction and return its result once that is durable.

    ``work`` may be run more than once (after a collision), so it must touch nothing but its unit,
    and leave what is slow (hashing, rendering) to before or after. What it raises undoes all of it.
    """
    return store.write(lambda connection: work(UnitOfWork(store, connection)))
