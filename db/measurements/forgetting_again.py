"""Forgetting again: what the ledger of erasures names is deleted from a store that was restored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, select

from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import retention
from db.people import consents, erasures
from db.people.audit import record_in
from db.people.erasures import Entry, Erased
from db.schema.tables import lectures, participants, students
from db.values import Removal

Act = Callable[[UnitOfWork, Connection, UUID, datetime], Removal]


def missing(store: Store, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that the store's own ledger has not, oldest first: made since its backup."""
    return sorted(set(entries) - set(erasures.ledger(store)))


def apply(store: Store, entries: Iterable[Entry], *, now: datetime, actor: str) -> list[Removal]:
    """Delete whatever the entries name that is there, all of it or nothing; one Removal each.

    What the store's own ledger names already was done before its backup was made, so what has come
    since then stays.
    """
    fresh = missing(store, entries)
    return together(store, partial(_apply, fresh, now, actor)) if fresh else []


def _apply(fresh: list[Entry], now: datetime, actor: str, unit: UnitOfWork) -> list[Removal]:
    removed = []
    with unit.read() as connection:
        for kind in Erased:
            wanted = [entry for entry in fresh if entry.kind is kind]
            for act, column in _ACTS[kind]:
                removed += [
                    act(unit, connection, one, now) for one in _named(connection, column, wanted)
                ]
        # What was deleted is as old as its entry: that it was done again now is nothing new.
        erasures.unnote_in(connection, now)
        erasures.merge_in(connection, fresh)
        record_in(
            connection,
            actor=actor,
            action="erase_again",
            object="school",
            at=now,
            detail={"entries": len(fresh), "found": len(removed)},
        )
    return removed


def _named(connection: Connection, column: Column[UUID], entries: list[Entry]) -> list[UUID]:
    """The ids in a column whose digest is among the entries'."""
    digests: dict[bytes, set[bytes]] = {}
    for entry in entries:
        digests.setdefault(entry.key, set()).add(entry.digest)
    if not digests:
        return []
    ids: list[UUID] = list(connection.execute(select(column)).scalars())
    return [
        one
        for one in ids
        if any(erasures.digest(key, one) in known for key, known in digests.items())
    ]


def _student(_unit: UnitOfWork, connection: Connection, one: UUID, now: datetime) -> Removal:
    return retention.erase_students_in(connection, [one], now)


def _participant(_unit: UnitOfWork, connection: Connection, one: UUID, now: datetime) -> Removal:
    return retention.erase_in(connection, [one], now)


def _numbers(_unit: UnitOfWork, connection: Connection, one: UUID, now: datetime) -> Removal:
    return retention.numbers_in(connection, one, Erased.NUMBERS, now)


def _agreement(unit: UnitOfWork, connection: Connection, one: UUID, now: datetime) -> Removal:
    consents.withdraw(unit, one, now)
    return retention.numbers_in(connection, one, Erased.AGREEMENT, now)


def _lecture(_unit: UnitOfWork, connection: Connection, one: UUID, now: datetime) -> Removal:
    return retention.prune_in(connection, one, now)


_ACTS: Final[Mapping[Erased, tuple[tuple[Act, Column[UUID]], ...]]] = {
    # The student first, who takes their participations with them.
    Erased.PERSON: ((_student, students.c.id), (_participant, participants.c.id)),
    Erased.NUMBERS: ((_numbers, participants.c.id),),
    Erased.AGREEMENT: ((_agreement, participants.c.id),),
    Erased.LECTURE: ((_lecture, lectures.c.id),),
}
