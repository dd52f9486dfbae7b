"""What an admin sets for the school: who signs in, the policy and what else holds; on record.

The pages and the command line call the same functions with the actor who asks.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from contract.errors import rule_text
from contract.policy import Policy
from db.engine.unit_of_work import UnitOfWork, together
from db.people import courses, school_settings, second_factors, users
from db.teaching import lectures
from db.values import Role, School, User
from services import access
from services.access import SCHOOL, Action, Actor, UserActor
from services.accounts import passwords
from services.acting import lookup
from services.acting.access_log import record, recorded
from services.acting.typed import required
from services.context import Services
from services.errors import InvalidError, RefusedError, UnknownObjectError

LOGIN_RULE: Final = rule_text("A login must have 1 to {longest} letters, but this has {given}.")
NAME_RULE: Final = rule_text(
    "A user's name must have 1 to {longest} letters, but this has {given}."
)
_SCHOOL: Final = rule_text(
    "A school's name must have 1 to {longest} letters, but this has {given}."
)
_NO_USER: Final = rule_text("There is no user {given}.")
_NOT_DISABLE: Final = rule_text("You cannot disable yourself; ask another admin.")
_NOT_OWN_ROLE: Final = rule_text("You cannot change your own role; ask another admin.")
_NOT_OWN_FACTOR: Final = rule_text(
    "You turn your own second factor off on your own page, by a code of it."
)
LONGEST_RETENTION: Final = 3660
MOST_CHECK_INS: Final = 60
"""Days that a school may keep data: ten years."""


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

    Raises InvalidError for a bad login, name or password, RefusedError for the role student, db's
    ConflictError for a taken login.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    login, name = required(login, LOGIN_RULE), required(name, NAME_RULE)
    _not_a_student(role)
    hashed = None if password is None else passwords.hash_new(password, login, name)
    taught, now = tuple(teaches), services.clock()

    def add(unit: UnitOfWork) -> User:
        added = users.add_user(
            unit, login=login, name=name, role=role, password_hash=hashed, now=now
        )
        for course_id in taught:
            courses.add_teacher(unit, course_id, added.id)
        label = f"user:{added.id}"
        record(unit, actor, Action.MANAGE_USERS, label, now, did="add", role=role)
        return added

    return together(services.store, add)


def user(services: Services, actor: Actor, user_id: UUID | str) -> User:
    """The user of that id. Raises UnknownObjectError."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    found = users.user(services.store, lookup.as_uuid(user_id, _NO_USER))
    if found is None:
        raise UnknownObjectError(_NO_USER, given=user_id)
    return found


def set_disabled(services: Services, actor: Actor, user_id: UUID, disabled: bool) -> None:
    """Lock a user out, ending their sessions, or let them in again."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    if disabled:
        _not_oneself(actor, user_id, _NOT_DISABLE)
    _to_user(
        services,
        actor,
        user_id,
        lambda unit, now: users.set_disabled(unit, user_id, disabled, now),
        did="disable" if disabled else "enable",
    )


def set_password(services: Services, actor: Actor, user_id: UUID, password: str) -> None:
    """Give a user a new password, which ends their sessions."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    known = users.user(services.store, user_id)
    names = () if known is None else (known.login, known.name)
    hashed = passwords.hash_new(password, *names)
    _to_user(
        services,
        actor,
        user_id,
        lambda unit, now: users.set_password_hash(unit, user_id, hashed, now),
        did="set_password",
    )


def set_role(services: Services, actor: Actor, user_id: UUID, role: Role) -> None:
    """Let a user be a teacher or an admin from now on.

    Raises RefusedError for oneself, lest a school be left without an admin, and for students, who
    are made by the school's provider alone.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    _not_oneself(actor, user_id, _NOT_OWN_ROLE)
    _not_a_student(role)
    _to_user(
        services,
        actor,
        user_id,
        lambda unit, _: users.set_role(unit, user_id, role),
        did="set_role",
        role=role,
    )


def new_password(services: Services, actor: Actor, user_id: UUID) -> str:
    """Give a user a password made up here, said once, which ends their sessions."""
    made = made_up_password()
    set_password(services, actor, user_id, made)
    return made


def made_up_password() -> str:
    """A password of 72 random bits, short enough to be read out."""
    return secrets.token_urlsafe(9)


def drop_second_factor(services: Services, actor: Actor, user_id: UUID) -> None:
    """Let a user who lost their authenticator sign in by the password alone; they are told of it.

    Raises RefusedError for oneself, as whoever found an open browser would else need no code.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    _not_oneself(actor, user_id, _NOT_OWN_FACTOR)

    _to_user(
        services,
        actor,
        user_id,
        lambda unit, now: second_factors.drop(unit, user_id, now),
        did="second_factor_off",
    )


def end_sessions(services: Services, actor: Actor, user_id: UUID) -> None:
    """Sign a user out everywhere."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    _to_user(
        services,
        actor,
        user_id,
        lambda unit, now: users.revoke_sessions_of(unit, user_id, now),
        did="end_sessions",
    )


def set_policy(services: Services, actor: Actor, policy: Policy | None) -> School:
    """Set the policy, or clear it, so that no lecture can start.

    A narrower one holds for running lectures at once; a wider one never does, as their students
    agreed to less.
    """
    access.authorize(actor, Action.SET_POLICY, SCHOOL)

    def change(unit: UnitOfWork, now: datetime) -> School:
        school = replace(school_settings.school(unit), policy=policy)
        school_settings.set_school(unit, school, now)
        for lecture_id in lectures.narrow_running(unit, policy, now):
            label = f"lecture:{lecture_id}"
            record(unit, actor, Action.SET_POLICY, label, now, policy=policy)
        return school

    return recorded(services, actor, Action.SET_POLICY, SCHOOL.label, change, policy=policy)


def set_school(
    services: Services,
    actor: Actor,
    *,
    name: str,
    timezone: str,
    guardian_required: bool,
    retention_days: int,
    log_days: int | None = None,
    present_percent: int | None = None,
    check_ins_per_hour: int | None = None,
) -> School:
    """Set what holds for the school beside its policy. Raises InvalidError naming the rule.

    The access log is kept for ``log_days``, and never for less than the data that it speaks of.
    ``present_percent`` None: as it was; else reports that are written from now on count by it.
    ``check_ins_per_hour`` likewise, for what is raised from now on.
    """
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    if not 1 <= retention_days <= LONGEST_RETENTION:
        raise InvalidError(
            "Data can be kept for 1 to {longest_retention} days, but received {retention_days}.",
            longest_retention=LONGEST_RETENTION,
            retention_days=retention_days,
        )
    if log_days is not None and not retention_days <= log_days <= LONGEST_RETENTION:
        raise InvalidError(
            "The access log can be kept for {retention_days} (as long as data) to "
            "{longest_retention} days, but received {log_days}.",
            retention_days=retention_days,
            longest_retention=LONGEST_RETENTION,
            log_days=log_days,
        )
    if present_percent is not None and not 0 <= present_percent <= 100:
        raise InvalidError(
            "What counts as present must be 0 to 100 % of a lecture, but received {given}.",
            given=present_percent,
        )
    if check_ins_per_hour is not None and not 1 <= check_ins_per_hour <= MOST_CHECK_INS:
        raise InvalidError(
            "A teacher can be given 1 to {most} check-ins an hour, but received {given}.",
            most=MOST_CHECK_INS,
            given=check_ins_per_hour,
        )
    name, timezone = required(name, _SCHOOL), zone(timezone)

    def change(unit: UnitOfWork, now: datetime) -> School:
        before = school_settings.school(unit)
        school = replace(
            before,
            name=name,
            timezone=timezone,
            guardian_required=guardian_required,
            retention_days=retention_days,
            log_days=max(before.log_days, retention_days) if log_days is None else log_days,
            present_percent=before.present_percent if present_percent is None else present_percent,
            check_ins_per_hour=check_ins_per_hour or before.check_ins_per_hour,
        )
        school_settings.set_school(unit, school, now)
        return school

    return recorded(
        services,
        actor,
        Action.SET_POLICY,
        SCHOOL.label,
        change,
        retention_days=retention_days,
        log_days=log_days,
        guardian_required=guardian_required,
        present_percent=present_percent,
        check_ins_per_hour=check_ins_per_hour,
    )


def _not_oneself(actor: Actor, user_id: UUID, rule: str) -> None:
    if isinstance(actor, UserActor) and actor.user.id == user_id:
        raise RefusedError(rule)


def zone(name: str) -> str:
    """``name`` itself, if it is a time zone's. Raises InvalidError."""
    if name not in available_timezones():
        raise InvalidError(
            "A time zone must be one such as Europe/Berlin, but is {name}.", name=repr(name[:60])
        )
    return name


def _not_a_student(role: Role) -> None:
    if role is Role.STUDENT:
        raise RefusedError("Students sign in by the school's provider; they are not made here.")


def _to_user(
    services: Services,
    actor: Actor,
    user_id: UUID,
    act: Callable[[UnitOfWork, datetime], None],
    **detail: Any,
) -> None:
    recorded(services, actor, Action.MANAGE_USERS, f"user:{user_id}", act, **detail)
