"""Lectures: started under a join code, marked while they run, and ended."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from contract.ids import uuid7
from contract.policy import Policy, wider_than
from db.engine.store import Store
from db.errors import ConflictError, NotFoundError
from db.schema import rows
from db.schema.tables import course_teachers, courses, lectures, markers
from db.teaching.reports import enqueue_in
from db.teaching.rooms import stop_in
from db.values import Course, Lecture, Marker

CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What join codes are made of: nothing that reads like something else (no I, L, O, 0, 1)."""

CODE_LENGTH: Final = 6
_CODE_ATTEMPTS: Final = 50


def start(
    store: Store,
    course_id: UUID,
    title: str,
    policy: Policy,
    now: datetime,
    code: str | None = None,
    started_at: datetime | None = None,
) -> Lecture:
    """Start a lecture, now or since ``started_at``, under a new join code or the given one.

    Raises NotFoundError where there is no such course, ConflictError where ``code`` belongs to a
    running lecture or is not six of CODE_LETTERS.
    """
    if code is not None and (len(code) != CODE_LENGTH or not set(code) <= set(CODE_LETTERS)):
        raise ConflictError(
            "A join code must be {length} of {letters}, but received {given}.",
            length=CODE_LENGTH,
            letters=CODE_LETTERS,
            given=repr(code),
        )

    def work(connection: Connection) -> Lecture:
        known = connection.execute(select(courses.c.id).where(courses.c.id == course_id)).first()
        if known is None:
            raise NotFoundError("There is no course {given}.", given=course_id)
        lecture = Lecture(
            id=uuid7(now),
            course_id=course_id,
            title=title,
            code=_free_code(connection, code),
            policy=policy,
            started_at=started_at or now,
            ended_at=None,
        )
        connection.execute(
            insert(lectures).values(
                id=lecture.id,
                course_id=course_id,
                title=title,
                code=lecture.code,
                policy=policy,
                started_at=lecture.started_at,
                ended_at=None,
            )
        )
        return lecture

    return store.write(work)


def _free_code(connection: Connection, wanted: str | None) -> str:
    """``wanted`` or a random code, free among the running lectures.

    Two that start at once with one code are still kept apart, by the unique index.
    """
    for _ in range(_CODE_ATTEMPTS):
        code = wanted or "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        taken = connection.execute(
            select(lectures.c.id).where(lectures.c.code == code, lectures.c.ended_at.is_(None))
        ).first()
        if taken is None:
            return code
        if wanted is not None:
            raise ConflictError(
                "A join code must be free, but {given} belongs to a lecture.", given=wanted
            )
    raise ConflictError("No free join code was found in {n} attempts.", n=_CODE_ATTEMPTS)


def end(
    store: Store, lecture_id: UUID, now: datetime, grace: timedelta = timedelta(minutes=2)
) -> Lecture:
    """End a lecture, and make its report due after ``grace``, when outboxes have drained.

    A lecture that has ended already stays as it is. Raises NotFoundError where there is none.
    """

    def work(connection: Connection) -> Lecture:
        row = connection.execute(
            update(lectures)
            .where(lectures.c.id == lecture_id, lectures.c.ended_at.is_(None))
            .values(ended_at=now)
            .returning(lectures)
        ).first()
        if row is not None:
            enqueue_in(connection, lecture_id, now + grace)
            return rows.lecture(row)
        row = connection.execute(select(lectures).where(lectures.c.id == lecture_id)).first()
        if row is None:
            raise NotFoundError("There is no lecture {given}.", given=lecture_id)
        return rows.lecture(row)

    return store.write(work)


def narrow_running(store: Store, policy: Policy | None, now: datetime) -> Sequence[UUID]:
    """Hold running lectures to ``policy`` where theirs allowed more; answers which.

    One that allows more than theirs changes nothing: students agreed to the narrower one. Where
    nothing may be inferred any more (None allows nothing at all), a room's camera must stop.
    """
    narrowest = Policy.SELF_REPORT if policy is None else policy

    def work(connection: Connection) -> Sequence[UUID]:
        narrowed = connection.execute(
            update(lectures)
            .where(lectures.c.ended_at.is_(None), lectures.c.policy.in_(wider_than(policy)))
            .values(policy=narrowest, narrowed_at=now)
            .returning(lectures.c.id)
        )
        found = list(narrowed.scalars())
        for lecture_id in found if narrowest is Policy.SELF_REPORT else ():
            stop_in(connection, lecture_id, "policy", now)
        return found

    return store.write(work)


def lecture(store: Store, lecture_id: UUID) -> Lecture | None:
    """The lecture of that id."""
    with store.read() as connection:
        row = connection.execute(select(lectures).where(lectures.c.id == lecture_id)).first()
    return None if row is None else rows.lecture(row)


def with_course(store: Store, lecture_id: UUID) -> tuple[Lecture, Course] | None:
    """The lecture of that id with its course, in one read."""
    query = (
        select(lectures, *rows.COURSE_BESIDE)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(lectures.c.id == lecture_id)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else (rows.lecture(row), rows.course_beside(row))


def by_code(store: Store, code: str) -> Lecture | None:
    """The running lecture with that join code, else the last ended one, else None."""
    query = (
        select(lectures)
        .where(lectures.c.code == code)
        .order_by(lectures.c.ended_at.is_not(None), lectures.c.started_at.desc())
        .limit(1)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else rows.lecture(row)


def running(store: Store) -> Sequence[Lecture]:
    """The lectures that have not ended, oldest first."""
    query = (
        select(lectures)
        .where(lectures.c.ended_at.is_(None))
        .order_by(lectures.c.started_at, lectures.c.id)
    )
    with store.read() as connection:
        return [rows.lecture(row) for row in connection.execute(query)]


def recent(store: Store, *, teacher_id: UUID | None = None, limit: int = 100) -> Sequence[Lecture]:
    """The newest lectures first, of all courses or of those that ``teacher_id`` teaches."""
    query = select(lectures).order_by(lectures.c.started_at.desc(), lectures.c.id).limit(limit)
    if teacher_id is not None:
        query = query.join(
            course_teachers, course_teachers.c.course_id == lectures.c.course_id
        ).where(course_teachers.c.user_id == teacher_id)
    with store.read() as connection:
        return [rows.lecture(row) for row in connection.execute(query)]


def add_marker(
    store: Store, lecture_id: UUID, *, at: datetime, label: str, user_id: UUID | None
) -> Marker:
    """Put a teacher's note on a lecture's timeline."""
    marker = Marker(id=uuid7(at), lecture_id=lecture_id, at=at, label=label, user_id=user_id)
    statement = insert(markers).values(
        id=marker.id, lecture_id=lecture_id, at=at, label=label, user_id=user_id
    )
    store.write(lambda connection: connection.execute(statement))
    return marker


def markers_of(store: Store, lecture_id: UUID) -> Sequence[Marker]:
    """A lecture's notes in order of time."""
    query = (
        select(markers)
        .where(markers.c.lecture_id == lecture_id)
        .order_by(markers.c.at, markers.c.id)
    )
    with store.read() as connection:
        return [_marker(row) for row in connection.execute(query)]


def rename_marker(store: Store, lecture_id: UUID, marker_id: UUID, label: str) -> Marker:
    """Give a lecture's note other words. NotFoundError where the lecture has no such note."""
    statement = (
        update(markers)
        .where(markers.c.id == marker_id, markers.c.lecture_id == lecture_id)
        .values(label=label)
        .returning(markers)
    )
    return _one_marker(store, statement, marker_id)


def remove_marker(store: Store, lecture_id: UUID, marker_id: UUID) -> Marker:
    """Take a note off a lecture's timeline, and answer what it was. Errors as ``rename_marker``."""
    statement = (
        delete(markers)
        .where(markers.c.id == marker_id, markers.c.lecture_id == lecture_id)
        .returning(markers)
    )
    return _one_marker(store, statement, marker_id)


def _one_marker(store: Store, statement: Any, marker_id: UUID) -> Marker:
    def work(connection: Connection) -> Marker:
        row = connection.execute(statement).first()
        if row is None:
            raise NotFoundError("There is no marker {given}.", given=marker_id)
        return _marker(row)

    return store.write(work)


def _marker(row: Any) -> Marker:
    return Marker(row.id, row.lecture_id, row.at, row.label, row.user_id)
