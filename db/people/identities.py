"""Sign-ins from elsewhere (OpenID Connect): which user an issuer's subject stands for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from contract.ids import uuid7
from db.engine.store import Store
from db.errors import ConflictError
from db.schema import rows
from db.schema.tables import identities, users
from db.values import Identity, Role, User


def find(store: Store, issuer: str, subject: str) -> User | None:
    """The user that ``subject`` of ``issuer`` stands for, the disabled ones too."""
    query = (
        select(users)
        .join(identities, identities.c.user_id == users.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else rows.user(row)


def of_user(store: Store, user_id: UUID) -> list[Identity]:
    """All sign-ins elsewhere that lead to a user."""
    query = (
        select(identities)
        .where(identities.c.user_id == user_id)
        .order_by(identities.c.issuer, identities.c.subject)
    )
    with store.read() as connection:
        return [
            Identity(row.issuer, row.subject, row.user_id, row.school_key)
            for row in connection.execute(query)
        ]


def add_user(
    store: Store,
    *,
    issuer: str,
    subject: str,
    login: str,
    name: str,
    role: Role,
    school_key: str | None,
    now: datetime,
) -> User:
    """Add the user that ``subject`` of ``issuer`` is from now on; they have no password here.

    Raises ConflictError where the login is taken, or the subject stands for somebody already.
    """
    made = User(id=uuid7(now), login=login, name=name, role=role, disabled=False)

    def work(connection: Connection) -> User:
        if connection.execute(select(users.c.id).where(users.c.login == login)).first():
            raise ConflictError("A login must be new, but {given} is taken.", given=repr(login))
        connection.execute(
            insert(users).values(
                id=made.id,
                login=login,
                name=name,
                role=role,
                password_hash=None,
                disabled=False,
                created_at=now,
            )
        )
        _link(connection, issuer, subject, made.id, school_key, now)
        return made

    return store.write(work)


def link(
    store: Store,
    issuer: str,
    subject: str,
    user_id: UUID,
    *,
    school_key: str | None,
    now: datetime,
) -> None:
    """Let a subject stand for a user there is. ConflictError where it stands for another."""
    store.write(lambda connection: _link(connection, issuer, subject, user_id, school_key, now))


def _link(
    connection: Connection,
    issuer: str,
    subject: str,
    user_id: UUID,
    school_key: str | None,
    now: datetime,
) -> None:
    here = (identities.c.issuer == issuer) & (identities.c.subject == subject)
    found = connection.execute(select(identities.c.user_id).where(here)).scalar()
    if found is not None and found != user_id:
        raise ConflictError("This sign-in belongs to another user already.")
    if found is not None:
        connection.execute(update(identities).where(here).values(school_key=school_key))
        return
    connection.execute(
        insert(identities).values(
            issuer=issuer,
            subject=subject,
            user_id=user_id,
            school_key=school_key,
            created_at=now,
        )
    )


def refresh(store: Store, issuer: str, subject: str, user: User, *, school_key: str | None) -> None:
    """Bring name, role and school key up to what the provider says at this sign-in."""

    def work(connection: Connection) -> None:
        connection.execute(
            update(users).where(users.c.id == user.id).values(name=user.name, role=user.role)
        )
        connection.execute(
            update(identities)
            .where(identities.c.issuer == issuer, identities.c.subject == subject)
            .values(school_key=school_key)
        )

    store.write(work)


def unlink(store: Store, issuer: str, subject: str, user_id: UUID) -> None:
    """Let a subject no longer stand for a user. Nothing happens where it does not."""
    statement = delete(identities).where(
        identities.c.issuer == issuer,
        identities.c.subject == subject,
        identities.c.user_id == user_id,
    )
    store.write(lambda connection: connection.execute(statement))
