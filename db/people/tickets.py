"""Tickets: the right to agree, once, to a lecture's notice, and the personal links behind them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from contract.ids import uuid7
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import TicketError
from db.schema.tables import personal_links, tickets
from db.values import Ticket


def issue_ticket(
    store: Store,
    secret: str,
    *,
    lecture_id: UUID,
    name: str,
    now: datetime,
    expires_at: datetime,
    student_id: UUID | None = None,
    link_id: UUID | None = None,
) -> Ticket:
    """Give the right to agree, once, to a lecture's notice; ``secret`` from
    ``db.engine.secrets.mint``.

    ``student_id`` for a rostered student, ``link_id`` besides where a personal link proved it (one
    for a single lecture is used up by the agreement, not by the ticket). ``name`` is the roster's,
    the typed one, or a pseudonym.
    """
    ticket = Ticket(uuid7(now), lecture_id, student_id, name, expires_at, used_at=None)
    statement = insert(tickets).values(
        id=ticket.id,
        hash=digest(secret),
        lecture_id=lecture_id,
        student_id=student_id,
        link_id=link_id,
        name=name,
        expires_at=expires_at,
        used_at=None,
    )
    store.write(lambda connection: connection.execute(statement))
    return ticket


def find_ticket(store: Store, secret: str) -> Ticket | None:
    """The ticket of that secret, used and expired ones too; None where there is none."""
    with store.read() as connection:
        row = connection.execute(select(tickets).where(tickets.c.hash == digest(secret))).first()
    if row is None:
        return None
    return Ticket(
        row.id, row.lecture_id, row.student_id, row.name, row.expires_at, used_at=row.used_at
    )


def forget_expired(store: Store, now: datetime) -> None:
    """Empty the names of tickets that are over: whoever typed one did not agree to anything."""
    statement = (
        update(tickets).where(tickets.c.expires_at <= now, tickets.c.name != "").values(name="")
    )
    store.write(lambda connection: connection.execute(statement))


def use_ticket(connection: Connection, ticket_hash: bytes, now: datetime) -> Any:
    """Mark a ticket and its link as used, and answer its row. TicketError where one is not good."""
    used = connection.execute(
        update(tickets)
        .where(
            tickets.c.hash == ticket_hash, tickets.c.used_at.is_(None), tickets.c.expires_at > now
        )
        .values(used_at=now)
        .returning(tickets)
    ).first()
    if used is None:
        found = connection.execute(select(tickets).where(tickets.c.hash == ticket_hash)).first()
        raise _no_ticket(found)
    if used.link_id is not None:
        _use_link(connection, used.link_id, now)
    # The participant has the name now; here it would outlive an erasure.
    connection.execute(update(tickets).where(tickets.c.id == used.id).values(name=""))
    return used


def _use_link(connection: Connection, link_id: UUID, now: datetime) -> None:
    """Mark a personal link as used where it opens one lecture; one for the course goes on."""
    link = personal_links
    # Locked: of two who use it at once, one comes after the other.
    found = connection.execute(select(link).where(link.c.id == link_id).with_for_update()).first()
    ended = found is None or (found.expires_at is not None and found.expires_at <= now)
    if found is None or ended or found.used_at is not None:
        raise _no_link(found)
    if found.lecture_id is not None:
        connection.execute(update(link).where(link.c.id == link_id).values(used_at=now))


def _no_ticket(found: Any) -> TicketError:
    if found is None:
        return TicketError("This ticket is not known.")
    if found.used_at is not None:
        return TicketError(
            "This ticket was used at {at} UTC and works only once.", at=_minute(found.used_at)
        )
    return TicketError("This ticket expired at {at} UTC.", at=_minute(found.expires_at))


def _no_link(found: Any) -> TicketError:
    if found is None:
        return TicketError("This personal link is not known.")
    if found.used_at is not None:
        return TicketError(
            "This personal link was used at {at} UTC and works only once.",
            at=_minute(found.used_at),
        )
    return TicketError("This personal link ended at {at} UTC.", at=_minute(found.expires_at))


def _minute(moment: datetime) -> str:
    return format(moment, "%Y-%m-%d %H:%M")
