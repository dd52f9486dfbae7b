"""Set-up links: the way in of a school that has no admin yet, by a secret that is used once."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select

from contract.ids import uuid7
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import TicketError
from db.schema.tables import setup_links, users
from db.values import Role


def add(store: Store, secret: str, *, now: datetime, expires_at: datetime) -> None:
    """Remember a link by its ``secret`` until ``expires_at``; those that are over go."""
    made = insert(setup_links).values(
        id=uuid7(now), hash=digest(secret), created_at=now, expires_at=expires_at
    )

    def work(connection: Connection) -> None:
        connection.execute(delete(setup_links).where(setup_links.c.expires_at <= now))
        connection.execute(made)

    store.write(work)


def opens(store: Store, secret: str, now: datetime) -> bool:
    """Whether a link of that secret still lets somebody in."""
    query = select(setup_links.c.id).where(
        setup_links.c.hash == digest(secret), setup_links.c.expires_at > now
    )
    with store.read() as connection:
        return connection.execute(query).first() is not None and not _has_admin(connection)


def use(store: Store, secret: str, now: datetime) -> None:
    """Use a link, which ends all of them.

    Raises TicketError where it is not known, used or over, or the school has an admin.
    """

    def work(connection: Connection) -> None:
        # All at once: of two links that are used side by side, the second finds none.
        found = connection.execute(
            delete(setup_links).returning(setup_links.c.hash, setup_links.c.expires_at)
        ).all()
        good = any(row.hash == digest(secret) and row.expires_at > now for row in found)
        if not good or _has_admin(connection):
            raise TicketError("This set-up link is not known, was used, or has ended.")

    store.write(work)


def needed(store: Store) -> bool:
    """Whether nobody is an admin yet."""
    with store.read() as connection:
        return not _has_admin(connection)


def _has_admin(connection: Connection) -> bool:
    admin = exists().where(users.c.role == Role.ADMIN)
    return bool(connection.execute(select(admin)).scalar())
