"""What lectures and people are called: the names for many ids at once, as lists and logs need."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from db.engine.store import Store
from db.schema.tables import lectures, participants, students


def of_lectures(store: Store, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The titles of those lectures that there are."""
    query = select(lectures.c.id, lectures.c.title).where(lectures.c.id.in_(set(ids)))
    with store.read() as connection:
        return {row.id: row.title for row in connection.execute(query)}


def of_people(store: Store, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The names of those participants and rostered students that there are."""
    wanted = set(ids)
    found: dict[UUID, str] = {}
    with store.read() as connection:
        for table in (participants, students):
            query = select(table.c.id, table.c.name).where(table.c.id.in_(wanted))
            found.update({row.id: row.name for row in connection.execute(query)})
    return found
