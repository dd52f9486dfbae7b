"""Where rosters name whoever signed in: by the school's own key, never by name or e-mail, which
others may have too."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.engine.store import Store
from db.schema import rows
from db.schema.tables import courses, identities, lectures, students
from db.values import Course, Lecture, Student


def student(store: Store, course_id: UUID, user_id: UUID) -> Student | None:
    """The student of a course's roster that a user is."""
    query = (
        select(students)
        .where(students.c.course_id == course_id, students.c.external_id.in_(_keys(user_id)))
        .order_by(students.c.name, students.c.id)
        .limit(1)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else rows.student(row)


def running(store: Store, user_id: UUID) -> list[tuple[Lecture, Course]]:
    """The running lectures of the courses whose rosters name a user, oldest first."""
    named = select(students.c.id).where(
        students.c.course_id == lectures.c.course_id,
        students.c.external_id.in_(_keys(user_id)),
    )
    query = (
        select(lectures, *rows.COURSE_BESIDE)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(lectures.c.ended_at.is_(None), named.exists())
        .order_by(lectures.c.started_at, lectures.c.id)
    )
    with store.read() as connection:
        return [(rows.lecture(row), rows.course_beside(row)) for row in connection.execute(query)]


def _keys(user_id: UUID) -> Any:
    """By what rosters know a user, where the provider told it."""
    return select(identities.c.school_key).where(
        identities.c.user_id == user_id, identities.c.school_key != ""
    )
