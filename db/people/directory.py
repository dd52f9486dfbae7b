"""Every student that the store knows, whether a roster lists them or they only ever came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from db.engine.store import Store
from db.schema import rows
from db.schema.tables import buckets, courses, lectures, participants, students
from db.values import Course, Lecture, Participant, Student


@dataclass(frozen=True, slots=True)
class Listed:
    """A name on a roster, with the course's title and in how many lectures they were."""

    student: Student
    course: str
    came: int


@dataclass(frozen=True, slots=True)
class Came:
    """A name in a course that no roster lists. ``last``: when they last joined."""

    name: str
    course_id: UUID
    course: str
    lectures: int
    last: datetime


def listed(store: Store, limit: int) -> Sequence[Listed]:
    """Whom rosters list, by name, those too who were taken off; with how many lectures they were
    in."""
    came = (
        select(participants.c.student_id, func.count().label("came"))
        .where(participants.c.student_id.is_not(None))
        .group_by(participants.c.student_id)
        .subquery()
    )
    query = (
        select(students, courses.c.title, func.coalesce(came.c.came, 0).label("came"))
        .join(courses, courses.c.id == students.c.course_id)
        .join(came, came.c.student_id == students.c.id, isouter=True)
        .order_by(students.c.name, courses.c.title, students.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [Listed(rows.student(row), row.title, row.came) for row in connection.execute(query)]


def came(store: Store, limit: int) -> Sequence[Came]:
    """Who came to lectures and is on no roster, by name: once for each name in a course."""
    query = (
        select(
            participants.c.name,
            courses.c.id.label("course_id"),
            courses.c.title,
            func.count().label("lectures"),
            func.max(participants.c.joined_at).label("last"),
        )
        .join(lectures, lectures.c.id == participants.c.lecture_id)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(participants.c.student_id.is_(None), participants.c.name != "")
        .group_by(participants.c.name, courses.c.id, courses.c.title)
        .order_by(participants.c.name, courses.c.title, courses.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return [
            Came(row.name, row.course_id, row.title, row.lectures, row.last)
            for row in connection.execute(query)
        ]


def same_key(store: Store, student: Student) -> Sequence[tuple[Student, Course]]:
    """The student on every roster that has the same key of the school's for the same name.

    The key alone would not do: two lists that are numbered by hand give one number to two people.
    """
    query = (
        select(students, *rows.COURSE_BESIDE)
        .join(courses, courses.c.id == students.c.course_id)
        .order_by(courses.c.title, students.c.id)
    )
    mine = students.c.id == student.id
    if student.external_id:
        mine = (students.c.external_id == student.external_id) & (students.c.name == student.name)
    with store.read() as connection:
        return [
            (rows.student(row), rows.course_beside(row))
            for row in connection.execute(query.where(mine))
        ]


def of_students(
    store: Store, student_ids: Sequence[UUID]
) -> Sequence[tuple[Participant, Lecture, Course]]:
    """The lectures that rostered students were in, newest first."""
    return _lectures(store, participants.c.student_id.in_(student_ids))


def of_name(
    store: Store, course_id: UUID, name: str
) -> Sequence[tuple[Participant, Lecture, Course]]:
    """The lectures of a course that somebody on no roster was in under that name, newest first."""
    return _lectures(
        store,
        participants.c.student_id.is_(None)
        & (participants.c.name == name)
        & (lectures.c.course_id == course_id),
    )


def _lectures(
    store: Store, mine: ColumnElement[bool]
) -> Sequence[tuple[Participant, Lecture, Course]]:
    query = (
        select(participants, *rows.LECTURE_BESIDE, *rows.COURSE_BESIDE)
        .join(lectures, lectures.c.id == participants.c.lecture_id)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(mine)
        .order_by(lectures.c.started_at.desc(), participants.c.id)
    )
    with store.read() as connection:
        return [
            (rows.participant(row), rows.lecture_beside(row), rows.course_beside(row))
            for row in connection.execute(query)
        ]


def seconds(store: Store, participant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many observations are kept, of those participants of whom there are any."""
    query = (
        select(buckets.c.participant_id, func.sum(buckets.c.observations))
        .where(buckets.c.participant_id.in_(participant_ids))
        .group_by(buckets.c.participant_id)
    )
    with store.read() as connection:
        return {row[0]: int(row[1]) for row in connection.execute(query)}
