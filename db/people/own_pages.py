"""The browsers in which a student's own page is open, each known by a secret of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select

from contract.ids import uuid7
from db.engine.secrets import digest
from db.engine.store import Store
from db.schema import rows
from db.schema.tables import own_pages, participants
from db.values import Participant


def open_page(
    store: Store, secret: str, participant_id: UUID, *, now: datetime, expires_at: datetime
) -> None:
    """Let the browser that holds ``secret`` open a participant's page until ``expires_at``."""
    statement = insert(own_pages).values(
        id=uuid7(now),
        hash=digest(secret),
        participant_id=participant_id,
        created_at=now,
        expires_at=expires_at,
    )
    store.write(lambda connection: connection.execute(statement))


def participant(store: Store, secret: str, now: datetime) -> Participant | None:
    """Whose page that browser may open now."""
    query = (
        select(participants)
        .join(own_pages, own_pages.c.participant_id == participants.c.id)
        .where(own_pages.c.hash == digest(secret), own_pages.c.expires_at > now)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else rows.participant(row)


def close_page(store: Store, secret: str) -> None:
    """Let that browser open it no more. Nothing happens where it could not."""
    statement = delete(own_pages).where(own_pages.c.hash == digest(secret))
    store.write(lambda connection: connection.execute(statement))


def drop_old(store: Store, now: datetime) -> None:
    """Delete the rows of pages that are over."""
    statement = delete(own_pages).where(own_pages.c.expires_at <= now)
    store.write(lambda connection: connection.execute(statement))
