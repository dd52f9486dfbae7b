"""Erasure requests: what students asked the school to delete, and what it answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from contract.ids import uuid7
from db.engine.store import Store
from db.errors import ConflictError, NotFoundError
from db.schema.tables import erasure_requests as table
from db.schema.tables import participants
from db.values import ErasureRequest

ERASED = "erased"
DECLINED = "declined"


def ask(store: Store, participant_id: UUID, now: datetime) -> ErasureRequest:
    """Ask for a participant; asking again while it is open changes nothing. NotFoundError."""

    def work(connection: Connection) -> ErasureRequest:
        found = connection.execute(
            select(participants).where(participants.c.id == participant_id).with_for_update()
        ).first()
        if found is None:
            raise NotFoundError("There is no participant {given}.", given=participant_id)
        standing = connection.execute(
            select(table).where(
                table.c.participant_id == participant_id, table.c.answered_at.is_(None)
            )
        ).first()
        if standing is not None:
            return _request(standing)
        made = connection.execute(
            insert(table)
            .values(
                id=uuid7(now),
                participant_id=participant_id,
                student_id=found.student_id,
                lecture_id=found.lecture_id,
                at=now,
            )
            .returning(table)
        ).one()
        return _request(made)

    return store.write(work)


def answer(
    store: Store,
    request_id: UUID,
    *,
    verdict: str,
    note: str | None,
    user_id: UUID | None,
    now: datetime,
) -> ErasureRequest:
    """Answer a request, once. NotFoundError where there is none, ConflictError if answered."""

    def work(connection: Connection) -> ErasureRequest:
        changed = connection.execute(
            update(table)
            .where(table.c.id == request_id, table.c.answered_at.is_(None))
            .values(answered_at=now, answered_by=user_id, verdict=verdict, note=note)
            .returning(table)
        ).first()
        if changed is None:
            if connection.execute(select(table.c.id).where(table.c.id == request_id)).first():
                raise ConflictError("This request was answered already.")
            raise NotFoundError("There is no erasure request {given}.", given=request_id)
        return _request(changed)

    return store.write(work)


def request(store: Store, request_id: UUID) -> ErasureRequest | None:
    """The request of that id."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == request_id)).first()
    return None if row is None else _request(row)


def latest_of(store: Store, participant_id: UUID) -> ErasureRequest | None:
    """What a participant asked last."""
    query = (
        select(table).where(table.c.participant_id == participant_id).order_by(table.c.at.desc())
    )
    with store.read() as connection:
        row = connection.execute(query.limit(1)).first()
    return None if row is None else _request(row)


def requests(store: Store, limit: int = 100) -> Sequence[ErasureRequest]:
    """All requests: the open ones, oldest first, then the answered ones, newest first."""
    standing = select(table).where(table.c.answered_at.is_(None)).order_by(table.c.at, table.c.id)
    done = (
        select(table)
        .where(table.c.answered_at.is_not(None))
        .order_by(table.c.answered_at.desc(), table.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [_request(row) for query in (standing, done) for row in connection.execute(query)]


def waiting(store: Store) -> int:
    """How many requests nobody has answered."""
    query = select(func.count()).select_from(table).where(table.c.answered_at.is_(None))
    with store.read() as connection:
        return connection.execute(query).scalar_one()


def _request(row: Any) -> ErasureRequest:
    return ErasureRequest(
        row.id,
        row.participant_id,
        row.student_id,
        row.lecture_id,
        row.at,
        row.answered_at,
        row.verdict,
        row.note,
    )
