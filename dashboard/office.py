"""What the school's office does: users, policy, erasure; judged and recorded.

The pages and the command line call the same functions with the actor who asks.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from contract.policy import Policy
from dashboard import access, passwords
from dashboard.access import SCHOOL, Action, Actor
from dashboard.errors import InvalidError
from dashboard.services import Services
from db import audit, courses, people, retention, settings
from db.values import Removal, Role, School, User

_LONGEST: Final = 200


def add_user(
    services: Services,
    actor: Actor,
    *,
    login: str,
    name: str,
    role: Role,
    password: str | None,
    teaches: Iterable[UUID] = (),
) -> User:
    """Add somebody who signs in (``password`` None: elsewhere), and the courses they teach.

    Raises InvalidError for a bad login, name or password, db's ConflictError for a taken login.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    login, name = login.strip(), " ".join(name.split())
    for what, text in (("login", login), ("name", name)):
        if not 1 <= len(text) <= _LONGEST:
            raise InvalidError(
                f"A user's {what} must have 1 to {_LONGEST} letters, but this has {len(text)}."
            )
    hashed = None if password is None else passwords.hash_password(password)
    added = people.add_user(
        services.store,
        login=login,
        name=name,
        role=role,
        password_hash=hashed,
        now=services.clock(),
    )
    for course_id in teaches:
        courses.add_teacher(services.store, course_id, added.id)
    _record(services, actor, Action.MANAGE_USERS, added.id, did="add", role=role)
    return added


def set_disabled(services: Services, actor: Actor, user_id: UUID, disabled: bool) -> None:
    """Lock a user out, ending their sessions, or let them in again."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    people.set_disabled(services.store, user_id, disabled, services.clock())
    did = "disable" if disabled else "enable"
    _record(services, actor, Action.MANAGE_USERS, user_id, did=did)


def set_password(services: Services, actor: Actor, user_id: UUID, password: str) -> None:
    """Give a user a new password, which ends their sessions."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    hashed = passwords.hash_password(password)
    people.set_password_hash(services.store, user_id, hashed, services.clock())
    _record(services, actor, Action.MANAGE_USERS, user_id, did="set_password")


def set_policy(services: Services, actor: Actor, policy: Policy) -> School:
    """Set the policy for lectures that start from now on; running ones keep theirs."""
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    school = replace(settings.school(services.store), policy=policy)
    settings.set_school(services.store, school, services.clock())
    _record(services, actor, Action.SET_POLICY, None, policy=policy)
    return school


def erase(services: Services, actor: Actor, student_or_participant: UUID) -> Removal:
    """Delete all that is known of a rostered student, or of one participant of one lecture.

    The reports they were in are deleted and written anew. Raises db's NotFoundError.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    rostered = courses.student(services.store, student_or_participant) is not None
    remove = retention.erase_student if rostered else retention.erase_participant
    # Recorded by the store itself, in the same transaction.
    return remove(services.store, student_or_participant, now=services.clock(), actor=actor.name)


def _record(
    services: Services, actor: Actor, action: Action, user_id: UUID | None, **detail: str
) -> None:
    audit.record(
        services.store,
        actor=actor.name,
        action=action,
        object=SCHOOL.label if user_id is None else f"user:{user_id}",
        at=services.clock(),
        detail=detail,
    )
