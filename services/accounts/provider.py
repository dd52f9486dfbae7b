"""Who somebody is here whom the school's own provider has signed in: known, made new, or linked.

Roles follow the provider for those it brought; who has a password here keeps theirs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from db.engine.unit_of_work import UnitOfWork, together
from db.people import identities
from db.values import Role, User
from services.access import UserActor
from services.accounts import own
from services.acting.access_log import record
from services.context import Services
from services.errors import ForbiddenError

_ACTION: Final = "sign_in_elsewhere"
_LONGEST_LOGIN: Final = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Who a provider says somebody is. ``role`` None: none that has a part here."""

    issuer: str
    subject: str
    name: str
    role: Role | None
    school_key: str | None


class PersonError(ForbiddenError):
    """Somebody came back from the provider who cannot sign in here."""


def user_of(services: Services, person: Person) -> User:
    """The user that this person is: known by issuer and subject, or made now.

    Raises PersonError where they have no part here or are locked out, db's ConflictError where
    their login is taken.
    """
    known = identities.find(services.store, person.issuer, person.subject)
    if known is None:
        return _added(services, person)
    if known.disabled:
        raise PersonError("This account is disabled; ask an admin of the school.")
    return _refreshed(services, person, known)


def link(services: Services, actor: UserActor, person: Person) -> None:
    """Let the person sign in as ``actor`` from now on. ConflictError where they are another."""
    now = services.clock()

    def act(unit: UnitOfWork) -> None:
        identities.link(
            unit,
            person.issuer,
            person.subject,
            actor.user.id,
            school_key=person.school_key,
            now=now,
        )
        _record(unit, actor.user, now, "link")

    together(services.store, act)


def _added(services: Services, person: Person) -> User:
    role, now = _role(person), services.clock()

    def act(unit: UnitOfWork) -> User:
        made = identities.add_user(
            unit,
            issuer=person.issuer,
            subject=person.subject,
            login=f"{person.issuer} {person.subject}"[:_LONGEST_LOGIN],
            name=person.name,
            role=role,
            school_key=person.school_key,
            now=now,
        )
        _record(unit, made, now, "add")
        return made

    return together(services.store, act)


def _refreshed(services: Services, person: Person, known: User) -> User:
    user = known
    if not own.has_password(services, known.login):
        user = User(known.id, known.login, person.name, _role(person), known.disabled)
    now = services.clock()

    def act(unit: UnitOfWork) -> User:
        identities.refresh(unit, person.issuer, person.subject, user, school_key=person.school_key)
        if user.role is not known.role:
            _record(unit, user, now, "role", role=user.role)
        return user

    return together(services.store, act)


def _role(person: Person) -> Role:
    if person.role is None:
        raise PersonError("Your school account has no part in ClassPulse.")
    return person.role


def _record(unit: UnitOfWork, user: User, now: datetime, did: str, **detail: Any) -> None:
    record(unit, UserActor(user), _ACTION, f"user:{user.id}", now, did=did, **detail)
