"""What somebody signed in does with their own account: end sessions, change the password."""

from uuid import UUID

from db.people import audit, users
from db.values import OpenSession
from services import access, passwords
from services.access import SCHOOL, Action, UserActor
from services.context import Services
from services.errors import InvalidError, RefusedError


def sessions(services: Services, actor: UserActor) -> list[OpenSession]:
    """The browsers in which this user is signed in."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    return list(users.open_sessions(services.store, services.clock(), actor.user.id))


def end_session(services: Services, actor: UserActor, session_id: UUID) -> None:
    """Sign one of one's own browsers out. Raises db's NotFoundError for anybody else's."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    users.end_session(services.store, session_id, actor.user.id, services.clock())
    _record(services, actor, "end_session")


def end_other_sessions(services: Services, actor: UserActor, this: UUID | None) -> None:
    """Sign out every own browser but ``this`` one."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    users.revoke_sessions_of(services.store, actor.user.id, services.clock(), but=this)
    _record(services, actor, "end_other_sessions")


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
        raise RefusedError("This is not your password now.")
    if new == old:
        raise InvalidError("A new password must be another one.")
    hashed = passwords.hash_password(new)
    users.set_password_hash(services.store, actor.user.id, hashed, services.clock())
    _record(services, actor, "change_password")


def _record(services: Services, actor: UserActor, did: str) -> None:
    audit.record(
        services.store,
        actor=actor.name,
        action=Action.MANAGE_OWN_SESSIONS,
        object=f"user:{actor.user.id}",
        at=services.clock(),
        detail={"did": did},
    )
