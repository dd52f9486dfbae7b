"""How the command opens the store: the settings' or the named one, its tables made ready."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract import ClassPulseError

if TYPE_CHECKING:
    from dashboard.settings import Settings
    from db.engine.store import Store


class OutputError(ClassPulseError):
    """A file or folder that was asked for cannot be written."""


def server_settings(**given: Any) -> "Settings":
    """The server's settings with the command's own words on top."""
    from dashboard.settings import load_settings

    return load_settings(given, os.environ)


@contextmanager
def opened_store(database: str | None) -> Iterator["Store"]:
    """The store of the settings or of ``database``, ready for use, closed at the end."""
    from db.engine.store import open_store

    settings = server_settings(database=database)
    prepare_store(settings)
    store = open_store(settings.database_url)
    try:
        yield store
    finally:
        store.close()


def prepare_store(settings: "Settings") -> None:
    """Bring the store's tables to this version where that is safe.

    An SQLite file belongs to this server alone, so it is made and upgraded; a PostgreSQL that
    others may be using is upgraded only by ``classpulse db upgrade``, unless it is empty.
    """
    from db.engine import migrate
    from db.engine.store import open_store, schema_revision

    make_folder(settings.folder)
    url = settings.database_url
    if url.startswith("sqlite"):
        make_folder(Path(url.removeprefix("sqlite:///")).parent)
        migrate.upgrade(url)
        return
    store = open_store(url, check_schema=False)
    try:
        if schema_revision(store) is None:
            migrate.upgrade(store)
    finally:
        store.close()


def make_folder(folder: Path) -> None:
    """Make a private folder. Raises OutputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror}.") from error
