"""Courses, who teaches them, who is on their roster, and the students' personal links."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from contract.ids import uuid7
from contract.policy import CourseMode
from db.engine.secrets import digest, mint
from db.engine.store import Store
from db.errors import NotFoundError
from db.schema import rows
from db.schema.tables import course_teachers, courses, personal_links, students, tickets, users
from db.values import Course, PersonalLink, Student, User


def add_course(
    store: Store, *, title: str, mode: CourseMode, timezone: str, now: datetime
) -> Course:
    """Add a course without teachers or students."""
    course = Course(id=uuid7(now), title=title, mode=mode, timezone=timezone)
    statement = insert(courses).values(
        id=course.id, title=title, mode=mode, timezone=timezone, created_at=now
    )
    store.write(lambda connection: connection.execute(statement))
    return course


def course(store: Store, course_id: UUID) -> Course | None:
    """The course of that id."""
    with store.read() as connection:
        row = connection.execute(select(courses).where(courses.c.id == course_id)).first()
    return None if row is None else rows.course(row)


def change_course(store: Store, course_id: UUID, *, title: str, timezone: str) -> Course:
    """Give a course another title or time zone. NotFoundError where there is none."""
    return _changed(store, course_id, title=title, timezone=timezone)


def set_archived(store: Store, course_id: UUID, at: datetime | None) -> Course:
    """Put a course away at ``at``, or take it out again. NotFoundError where there is none."""
    return _changed(store, course_id, archived_at=at)


def _changed(store: Store, course_id: UUID, **values: object) -> Course:
    statement = update(courses).where(courses.c.id == course_id).values(**values).returning(courses)
    row = store.write(lambda connection: connection.execute(statement).first())
    if row is None:
        raise NotFoundError("There is no course {given}.", given=course_id)
    return rows.course(row)


def list_courses(store: Store, teacher_id: UUID | None = None) -> Sequence[Course]:
    """All courses by title, or those that ``teacher_id`` teaches."""
    query = select(courses).order_by(courses.c.title, courses.c.id)
    if teacher_id is not None:
        query = query.join(course_teachers, course_teachers.c.course_id == courses.c.id).where(
            course_teachers.c.user_id == teacher_id
        )
    with store.read() as connection:
        return [rows.course(row) for row in connection.execute(query)]


_TAUGHT: Final = select(course_teachers.c.course_id).where(
    course_teachers.c.user_id == bindparam("user_id")
)
"""Asked at every request, and so made once."""


def taught_by(store: Store, user_id: UUID) -> frozenset[UUID]:
    """The ids of the courses that a user teaches."""
    with store.read() as connection:
        return frozenset(connection.execute(_TAUGHT, {"user_id": user_id}).scalars())


def add_teacher(store: Store, course_id: UUID, user_id: UUID) -> None:
    """Let a user teach a course. Nothing happens where they already do."""

    def work(connection: Connection) -> None:
        if not _teaches(connection, course_id, user_id):
            connection.execute(insert(course_teachers).values(course_id=course_id, user_id=user_id))

    store.write(work)


def remove_teacher(store: Store, course_id: UUID, user_id: UUID) -> None:
    """Stop a user from teaching a course."""
    statement = delete(course_teachers).where(
        course_teachers.c.course_id == course_id, course_teachers.c.user_id == user_id
    )
    store.write(lambda connection: connection.execute(statement))


def teaches(store: Store, course_id: UUID, user_id: UUID) -> bool:
    """Whether that user teaches that course."""
    with store.read() as connection:
        return _teaches(connection, course_id, user_id)


def _teaches(connection: Connection, course_id: UUID, user_id: UUID) -> bool:
    query = select(course_teachers.c.user_id).where(
        course_teachers.c.course_id == course_id, course_teachers.c.user_id == user_id
    )
    return connection.execute(query).first() is not None


def teachers_of(store: Store, course_id: UUID) -> Sequence[User]:
    """Who teaches a course, by name."""
    query = (
        select(users)
        .join(course_teachers, course_teachers.c.user_id == users.c.id)
        .where(course_teachers.c.course_id == course_id)
        .order_by(users.c.name, users.c.id)
    )
    with store.read() as connection:
        return [rows.user(row) for row in connection.execute(query)]


def teachers(store: Store) -> Mapping[UUID, Sequence[User]]:
    """Who teaches, by name, of every course that anybody teaches."""
    query = (
        select(course_teachers.c.course_id, users)
        .join(users, users.c.id == course_teachers.c.user_id)
        .order_by(users.c.name, users.c.id)
    )
    found: dict[UUID, list[User]] = {}
    with store.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.course_id, []).append(rows.user(row))
    return found


def roster_sizes(store: Store) -> Mapping[UUID, int]:
    """How many students are on the roster, of every course that has any."""
    query = (
        select(students.c.course_id, func.count())
        .where(students.c.left_at.is_(None))
        .group_by(students.c.course_id)
    )
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def add_student(
    store: Store,
    course_id: UUID,
    name: str,
    *,
    now: datetime,
    external_id: str | None = None,
    email: str | None = None,
) -> Student:
    """Put a student on a course's roster."""
    added = Student(uuid7(now), course_id, name, external_id, email)
    add_students(store, [added], now=now)
    return added


def add_students(store: Store, added: Sequence[Student], *, now: datetime) -> None:
    """Put students on their courses' rosters, all or none."""
    values = [{**_told(student), "created_at": now} for student in added]
    if values:
        store.write(lambda connection: connection.execute(insert(students), values))


def change_students(store: Store, changed: Sequence[Student]) -> None:
    """Bring what is told of students up to date, all or none; one who had left may be back."""
    given = ("name", "external_id", "email", "left_at")
    statement = (
        update(students)
        .where(students.c.id == bindparam("student"))
        .values({column: bindparam(f"new_{column}") for column in given})
    )
    values = [
        {"student": student.id, **{f"new_{column}": _told(student)[column] for column in given}}
        for student in changed
    ]
    if values:
        store.write(lambda connection: connection.execute(statement, values))


def _told(student: Student) -> dict[str, Any]:
    """A student's columns."""
    return {
        "id": student.id,
        "course_id": student.course_id,
        "name": student.name,
        "external_id": student.external_id,
        "email": student.email,
        "left_at": student.left_at,
    }


def student(store: Store, student_id: UUID) -> Student | None:
    """The rostered student of that id."""
    with store.read() as connection:
        row = connection.execute(select(students).where(students.c.id == student_id)).first()
    return None if row is None else rows.student(row)


def roster(store: Store, course_id: UUID, *, left: bool = False) -> Sequence[Student]:
    """The students of a course, by name; with those who have ``left``, if that is asked."""
    query = (
        select(students)
        .where(students.c.course_id == course_id)
        .order_by(students.c.name, students.c.id)
    )
    if not left:
        query = query.where(students.c.left_at.is_(None))
    with store.read() as connection:
        return [rows.student(row) for row in connection.execute(query)]


def take_off(store: Store, student_id: UUID, now: datetime) -> Student:
    """Take a student off their roster, which ends their links; what is known of them stays.

    Raises NotFoundError where there is none who is on it.
    """

    def work(connection: Connection) -> Student:
        row = connection.execute(
            update(students)
            .where(students.c.id == student_id, students.c.left_at.is_(None))
            .values(left_at=now)
            .returning(students)
        ).first()
        if row is None:
            raise NotFoundError("There is no student {given}.", given=student_id)
        connection.execute(
            update(personal_links)
            .where(personal_links.c.student_id == student_id, _standing(now))
            .values(expires_at=now)
        )
        connection.execute(
            delete(tickets).where(tickets.c.student_id == student_id, tickets.c.used_at.is_(None))
        )
        return rows.student(row)

    return store.write(work)


def issue_link(
    store: Store,
    student_id: UUID,
    *,
    now: datetime,
    lecture_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a link for a student and return its secret, which is not stored.

    With ``lecture_id`` it opens that lecture, once. Without, it opens every lecture of the course
    and each is agreed to anew; the link of that kind which the student had before ends now.
    Raises NotFoundError where there is no student.
    """
    return _issue(store, [student_id], now, lecture_id, expires_at)[student_id]


def issue_links(
    store: Store,
    course_id: UUID,
    *,
    now: datetime,
    lecture_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> dict[UUID, str]:
    """A link for every student of a course, as ``issue_link``: secrets by student id."""
    ids = [student.id for student in roster(store, course_id)]
    return _issue(store, ids, now, lecture_id, expires_at)


def _issue(
    store: Store,
    student_ids: Sequence[UUID],
    now: datetime,
    lecture_id: UUID | None,
    expires_at: datetime | None,
) -> dict[UUID, str]:
    secrets = {student_id: mint() for student_id in student_ids}
    links = [
        {
            "id": uuid7(now),
            "hash": digest(secret),
            "student_id": student_id,
            "lecture_id": lecture_id,
            "created_at": now,
            "expires_at": expires_at,
            "used_at": None,
        }
        for student_id, secret in secrets.items()
    ]

    def work(connection: Connection) -> None:
        known = set(
            connection.execute(
                select(students.c.id).where(students.c.id.in_(student_ids))
            ).scalars()
        )
        missing = [student_id for student_id in student_ids if student_id not in known]
        if missing:
            raise NotFoundError("There is no student {given}.", given=missing[0])
        if lecture_id is None:
            _end_standing(connection, student_ids, now)
        if links:
            connection.execute(insert(personal_links), links)

    store.write(work)
    return secrets


def _end_standing(connection: Connection, student_ids: Sequence[UUID], now: datetime) -> None:
    """End the students' links for the whole course, so that a lost one opens nothing for long."""
    link = personal_links.c
    connection.execute(
        update(personal_links)
        .where(link.student_id.in_(student_ids), link.lecture_id.is_(None), _standing(now))
        .values(expires_at=now)
    )


def _standing(now: datetime) -> ColumnElement[bool]:
    link = personal_links.c
    return and_(link.used_at.is_(None), or_(link.expires_at.is_(None), link.expires_at > now))


def find_link(store: Store, secret: str) -> PersonalLink | None:
    """The link of that secret, used and ended ones too; None where there is none."""
    query = (
        select(
            personal_links.c.id.label("link_id"),
            personal_links.c.lecture_id,
            personal_links.c.expires_at,
            personal_links.c.used_at,
            students,
        )
        .join(students, students.c.id == personal_links.c.student_id)
        .where(personal_links.c.hash == digest(secret))
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return PersonalLink(
        id=row.link_id,
        student=rows.student(row),
        lecture_id=row.lecture_id,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
