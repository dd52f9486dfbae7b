"""Report jobs, claimed by one process at a time, and the files they made, version by version."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from contract.ids import uuid7
from db.engine.store import Store
from db.errors import NotFoundError
from db.schema.tables import (
    CHOICES,
    buckets,
    events,
    flag_events,
    flags,
    lectures,
    markers,
    participants,
    report_jobs,
    report_tables,
    reports,
    room_buckets,
    self_reports,
)
from db.values import Report, ReportJob


def enqueue(store: Store, lecture_id: UUID, due_at: datetime) -> None:
    """Make a lecture's report due at ``due_at``, whether or not it was written before."""
    store.write(lambda connection: enqueue_in(connection, lecture_id, due_at))


def enqueue_in(connection: Connection, lecture_id: UUID, due_at: datetime) -> None:
    """The same within a transaction."""
    known = connection.execute(
        update(report_jobs)
        .where(report_jobs.c.lecture_id == lecture_id)
        .values(due_at=due_at, attempts=0, error=None)
        .returning(report_jobs.c.id)
    ).first()
    if known is None:
        connection.execute(
            insert(report_jobs).values(
                id=uuid7(due_at), lecture_id=lecture_id, due_at=due_at, attempts=0
            )
        )


def enqueue_changed(store: Store, now: datetime, ended_since: datetime) -> Sequence[UUID]:
    """Make due the reports that late data or a late decision has changed since they were built.

    Looks at lectures that ended after ``ended_since`` (older ones accept nothing any more) and
    whose report is built or was given up; answers which became due.
    """
    query = (
        select(report_jobs.c.lecture_id, report_jobs.c.fingerprint)
        .join(lectures, lectures.c.id == report_jobs.c.lecture_id)
        .where(
            lectures.c.ended_at >= ended_since,
            report_jobs.c.due_at.is_(None),
        )
    )
    with store.read() as connection:
        built = connection.execute(query).all()
        changed: list[UUID] = [
            row.lecture_id
            for row in built
            if fingerprint_in(connection, row.lecture_id) != row.fingerprint
        ]
    for lecture_id in changed:
        enqueue(store, lecture_id, now)
    return changed


def claim(
    store: Store, now: datetime, worker: str, lease: timedelta = timedelta(minutes=5)
) -> ReportJob | None:
    """Take the job that has been due longest, so that nobody else takes it for ``lease``.

    A worker that died is survived: its job can be claimed again after ``lease``.
    """
    free = report_jobs.c.claimed_at.is_(None) | (report_jobs.c.claimed_at < now - lease)
    chosen = (
        select(report_jobs.c.id)
        .where(report_jobs.c.due_at <= now, free)
        .order_by(report_jobs.c.due_at, report_jobs.c.id)
        .limit(1)
        # Ignored by SQLite, whose writers stand in line anyhow.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(report_jobs)
        .where(report_jobs.c.id == chosen)
        .values(claimed_at=now, claimed_by=worker, attempts=report_jobs.c.attempts + 1)
        .returning(report_jobs)
    )
    row = store.write(lambda connection: connection.execute(statement).first())
    return None if row is None else ReportJob(**row._mapping)


def fail(store: Store, job: ReportJob, error: str, retry_at: datetime | None) -> None:
    """Give a claimed job back: due again at ``retry_at``, or given up where that is None.

    Given up means for the data of this moment: when they change, it is due once more.
    """

    def work(connection: Connection) -> None:
        given: dict[str, Any] = {"due_at": retry_at, "error": error}
        if retry_at is None:
            given["fingerprint"] = fingerprint_in(connection, job.lecture_id)
        connection.execute(
            update(report_jobs)
            .where(report_jobs.c.id == job.id, report_jobs.c.claimed_by == job.claimed_by)
            .values(claimed_at=None, claimed_by=None, **given)
        )

    store.write(work)


def complete(
    store: Store,
    job: ReportJob,
    *,
    now: datetime,
    fingerprint: str,
    pdf: bytes,
    tables: Mapping[str, bytes],
    problem: str | None = None,
) -> Report:
    """Store the files of a claimed job as the lecture's next version.

    ``problem`` says why a part could not be made: no bytes of a PDF, or no tables.

    ``fingerprint`` is that of the data the report was built from, read before building, so that
    what arrived meanwhile makes it due again. If the job was made due anew meanwhile (an erasure),
    it stays due. Raises NotFoundError where the claim was lost to another worker.
    """

    def work(connection: Connection) -> Report:
        held = connection.execute(
            select(report_jobs.c.due_at)
            .where(
                report_jobs.c.id == job.id,
                report_jobs.c.claimed_by == job.claimed_by,
                report_jobs.c.claimed_at == job.claimed_at,
            )
            .with_for_update()
        ).first()
        if held is None:
            raise NotFoundError(f"The report job {job.id} is no longer held by {job.claimed_by}.")
        connection.execute(
            update(report_jobs)
            .where(report_jobs.c.id == job.id)
            .values(
                due_at=None if held.due_at == job.due_at else held.due_at,
                claimed_at=None,
                claimed_by=None,
                built_at=now,
                fingerprint=fingerprint,
                error=problem,
            )
        )
        return _add_version(connection, job.lecture_id, now, fingerprint, pdf, tables)

    return store.write(work)


def _add_version(
    connection: Connection,
    lecture_id: UUID,
    now: datetime,
    fingerprint: str,
    pdf: bytes,
    tables: Mapping[str, bytes],
) -> Report:
    number = connection.execute(
        update(report_jobs)
        .where(report_jobs.c.lecture_id == lecture_id)
        .values(versions=report_jobs.c.versions + 1)
        .returning(report_jobs.c.versions)
    ).scalar_one()
    report = Report(
        id=uuid7(now),
        lecture_id=lecture_id,
        version=number,
        built_at=now,
        fingerprint=fingerprint,
        pdf_bytes=len(pdf),
        tables=tuple(sorted(tables)),
    )
    connection.execute(
        insert(reports).values(
            id=report.id,
            lecture_id=lecture_id,
            version=report.version,
            built_at=now,
            fingerprint=fingerprint,
            pdf=pdf,
        )
    )
    if tables:
        connection.execute(
            insert(report_tables),
            [{"report_id": report.id, "name": name, "csv": csv} for name, csv in tables.items()],
        )
    return report


def job_of(store: Store, lecture_id: UUID) -> ReportJob | None:
    """The report job of a lecture; None while it runs."""
    with store.read() as connection:
        row = connection.execute(
            select(report_jobs).where(report_jobs.c.lecture_id == lecture_id)
        ).first()
    return None if row is None else ReportJob(**row._mapping)


def versions(store: Store, lecture_id: UUID) -> Sequence[Report]:
    """All versions of a lecture's report, newest first."""
    query = (
        select(
            reports.c.id,
            reports.c.version,
            reports.c.built_at,
            reports.c.fingerprint,
            func.length(reports.c.pdf).label("pdf_bytes"),
        )
        .where(reports.c.lecture_id == lecture_id)
        .order_by(reports.c.version.desc())
    )
    names = (
        select(report_tables.c.report_id, report_tables.c.name)
        .join(reports, reports.c.id == report_tables.c.report_id)
        .where(reports.c.lecture_id == lecture_id)
        .order_by(report_tables.c.name)
    )
    with store.read() as connection:
        found = connection.execute(query).all()
        tables: dict[UUID, list[str]] = {}
        for report_id, name in connection.execute(names):
            tables.setdefault(report_id, []).append(name)
    return [
        Report(lecture_id=lecture_id, tables=tuple(tables.get(row.id, ())), **row._mapping)
        for row in found
    ]


def latest(store: Store, lecture_id: UUID) -> Report | None:
    """The newest version of a lecture's report; None before it is written."""
    found = versions(store, lecture_id)
    return found[0] if found else None


def pdf(store: Store, report_id: UUID) -> bytes | None:
    """The PDF of one version."""
    with store.read() as connection:
        found = connection.execute(select(reports.c.pdf).where(reports.c.id == report_id)).scalar()
    return None if found is None else bytes(found)


def table(store: Store, report_id: UUID, name: str) -> bytes | None:
    """One CSV table of one version."""
    query = select(report_tables.c.csv).where(
        report_tables.c.report_id == report_id, report_tables.c.name == name
    )
    with store.read() as connection:
        found = connection.execute(query).scalar()
    return None if found is None else bytes(found)


def fingerprint(store: Store, lecture_id: UUID) -> str:
    """A short text that changes whenever anything that a report is built from does."""
    with store.read() as connection:
        return fingerprint_in(connection, lecture_id)


def fingerprint_in(connection: Connection, lecture_id: UUID) -> str:
    """The same within a read: what only grows is counted, what may change is listed."""
    here = select(participants.c.id).where(participants.c.lecture_id == lecture_id)
    own_flags = select(flags.c.id).where(flags.c.lecture_id == lecture_id)
    counts = (
        select(func.coalesce(func.sum(buckets.c.observations), 0)).where(
            buckets.c.participant_id.in_(here)
        ),
        select(func.count()).select_from(events).where(events.c.participant_id.in_(here)),
        select(func.count())
        .select_from(self_reports)
        .where(self_reports.c.participant_id.in_(here)),
        select(func.count()).select_from(markers).where(markers.c.lecture_id == lecture_id),
        select(func.count()).select_from(flags).where(flags.c.lecture_id == lecture_id),
        select(func.count()).select_from(flag_events).where(flag_events.c.flag_id.in_(own_flags)),
        select(func.coalesce(func.sum(room_buckets.c.observations), 0)).where(
            room_buckets.c.lecture_id == lecture_id
        ),
    )
    found = connection.execute(select(*[count.scalar_subquery() for count in counts])).one()
    return ":".join([*map(str, found), _people(connection, lecture_id)])


def _people(connection: Connection, lecture_id: UUID) -> str:
    """A digest of who takes part and what they chose: other people in equal number are others."""
    query = (
        select(*_TOLD_OF).where(participants.c.lecture_id == lecture_id).order_by(participants.c.id)
    )
    told = hashlib.sha256()
    for row in connection.execute(query):
        told.update(repr([str(value) for value in row]).encode())
    return told.hexdigest()


_TOLD_OF: Final = (
    participants.c.id,
    participants.c.name,
    participants.c.status,
    participants.c.verified,
    *(participants.c[f"choice_{name}"] for name in CHOICES),
)
"""What of a participant decides what a report says of them."""


def redo_in(connection: Connection, lecture_ids: Iterable[UUID], now: datetime) -> None:
    """Delete what was written of these lectures, and have the ended ones written anew.

    So too of the course's later lectures: their reports compare themselves with these, and the
    difference between what they quote and what is written anew would tell of whoever left.
    """
    wanted = list(lecture_ids)
    following = [f for own in wanted for f in followers_in(connection, own)]
    for lecture_id in dict.fromkeys([*wanted, *following]):
        drop_versions_in(connection, lecture_id)
        ended = connection.execute(
            select(lectures.c.ended_at).where(lectures.c.id == lecture_id)
        ).scalar_one()
        if ended is not None:
            enqueue_in(connection, lecture_id, now)
            # Whoever is writing it now read what may not be told any more: take the claim away.
            connection.execute(
                update(report_jobs)
                .where(report_jobs.c.lecture_id == lecture_id)
                .values(claimed_at=None, claimed_by=None)
            )


def followers_in(connection: Connection, lecture_id: UUID) -> Sequence[UUID]:
    """The course's later lectures that ended: their reports compare themselves with this one."""
    own = select(lectures.c.course_id, lectures.c.started_at).where(lectures.c.id == lecture_id)
    lecture = connection.execute(own).one()
    later = select(lectures.c.id).where(
        lectures.c.course_id == lecture.course_id,
        lectures.c.started_at > lecture.started_at,
        lectures.c.ended_at.is_not(None),
    )
    return list(connection.execute(later.order_by(lectures.c.started_at)).scalars())


def drop_versions_in(connection: Connection, lecture_id: UUID) -> None:
    """Delete all files of a lecture within a transaction (an erasure must leave none behind)."""
    own = select(reports.c.id).where(reports.c.lecture_id == lecture_id)
    connection.execute(delete(report_tables).where(report_tables.c.report_id.in_(own)))
    connection.execute(delete(reports).where(reports.c.lecture_id == lecture_id))
