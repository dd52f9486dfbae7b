"""The job runner: reports once each, silent lectures ended, failures retried, one leader."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from contract.policy import CourseMode, Policy
from db.measurements import queries
from db.people import audit, consents, school_settings
from db.teaching import lectures, reports
from services import teaching
from services.access import OperatorActor
from services.jobs.leadership import FileLeadership
from services.jobs.scheduler import MOST_ATTEMPTS, Scheduler
from tests.builders.world import World


class Desk:
    """Writes reports down instead of setting them, or fails as it is told to."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []
        self.written: list[UUID] = []
        self.broken: set[UUID] = set()

    def write(self, lecture_id: UUID, now: datetime) -> tuple[bytes, Mapping[str, bytes]]:
        self.asked.append(lecture_id)
        if lecture_id in self.broken:
            raise RuntimeError("no font")
        self.written.append(lecture_id)
        return b"%PDF", {"summary": b"x\r\n"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def scheduler(world: World, desk: Desk) -> Iterator[Scheduler]:
    """Sweeps the school's store, and has reports written at the desk."""
    made = Scheduler(world.app.services, desk.write, 5.0)
    yield made
    made.close()


def ended(world: Any) -> Any:
    lecture = world.lecture(CourseMode.OPEN)
    world.clock.forward(minutes=10)
    return teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)


def test_a_report_is_written_once_after_the_grace_period(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture, sweep = ended(world), scheduler.sweep
    assert sweep(world.clock.forward(seconds=60)) == 0
    assert sweep(world.clock.forward(seconds=61)) == 1
    assert sweep(world.clock.forward(seconds=10)) == 0
    assert desk.written == [lecture.id]
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert (report.version, report.tables) == (1, ("summary",))


def test_late_data_makes_a_second_version(world: World, scheduler: Scheduler, desk: Desk) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    consents.admit(world.store, ana.id)
    late = world.observation(world.clock.now)
    world.clock.forward(minutes=10)
    teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)
    scheduler.sweep(world.clock.forward(minutes=3))
    assert ana.send([late]).json["verdicts"][0]["verdict"] == "accepted"
    assert scheduler.sweep(world.clock.forward(minutes=1)) == 1
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert report.version == 2


def test_a_report_that_fails_is_tried_again_later_and_given_up_at_last(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = ended(world)
    desk.broken.add(lecture.id)
    for _ in range(20):
        assert scheduler.sweep(world.clock.forward(minutes=10)) == 0
    assert len(desk.asked) == MOST_ATTEMPTS
    job = reports.job_of(world.store, lecture.id)
    assert job is not None
    assert (job.due_at, job.error) == (None, "RuntimeError: no font")


def test_one_lectures_failure_does_not_stop_the_others(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    bad, good = ended(world), ended(world)
    desk.broken.add(bad.id)
    assert scheduler.sweep(world.clock.forward(minutes=5)) == 1
    assert desk.written == [good.id]


def test_a_silent_lecture_ends_and_one_with_data_goes_on(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    silent, alive = world.lecture(CourseMode.OPEN), world.lecture(CourseMode.OPEN)
    ana = world.join(alive, name="Ana")
    world.clock.forward(minutes=30)
    ana.send([world.observation(world.clock.now)])
    scheduler.sweep(world.clock.forward(minutes=16))
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
    scheduler.sweep(world.clock.forward(minutes=16))
    assert [one.id for one in lectures.running(world.store)] == [lecture.id]
    scheduler.sweep(world.clock.forward(minutes=30))
    assert lectures.running(world.store) == []


def test_what_is_older_than_the_school_keeps_is_pruned_once_a_day(
    world: World, scheduler: Scheduler, desk: Desk
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    ana.send([world.observation(world.clock.now)])
    lectures.end(world.store, lecture.id, world.clock.forward(minutes=1))
    days = school_settings.school(world.store).retention_days
    scheduler.sweep(world.clock.forward(days=days - 1))
    assert queries.observations_of(world.store, ana.id)
    scheduler.sweep(world.clock.forward(days=2))
    assert not queries.observations_of(world.store, ana.id)


def test_one_process_leads_until_it_lets_go(tmp_path: Path) -> None:
    first, second = FileLeadership(tmp_path / "lock"), FileLeadership(tmp_path / "lock")
    assert first.held()
    assert first.held()
    assert not second.held()
    first.release()
    first.release()
    assert second.held()
    assert not first.held()
    second.release()


def test_who_does_not_lead_does_not_sweep(world: World, scheduler: Scheduler, desk: Desk) -> None:
    ended(world)
    world.clock.forward(minutes=5)
    leader, other = scheduler, Scheduler(world.app.services, desk.write, 5.0)
    assert leader._leadership.held()
    other._sweep_as_leader()
    assert desk.written == []
    leader.close()
    other._sweep_as_leader()
    assert len(desk.written) == 1
    other.close()


def test_the_runner_really_runs_and_closes(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = Event()
    monkeypatch.setattr(Scheduler, "sweep", lambda *_: swept.set())
    scheduler = Scheduler(world.app.services, desk.write, 0.2)
    scheduler.start()
    scheduler.start()
    assert swept.wait(10)
    scheduler.close()
    scheduler.close()


def test_the_grace_period_is_the_schools_setting(world: Any) -> None:
    lecture = ended(world)
    job = reports.job_of(world.store, lecture.id)
    assert job is not None
    grace = timedelta(seconds=world.app.services.settings.report_grace_seconds)
    assert job.due_at == world.clock.now + grace


def check_the_whole_line(world: Any) -> None:
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
    assert world.app.scheduler._leadership.held()
    assert world.app.scheduler.sweep(world.clock.forward(minutes=3)) == 1
    admin = world.browser("ada")
    at = f"/api/v1/lectures/{lecture.id}"
    assert admin.get(f"{at}/report.pdf").data.startswith(b"%PDF-")
    report = reports.latest(world.store, lecture.id)
    assert report is not None
    assert {"summary", "students"} <= set(report.tables)
    for table in report.tables:
        assert admin.get(f"{at}/report.csv?table={table}").status_code == 200


def test_the_whole_line_on_sqlite(world: Any) -> None:
    check_the_whole_line(world)


@pytest.mark.postgres
def test_the_whole_line_on_postgresql(postgres_world: Any) -> None:
    check_the_whole_line(postgres_world)
