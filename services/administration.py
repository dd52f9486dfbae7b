"""What the school's office does: users, courses, rosters, policy, erasure; judged and recorded.

The pages and the command line call the same functions with the actor who asks.
"""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from contract.errors import rule_text
from contract.policy import CourseMode, Policy
from db.errors import NotFoundError
from db.measurements import retention
from db.people import audit, courses, erasure_requests, school_settings, users
from db.values import Course, ErasureRequest, Removal, Role, School, Student, User
from services import access, lookup, passwords, rosters
from services.access import SCHOOL, Action, Actor, UserActor
from services.context import Services
from services.errors import InvalidError, RefusedError, UnknownObjectError
from services.typed import required

_LOGIN: Final = rule_text("A login must have 1 to {longest} letters, but this has {given}.")
_NAME: Final = rule_text("A user's name must have 1 to {longest} letters, but this has {given}.")
_SCHOOL: Final = rule_text(
    "A school's name must have 1 to {longest} letters, but this has {given}."
)
_COURSE: Final = rule_text(
    "A course's title must have 1 to {longest} letters, but this has {given}."
)
_REASON: Final = rule_text("A reason must have 1 to {longest} letters, but this has {given}.")
_NOT_DISABLE: Final = rule_text("You cannot disable yourself; ask another admin.")
_NOT_OWN_ROLE: Final = rule_text("You cannot change your own role; ask another admin.")
LONGEST_RETENTION: Final = 3660
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

    Raises InvalidError for a bad login, name or password, db's ConflictError for a taken login.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    login, name = required(login, _LOGIN), required(name, _NAME)
    hashed = None if password is None else passwords.hash_password(password)
    added = users.add_user(
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
    if disabled:
        _not_oneself(actor, user_id, _NOT_DISABLE)
    users.set_disabled(services.store, user_id, disabled, services.clock())
    did = "disable" if disabled else "enable"
    _record(services, actor, Action.MANAGE_USERS, user_id, did=did)


def set_password(services: Services, actor: Actor, user_id: UUID, password: str) -> None:
    """Give a user a new password, which ends their sessions."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    hashed = passwords.hash_password(password)
    users.set_password_hash(services.store, user_id, hashed, services.clock())
    _record(services, actor, Action.MANAGE_USERS, user_id, did="set_password")


def set_role(services: Services, actor: Actor, user_id: UUID, role: Role) -> None:
    """Let a user be a teacher or an admin from now on.

    Raises RefusedError for oneself, lest a school be left without an admin, and for students, who
    are made by the school's provider alone.
    """
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    _not_oneself(actor, user_id, _NOT_OWN_ROLE)
    if role is Role.STUDENT:
        raise RefusedError("Students sign in by the school's provider; they are not made here.")
    users.set_role(services.store, user_id, role)
    _record(services, actor, Action.MANAGE_USERS, user_id, did="set_role", role=role)


def new_password(services: Services, actor: Actor, user_id: UUID) -> str:
    """Give a user a password made up here, said once, which ends their sessions."""
    made = made_up_password()
    set_password(services, actor, user_id, made)
    return made


def made_up_password() -> str:
    """A password of 72 random bits, short enough to be read out."""
    return secrets.token_urlsafe(9)


def end_sessions(services: Services, actor: Actor, user_id: UUID) -> None:
    """Sign a user out everywhere."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    users.revoke_sessions_of(services.store, user_id, services.clock())
    _record(services, actor, Action.MANAGE_USERS, user_id, did="end_sessions")


def set_policy(services: Services, actor: Actor, policy: Policy) -> School:
    """Set the policy for lectures that start from now on; running ones keep theirs."""
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    school = replace(school_settings.school(services.store), policy=policy)
    school_settings.set_school(services.store, school, services.clock())
    _record(services, actor, Action.SET_POLICY, None, policy=policy)
    return school


def set_school(
    services: Services,
    actor: Actor,
    *,
    name: str,
    timezone: str,
    guardian_required: bool,
    retention_days: int,
) -> School:
    """Set what holds for the school beside its policy. Raises InvalidError naming the rule."""
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    if not 1 <= retention_days <= LONGEST_RETENTION:
        raise InvalidError(
            "Data can be kept for 1 to {longest_retention} days, but received {retention_days}.",
            longest_retention=LONGEST_RETENTION,
            retention_days=retention_days,
        )
    school = replace(
        school_settings.school(services.store),
        name=required(name, _SCHOOL),
        timezone=_zone(timezone),
        guardian_required=guardian_required,
        retention_days=retention_days,
    )
    school_settings.set_school(services.store, school, services.clock())
    detail = {"retention_days": retention_days, "guardian_required": guardian_required}
    _record(services, actor, Action.SET_POLICY, None, **detail)
    return school


def add_course(
    services: Services, actor: Actor, *, title: str, mode: CourseMode, timezone: str
) -> Course:
    """Add a course without teachers or students."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    added = courses.add_course(
        services.store,
        title=required(title, _COURSE),
        mode=mode,
        timezone=_zone(timezone),
        now=services.clock(),
    )
    _record_course(services, actor, added.id, did="add", mode=mode)
    return added


def set_teaches(
    services: Services, actor: Actor, course_id: UUID, user_id: UUID, teaches: bool
) -> None:
    """Let a user teach a course, or no longer. Raises UnknownObjectError, InvalidError."""
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    user = users.user(services.store, user_id)
    if user is None or user.role is Role.STUDENT:
        raise InvalidError("A course is taught by a teacher or an admin.")
    act = courses.add_teacher if teaches else courses.remove_teacher
    act(services.store, target.course_id, user.id)
    did = "add_teacher" if teaches else "remove_teacher"
    _record_course(services, actor, target.course_id, did=did, user=str(user.id))


def import_roster(services: Services, actor: Actor, roster: rosters.Roster) -> list[Course]:
    """Bring courses and their lists up to a roster; who is not in it stays."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    made = []
    for found in rosters.differences(services.store, roster):
        course = rosters.apply(services.store, found, services.clock())
        _record_course(
            services,
            actor,
            course.id,
            did="import",
            added=len(found.added),
            changed=len(found.changed),
        )
        made.append(course)
    return made


def personal_links(services: Services, actor: Actor, course_id: UUID) -> list[tuple[Student, str]]:
    """A new link's token for each student of a course, in place of the one before; not kept."""
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    made = courses.issue_links(services.store, target.course_id, now=services.clock())
    _record_course(services, actor, target.course_id, did="personal_links", n=len(made))
    listed = courses.roster(services.store, target.course_id)
    return [(student, made[student.id]) for student in listed if student.id in made]


def erase(services: Services, actor: Actor, student_or_participant: UUID) -> Removal:
    """Delete all that is known of a rostered student, or of one participant of one lecture.

    The reports they were in are deleted and written anew. Raises db's NotFoundError.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    rostered = courses.student(services.store, student_or_participant) is not None
    remove = retention.erase_student if rostered else retention.erase_participant
    # Recorded by the store itself, in the same transaction.
    return remove(services.store, student_or_participant, now=services.clock(), actor=actor.name)


def grant_erasure(services: Services, actor: Actor, request_id: UUID) -> ErasureRequest:
    """Do what a student asked for: erase them from the roster and every lecture.

    Of a student on no roster, the one lecture they asked from.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    asked = _request(services, request_id)
    with suppress(NotFoundError):
        # Gone already: then there is nothing left to erase.
        erase(services, actor, asked.student_id or asked.participant_id)
    return _answered(services, actor, asked, erasure_requests.ERASED, None)


def decline_erasure(
    services: Services, actor: Actor, request_id: UUID, reason: str
) -> ErasureRequest:
    """Answer a student's wish with a no, and the reason that they are told."""
    access.authorize(actor, Action.ERASE, SCHOOL)
    asked = _request(services, request_id)
    return _answered(services, actor, asked, erasure_requests.DECLINED, required(reason, _REASON))


def _request(services: Services, request_id: UUID) -> ErasureRequest:
    found = erasure_requests.request(services.store, request_id)
    if found is None:
        raise UnknownObjectError("There is no erasure request {request_id}.", request_id=request_id)
    if found.verdict is not None:
        raise RefusedError("This request was answered already.")
    return found


def _answered(
    services: Services, actor: Actor, asked: ErasureRequest, verdict: str, note: str | None
) -> ErasureRequest:
    by = actor.user.id if isinstance(actor, UserActor) else None
    done = erasure_requests.answer(
        services.store, asked.id, verdict=verdict, note=note, user_id=by, now=services.clock()
    )
    audit.record(
        services.store,
        actor=actor.name,
        action=Action.ERASE,
        object=f"erasure_request:{asked.id}",
        at=services.clock(),
        subject=asked.participant_id,
        detail={"verdict": verdict},
    )
    return done


def _not_oneself(actor: Actor, user_id: UUID, rule: str) -> None:
    if isinstance(actor, UserActor) and actor.user.id == user_id:
        raise RefusedError(rule)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise InvalidError(
            "A time zone must be one such as Europe/Berlin, but is {name}.", name=repr(name[:60])
        )
    return name


def _record(
    services: Services, actor: Actor, action: Action, user_id: UUID | None, **detail: object
) -> None:
    audit.record(
        services.store,
        actor=actor.name,
        action=action,
        object=SCHOOL.label if user_id is None else f"user:{user_id}",
        at=services.clock(),
        detail=detail,
    )


def _record_course(services: Services, actor: Actor, course_id: UUID, **detail: object) -> None:
    audit.record(
        services.store,
        actor=actor.name,
        action=Action.MANAGE_COURSES,
        object=f"course:{course_id}",
        at=services.clock(),
        detail=detail,
    )
