"""One student's place on a roster: listed, put right, taken off, and put back."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from contract.ids import uuid7
from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork
from db.errors import ConflictError
from db.people import courses
from db.values import Student
from services import access
from services.access import Action, Actor
from services.acting import lookup
from services.acting.access_log import recorded
from services.acting.typed import LONGEST, required, tidy, unwritable
from services.context import Services
from services.errors import InvalidError, UnknownObjectError
from services.rosters.roster import LONGEST_EMAIL

_NAME: Final = rule_text("A student's name must have 1 to {longest} letters, but this has {given}.")
_NO_STUDENT: Final = rule_text("There is no student {given}.")


def enrol(
    services: Services, actor: Actor, course_id: UUID, *, name: str, external_id: str, email: str
) -> Student:
    """Put somebody on a course's roster.

    Raises InvalidError for a bad name, id or address, db's ConflictError where the id is another
    student's of the course.
    """
    access.authorize(actor, Action.MANAGE_COURSES, lookup.course_target(services, course_id))
    told = Student(
        uuid7(services.clock()),
        course_id,
        required(name, _NAME),
        _optional(external_id, LONGEST),
        _optional(email, LONGEST_EMAIL),
    )

    def add(unit: UnitOfWork, now: datetime) -> Student:
        _require_free(unit, told)
        courses.add_students(unit, [told], now=now)
        return told

    return _on_record(services, actor, told, add, did="enrol")


def change(
    services: Services, actor: Actor, student_id: UUID, *, name: str, external_id: str, email: str
) -> Student:
    """Put right what a roster says of a student. Errors as ``enrol``, and UnknownObjectError."""
    found = student(services, student_id)
    access.authorize(actor, Action.MANAGE_COURSES, lookup.course_target(services, found.course_id))
    told = Student(
        found.id,
        found.course_id,
        required(name, _NAME),
        _optional(external_id, LONGEST),
        _optional(email, LONGEST_EMAIL),
        found.left_at,
    )

    def put_right(unit: UnitOfWork, _: datetime) -> Student:
        _require_free(unit, told)
        courses.change_students(unit, [told])
        return told

    return _on_record(services, actor, told, put_right, did="change_student")


def take_off(services: Services, actor: Actor, student_id: UUID) -> Student:
    """Take a student off the roster, which ends their links; what is known of them stays."""
    found = student(services, student_id)
    access.authorize(actor, Action.MANAGE_COURSES, lookup.course_target(services, found.course_id))
    return _on_record(
        services,
        actor,
        found,
        lambda unit, now: courses.take_off(unit, student_id, now),
        did="take_off",
    )


def put_back(services: Services, actor: Actor, student_id: UUID) -> Student:
    """Put a student back onto the roster they were taken off; links must be made anew."""
    found = student(services, student_id)
    access.authorize(actor, Action.MANAGE_COURSES, lookup.course_target(services, found.course_id))
    back = Student(found.id, found.course_id, found.name, found.external_id, found.email)

    def put(unit: UnitOfWork, _: datetime) -> Student:
        courses.change_students(unit, [back])
        return back

    return _on_record(services, actor, back, put, did="put_back")


def student(services: Services, student_id: UUID | str) -> Student:
    """The rostered student of that id. Raises UnknownObjectError."""
    found = courses.student(services.store, lookup.as_uuid(student_id, _NO_STUDENT))
    if found is None:
        raise UnknownObjectError(_NO_STUDENT, given=student_id)
    return found


def _optional(given: str, longest: int) -> str | None:
    told = tidy(given)
    if len(told) > longest:
        raise InvalidError(
            "An id or an address may have {longest} letters, but this has {given}.",
            longest=longest,
            given=len(told),
        )
    character = unwritable(told)
    if character is not None:
        raise InvalidError(
            "The character {character} cannot be seen; take it out.", character=character
        )
    return told or None


def _require_free(store: Store, told: Student) -> None:
    """Raise ConflictError where the id is another student's, of one who was taken off too."""
    for other in courses.roster(store, told.course_id, left=True):
        if told.external_id and other.external_id == told.external_id and other.id != told.id:
            raise ConflictError(
                "The id {given} is {name}'s on this roster; every student needs their own.",
                given=told.external_id,
                name=other.name,
            )


def _on_record(
    services: Services,
    actor: Actor,
    whose: Student,
    act: Callable[[UnitOfWork, datetime], Student],
    *,
    did: str,
) -> Student:
    label = f"course:{whose.course_id}"
    return recorded(services, actor, Action.MANAGE_COURSES, label, act, subject=whose.id, did=did)
