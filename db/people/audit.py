"""The access log: who looked at, changed or erased what. It is only ever added to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select, update

from contract.ids import uuid7
from db.engine.store import Store
from db.schema.tables import access_log, erasure_requests
from db.values import AccessRecord


def record(
    store: Store,
    *,
    actor: str,
    action: str,
    object: str,  # noqa: A002 - the word of the value
    at: datetime,
    subject: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AccessRecord:
    """Add one record: ``actor`` ("user:…", "participant:…", "command line"), what, to what.

    ``subject`` is the student or participant whose data it was. Names belong nowhere in it,
    because the record outlives an erasure.
    """
    return store.write(
        lambda connection: record_in(
            connection,
            actor=actor,
            action=action,
            object=object,
            at=at,
            subject=subject,
            detail=detail,
        )
    )


def record_in(
    connection: Connection,
    *,
    actor: str,
    action: str,
    object: str,  # noqa: A002 - the word of the value
    at: datetime,
    subject: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AccessRecord:
    """The same within a transaction that does what is recorded."""
    entry = AccessRecord(uuid7(at), at, actor, action, object, subject, dict(detail or {}))
    connection.execute(
        insert(access_log).values(
            id=entry.id,
            at=at,
            actor=actor,
            action=action,
            object=object,
            subject=subject,
            detail=entry.detail,
        )
    )
    return entry


def pseudonym_in(connection: Connection, ids: Sequence[UUID]) -> UUID:
    """Put one new id in the place of the ``ids`` of somebody erased, wherever a record has them.

    So the log still tells what was done about one person, and nothing else that knew the ids, such
    as an old backup, tells who it was. The only change that is ever made to a line.
    """
    made = uuid4()
    log, asked = access_log.c, erasure_requests.c
    for kind in ("participant", "student", "user"):
        names, new = [f"{kind}:{one}" for one in ids], f"{kind}:{made}"
        for column in (log.actor, log.object):
            change = update(access_log).where(column.in_(names))
            connection.execute(change.values({column.name: new}))
    for column in (log.subject, asked.participant_id, asked.student_id):
        change = update(column.table).where(column.in_(ids))
        connection.execute(change.values({column.name: made}))
    return made


def records(
    store: Store,
    *,
    subject: UUID | None = None,
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    limit: int = 500,
) -> Sequence[AccessRecord]:
    """The newest records first: of one subject, by one actor, of one action, or all."""
    query = select(access_log).order_by(access_log.c.at.desc(), access_log.c.id.desc())
    if subject is not None:
        query = query.where(access_log.c.subject == subject)
    if actor is not None:
        query = query.where(access_log.c.actor == actor)
    if action is not None:
        query = query.where(access_log.c.action == action)
    if since is not None:
        query = query.where(access_log.c.at >= since)
    with store.read() as connection:
        return [
            AccessRecord(row.id, row.at, row.actor, row.action, row.object, row.subject, row.detail)
            for row in connection.execute(query.limit(limit))
        ]


def actions(store: Store) -> list[str]:
    """The actions that the log has records of."""
    query = select(access_log.c.action).distinct().order_by(access_log.c.action)
    with store.read() as connection:
        return list(connection.execute(query).scalars())
