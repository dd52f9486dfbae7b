"""Which lectures somebody sees: those they teach, may join, or read reports of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contract.policy import Policy
from db.people import courses, rostered, school_settings
from db.teaching import lectures
from db.teaching import reports as written
from db.teaching.shelf import Shelved, shelf
from db.values import Course, Lecture, Report
from services import access
from services.access import SCHOOL, Action, Actor, UserActor, may
from services.acting import viewing
from services.context import Services
from services.reporting.compute import Material, material


@dataclass(frozen=True, slots=True)
class Home:
    """Where a teacher begins. ``policy`` None: no lecture can start yet."""

    courses: Sequence[Course]
    lectures: Sequence[Lecture]
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Readable:
    """An ended lecture whose report somebody may read; ``students``: with its rows of students."""

    shelved: Shelved
    students: bool


@dataclass(frozen=True, eq=False, slots=True)
class ReadReport:
    """One report as it is read on its page. ``material`` None: not written yet."""

    lecture: Lecture
    course: Course
    written: Report | None
    material: Material | None
    students: bool


def home(services: Services, actor: UserActor) -> Home:
    """The courses that somebody teaches, with their newest lectures."""
    access.authorize(actor, Action.VIEW_HOME, SCHOOL)
    store, teacher = services.store, actor.user.id
    return Home(
        [one for one in courses.list_courses(store, teacher_id=teacher) if not one.archived_at],
        lectures.recent(store, teacher_id=teacher),
        school_settings.school(store).policy,
    )


def to_join(services: Services, actor: UserActor) -> list[tuple[Lecture, Course]]:
    """The running lectures of the courses whose rosters name somebody who signed in."""
    access.authorize(actor, Action.VIEW_HOME, SCHOOL)
    return rostered.running(services.store, actor.user.id)


def reports(services: Services, actor: Actor) -> list[Readable]:
    """The ended lectures whose reports somebody may read, newest first."""
    teacher = None
    if isinstance(actor, UserActor) and not may(actor, Action.SET_POLICY, SCHOOL):
        teacher = actor.user.id
    found = (
        (one, access.lecture_object(one.lecture, one.course))
        for one in shelf(services.store, teacher_id=teacher)
    )
    return [
        Readable(one, may(actor, Action.DOWNLOAD_STUDENT_TABLE, target))
        for one, target in found
        if may(actor, Action.VIEW_REPORT, target)
    ]


def report(services: Services, actor: Actor, lecture_id: UUID) -> ReadReport:
    """One lecture's report, made from the same value as its files; the reading is recorded.

    Raises AccessError, UnknownObjectError.
    """
    action = Action.DOWNLOAD_REPORT
    lecture, course = viewing.lecture(services, actor, action, lecture_id, table="page")
    last = None if lecture.running else written.latest(services.store, lecture.id)
    return ReadReport(
        lecture,
        course,
        last,
        # Before its files stand, students' outboxes may still hold what belongs to it.
        None if last is None else material(services, lecture.id, services.clock()),
        may(actor, Action.DOWNLOAD_STUDENT_TABLE, access.lecture_object(lecture, course)),
    )
