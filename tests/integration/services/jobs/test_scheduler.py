"""The job runner: reports once each, silent lectures ended, failures retried, one leader."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from contract.policy import CourseMode, Policy
from db.errors import StoreUnavailableError
from db.measurements import queries
from db.people import audit, consents, school_settings, tickets
from db.teaching import lectures, reports
from services import teaching
from services.access import OperatorActor
from services.jobs.report_writing import MOST_ATTEMPTS, ReportFiles
from services.jobs.scheduler import Scheduler
from services.reporting.retry import retry
from tests.builders.places import ROOT
from tests.builders.world import World

OFTEN_S = 0.05


class Desk:
    """Writes reports down instead of setting them, or fails as it is told to."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []
        self.written: list[UUID] = []
        self.broken: set[UUID] = set()
        self.without_pdf: set[UUID] = set()

    def write(self, lecture_id: UUID, now: datetime) -> ReportFiles:
        self.asked.append(lecture_id)
        if lecture_id in self.broken:
            raise RuntimeError("no font")
        self.written.append(lecture_id)
        tables = {"summary": b"x\r\n"}
        if lecture_id in self.without_pdf:
            return ReportFiles(None, tables, "TypesetError: no glyph")
        return ReportFiles(b"%PDF", tables)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def scheduler(world: World, desk: Desk) -> Iterator[Scheduler]:
    """Runs the jobs on the school's store, and has reports written at the desk."""
    made = Scheduler(world.app.services, desk.write, OFTEN_S)
    yield made
    made.close()


def written(scheduler: Scheduler, now: datetime) -> int:
    return scheduler.run_due(now)["write_due_reports"]


def ended(world: World) -> Any:
    lecture = world.lecture(CourseMode.OPEN)
    world.clock.forward(minutes=10)
    return teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)


def test_a_report_is_written_once_after_the_grace_period(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = ended(world)
    assert written(scheduler, world.clock.forward(seconds=60)) == 0
    assert written(scheduler, world.clock.forward(seconds=61)) == 1
    assert written(scheduler, world.clock.forward(seconds=10)) == 0
    assert desk.written == [lecture.id]
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert (report.version, report.tables) == (1, ("summary",))


def test_late_data_makes_a_second_version(world: World, scheduler: Scheduler) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    consents.admit(world.store, ana.id)
    late = world.observation(world.clock.now)
    world.clock.forward(minutes=10)
    teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)
    assert written(scheduler, world.clock.forward(minutes=3)) == 1
    assert ana.send([late]).json["verdicts"][0]["verdict"] == "accepted"
    done = scheduler.run_due(world.clock.forward(minutes=1))
    assert (done["refresh_changed_reports"], done["write_due_reports"]) == (1, 1)
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert report.version == 2


def test_a_report_that_fails_is_tried_again_later_and_given_up_at_last(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = ended(world)
    desk.broken.add(lecture.id)
    for _ in range(20):
        assert written(scheduler, world.clock.forward(minutes=10)) == 0
    assert len(desk.asked) == MOST_ATTEMPTS
    job = reports.job_of(world.store, lecture.id)
    assert job is not None
    assert (job.due_at, job.error) == (None, "RuntimeError: no font")


def test_a_part_that_fails_to_the_last_leaves_the_other_and_says_so(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = ended(world)
    desk.without_pdf.add(lecture.id)
    done = [written(scheduler, world.clock.forward(minutes=10)) for _ in range(20)]
    assert (len(desk.asked), sum(done)) == (MOST_ATTEMPTS, 1)
    report, job = reports.latest(world.store, lecture.id), reports.job_of(world.store, lecture.id)
    assert report is not None
    assert job is not None
    assert (report.pdf_bytes, report.tables) == (0, ("summary",))
    assert (job.due_at, job.error) == (None, "TypesetError: no glyph")


def test_a_report_that_was_given_up_is_tried_again_when_asked(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = ended(world)
    desk.broken.add(lecture.id)
    for _ in range(20):
        written(scheduler, world.clock.forward(minutes=10))
    desk.broken.clear()
    retry(world.app.services, OperatorActor(), lecture.id)
    assert written(scheduler, world.clock.now) == 1
    job = reports.job_of(world.store, lecture.id)
    assert job is not None
    assert (job.error, desk.written) == (None, [lecture.id])
    assert [one.action for one in audit.records(world.store)].count("retry_report") == 1


def test_one_lectures_failure_does_not_stop_the_others(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    bad, good = ended(world), ended(world)
    desk.broken.add(bad.id)
    assert written(scheduler, world.clock.forward(minutes=5)) == 1
    assert (desk.asked, desk.written) == ([bad.id, good.id], [good.id])


def test_a_silent_lecture_ends_and_one_with_data_goes_on(
    world: World, scheduler: Scheduler
) -> None:
    silent, alive = world.lecture(CourseMode.OPEN), world.lecture(CourseMode.OPEN)
    ana = world.join(alive, name="Ana")
    world.clock.forward(minutes=30)
    ana.send([world.observation(world.clock.now)])
    scheduler.run_due(world.clock.forward(minutes=16))
    assert [one.id for one in lectures.running(world.store)] == [alive.id]
    found = lectures.lecture(world.store, silent.id)
    assert found is not None
    assert found.ended_at == world.clock.now
    (record,) = [one for one in audit.records(world.store) if one.action == "end_lecture"]
    assert (record.actor, record.detail) == ("scheduler", {"why": "silence"})


@pytest.mark.parametrize("sign", ["pulse", "event", "marker"])
def test_a_lecture_without_observations_goes_on_while_anything_comes(
    world: World, scheduler: Scheduler, sign: str
) -> None:
    lecture = world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)
    ana = world.join(lecture, name="Ana")
    now = world.clock.forward(minutes=30)
    if sign == "pulse":
        given = ana.client.post("/api/v1/pulse", json={"mood": "okay"}, headers=ana.headers)
        assert given.status_code == 204
    elif sign == "event":
        assert ana.send([world.event(now)], "events").json["verdicts"][0]["verdict"] == "accepted"
    else:
        lectures.add_marker(world.store, lecture.id, at=now, label="Quiz", user_id=None)
    assert queries.last_sign(world.store, lecture.id) == now
    scheduler.run_due(world.clock.forward(minutes=16))
    assert [one.id for one in lectures.running(world.store)] == [lecture.id]
    scheduler.run_due(world.clock.forward(minutes=30))
    assert lectures.running(world.store) == []


def test_what_is_older_than_the_school_keeps_is_forgotten_once_a_day(
    world: World, scheduler: Scheduler
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    ana.send([world.observation(world.clock.now)])
    lectures.end(world.store, lecture.id, world.clock.forward(minutes=1))
    days = school_settings.school(world.store).retention_days

    def forgotten(now: datetime) -> int:
        return scheduler.run_due(now)["forget_what_is_old"]

    assert forgotten(world.clock.forward(days=days, hours=-1)) == 0
    # Too old by now, but it is not a day since: another process asks the same log.
    assert forgotten(world.clock.forward(hours=2)) == 0
    assert queries.observations_of(world.store, ana.id)
    assert forgotten(world.clock.forward(hours=23)) == 1
    assert not queries.observations_of(world.store, ana.id)
    assert len(audit.records(world.store, actor="scheduler", action="prune")) == 2


def test_the_name_of_who_did_not_agree_is_forgotten_with_their_ticket(
    world: World, scheduler: Scheduler
) -> None:
    lecture = world.lecture()

    def ask(name: str) -> str:
        body = {"code": lecture.code, "name": name}
        return str(world.client().post("/api/v1/join", json=body).json["ticket"])

    old = ask("Ana")
    world.clock.forward(minutes=20)
    new = ask("Ben")
    scheduler.run_due(world.clock())
    kept = [tickets.find_ticket(world.store, one) for one in (old, new)]
    assert [one.name for one in kept if one is not None] == ["", "Ben"]


def test_who_does_not_lead_does_nothing_until_the_leader_is_gone(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    ended(world)
    world.clock.forward(minutes=5)
    other = Scheduler(world.app.services, desk.write, OFTEN_S)
    assert scheduler._leadership.held()
    for job in other.jobs:
        other._run_as_leader(job)
    assert desk.written == []
    scheduler.close()
    for job in other.jobs:
        other._run_as_leader(job)
    assert len(desk.written) == 1
    other.close()


def watched(scheduler: Scheduler, *names: str) -> dict[str, Event]:
    """The jobs of these names, or all, with an event that is set when one has run twice."""
    seen: dict[str, Event] = {}

    def watch(job: Any) -> Any:
        twice, once = seen.setdefault(job.name, Event()), Event()

        def work(now: datetime) -> int:
            (twice if once.is_set() else once).set()
            return int(job.work(now))

        return replace(job, work=work, every=timedelta(seconds=OFTEN_S))

    scheduler.jobs = tuple(watch(job) for job in scheduler.jobs)
    return seen


def test_the_runner_runs_every_job_again_and_again_and_closes(scheduler: Scheduler) -> None:
    seen = watched(scheduler)
    scheduler.start()
    scheduler.start()
    assert all(event.wait(20) for event in seen.values())
    assert len(seen) == len(scheduler.jobs) >= 5
    scheduler.close()
    scheduler.close()


def test_what_fails_is_logged_and_goes_on(scheduler: Scheduler) -> None:
    seen = watched(scheduler)

    def away(_: datetime) -> int:
        raise StoreUnavailableError("The store is away.")

    def broken(_: datetime) -> int:
        raise ZeroDivisionError

    silent, changed, *others = scheduler.jobs
    scheduler.jobs = (replace(silent, work=away), replace(changed, work=broken), *others)
    with capture_logs() as logs:
        scheduler.start()
        assert all(seen[job.name].wait(20) for job in others)
        scheduler.close()
    told = {(line["event"], line["job"]) for line in logs if "job" in line}
    assert told == {("job_failed", silent.name), ("job_broke", changed.name)}


NOISY = """
import sys
from datetime import datetime, timedelta
from threading import Event
from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from classpulse.console import log_to_stderr
from services.jobs import scheduler as jobs

class Leads:
    def held(self): return True
    def release(self): pass

class Services:
    clock = datetime.now

jobs.leadership_of = lambda services: Leads()
log_to_stderr(quiet=True)
scheduler, overtaken = jobs.Scheduler(Services(), None, 0.05), Event()
slow = jobs.Job("slow", timedelta(seconds=0.05), lambda now: overtaken.wait(20))
scheduler.jobs = (slow,)
scheduler.start()
scheduler._runner.add_listener(lambda event: overtaken.set(), EVENT_JOB_MAX_INSTANCES)
assert overtaken.wait(20)
scheduler.close()
"""


def test_a_job_that_is_overtaken_by_its_next_time_says_nothing_at_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOISY], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_grace_period_is_the_schools_setting(world: World) -> None:
    lecture = ended(world)
    job = reports.job_of(world.store, lecture.id)
    assert job is not None
    grace = timedelta(seconds=world.app.services.settings.report_grace_seconds)
    assert job.due_at == world.clock.now + grace


def check_the_whole_line(world: World) -> None:
    """From joining to the downloads of the report."""
    lecture = world.lecture(CourseMode.OPEN)
    start = world.clock.now
    moments = [start + timedelta(seconds=s) for s in range(240)]
    world.clock.forward(seconds=240)
    for name in ("Ana", "Ben", "Cem", "Dua", "Eli", "Fay"):
        student = world.join(lecture, name=name)
        consents.admit(world.store, student.id)
        items = [world.observation(moment) for moment in moments]
        for _ in range(2):
            assert student.send(items).status_code == 200
        assert len(queries.observations_of(world.store, student.id)) == len(items)
    teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)
    assert written(world.app.scheduler, world.clock.forward(minutes=3)) == 1
    admin = world.browser("ada")
    at = f"/api/v1/lectures/{lecture.id}"
    assert admin.get(f"{at}/report.pdf").data.startswith(b"%PDF-")
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert {"summary", "students"} <= set(report.tables)
    for table in report.tables:
        assert admin.get(f"{at}/report.csv?table={table}").status_code == 200


def test_the_whole_line_on_sqlite(world: World) -> None:
    check_the_whole_line(world)


@pytest.mark.postgres
def test_the_whole_line_on_postgresql(postgres_world: World) -> None:
    check_the_whole_line(postgres_world)
