"""Forgetting again: what the ledger of erasures names is deleted from a store that was restored."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, select

from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import retention
from db.measurements.removal import Removal
from db.people import agreements, consents, erasures
from db.people.audit import record_in
from db.people.erasures import Entry, Erased
from db.schema.tables import lectures, participants, students


@dataclass(frozen=True, slots=True)
class Again:
    """What is to be forgotten again: of whom, when it was forgotten first, and when it is now."""

    unit: UnitOfWork
    connection: Connection
    one: UUID
    at: datetime
    now: datetime


Act = Callable[[Again], Removal | None]
"""Answers None where it is so already."""


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
                done = [
                    act(Again(unit, connection, one, at, now))
                    for one, at in _named(connection, column, wanted)
                ]
                removed += [removal for removal in done if removal is not None]
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


def _named(
    connection: Connection, column: Column[UUID], entries: list[Entry]
) -> list[tuple[UUID, datetime]]:
    """The ids in a column whose digest is among the entries', with the newest one's moment."""
    digests: dict[bytes, dict[bytes, datetime]] = {}
    # Oldest first, so that the newest of one id stays.
    for entry in entries:
        digests.setdefault(entry.key, {})[entry.digest] = entry.at
    if not digests:
        return []
    named: list[tuple[UUID, datetime]] = []
    for one in connection.execute(select(column)).scalars():
        found = [known.get(erasures.digest(key, one)) for key, known in digests.items()]
        if moments := [at for at in found if at is not None]:
            named.append((one, max(moments)))
    return named


def _student(again: Again) -> Removal:
    return retention.erase_students_in(again.connection, [again.one], again.now)


def _participant(again: Again) -> Removal:
    return retention.erase_in(again.connection, [again.one], again.now)


def _numbers(again: Again) -> Removal:
    return retention.numbers_in(again.connection, again.one, Erased.NUMBERS, again.now)


def _agreement(again: Again) -> Removal:
    # As of then: for how long the proof of it is kept is counted from there.
    consents.withdraw(again.unit, again.one, again.at)
    return retention.numbers_in(again.connection, again.one, Erased.AGREEMENT, again.now)


def _proof(again: Again) -> Removal | None:
    done = retention.blank_in(again.connection, [again.one], again.now)
    return Removal(done, 0, ()) if done else None


def _choice(kind: Erased, again: Again) -> Removal | None:
    after = agreements.take_back_again_in(again.connection, again.one, kind, again.at, again.now)
    return None if after is None else Removal(0, 0, (after.lecture_id,))


def _lecture(again: Again) -> Removal:
    return retention.prune_in(again.connection, again.one, again.now)


_ACTS: Final[Mapping[Erased, tuple[tuple[Act, Column[UUID]], ...]]] = {
    # The student first, who takes their participations with them.
    Erased.PERSON: ((_student, students.c.id), (_participant, participants.c.id)),
    Erased.NUMBERS: ((_numbers, participants.c.id),),
    Erased.AGREEMENT: ((_agreement, participants.c.id),),
    Erased.PROOF: ((_proof, participants.c.id),),
    **{kind: ((partial(_choice, kind), participants.c.id),) for kind in agreements.TAKEN_BACK},
    Erased.LECTURE: ((_lecture, lectures.c.id),),
}
