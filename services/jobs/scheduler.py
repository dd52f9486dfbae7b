"""When what recurs is done: jobs of APScheduler, each at times of its own, run by who leads.

APScheduler keeps the jobs in its own process's memory: two processes that share a job store run
one job several times, whereas a report's row can be claimed only once, and the store tells what
was done before.

The live board's ticks are no job of this: every web process ticks, whoever leads, and one thread
that waits is all it needs. As a job, a tick would be handed from the scheduler's thread to an
executor's (measured: 0.3 ms of processor each against 0.1) and stand in line there behind a report.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from contract.errors import ClassPulseError
from services.context import Services
from services.failures import Failures
from services.jobs.leadership import Leadership, leadership_of
from services.jobs.report_writing import ReportWriter, ReportWriting
from services.jobs.upkeep import Upkeep

_log = structlog.get_logger(__name__)

_FORGETTING_EVERY: Final = timedelta(hours=1)
"""Done once a day; asked for as often as this, so that a store which was away for a moment, or a
process that has just come to lead, does not put it off until tomorrow."""

_OVERWRITING_EVERY: Final = timedelta(minutes=10)

_NOWHERE: Final = logging.NullHandler()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that recurs: what it is called, how often it is looked at, and what it does.

    ``work`` does what is due at a moment and answers how much that was.
    """

    name: str
    every: timedelta
    work: Callable[[datetime], int]


class Scheduler:
    """Runs every job at its times, in a thread of its own, while this process leads."""

    def __init__(
        self, services: Services, write_report: ReportWriter, sweep_seconds: float
    ) -> None:
        self._services = services
        self._leadership: Leadership = leadership_of(services)
        self._runner: BackgroundScheduler | None = None
        self._one_at_a_time = threading.Lock()
        self._looked: float | None = None
        self.failures: Final = Failures("job_failed", "job")
        upkeep, writing = Upkeep(services), ReportWriting(services, write_report)
        often = timedelta(seconds=sweep_seconds)
        self.jobs: tuple[Job, ...] = (
            Job("end_silent_lectures", often, upkeep.end_silent),
            Job("refresh_changed_reports", often, writing.refresh_changed),
            Job("forget_what_is_old", _FORGETTING_EVERY, upkeep.forget_old),
            Job("overwrite_what_was_erased", _OVERWRITING_EVERY, upkeep.overwrite_erased),
            Job("write_due_reports", often, writing.write_due),
        )

    @property
    def age(self) -> float | None:
        """Seconds since a job last had its turn here; None where none are run."""
        return None if self._looked is None or self._runner is None else monotonic() - self._looked

    def start(self) -> None:
        """Begin to run the jobs, each at once and then at its times."""
        if self._runner is not None:
            return
        self._looked = monotonic()
        # A job that is still running when its time comes again is nothing to tell anybody of; what
        # APScheduler warns of would else reach the terminal where nobody has set up logging.
        logging.getLogger("apscheduler").addHandler(_NOWHERE)
        # One thread: no two jobs ever meet, and the leadership is asked by one at a time.
        self._runner = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(max_workers=1)}
        )
        self._runner.add_listener(_say_what_nobody_foresaw, EVENT_JOB_ERROR)
        for job in self.jobs:
            self._runner.add_job(
                self._run_as_leader,
                IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC),
                args=(job,),
                id=job.name,
                name=job.name,
                next_run_time=datetime.now(UTC),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._runner.start()

    def close(self) -> None:
        """Finish the job under way and stop. May be called again."""
        if self._runner is not None:
            self._runner.shutdown(wait=True)
            self._runner = None
        self._leadership.release()

    def run_due(self, now: datetime) -> dict[str, int]:
        """Run every job once, as at ``now``, whoever leads; answers how much each has done."""
        return {job.name: self._run(job, now) for job in self.jobs}

    def _run_as_leader(self, job: Job) -> None:
        self._looked = monotonic()
        try:
            if self._leadership.held():
                self._run(job, self._services.clock())
        except ClassPulseError as error:
            # Its next time tries again; the store may be back by then.
            self.failures.failed(job.name, error)
        else:
            self.failures.worked(job.name)

    def _run(self, job: Job, now: datetime) -> int:
        with self._one_at_a_time:
            return job.work(now)


def _say_what_nobody_foresaw(event: Any) -> None:
    _log.error("job_broke", job=event.job_id, exc_info=event.exception)
