"""What deleted rows leave in an SQLite store's files, and how it is taken out of them.

``secure_delete`` overwrites a row where it stood. Copies of it stay in the write-ahead log until
that is emptied and, measured, one in five hundred rows in the gaps of pages that were once divided,
which only a rewriting of the whole file (``VACUUM``) takes out. So whoever deletes what is
somebody's says so here, in the transaction that does it; the writer empties the log as soon as that
is committed, and whoever has the time rewrites.
"""

import sqlite3
from collections.abc import Callable
from typing import Final, cast

from sqlalchemy import Connection

from db.errors import StoreUnavailableError

_MARK: Final = "classpulse_traces"
PATIENCE_MS: Final = 250
"""How long all writers may wait for a reader to finish, for the log to be emptied at once."""
_MOST_IN_MEMORY: Final = 16_384
"""Pages of 4 KiB."""

Afterwards = Callable[[Connection], None]
"""What else must follow such a transaction; it is given a connection outside of any."""


def left(connection: Connection, afterwards: Afterwards) -> None:
    """Say, within a transaction, that it deletes what must leave no trace."""
    connection.info[_MARK] = afterwards


def pending(connection: Connection) -> Afterwards | None:
    """What still must follow, because a transaction left traces."""
    found: Afterwards | None = connection.info.get(_MARK)
    return found


def clean(connection: Connection, patience_ms: int, *, rewrite: bool = False) -> bool:
    """Outside of any transaction: do what must follow and empty the log; ``rewrite``: the file too.

    False where readers did not finish within ``patience_ms``, or what must follow failed; the next
    call tries again.
    """
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    # Statements are kept compiled, each with the values that it was first run with.
    connection.engine.clear_compiled_cache()
    done = _followed(connection)
    if rewrite:
        _rewrite(driver)
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout = {patience_ms}").close()
    try:
        (busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}").close()
    if done and not busy:
        connection.info.pop(_MARK, None)
        return True
    return False


def _rewrite(driver: sqlite3.Connection) -> None:
    (pages,) = driver.execute("PRAGMA page_count").fetchone()
    # What is written anew is put together elsewhere first: a small store in memory.
    driver.execute(f"PRAGMA temp_store = {'MEMORY' if pages < _MOST_IN_MEMORY else 'FILE'}").close()
    try:
        driver.execute("VACUUM").close()
    finally:
        driver.execute("PRAGMA temp_store = MEMORY").close()


def _followed(connection: Connection) -> bool:
    afterwards = pending(connection)
    if afterwards is None:
        return True
    try:
        afterwards(connection)
    except (OSError, StoreUnavailableError):
        return False
    return True
