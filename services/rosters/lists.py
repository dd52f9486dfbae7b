"""Courses, who teaches them and who is on their lists: looked at first, changed on record."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contract import CourseMode
from contract.ids import uuid7
from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.people import courses, school_settings, users
from db.values import Course, Role, Student
from services import access
from services.access import SCHOOL, Action, Actor
from services.acting import lookup
from services.acting.access_log import record, recorded
from services.acting.typed import required, tidy
from services.administration import zone
from services.context import Services
from services.errors import InvalidError, RosterError
from services.rosters.matching import brought, matched
from services.rosters.roster import COURSE_TITLE, Roster, RosterStudent


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import of one course's list does. ``course`` None: the course is made too."""

    title: str
    course: Course | None
    added: tuple[RosterStudent, ...]
    changed: tuple[tuple[Student, RosterStudent], ...]
    same: int
    unlisted: tuple[Student, ...]
    """on the roster but not in the list; they stay"""


def add_course(
    services: Services, actor: Actor, *, title: str, mode: CourseMode, timezone: str | None = None
) -> Course:
    """Add a course without teachers or students, in the school's time zone where none is given."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    title = required(title, COURSE_TITLE)
    given = None if timezone is None else zone(timezone)
    now = services.clock()

    def add(unit: UnitOfWork) -> Course:
        where = given or school_settings.school(unit).timezone
        added = courses.add_course(unit, title=title, mode=mode, timezone=where, now=now)
        _record(unit, actor, now, added.id, did="add", mode=mode)
        return added

    return together(services.store, add)


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
    recorded(
        services,
        actor,
        Action.MANAGE_COURSES,
        target.label,
        lambda unit, _: act(unit, target.course_id, user_id),
        did="add_teacher" if teaches else "remove_teacher",
        user=str(user_id),
    )


def differences(services: Services, actor: Actor, roster: Roster) -> list[Difference]:
    """What importing ``roster`` would change; nothing is changed."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    return _differences(services.store, roster)


def import_roster(
    services: Services, actor: Actor, roster: Roster
) -> list[tuple[Difference, Course]]:
    """Bring courses and their lists up to a roster, all or none; who is not in it stays."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    now = services.clock()

    def apply(unit: UnitOfWork) -> list[tuple[Difference, Course]]:
        made = []
        for found in _differences(unit, roster):
            course = _apply(unit, found, now)
            counts = {"added": len(found.added), "changed": len(found.changed)}
            _record(unit, actor, now, course.id, did="import", **counts)
            made.append((found, course))
        return made

    return together(services.store, apply)


def personal_links(services: Services, actor: Actor, course_id: UUID) -> list[tuple[Student, str]]:
    """A new link's token for each student of a course, in place of the one before; not kept."""
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    now = services.clock()

    def issue(unit: UnitOfWork) -> list[tuple[Student, str]]:
        made = courses.issue_links(unit, target.course_id, now=now)
        _record(unit, actor, now, target.course_id, did="personal_links", n=len(made))
        listed = courses.roster(unit, target.course_id)
        return [(student, made[student.id]) for student in listed if student.id in made]

    return together(services.store, issue)


def _differences(store: Store, roster: Roster) -> list[Difference]:
    known: dict[str, list[Course]] = defaultdict(list)
    for found in courses.list_courses(store):
        known[tidy(found.title)].append(found)
    return [
        _difference(store, _meant(title, known[tidy(title)]), title, them)
        for title, them in roster.items()
    ]


def _meant(title: str, called: Sequence[Course]) -> Course | None:
    """The course of a title; where several have it, the one that has a roster at all."""
    rostered = [course for course in called if course.mode is CourseMode.ROSTER]
    fitting = rostered or called
    if len(fitting) > 1:
        raise RosterError(
            "Two courses are called {title}, so it cannot be told which of them the list is for.",
            title=title,
        )
    return fitting[0] if fitting else None


def _difference(
    store: Store, course: Course | None, title: str, listed: Sequence[RosterStudent]
) -> Difference:
    there = courses.roster(store, course.id, left=True) if course else ()
    found = matched(listed, there)
    pairs = [(student, row) for student, row in zip(found, listed, strict=True) if student]
    changed = tuple((old, row) for old, row in pairs if brought(old, row) != old)
    met = {student.id for student, _ in pairs}
    return Difference(
        title=title,
        course=course,
        added=tuple(row for student, row in zip(found, listed, strict=True) if student is None),
        changed=changed,
        same=len(met) - len(changed),
        unlisted=tuple(one for one in there if one.id not in met and one.left_at is None),
    )


def _apply(unit: UnitOfWork, found: Difference, now: datetime) -> Course:
    """Make a difference so; nobody is removed by it."""
    course = found.course or courses.add_course(
        unit,
        title=found.title,
        mode=CourseMode.ROSTER,
        timezone=school_settings.school(unit).timezone,
        now=now,
    )
    new = [
        Student(uuid7(now), course.id, one.name, one.external_id, one.email) for one in found.added
    ]
    courses.add_students(unit, new, now=now)
    courses.change_students(unit, [brought(old, row) for old, row in found.changed])
    return course


def _record(unit: UnitOfWork, actor: Actor, now: datetime, course_id: UUID, **detail: Any) -> None:
    record(unit, actor, Action.MANAGE_COURSES, f"course:{course_id}", now, **detail)
