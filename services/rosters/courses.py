"""What becomes of a course: added with its teacher, renamed, put away, taken out again, deleted."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contract.policy import CourseMode
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import course_removal
from db.measurements.course_removal import Holdings
from db.people import courses
from db.teaching import lectures
from db.values import Course, Lecture, Role
from services import access, administration
from services.access import Action, Actor
from services.acting import lookup
from services.acting.access_log import record, recorded
from services.acting.typed import required
from services.administration import zone
from services.context import Services
from services.errors import RefusedError
from services.rosters import lists
from services.rosters.roster import COURSE_TITLE


@dataclass(frozen=True, slots=True)
class Doomed:
    """A course that somebody wants to delete, and what would go with it."""

    course: Course
    holds: Holdings


@dataclass(frozen=True, slots=True)
class NewTeacher:
    """Somebody who shall teach a course and has no account yet."""

    name: str
    login: str
    password: str


def add_taught(
    services: Services, actor: Actor, *, title: str, mode: CourseMode, teacher: UUID | NewTeacher
) -> Course:
    """Add a course together with who teaches it, new here or not: all of it, or nothing.

    Errors as ``lists.add_course`` and ``administration.add_user``.
    """

    def add(unit: UnitOfWork) -> Course:
        within = replace(services, store=unit)
        made = lists.add_course(within, actor, title=title, mode=mode)
        if isinstance(teacher, NewTeacher):
            administration.add_user(
                within,
                actor,
                login=teacher.login,
                name=teacher.name or teacher.login,
                role=Role.TEACHER,
                password=teacher.password,
                teaches=[made.id],
            )
        else:
            lists.set_teaches(within, actor, made.id, teacher, teaches=True)
        return made

    return together(services.store, add)


def change(
    services: Services, actor: Actor, course_id: UUID, *, title: str, timezone: str
) -> Course:
    """Give a course another title or time zone; its lectures and reports stay as they are."""
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    title, timezone = required(title, COURSE_TITLE), zone(timezone)
    return recorded(
        services,
        actor,
        Action.MANAGE_COURSES,
        target.label,
        lambda unit, _: courses.change_course(unit, course_id, title=title, timezone=timezone),
        did="change",
    )


def archive(services: Services, actor: Actor, course_id: UUID) -> Course:
    """Put a course away: no lecture of it starts any more, and its reports stay.

    Raises RefusedError while one of its lectures runs.
    """
    return _put(services, actor, course_id, archived=True)


def bring_back(services: Services, actor: Actor, course_id: UUID) -> Course:
    """Take a course out again, as it was."""
    return _put(services, actor, course_id, archived=False)


def _put(services: Services, actor: Actor, course_id: UUID, *, archived: bool) -> Course:
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    if archived:
        _require_quiet(_running(services, course_id))

    def put(unit: UnitOfWork, now: datetime) -> Course:
        return courses.set_archived(unit, course_id, now if archived else None)

    did = "archive" if archived else "bring_back"
    return recorded(services, actor, Action.MANAGE_COURSES, target.label, put, did=did)


def doomed(services: Services, actor: Actor, course_id: UUID) -> Doomed:
    """What deleting a course would take with it; nothing is deleted.

    Raises RefusedError while one of its lectures runs.
    """
    target = lookup.course_target(services, course_id)
    access.authorize(actor, Action.MANAGE_COURSES, target)
    _require_quiet(_running(services, course_id))
    holds = course_removal.holdings(services.store, course_id)
    return Doomed(lookup.course(services, course_id), holds)


def delete(services: Services, actor: Actor, course_id: UUID) -> Holdings:
    """Delete a course with its roster, its lectures and their reports; answers what there was.

    Raises RefusedError while one of its lectures runs.
    """
    holds, label = doomed(services, actor, course_id).holds, f"course:{course_id}"
    now = services.clock()

    def begin(unit: UnitOfWork) -> None:
        # Put away first, so that no lecture starts meanwhile; what is interrupted is on record.
        courses.set_archived(unit, course_id, now)
        record(
            unit,
            actor,
            Action.MANAGE_COURSES,
            label,
            now,
            did="delete",
            students=holds.students,
            lectures=holds.lectures,
        )

    together(services.store, begin)
    course_removal.delete_course(services.store, course_id, now)
    return holds


def _running(services: Services, course_id: UUID) -> Lecture | None:
    running = lectures.running(services.store)
    return next((one for one in running if one.course_id == course_id), None)


def _require_quiet(running: Lecture | None) -> None:
    if running is not None:
        raise RefusedError(
            "The lecture {title} of this course is running: end it first.", title=running.title
        )
