"""Which of several processes leads, on PostgreSQL: whoever's session holds the advisory lock."""

from contextlib import ExitStack, suppress
from typing import Final

from sqlalchemy import Connection, exc, text

from db.engine.store import Store
from db.errors import StoreError

_KEY: Final = 0x436C_6173_7350_756C
"""Any number that no other program locks in this database."""


class AdvisoryLeadership:
    """Leadership that lasts as long as one connection: the server ends it with the process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stack = ExitStack()
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether this process leads, or has just come to. Raises StoreError where none can."""
        if self._connection is not None and self._alive(self._connection):
            return True
        self._drop()
        connection = self._stack.enter_context(self._store.read())
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar():
            self._connection = connection
            return True
        self._drop()
        return False

    def release(self) -> None:
        """Let another process lead. May be called again."""
        if self._connection is not None:
            # Of a closed session the server hears when it looks; told, it lets go at once.
            with suppress(exc.SQLAlchemyError):
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})
            self._drop()

    def _alive(self, connection: Connection) -> bool:
        try:
            connection.execute(text("SELECT 1"))
        except exc.SQLAlchemyError:
            return False
        return True

    def _drop(self) -> None:
        """Give the connection back without the lock, which would else live on in the pool."""
        if self._connection is not None:
            # The session may be gone, and its lock with it.
            self._connection.invalidate()
            self._connection = None
        try:
            self._stack.close()
        except StoreError:
            self._stack = ExitStack()
