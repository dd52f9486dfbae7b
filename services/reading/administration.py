"""What the school's office sees: people, courses, wishes to be erased, and the access log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.people import (
    audit,
    courses,
    erasure_requests,
    names,
    school_settings,
    second_factors,
    users,
)
from db.teaching import lectures
from db.values import AccessRecord, Course, ErasureRequest, Lecture, School, Student, User
from services import access
from services.access import SCHOOL, Action, Actor, UserActor
from services.acting import lookup
from services.acting.access_log import looked
from services.context import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What each of its pages shows. ``waiting``: erasure requests that nobody has answered."""

    school: School
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Office):
    """Who signs in. ``sessions``: in how many browsers, by user; ``factors``: who is asked for the
    codes of an authenticator."""

    users: Sequence[User]
    sessions: Mapping[UUID, int]
    factors: Collection[UUID]


@dataclass(frozen=True, slots=True)
class Taught:
    """One course. ``students``: how many are on its roster."""

    course: Course
    teachers: Sequence[User]
    students: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses(Office):
    """All courses. ``users``: everybody, of whom some may teach."""

    courses: Sequence[Taught]
    users: Sequence[User]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSteps(Office):
    """What there is of a school that is being set up. ``trying``: a lecture of one's own that
    runs."""

    courses: Sequence[Taught]
    trying: Lecture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCourse(Office):
    """One course. ``roster``: who was taken off it, too; ``running``: whether a lecture is."""

    course: Course
    roster: Sequence[Student]
    running: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One erasure request, with what is still known of it. ``name`` None: erased meanwhile."""

    request: ErasureRequest
    name: str | None
    lecture: str


@dataclass(frozen=True, slots=True)
class Records:
    """A part of the access log. ``names``: what actors, objects and subjects are called, by how
    the log writes them, where it is known."""

    records: Sequence[AccessRecord]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Office):
    """The newest of the access log. ``users`` and ``actions``: what it can be narrowed to."""

    newest: Records
    users: Sequence[User]
    actions: Sequence[str]


def school(services: Services, actor: Actor) -> Office:
    """The school's own settings."""
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    return office(services)


def people(services: Services, actor: Actor) -> People:
    """Everybody who signs in."""
    access.authorize(actor, Action.MANAGE_USERS, SCHOOL)
    return People(
        school=_school(services),
        waiting=_waiting(services),
        users=users.list_users(services.store),
        sessions=users.open_session_counts(services.store, services.clock()),
        factors=second_factors.holders(services.store),
    )


def all_courses(services: Services, actor: Actor) -> Courses:
    """All courses, with who teaches them and how many are listed."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    teachers, sizes = courses.teachers(services.store), courses.roster_sizes(services.store)
    return Courses(
        school=_school(services),
        waiting=_waiting(services),
        courses=[
            Taught(course, teachers.get(course.id, ()), sizes.get(course.id, 0))
            for course in courses.list_courses(services.store)
        ],
        users=users.list_users(services.store),
    )


def first_steps(services: Services, actor: Actor) -> FirstSteps:
    """How far a school has been set up."""
    access.authorize(actor, Action.SET_POLICY, SCHOOL)
    found, frame = all_courses(services, actor), office(services)
    running = [
        one
        for one in lectures.running(services.store)
        if isinstance(actor, UserActor) and one.course_id in actor.courses
    ]
    return FirstSteps(
        school=frame.school,
        waiting=frame.waiting,
        courses=[one for one in found.courses if one.course.archived_at is None],
        trying=running[-1] if running else None,
    )


def one_course(services: Services, actor: Actor, course_id: UUID | str) -> OneCourse:
    """One course with its roster. Raises UnknownObjectError."""
    access.authorize(actor, Action.MANAGE_COURSES, lookup.course_target(services, course_id))
    course, frame = lookup.course(services, course_id), office(services)
    running = lectures.running(services.store)
    return OneCourse(
        school=frame.school,
        waiting=frame.waiting,
        course=course,
        roster=courses.roster(services.store, course.id, left=True),
        running=any(one.course_id == course.id for one in running),
    )


def erasure(services: Services, actor: Actor) -> tuple[School, list[Asked]]:
    """What students asked the school to delete, the open requests first."""
    access.authorize(actor, Action.ERASE, SCHOOL)
    found = erasure_requests.requests(services.store)
    people = names.of_people(services.store, [one.participant_id for one in found])
    lectures = names.of_lectures(services.store, [one.lecture_id for one in found])
    return _school(services), [
        Asked(one, people.get(one.participant_id), lectures.get(one.lecture_id, ""))
        for one in found
    ]


def log(services: Services, actor: Actor, *, most: int) -> Log:
    """The ``most`` newest records of the access log."""
    access.authorize(actor, Action.VIEW_ACCESS_LOG, SCHOOL)
    everybody = users.list_users(services.store)
    return Log(
        school=_school(services),
        waiting=_waiting(services),
        newest=_records(services, None, None, most, everybody),
        users=everybody,
        actions=audit.actions(services.store),
    )


def narrowed(
    services: Services, actor: Actor, who: str | None, what: str | None, *, most: int
) -> tuple[School, Records]:
    """The newest records of the access log by one actor or of one action; None: any."""
    access.authorize(actor, Action.VIEW_ACCESS_LOG, SCHOOL)
    everybody = users.list_users(services.store)
    return _school(services), _records(services, who, what, most, everybody)


def taken_log(
    services: Services, actor: Actor, who: str | None, what: str | None, *, most: int
) -> Records:
    """The same records to take away; that they were taken is recorded itself."""
    access.authorize(actor, Action.VIEW_ACCESS_LOG, SCHOOL)
    found = _records(services, who, what, most, users.list_users(services.store))
    records = len(found.records)
    looked(services, actor, Action.VIEW_ACCESS_LOG, SCHOOL.label, records=records)
    return found


def _records(
    services: Services, who: str | None, what: str | None, most: int, everybody: Sequence[User]
) -> Records:
    store = services.store
    found = audit.records(store, actor=who, action=what, limit=most)
    written = {name for one in found for name in (one.actor, one.object, str(one.subject))}
    known = {f"user:{user.id}": user.name for user in everybody}
    known |= {f"course:{one.id}": one.title for one in courses.list_courses(store)}
    lectures = dict(_ids(written, "lecture"))
    known |= _called(lectures, names.of_lectures(store, lectures.values()))
    people = dict(_ids(written, "participant", ""))
    known |= _called(people, names.of_people(store, people.values()))
    return Records(found, known)


def _ids(written: Iterable[str], *kinds: str) -> Iterable[tuple[str, UUID]]:
    """What the log writes for things of those kinds, and the id in it."""
    for name in written:
        kind, _, identifier = name.rpartition(":")
        if kind in kinds:
            try:
                yield name, UUID(identifier)
            except ValueError:
                continue


def _called(ids: Mapping[str, UUID], found: Mapping[UUID, str]) -> dict[str, str]:
    return {name: found[known] for name, known in ids.items() if known in found}


def office(services: Services) -> Office:
    """What each of the office's pages shows, for whoever has been judged already."""
    return Office(school=_school(services), waiting=_waiting(services))


def _school(services: Services) -> School:
    return school_settings.school(services.store)


def _waiting(services: Services) -> int:
    return erasure_requests.waiting(services.store)
