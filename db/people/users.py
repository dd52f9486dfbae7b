"""Who signs in: users and their sessions. Passwords are hashed elsewhere; only hashes come here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from contract.ids import uuid7
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import ConflictError, NotFoundError
from db.schema import rows
from db.schema.tables import users, web_sessions
from db.values import OpenSession, PasswordChange, Role, User

SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly a session's last use is kept: a write for every request would be dear."""


def add_user(
    store: Store,
    *,
    login: str,
    name: str,
    role: Role,
    password_hash: str | None,
    now: datetime,
) -> User:
    """Add a user (``password_hash`` None: signs in elsewhere). ConflictError if login is taken."""
    user = User(id=uuid7(now), login=login, name=name, role=role, disabled=False)

    def work(connection: Connection) -> User:
        taken = connection.execute(select(users.c.id).where(users.c.login == login)).first()
        if taken is not None:
            raise ConflictError("A login must be new, but {given} is taken.", given=repr(login))
        connection.execute(
            insert(users).values(
                id=user.id,
                login=login,
                name=name,
                role=role,
                password_hash=password_hash,
                disabled=False,
                created_at=now,
            )
        )
        return user

    return store.write(work)


def user(store: Store, user_id: UUID) -> User | None:
    """The user of that id."""
    with store.read() as connection:
        row = connection.execute(select(users).where(users.c.id == user_id)).first()
    return None if row is None else rows.user(row)


def list_users(store: Store) -> Sequence[User]:
    """All users by login, the disabled ones too."""
    with store.read() as connection:
        found = connection.execute(select(users).order_by(users.c.login)).all()
    return [rows.user(row) for row in found]


def credentials(store: Store, login: str) -> tuple[User, str | None] | None:
    """The user of that login and the stored password hash, to be verified by the caller."""
    with store.read() as connection:
        row = connection.execute(select(users).where(users.c.login == login)).first()
    return None if row is None else (rows.user(row), row.password_hash)


def set_password_hash(
    store: Store, user_id: UUID, password_hash: str, now: datetime, *, by_owner: bool = False
) -> None:
    """Replace the password hash and end the user's sessions. NotFoundError if there is none.

    Its owner is to be told of it at the next sign-in, whether or not it was they (``by_owner``).
    """

    def work(connection: Connection) -> None:
        _change(
            connection,
            user_id,
            password_hash=password_hash,
            password_changed_at=now,
            password_changed_by_owner=by_owner,
            password_told=False,
        )
        _revoke_all(connection, user_id, now)

    store.write(work)


def password_change(store: Store, user_id: UUID) -> PasswordChange | None:
    """When a user's password was last changed; None where it is the one that they began with."""
    query = select(
        users.c.password_changed_at, users.c.password_changed_by_owner, users.c.password_told
    ).where(users.c.id == user_id)
    with store.read() as connection:
        row = connection.execute(query).first()
    if row is None or row.password_changed_at is None:
        return None
    return PasswordChange(
        row.password_changed_at, by_owner=row.password_changed_by_owner, told=row.password_told
    )


def tell_password_change(store: Store, user_id: UUID) -> None:
    """Remember that a user has been told of the last change of their password."""
    store.write(lambda connection: _change(connection, user_id, password_told=True))


def rehash_password(store: Store, user_id: UUID, password_hash: str) -> None:
    """Replace the hash by one of the same password with newer parameters; sessions go on."""
    store.write(lambda connection: _change(connection, user_id, password_hash=password_hash))


def set_disabled(store: Store, user_id: UUID, disabled: bool, now: datetime) -> None:
    """Lock a user out, ending their sessions, or let them in again. NotFoundError if none."""

    def work(connection: Connection) -> None:
        _change(connection, user_id, disabled=disabled)
        if disabled:
            _revoke_all(connection, user_id, now)

    store.write(work)


def _change(connection: Connection, user_id: UUID, **values: object) -> None:
    changed = connection.execute(
        update(users).where(users.c.id == user_id).values(**values).returning(users.c.id)
    ).first()
    if changed is None:
        raise NotFoundError("There is no user {given}.", given=user_id)


def set_role(store: Store, user_id: UUID, role: Role) -> None:
    """Let a user be something else from now on. NotFoundError if there is none."""
    store.write(lambda connection: _change(connection, user_id, role=role))


def open_session(
    store: Store,
    secret: str,
    user_id: UUID,
    *,
    now: datetime,
    expires_at: datetime,
    device: str | None = None,
) -> None:
    """Remember a signed-in browser by its ``secret`` (``db.engine.secrets.mint``) until
    ``expires_at``.

    ``device``: what kind of browser it is, for its user to know it by.
    """
    statement = insert(web_sessions).values(
        id=uuid7(now),
        hash=digest(secret),
        user_id=user_id,
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
        device=device,
        seen_at=now,
    )
    store.write(lambda connection: connection.execute(statement))


def session_user(
    store: Store,
    secret: str,
    now: datetime,
    until: Callable[[datetime], datetime] | None = None,
) -> User | None:
    """Whose session this is; None where it is unknown, over, revoked, or the user is disabled.

    Remembers, to within ``SEEN_EVERY``, when it was last asked for. ``until``: when a session that
    began at some moment ends, now that it is used again; None: as was said when it was opened.
    """
    with store.read() as connection:
        row = connection.execute(_SIGNED_IN, {"hash": digest(secret), "now": now}).first()
    if row is None:
        return None
    if row.seen_at is None or now - row.seen_at >= SEEN_EVERY:
        kept = {} if until is None else {"expires_at": until(row.began_at)}
        own = web_sessions.c.id == row.session_id
        seen = update(web_sessions).where(own).values(seen_at=now, **kept)
        store.write(lambda connection: connection.execute(seen))
    return rows.user(row)


_SIGNED_IN: Final = (
    select(
        users,
        web_sessions.c.id.label("session_id"),
        web_sessions.c.created_at.label("began_at"),
        web_sessions.c.seen_at,
    )
    .join(web_sessions, web_sessions.c.user_id == users.c.id)
    .where(
        web_sessions.c.hash == bindparam("hash"),
        web_sessions.c.expires_at > bindparam("now"),
        web_sessions.c.revoked_at.is_(None),
        users.c.disabled.is_(False),
    )
)
"""Asked at every request, and so made once: to put it together costs more than to run it."""


def open_sessions(
    store: Store, now: datetime, user_id: UUID | None = None
) -> Sequence[OpenSession]:
    """The browsers that are signed in, the latest seen first: one user's, or everybody's."""
    query = (
        select(web_sessions)
        .where(_is_open(now))
        .order_by(web_sessions.c.seen_at.desc(), web_sessions.c.id.desc())
    )
    if user_id is not None:
        query = query.where(web_sessions.c.user_id == user_id)
    with store.read() as connection:
        return [
            OpenSession(row.id, row.user_id, row.device, row.created_at, row.seen_at)
            for row in connection.execute(query)
        ]


def open_session_counts(store: Store, now: datetime) -> Mapping[UUID, int]:
    """In how many browsers users are signed in; who is in none is not in it."""
    query = (
        select(web_sessions.c.user_id, func.count())
        .where(_is_open(now))
        .group_by(web_sessions.c.user_id)
    )
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def session_id(store: Store, secret: str) -> UUID | None:
    """The id of the session of that secret."""
    query = select(web_sessions.c.id).where(web_sessions.c.hash == digest(secret))
    with store.read() as connection:
        return connection.execute(query).scalar()


def end_session(store: Store, session_id: UUID, user_id: UUID, now: datetime) -> None:
    """Sign one browser of a user out. NotFoundError where it is none of that user's open ones."""
    statement = (
        update(web_sessions)
        .where(web_sessions.c.id == session_id, web_sessions.c.user_id == user_id, _is_open(now))
        .values(revoked_at=now)
        .returning(web_sessions.c.id)
    )
    if store.write(lambda connection: connection.execute(statement).first()) is None:
        raise NotFoundError("This session has ended already.")


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(web_sessions.c.expires_at > now, web_sessions.c.revoked_at.is_(None))


def revoke_session(store: Store, secret: str, now: datetime) -> None:
    """Sign one browser out. Nothing happens where there is no such session."""
    statement = (
        update(web_sessions)
        .where(web_sessions.c.hash == digest(secret), web_sessions.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    store.write(lambda connection: connection.execute(statement))


def revoke_sessions_of(
    store: Store, user_id: UUID, now: datetime, *, but: UUID | None = None
) -> None:
    """Sign a user out everywhere, ``but`` in the one session of that id."""
    store.write(lambda connection: _revoke_all(connection, user_id, now, but))


def _revoke_all(
    connection: Connection, user_id: UUID, now: datetime, but: UUID | None = None
) -> None:
    statement = (
        update(web_sessions)
        .where(web_sessions.c.user_id == user_id, web_sessions.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if but is not None:
        statement = statement.where(web_sessions.c.id != but)
    connection.execute(statement)


def drop_old_sessions(store: Store, now: datetime) -> None:
    """Delete the rows of sessions that are over."""
    store.write(
        lambda connection: connection.execute(
            delete(web_sessions).where(web_sessions.c.expires_at <= now)
        )
    )
