"""What somebody signed in does with their own account: end sessions, change the password."""

from uuid import UUID

from dashboard import access, passwords
from dashboard.access import SCHOOL, Action, UserActor
from dashboard.errors import InvalidError, RefusedError
from dashboard.i18n import text
from dashboard.services import Services
from db import audit, people
from db.values import OpenSession


def sessions(services: Services, actor: UserActor) -> list[OpenSession]:
    """The browsers in which this user is signed in."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    return list(people.open_sessions(services.store, services.clock(), actor.user.id))


def end_session(services: Services, actor: UserActor, session_id: UUID) -> None:
    """Sign one of one's own browsers out. Raises db's NotFoundError for anybody else's."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    people.end_session(services.store, session_id, actor.user.id, services.clock())
    _record(services, actor, "end_session")


def end_other_sessions(services: Services, actor: UserActor, this: UUID | None) -> None:
    """Sign out every own browser but ``this`` one."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    people.revoke_sessions_of(services.store, actor.user.id, services.clock(), but=this)
    _record(services, actor, "end_other_sessions")


def change_password(services: Services, actor: UserActor, old: str, new: str) -> None:
    """Change one's own password, which ends all sessions.

    Raises RefusedError where the old one is wrong or there is none here, InvalidError by the rule
    for new ones.
    """
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    found = people.credentials(services.store, actor.user.login)
    stored = found[1] if found else None
    if stored is None:
        raise RefusedError(
            text("You sign in by the school's provider; your password is kept there.")
        )
    if not passwords.verify(stored, old):
        raise RefusedError(text("This is not your password now."))
    if new == old:
        raise InvalidError(text("A new password must be another one."))
    hashed = passwords.hash_password(new)
    people.set_password_hash(services.store, actor.user.id, hashed, services.clock())
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
