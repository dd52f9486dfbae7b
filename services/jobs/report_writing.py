"""Writing the reports that are due: each claimed once, tried again later, given up at last."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from db.teaching import reports
from db.values import ReportJob
from services.context import Services

_log = structlog.get_logger(__name__)

MOST_ATTEMPTS: Final = 5
_FIRST_RETRY: Final = timedelta(seconds=10)
_MARGIN: Final = timedelta(minutes=10)
"""For what was accepted at the last moment, or by a clock that is behind."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """What could be made of a lecture's report: neither part takes the other down.

    ``pdf`` is None, or ``tables`` empty, where ``problem`` says why.
    """

    pdf: bytes | None
    tables: Mapping[str, bytes]
    problem: str | None = None


ReportWriter = Callable[[UUID, datetime], ReportFiles]
"""The files of a lecture's report as it stands at a moment."""


class ReportWriting:
    """What is due and who has claimed it stands in the store, whichever process looks."""

    def __init__(self, services: Services, write_report: ReportWriter) -> None:
        self._services, self._write_report = services, write_report
        self._worker = f"{socket.gethostname()}:{os.getpid()}"

    def refresh_changed(self, now: datetime) -> int:
        """Make due again what late data has changed; answers how many reports."""
        late = self._services.terms.late + _MARGIN
        return len(reports.enqueue_changed(self._services.store, now, now - late))

    def write_due(self, now: datetime) -> int:
        """Write what is due; answers how many reports."""
        written = 0
        while (job := reports.claim(self._services.store, now, self._worker)) is not None:
            written += self._write(job, now)
        return written

    def _write(self, job: ReportJob, now: datetime) -> bool:
        store = self._services.store
        try:
            # Before rendering: what arrives meanwhile makes the report due again.
            fingerprint = reports.fingerprint(store, job.lecture_id)
            files = self._write_report(job.lecture_id, now)
            if files.problem is not None and job.attempts < MOST_ATTEMPTS:
                reports.fail(store, job, files.problem, _retry(job, now))
                return False
            # At last half a report is better than none; the problem stands beside it.
            reports.complete(
                store,
                job,
                now=now,
                fingerprint=fingerprint,
                pdf=files.pdf or b"",
                tables=files.tables,
                problem=files.problem,
            )
        except Exception as error:  # noqa: BLE001 - one lecture's report must not stop the others'
            _log.error("report_failed", lecture=str(job.lecture_id), exc_info=error)
            retry = _retry(job, now) if job.attempts < MOST_ATTEMPTS else None
            reports.fail(store, job, f"{type(error).__name__}: {error}", retry)
            return False
        _log.info("report_written", lecture=str(job.lecture_id))
        return True


def _retry(job: ReportJob, now: datetime) -> datetime:
    wait: timedelta = _FIRST_RETRY * 2**job.attempts
    return now + wait
