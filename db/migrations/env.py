"""How Alembic reaches the store: a connection handed over by db.engine.migrate, or ``-x url=…``."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from db.engine.store import open_store
from db.schema.tables import metadata
from db.schema.types import Id, Moment


def render(kind: str, value: Any, autogen: Any) -> str | Literal[False]:
    """How a new migration writes this project's own column types."""
    if kind == "type" and isinstance(value, (Id, Moment)):
        autogen.imports.add("from db.schema.types import Id, Moment")
        return type(value).__name__
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations on ``connection``, in its transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_item=render,
        # SQLite can alter little in place: Alembic copies the table there.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    store = open_store(context.get_x_argument(as_dictionary=True)["url"], check_schema=False)
    try:
        store.write(migrate)
    finally:
        store.close()
