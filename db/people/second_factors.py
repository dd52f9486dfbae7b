"""Second factors: what an authenticator shares with this server, sealed, and the codes it used."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from db.engine.store import Store
from db.schema.tables import second_factors, users


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What an authenticator shares, sealed. ``since`` None: no code of it was shown yet."""

    sealed: str
    since: datetime | None


def begin(store: Store, user_id: UUID, sealed: str) -> None:
    """Keep a new one of a user, in place of whatever there was; it counts once it is confirmed."""

    def work(connection: Connection) -> None:
        connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
        connection.execute(
            insert(second_factors).values(user_id=user_id, sealed=sealed, since=None, last_step=0)
        )

    store.write(work)


def find(store: Store, user_id: UUID) -> SecondFactor | None:
    """A user's, confirmed or not."""
    query = select(second_factors).where(second_factors.c.user_id == user_id)
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else SecondFactor(row.sealed, row.since)


def use(store: Store, user_id: UUID, step: int, *, confirmed_at: datetime | None = None) -> bool:
    """Take the code of that half minute, if none of it or later was taken; whether it was.

    ``confirmed_at``: it is the first one, by which the factor counts from then on.
    """
    since = {} if confirmed_at is None else {"since": confirmed_at}
    statement = (
        update(second_factors)
        .where(second_factors.c.user_id == user_id, second_factors.c.last_step < step)
        .values(last_step=step, **since)
        .returning(second_factors.c.user_id)
    )
    return store.write(lambda connection: connection.execute(statement).first()) is not None


def holders(store: Store) -> frozenset[UUID]:
    """The users who are asked for codes."""
    query = select(second_factors.c.user_id).where(second_factors.c.since.is_not(None))
    with store.read() as connection:
        return frozenset(connection.execute(query).scalars())


def drop(store: Store, user_id: UUID, now: datetime) -> None:
    """Take away a user's factor, if they are asked for its codes, on somebody else's word: they are
    to be told of it at their next sign-in."""

    def work(connection: Connection) -> None:
        gone = connection.execute(
            delete(second_factors)
            .where(second_factors.c.user_id == user_id, second_factors.c.since.is_not(None))
            .returning(second_factors.c.user_id)
        ).first()
        if gone is not None:
            connection.execute(
                update(users).where(users.c.id == user_id).values(factor_dropped_at=now)
            )

    store.write(work)


def tell_dropped(store: Store, user_id: UUID) -> datetime | None:
    """When a user's factor was dropped, if they do not know yet; from now on they do."""

    def work(connection: Connection) -> datetime | None:
        own = users.c.id == user_id
        # Who signs in twice at once is told once.
        found: datetime | None = connection.execute(
            select(users.c.factor_dropped_at).where(own).with_for_update()
        ).scalar()
        connection.execute(update(users).where(own).values(factor_dropped_at=None))
        return found

    with store.read() as connection:
        untold = connection.execute(
            select(users.c.factor_dropped_at).where(users.c.id == user_id)
        ).scalar()
    return None if untold is None else store.write(work)


def remove(store: Store, user_id: UUID) -> None:
    """Let a user sign in by the password alone again."""
    statement = delete(second_factors).where(second_factors.c.user_id == user_id)
    store.write(lambda connection: connection.execute(statement))
