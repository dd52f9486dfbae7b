"""Which lectures somebody sees: those they teach, may join, or read reports of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from unicodedata import combining, normalize
from uuid import UUID
from zoneinfo import ZoneInfo

from contract.policy import Policy
from db.people import courses, rostered, school_settings, users
from db.teaching import lectures
from db.teaching import reports as written
from db.teaching.shelf import Shelved, Spine, shelf, spines
from db.values import Course, Lecture, Report, Role, User
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


PAGE: Final = 20
"""Reports on one page of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports somebody looks for; days are the school's, both of them included."""

    text: str = ""
    course: UUID | None = None
    teacher: UUID | None = None
    since: date | None = None
    until: date | None = None
    page: int = 1


EVERY: Final = Wanted()


@dataclass(frozen=True, slots=True)
class FoundReports:
    """A page of what fits: ``total`` in all, on ``pages`` pages."""

    rows: Sequence[Readable]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PlacesOfReports:
    """What reports can be narrowed by."""

    courses: Sequence[Course]
    teachers: Sequence[User]


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


def reports(services: Services, actor: Actor, wanted: Wanted = EVERY) -> FoundReports:
    """A page of the ended lectures whose reports somebody may read, newest first."""
    store = services.store
    own: tuple[UUID, ...] = ()
    if isinstance(actor, UserActor) and not may(actor, Action.SET_POLICY, SCHOOL):
        own = (actor.user.id,)
    zone = ZoneInfo(school_settings.school(store).timezone)
    listed = spines(
        store,
        teachers=[*own, *(() if wanted.teacher is None else (wanted.teacher,))],
        course_id=wanted.course,
        since=_midnight(wanted.since, zone),
        before=_midnight(wanted.until, zone, days=1),
    )
    found = [one.id for one in listed if _fits(wanted.text, one)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, wanted.page), pages)
    shown = [
        (one, access.lecture_object(one.lecture, one.course))
        for one in shelf(store, only=found[PAGE * (page - 1) : PAGE * page])
    ]
    rows = [
        Readable(one, may(actor, Action.DOWNLOAD_STUDENT_TABLE, target))
        for one, target in shown
        if may(actor, Action.VIEW_REPORT, target)
    ]
    return FoundReports(rows, len(found), page, pages)


def places_of_reports(services: Services, actor: UserActor) -> PlacesOfReports:
    """What reports can be narrowed by: courses, and for an admin the teachers."""
    access.authorize(actor, Action.VIEW_HOME, SCHOOL)
    store = services.store
    if not may(actor, Action.SET_POLICY, SCHOOL):
        return PlacesOfReports(courses.list_courses(store, teacher_id=actor.user.id), ())
    teachers = [one for one in users.list_users(store) if one.role is not Role.STUDENT]
    return PlacesOfReports(courses.list_courses(store), teachers)


def _midnight(day: date | None, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """When the day begins, or one that comes ``days`` later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)


def _fits(text: str, one: Spine) -> bool:
    words = _plainly(text).split()
    return not words or all(word in _plainly(f"{one.title} {one.course}") for word in words)


def _plainly(text: str) -> str:
    """Without case and accents, so that whoever types plainly finds everything."""
    if text.isascii():
        return text.lower()
    parted = normalize("NFKD", text)
    return "".join(letter for letter in parted if not combining(letter)).casefold()


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
