"""What somebody signed in does with their own account: end sessions, change the password."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.engine.unit_of_work import UnitOfWork
from db.people import identities, school_settings, second_factors, users
from db.values import Identity, OpenSession, PasswordChange, School, User
from services import access
from services.access import SCHOOL, Action, UserActor
from services.accounts import passwords
from services.acting.access_log import recorded
from services.context import Services
from services.errors import InvalidError, RefusedError

_NOT_NOW: Final = rule_text("This is not your password now.")


class WrongPasswordError(RefusedError):
    """What was given as the password is none; whoever sent it may be guessing."""


def sessions(services: Services, actor: UserActor) -> list[OpenSession]:
    """The browsers in which this user is signed in."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    return list(users.open_sessions(services.store, services.clock(), actor.user.id))


def end_session(services: Services, actor: UserActor, session_id: UUID) -> None:
    """Sign one of one's own browsers out. Raises db's NotFoundError for anybody else's."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    _do(
        services,
        actor,
        "end_session",
        lambda unit, now: users.end_session(unit, session_id, actor.user.id, now),
    )


def end_other_sessions(services: Services, actor: UserActor, this: UUID | None) -> None:
    """Sign out every own browser but ``this`` one."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    _do(
        services,
        actor,
        "end_other_sessions",
        lambda unit, now: users.revoke_sessions_of(unit, actor.user.id, now, but=this),
    )


def has_password(services: Services, login: str) -> bool:
    """Whether a user can sign in here, without a provider."""
    found = users.credentials(services.store, login)
    return found is not None and found[1] is not None


def change_password(services: Services, actor: UserActor, old: str, new: str) -> None:
    """Change one's own password, which ends all sessions.

    Raises RefusedError where the old one is wrong or there is none here, InvalidError by the rule
    for new ones.
    """
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    found = users.credentials(services.store, actor.user.login)
    stored = found[1] if found else None
    if stored is None:
        raise RefusedError("You sign in by the school's provider; your password is kept there.")
    if not passwords.verify(stored, old):
        raise WrongPasswordError(_NOT_NOW)
    if new == old:
        raise InvalidError("A new password must be another one.")
    hashed = passwords.hash_new(new, actor.user.login, actor.user.name)
    _do(
        services,
        actor,
        "change_password",
        lambda unit, now: users.set_password_hash(unit, actor.user.id, hashed, now, by_owner=True),
    )


def untold_change(services: Services, user: User) -> PasswordChange | None:
    """The change of a password that its owner, who has just signed in, is to be told of; once."""
    found = users.password_change(services.store, user.id)
    if found is None or found.told:
        return None
    users.tell_password_change(services.store, user.id)
    return found


def untold_drop(services: Services, user: User) -> datetime | None:
    """When the office turned off the second factor of somebody who has just signed in; once."""
    return second_factors.tell_dropped(services.store, user.id)


def _do(
    services: Services, actor: UserActor, did: str, act: Callable[[UnitOfWork, datetime], None]
) -> None:
    label = f"user:{actor.user.id}"
    recorded(services, actor, Action.MANAGE_OWN_SESSIONS, label, act, did=did)


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody's own page shows. ``here``: the session that asks; ``password``: whether they
    have one in this school."""

    sessions: Sequence[OpenSession]
    here: UUID | None
    linked: Sequence[Identity]
    school: School
    password: bool
    changed: PasswordChange | None = None
    """when the password became another one"""
    factor_since: datetime | None = None
    """since when codes of a second factor are asked for"""


def account(services: Services, actor: UserActor, secret: str, issuer: str) -> Account:
    """One's own account, asked for by the session of ``secret``; ``issuer``: the provider's."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    linked = identities.of_user(services.store, actor.user.id)
    factor = second_factors.find(services.store, actor.user.id)
    return Account(
        sessions(services, actor),
        session(services, secret),
        [known for known in linked if known.issuer == issuer],
        school_settings.school(services.store),
        password=has_password(services, actor.user.login),
        changed=users.password_change(services.store, actor.user.id),
        factor_since=None if factor is None else factor.since,
    )


def session(services: Services, secret: str) -> UUID | None:
    """The session of that secret."""
    return users.session_id(services.store, secret)
