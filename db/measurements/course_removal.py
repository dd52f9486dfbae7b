"""Deleting a course: its lectures one by one, so that nobody waits long, and then the rest."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, delete, func, or_, select

from db.engine.store import Store
from db.measurements.retention import prune_in
from db.schema.tables import (
    buckets,
    course_teachers,
    courses,
    lectures,
    markers,
    participants,
    personal_links,
    reports,
    students,
    tickets,
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a course holds, and what goes with it."""

    students: int
    lectures: int
    participants: int
    observations: int
    reports: int


def holdings(store: Store, course_id: UUID) -> Holdings:
    """What there is to be deleted with a course."""
    own = select(lectures.c.id).where(lectures.c.course_id == course_id)
    who = select(participants.c.id).where(participants.c.lecture_id.in_(own))
    counted = {
        "students": select(func.count()).where(students.c.course_id == course_id),
        "lectures": select(func.count()).where(lectures.c.course_id == course_id),
        "participants": select(func.count()).where(participants.c.lecture_id.in_(own)),
        "observations": select(func.coalesce(func.sum(buckets.c.observations), 0)).where(
            buckets.c.participant_id.in_(who)
        ),
        "reports": select(func.count(func.distinct(reports.c.lecture_id))).where(
            reports.c.lecture_id.in_(own)
        ),
    }
    with store.read() as connection:
        return Holdings(
            **{name: int(connection.execute(query).scalar_one()) for name, query in counted.items()}
        )


def delete_course(store: Store, course_id: UUID, now: datetime) -> None:
    """Delete a course, its lectures and all that is known of its students.

    Each lecture is a transaction of its own; one that is interrupted is gone on with by deleting
    once more.
    """
    own = select(lectures.c.id).where(lectures.c.course_id == course_id)
    with store.read() as connection:
        ids = list(connection.execute(own).scalars())
    for lecture_id in ids:
        store.write(partial(_delete_lecture, lecture_id=lecture_id, now=now))

    def rest(connection: Connection) -> None:
        listed = select(students.c.id).where(students.c.course_id == course_id)
        for table in (tickets, personal_links):
            connection.execute(delete(table).where(table.c.student_id.in_(listed)))
        for table in (students, course_teachers):
            connection.execute(delete(table).where(table.c.course_id == course_id))
        connection.execute(delete(courses).where(courses.c.id == course_id))

    store.write(rest)


def _delete_lecture(connection: Connection, lecture_id: UUID, now: datetime) -> None:
    prune_in(connection, lecture_id, now)
    links = select(personal_links.c.id).where(personal_links.c.lecture_id == lecture_id)
    connection.execute(
        delete(tickets).where(or_(tickets.c.lecture_id == lecture_id, tickets.c.link_id.in_(links)))
    )
    for table in (personal_links, markers):
        connection.execute(delete(table).where(table.c.lecture_id == lecture_id))
    connection.execute(delete(lectures).where(lectures.c.id == lecture_id))
