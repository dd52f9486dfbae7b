"""The job runner: writes due reports, ends silent lectures, prunes; in one process at a time."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from contract.errors import ClassPulseError
from db.measurements import queries, retention
from db.people import audit, school_settings, users
from db.teaching import lectures, reports
from db.values import Lecture, ReportJob
from services.context import Services
from services.jobs.leadership import Leadership, leadership_of

_log = structlog.get_logger(__name__)

MOST_ATTEMPTS: Final = 5
_FIRST_RETRY: Final = timedelta(seconds=10)
_HOUSEKEEPING_EVERY: Final = timedelta(hours=24)
ACTOR: Final = "scheduler"


ReportWriter = Callable[[UUID, datetime], tuple[bytes, Mapping[str, bytes]]]
"""The PDF and the CSV tables by name of a lecture's report as it stands at a moment."""


class Scheduler:
    """Sweeps the store at short intervals, if it leads; all its memory is in the store itself.

    APScheduler keeps only the sweep, in its own process's memory: two processes that share a job
    store run one job several times, whereas a report's row can be claimed only once.
    """

    def __init__(
        self, services: Services, write_report: ReportWriter, sweep_seconds: float
    ) -> None:
        self._services, self._write_report = services, write_report
        self._sweep_seconds = sweep_seconds
        self._leadership: Leadership = leadership_of(services)
        self._runner: BackgroundScheduler | None = None
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._cleaned: datetime | None = None
        self._one_at_a_time = threading.Lock()

    def start(self) -> None:
        """Begin to sweep in a thread of its own."""
        if self._runner is not None:
            return
        self._runner = BackgroundScheduler(timezone="UTC")
        self._runner.add_job(
            self._sweep_as_leader,
            "interval",
            seconds=self._sweep_seconds,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._runner.start()

    def close(self) -> None:
        """Finish the sweep under way and stop. May be called again."""
        if self._runner is not None:
            self._runner.shutdown(wait=True)
            self._runner = None
        self._leadership.release()

    def _sweep_as_leader(self) -> None:
        try:
            if self._leadership.held():
                self.sweep(self._services.clock())
        except ClassPulseError as error:
            # The next sweep tries again; the store may be back by then.
            _log.warning("sweep_failed", detail=str(error))

    def sweep(self, now: datetime) -> int:
        """Do all that is due at ``now``; answers how many reports were written."""
        with self._one_at_a_time:
            self._end_silent(now)
            self._refresh_changed(now)
            self._clean(now)
            written = 0
            while (job := reports.claim(self._services.store, now, self._worker)) is not None:
                written += self._write(job, now)
            return written

    def _write(self, job: ReportJob, now: datetime) -> bool:
        store = self._services.store
        try:
            # Before rendering: what arrives meanwhile makes the report due again.
            fingerprint = reports.fingerprint(store, job.lecture_id)
            pdf, tables = self._write_report(job.lecture_id, now)
            reports.complete(store, job, now=now, fingerprint=fingerprint, pdf=pdf, tables=tables)
        except Exception as error:  # noqa: BLE001 - one lecture's report must not stop the others'
            _log.error("report_failed", lecture=str(job.lecture_id), exc_info=error)
            retry = now + _FIRST_RETRY * 2**job.attempts if job.attempts < MOST_ATTEMPTS else None
            reports.fail(store, job, f"{type(error).__name__}: {error}", retry)
            return False
        _log.info("report_written", lecture=str(job.lecture_id))
        return True

    def _end_silent(self, now: datetime) -> None:
        """End the lectures of which nothing has come for too long, from agents or the teacher."""
        terms = self._services.terms
        for lecture in lectures.running(self._services.store):
            if now - self._last_sign(lecture) > terms.silence:
                lectures.end(self._services.store, lecture.id, now, terms.report_grace)
                audit.record(
                    self._services.store,
                    actor=ACTOR,
                    action="end_lecture",
                    object=f"lecture:{lecture.id}",
                    at=now,
                    detail={"why": "silence"},
                )

    def _last_sign(self, lecture: Lecture) -> datetime:
        newest = queries.last_sign(self._services.store, lecture.id)
        return max(lecture.started_at, newest or lecture.started_at)

    def _refresh_changed(self, now: datetime) -> None:
        late = self._services.terms.late + timedelta(minutes=10)
        reports.enqueue_changed(self._services.store, now, now - late)

    def _clean(self, now: datetime) -> None:
        """Once a day: what is older than the school keeps, and sessions that are over."""
        if self._cleaned is not None and now - self._cleaned < _HOUSEKEEPING_EVERY:
            return
        store = self._services.store
        days = school_settings.school(store).retention_days
        retention.prune(store, now - timedelta(days=days), now=now, actor=ACTOR)
        users.drop_old_sessions(store, now)
        self._cleaned = now
