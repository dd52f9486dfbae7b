"""Where rosters name whoever signed in: by the school's own key, never by name or e-mail, which
others may have too."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from db.engine.store import Store
from db.schema import rows
from db.schema.tables import (
    courses,
    flag_events,
    identities,
    lectures,
    markers,
    rooms,
    students,
    users,
)
from db.values import Course, Lecture, Role, Student


def student(store: Store, course_id: UUID, user_id: UUID) -> Student | None:
    """The student of a course's roster that a user is."""
    query = (
        select(students)
        .where(
            students.c.course_id == course_id,
            students.c.external_id.in_(_keys(user_id)),
            students.c.left_at.is_(None),
        )
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
        students.c.left_at.is_(None),
    )
    query = (
        select(lectures, *rows.COURSE_BESIDE)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(lectures.c.ended_at.is_(None), named.exists())
        .order_by(lectures.c.started_at, lectures.c.id)
    )
    with store.read() as connection:
        return [(rows.lecture(row), rows.course_beside(row)) for row in connection.execute(query)]


def drop_accounts_in(connection: Connection, student_ids: Sequence[UUID]) -> list[UUID]:
    """Delete the accounts that students sign in with, if no other roster knows the same key.

    Answers whose they were.
    """
    key = students.c.external_id
    own = select(key).where(students.c.id.in_(student_ids), key != "")
    others = select(key).where(students.c.id.not_in(student_ids), key.is_not(None))
    theirs = select(identities.c.user_id).where(
        identities.c.school_key.in_(own), identities.c.school_key.not_in(others)
    )
    found = select(users.c.id).where(users.c.role == Role.STUDENT, users.c.id.in_(theirs))
    ids = list(connection.execute(found).scalars())
    # Of a time when the school's provider called them a teacher.
    for table in (markers, flag_events, rooms):
        connection.execute(update(table).where(table.c.user_id.in_(ids)).values(user_id=None))
    connection.execute(delete(users).where(users.c.id.in_(ids)))
    return ids


def _keys(user_id: UUID) -> Any:
    """By what rosters know a user, where the provider told it."""
    return select(identities.c.school_key).where(
        identities.c.user_id == user_id, identities.c.school_key != ""
    )
