"""Turning what drivers raise into one clear sentence of the store's own errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.engine import URL

from db.errors import ConflictError, StoreBusyError, StoreError, StoreUnavailableError


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Let driver errors leave as StoreError, with the cause attached; other errors untouched."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise translate(url, error) from error


def translate(url: URL, error: exc.SQLAlchemyError | sqlite3.Error) -> StoreError:
    """The store's own error for what SQLAlchemy or the driver raised."""
    if isinstance(error, sqlite3.Error):
        # From db.engine.bulk, which speaks to the driver itself.
        kind = exc.IntegrityError if isinstance(error, sqlite3.IntegrityError) else exc.DBAPIError
        error = kind(None, None, error)
    shown = url.render_as_string(hide_password=True)
    if isinstance(error, exc.TimeoutError):
        return StoreBusyError(f"All connections to {shown} have been in use for too long.")
    if isinstance(error, exc.IntegrityError):
        return ConflictError(f"The store {shown} refused: {_first_line(error)}.")
    if not isinstance(error, exc.DBAPIError):
        return StoreError(f"The store {shown} failed: {_first_line(error)}.")
    message = str(error.orig)
    if "database is locked" in message:
        return StoreBusyError(f"Another program has been writing {shown} for too long.")
    for sign, sentence in _SIGNS.items():
        if sign in message:
            return StoreUnavailableError(sentence.format(shown))
    if error.connection_invalidated or isinstance(error, exc.OperationalError):
        return unreachable(url, error)
    return StoreError(f"The store {shown} failed: {_first_line(error)}.")


def unreachable(url: URL, error: exc.DBAPIError) -> StoreUnavailableError:
    """The error for a server or file that does not answer."""
    shown = url.render_as_string(hide_password=True)
    return StoreUnavailableError(f"The store {shown} cannot be reached: {_first_line(error)}.")


_SIGNS = {
    "file is not a database": "The file of {} is not a database.",
    "malformed": "The database {} is damaged: restore a backup.",
    "unable to open database file": "The store {} cannot be opened: "
    "its folder must exist and be writable.",
    "readonly database": "The store {} cannot be written: its file or folder is read-only.",
    "disk is full": "The store {} cannot be written: the disk is full.",
}


def _first_line(error: exc.SQLAlchemyError) -> str:
    origin = getattr(error, "orig", None) or error
    lines = str(origin).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(origin).__name__
