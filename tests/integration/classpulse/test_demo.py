"""The demo: a whole short lecture and its report, and a live one that lives through every end."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pypdfium2
import pytest
from sqlalchemy import Table, select

from analytics.simulation.lectures import simulate_lecture
from capture_agent.clock import Clock as AgentClock
from capture_agent.clock import ClockCorrection
from capture_agent.delivery.transport import Transport
from capture_agent.errors import DeliveryError
from classpulse.demo.names import student_names
from classpulse.demo.run import run_demo
from classpulse.demo.school import COURSE, ROOM_COURSE
from classpulse.demo.sight import observations_of, seen_by
from classpulse.demo.students import SimulatedClass
from classpulse.serving import offline_services
from contract.looks import LOOKS
from contract.policy import Choices, Policy
from db.engine.store import Store, open_store
from db.measurements import ingest, past, queries
from db.people import courses, users
from db.schema.tables import buckets, observations
from db.teaching import lectures, reports
from db.values import Lecture, ParticipantStatus
from services import my_data, room_camera, teaching
from services.access import OperatorActor, ParticipantActor, UserActor
from services.context import Services
from tests.builders.card import even_card
from tests.builders.demo import DemoProcess
from tests.builders.lecture import Sitting
from tests.builders.world import World

STUDENTS = 8


@pytest.mark.slow
def test_once_holds_a_lecture_and_leaves_its_report(tmp_path: Path) -> None:
    run_demo(folder=tmp_path, students=STUDENTS, port=None, once=True)
    text = _text(tmp_path / "report.pdf")
    assert "Introduction to Biology" in text
    summary = {row["figure"]: row["value"] for row in _rows(tmp_path / "report" / "summary.csv")}
    assert summary["students"] == str(STUDENTS)
    assert summary["policy"] == "individual"
    shares = [float(value) for name, value in summary.items() if name.endswith("_share")]
    assert sum(shares) == pytest.approx(1, abs=0.001)

    # Student 6 was made to turn away for twelve minutes; both files say so.
    names = student_names(STUDENTS)
    flagged = {(row["student"], row["kind"]) for row in _rows(tmp_path / "report" / "flags.csv")}
    assert (names[6], "disengaged") in flagged
    assert names[6] in text
    # Student 7 did not choose to have a row.
    listed = {row["student"] for row in _rows(tmp_path / "report" / "students.csv")}
    assert listed == set(names) - {names[7]}
    assert names[7] not in text


def test_names_are_people_not_numbers() -> None:
    assert len(set(student_names(200))) == 200


def test_what_is_written_at_once_is_what_the_server_would_have_stored(store: Store) -> None:
    classroom = Sitting.begin(store)
    began = classroom.lecture.started_at
    card = even_card()
    script = simulate_lecture(
        np.random.default_rng(1), 2, 300, [card.posteriors(look) for look in LOOKS]
    )
    for row in range(2):
        sent, written, pruned = (classroom.join() for _ in range(3))
        # In two pieces that meet within a bucket.
        for first, last in ((0, 123), (123, 300)):
            seen = seen_by(script, row, first, last, began, card.model_id)
            ingest.ingest_observations(store, sent.id, observations_of(seen), began)
            past.add_past_seconds(store, written.id, seen, began)
            past.add_past_seconds(store, pruned.id, seen, began, pruned=True)
        for table in (observations, buckets):
            assert _stored(store, table, sent.id) == _stored(store, table, written.id) != []
        assert _stored(store, buckets, pruned.id) == _stored(store, buckets, sent.id)
        assert _stored(store, observations, pruned.id) == []


def _stored(store: Store, table: Table, participant: object) -> list[tuple[object, ...]]:
    """A participant's rows, less what tells whose and which they are."""
    shown = [column for column in table.columns if column.name not in ("participant_id", "id")]
    key = "captured_at" if "captured_at" in table.c else "bucket"
    query = select(*shown).where(table.c.participant_id == participant).order_by(table.c[key])
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


class LosesAnswers(httpx.BaseTransport):
    """A network on which the server gets every request, and its first answers are lost."""

    def __init__(self, world: World) -> None:
        self._inner = httpx.WSGITransport(app=world.app.flask)
        self.lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        if self.lost:
            self.lost -= 1
            raise httpx.ReadError("the answer was lost")
        return answer


def test_what_the_server_may_have_is_sent_again_under_the_same_ids(world: World) -> None:
    lecture, card = world.lecture(), even_card()
    bank = [card.posteriors(look) for look in LOOKS]
    script = simulate_lecture(np.random.default_rng(1), 1, 60, bank)
    network = LosesAnswers(world)
    transport = Transport("http://localhost", AgentClock(), ClockCorrection(), network)
    group = SimulatedClass(transport, script, lecture.started_at, card.model_id, Policy.INDIVIDUAL)
    seat = group.join(lecture.code, 0, "Ana", Choices(class_mood=True), None)
    group.sit(seat, 0)
    world.clock.forward(seconds=60)
    for second in (30, 60):
        network.lost = 1
        with pytest.raises(DeliveryError):
            group.send_until(second)
    assert group.send_until(60) == []
    stored = queries.observations_of(world.store, seat.participant)
    assert len(stored) == int(script.sending.sum())
    assert len({one.captured_at for one in stored}) == len(stored)
    transport.close()


class Office:
    """Another process at the store of a running demo, as a teacher's command would be."""

    def __init__(self, store: Store) -> None:
        self.services: Services = offline_services(store)
        self.store = store
        (self.teacher,) = (
            UserActor(user, courses.taught_by(store, user.id))
            for user in users.list_users(store)
            if user.login == "teacher"
        )
        self.courses = {course.title: course for course in courses.list_courses(store)}

    def running(self, course: str = COURSE) -> Lecture:
        (found,) = [
            one for one in lectures.running(self.store) if one.course_id == self.courses[course].id
        ]
        return found

    def people(self, lecture: Lecture) -> dict[str, ParticipantStatus]:
        return {one.name: one.status for one in queries.participants(self.store, lecture.id)}

    def reported(self, lecture: Lecture) -> bool:
        return reports.latest(self.store, lecture.id) is not None


@pytest.fixture
def office(tmp_path: Path, demo: DemoProcess) -> Iterator[Office]:
    store = open_store(f"sqlite:///{tmp_path / 'classpulse.db'}")
    yield Office(store)
    store.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoProcess]:
    with DemoProcess(tmp_path, STUDENTS) as running:
        running.says("Stop with Ctrl-C")
        yield running


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_outlives_refusals_and_ends_and_goes_on_where_it_stopped(
    tmp_path: Path, demo: DemoProcess, office: Office
) -> None:
    services, teacher, first = office.services, office.teacher, office.running()
    names = student_names(STUDENTS)
    people = {one.name: one.id for one in queries.participants(office.store, first.id)}
    assert office.people(first)[names[-1]] is ParticipantStatus.WAITING

    # One is refused, one takes the agreement back: they leave, and all others stay.
    teaching.refuse(services, teacher, first.id, people[names[-1]])
    my_data.withdraw(services, ParticipantActor(people[names[0]], first.id), people[names[0]])
    demo.says(f"{names[-1]} has left: ")
    demo.says(f"{names[0]} has left: ")

    # Everybody in the lab chose the room's camera, and so it can be allowed.
    lab = office.running(ROOM_COURSE)
    assert room_camera.state(services, teacher, lab.id).missing == 0
    assert room_camera.allow(services, teacher, lab.id, everybody_agreed=True).agreed >= 5

    # By a command's use case, whose own grace is two minutes; the report does not wait for it.
    assert services.terms.report_grace > timedelta(minutes=1)
    teaching.end_lecture(services, OperatorActor(), first.id)
    demo.says(f"“{first.title}” has ended: its students have left")
    demo.until(lambda: office.reported(first))

    # The next one is joined, and ends too.
    second = teaching.start_lecture(services, teacher, office.courses[COURSE].id, "Roots")
    demo.says("“Roots” has begun")
    demo.until(lambda: len(queries.last_captured(office.store, second.id)) >= STUDENTS - 2)
    teaching.end_lecture(services, teacher, second.id)
    demo.until(lambda: office.reported(second))
    third = teaching.start_lecture(services, teacher, office.courses[COURSE].id, "Leaves")
    demo.until(lambda: len(queries.last_captured(office.store, third.id)) >= STUDENTS - 2)

    # No two in one folder; the next start goes on with what ran, and with the same students.
    with DemoProcess(tmp_path, STUDENTS) as other:
        other.says("already: stop it first")
    assert demo.interrupt() == 0
    assert "Traceback" not in demo.said
    before, stopped = office.people(third), datetime.now(UTC)
    with DemoProcess(tmp_path, 3) as again:
        again.says("Going on with “Leaves”")
        again.says("Stop with Ctrl-C")
        again.until(
            lambda: (
                min(queries.last_captured(office.store, third.id).values()) > stopped.timestamp()
            )
        )
        assert office.people(third) == before
        assert office.running(ROOM_COURSE).id == lab.id
        assert again.interrupt() == 0
    assert not re.search("Traceback|rror", again.said + demo.said)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
