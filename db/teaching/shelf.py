"""Ended lectures with what their reports hold, as a page lists them: many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, case, func, select

from db.engine.store import Store
from db.schema import rows
from db.schema.tables import course_teachers, courses, lectures, report_jobs, report_tables, reports
from db.values import Course, Lecture, Report, ReportJob

MOMENTS: Final = "moments"
"""The table of a report that the shelf shows beside it."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One ended lecture. ``report``: its newest version; ``moments``: that table of it, as CSV."""

    lecture: Lecture
    course: Course
    report: Report | None
    job: ReportJob | None
    moments: bytes | None


@dataclass(frozen=True, slots=True)
class Spine:
    """What can be read of an ended lecture without taking it from the shelf."""

    id: UUID
    title: str
    course: str


def spines(
    store: Store,
    *,
    teachers: Sequence[UUID] = (),
    course_id: UUID | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> list[Spine]:
    """Every ended lecture, newest first; of courses that each of ``teachers`` teaches, begun from
    ``since`` on and ``before``.
    """
    query = (
        select(lectures.c.id, lectures.c.title, courses.c.title.label("course"))
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(lectures.c.ended_at.is_not(None))
        .order_by(lectures.c.started_at.desc(), lectures.c.id)
    )
    for teacher in teachers:
        taught = select(course_teachers.c.course_id).where(course_teachers.c.user_id == teacher)
        query = query.where(lectures.c.course_id.in_(taught))
    if course_id is not None:
        query = query.where(lectures.c.course_id == course_id)
    if since is not None:
        query = query.where(lectures.c.started_at >= since)
    if before is not None:
        query = query.where(lectures.c.started_at < before)
    with store.read() as connection:
        return [Spine(row.id, row.title, row.course) for row in connection.execute(query)]


def shelf(
    store: Store,
    *,
    teacher_id: UUID | None = None,
    limit: int = 100,
    only: Sequence[UUID] | None = None,
) -> list[Shelved]:
    """The ended ones of the ``limit`` newest lectures, of all or of those that somebody teaches,
    or of those in ``only``.
    """
    with store.read() as connection:
        listed = _newest(connection, teacher_id, limit, only)
        ids = [lecture.id for lecture, _ in listed]
        jobs = {
            row.lecture_id: ReportJob(**row._mapping)
            for row in connection.execute(
                select(report_jobs).where(report_jobs.c.lecture_id.in_(ids))
            )
        }
        written = _written(connection, ids)
    return [
        Shelved(lecture, course, report, jobs.get(lecture.id), moments)
        for lecture, course in listed
        for report, moments in [written.get(lecture.id, (None, None))]
        if not lecture.running
    ]


def _newest(
    connection: Connection, teacher_id: UUID | None, limit: int, only: Sequence[UUID] | None
) -> list[tuple[Lecture, Course]]:
    query = (
        select(lectures, *rows.COURSE_BESIDE)
        .join(courses, courses.c.id == lectures.c.course_id)
        .order_by(lectures.c.started_at.desc(), lectures.c.id)
        .limit(limit)
    )
    if only is not None:
        query = query.where(lectures.c.id.in_(only))
    if teacher_id is not None:
        query = query.join(
            course_teachers, course_teachers.c.course_id == lectures.c.course_id
        ).where(course_teachers.c.user_id == teacher_id)
    return [(rows.lecture(row), rows.course_beside(row)) for row in connection.execute(query)]


def _written(
    connection: Connection, lecture_ids: Sequence[UUID]
) -> Mapping[UUID, tuple[Report, bytes | None]]:
    """The newest version of each lecture's report, where there is one."""
    older = reports.alias()
    last = select(func.max(older.c.version)).where(older.c.lecture_id == reports.c.lecture_id)
    versions = connection.execute(
        select(
            reports.c.id,
            reports.c.lecture_id,
            reports.c.version,
            reports.c.built_at,
            reports.c.fingerprint,
            func.length(reports.c.pdf).label("pdf_bytes"),
        ).where(reports.c.lecture_id.in_(lecture_ids), reports.c.version == last.scalar_subquery())
    ).all()
    if not versions:
        return {}
    tables: dict[UUID, dict[str, Any]] = {row.id: {} for row in versions}
    parts = (
        select(
            report_tables.c.report_id,
            report_tables.c.name,
            # The other tables are named only, not carried.
            case((report_tables.c.name == MOMENTS, report_tables.c.csv)).label("csv"),
        )
        .where(report_tables.c.report_id.in_(list(tables)))
        .order_by(report_tables.c.name)
    )
    for row in connection.execute(parts):
        tables[row.report_id][row.name] = row.csv
    return {
        row.lecture_id: (
            Report(tables=tuple(tables[row.id]), **row._mapping),
            tables[row.id].get(MOMENTS),
        )
        for row in versions
    }
