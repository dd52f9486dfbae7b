"""Bringing a store's tables to this version, and checking that they are what the code expects.

Alembic is driven from here with the packaged migrations, so an installed wheel needs no
``alembic.ini``; the one at the root is for writing the next migration.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.engine.store import Store, open_store, require_schema, schema_revision
from db.schema.tables import metadata

_FOLDER = Path(__file__).parents[1] / "migrations"


def upgrade(store_or_url: Store | str) -> None:
    """Create or upgrade the tables to this version's, all or nothing. Does nothing where they are.

    Raises StoreUnavailableError where the store cannot be opened, SchemaTooNewError where a later
    version made it.
    """
    with _opened(store_or_url) as store:
        found = schema_revision(store)
        if found is not None and found > head():
            require_schema(store)
        store.write(_upgrade)


def check(store_or_url: Store | str) -> list[str]:
    """How the store's tables differ from what the code expects, one sentence each; empty if equal.

    Raises SchemaError where the store stands at another revision.
    """
    with _opened(store_or_url) as store:
        require_schema(store)
        with store.read() as connection:
            return [str(difference) for difference in _differences(connection)]


def head() -> str:
    """The newest packaged migration."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    return str(found)


@contextmanager
def _opened(store_or_url: Store | str) -> Iterator[Store]:
    if isinstance(store_or_url, Store):
        yield store_or_url
        return
    store = open_store(store_or_url, check_schema=False)
    try:
        yield store
    finally:
        store.close()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    # Alembic reads '%' as the start of a placeholder.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))
