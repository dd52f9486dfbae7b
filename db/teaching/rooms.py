"""Rooms: whether one camera may look at a whole lecture, and when it must stop.

A room is open from the teacher's word until the teacher ends it, another takes its place, or one
participant has not agreed to it any more: that closes it in the same transaction, so that nothing
is stored of a room in which somebody said no.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, and_, case, func, insert, or_, select, update

from contract.ids import uuid7
from contract.observations import ROOM_LEAST
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import ConflictError, NotFoundError
from db.people.audit import record_in
from db.schema import rows
from db.schema.tables import courses, lectures, participants, rooms
from db.values import Course, Lecture, ParticipantStatus

STOPPED: Final = "stopped"
_REPLACED: Final = "replaced"
_SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Room:
    """One permission for one lecture. ``reason``: why it ended, in one word."""

    id: UUID
    lecture_id: UUID
    opened_at: datetime
    closed_at: datetime | None
    reason: str | None

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of a lecture's participants chose to be seen by a room, and how many did not.

    Who waits at the door counts, and who took everything back; who was refused is none of them.
    """

    agreed: int
    missing: int


@dataclass(frozen=True, slots=True)
class RoomContext:
    """All that must be known of the bearer of a room's secret."""

    room: Room
    lecture: Lecture
    course: Course


def agreement(store: Store, lecture_id: UUID) -> Agreement:
    """Whether everybody in a lecture agreed to a room."""
    with store.read() as connection:
        return agreement_in(connection, lecture_id)


def agreement_in(connection: Connection, lecture_id: UUID) -> Agreement:
    """The same within a transaction.

    In SQL, since it must hold in the moment that a room is opened. It is not the rule of who counts
    in a figure (``services.access.counts``): who waits at the door may be in view, too.
    """
    person = participants.c
    present = person.status.in_([ParticipantStatus.WAITING, ParticipantStatus.ADMITTED])
    agreed = and_(present, person.choice_class_mood, person.choice_room)
    counted = or_(present, person.status == ParticipantStatus.WITHDRAWN)
    found = connection.execute(
        select(
            func.coalesce(func.sum(case((agreed, 1), else_=0)), 0),
            func.coalesce(func.sum(case((counted, 1), else_=0)), 0),
        ).where(person.lecture_id == lecture_id)
    ).one()
    return Agreement(int(found[0]), int(found[1]) - int(found[0]))


def allow(
    store: Store, lecture_id: UUID, secret: str, *, user_id: UUID | None, now: datetime
) -> Room:
    """Open a room, for whoever has the ``secret``; one that is open already ends.

    Raises NotFoundError where there is no such lecture, ConflictError where it has ended, where a
    participant has not agreed, or where fewer than five have.
    """
    room = Room(uuid7(now), lecture_id, now, None, None)

    def work(connection: Connection) -> Room:
        # Locked: of two that allow at once, one comes after the other and takes its place.
        lecture = connection.execute(
            select(lectures.c.ended_at).where(lectures.c.id == lecture_id).with_for_update()
        ).first()
        if lecture is None:
            raise NotFoundError("There is no lecture {given}.", given=lecture_id)
        if lecture.ended_at is not None:
            raise ConflictError("A lecture that has ended has no room to look at.")
        _require(agreement_in(connection, lecture_id))
        stop_in(connection, lecture_id, _REPLACED, now)
        connection.execute(
            insert(rooms).values(
                id=room.id,
                hash=digest(secret),
                lecture_id=lecture_id,
                user_id=user_id,
                opened_at=now,
                closed_at=None,
                reason=None,
            )
        )
        return room

    return store.write(work)


def _require(found: Agreement) -> None:
    if found.missing:
        raise ConflictError(
            "A room may be looked at only where every participant chose it, "
            "but {missing} of {everybody} did not.",
            missing=found.missing,
            everybody=found.agreed + found.missing,
        )
    if found.agreed < ROOM_LEAST:
        raise ConflictError(
            "A room needs at least {least} participants who chose it, but there are {given}.",
            least=ROOM_LEAST,
            given=found.agreed,
        )


def stop(store: Store, lecture_id: UUID, now: datetime) -> bool:
    """End a lecture's room, if one is open; whether one was."""
    return store.write(lambda connection: _close(connection, lecture_id, STOPPED, now) > 0)


def stop_in(connection: Connection, lecture_id: UUID, reason: str, now: datetime) -> None:
    """End a lecture's room for ``reason`` within a transaction, on record; none open is fine."""
    if _close(connection, lecture_id, reason, now):
        record_in(
            connection,
            actor=_SYSTEM,
            action="stop_room",
            object=f"lecture:{lecture_id}",
            at=now,
            detail={"reason": reason},
        )


def _close(connection: Connection, lecture_id: UUID, reason: str, now: datetime) -> int:
    closed = connection.execute(
        update(rooms)
        .where(rooms.c.lecture_id == lecture_id, rooms.c.closed_at.is_(None))
        .values(closed_at=now, reason=reason)
        .returning(rooms.c.id)
    )
    return len(closed.all())


def last_room(store: Store, lecture_id: UUID) -> Room | None:
    """The room that is open, else the one that ended last."""
    query = (
        select(rooms)
        .where(rooms.c.lecture_id == lecture_id)
        .order_by(rooms.c.opened_at.desc(), rooms.c.id.desc())
        .limit(1)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else _room(row)


def by_secret(store: Store, secret: str) -> RoomContext | None:
    """The room of that secret, one that has ended too; None where there is none."""
    with store.read() as connection:
        row = connection.execute(select(rooms).where(rooms.c.hash == digest(secret))).first()
        if row is None:
            return None
        lecture = rows.lecture(
            connection.execute(select(lectures).where(lectures.c.id == row.lecture_id)).one()
        )
        course = rows.course(
            connection.execute(select(courses).where(courses.c.id == lecture.course_id)).one()
        )
    return RoomContext(_room(row), lecture, course)


def _room(row: Any) -> Room:
    return Room(row.id, row.lecture_id, row.opened_at, row.closed_at, row.reason)
