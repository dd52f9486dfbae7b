"""What lectures and people are called: the names for many ids at once, as lists and logs need."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from db.engine.store import Store
from db.schema.tables import lectures, participants, students

AT_ONCE: Final = 10_000
"""Ids in one statement: a store takes some thirty thousand, and a whole log names more."""


def of_lectures(store: Store, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The titles of those lectures that there are."""
    found: dict[UUID, str] = {}
    with store.read() as connection:
        for some in _parts(ids):
            query = select(lectures.c.id, lectures.c.title).where(lectures.c.id.in_(some))
            found.update({row.id: row.title for row in connection.execute(query)})
    return found


def of_people(store: Store, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The names of those participants and rostered students that there are."""
    found: dict[UUID, str] = {}
    with store.read() as connection:
        for some in _parts(ids):
            for table in (participants, students):
                query = select(table.c.id, table.c.name).where(
                    table.c.id.in_(some), table.c.name != ""
                )
                found.update({row.id: row.name for row in connection.execute(query)})
    return found


def _parts(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Each id once, in lists that a statement takes."""
    left = iter(set(ids))
    while some := list(itertools.islice(left, AT_ONCE)):
        yield some
