"""Forgetting leaves nothing of a person but an id that names nobody, and spoils nobody else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from contract.events import Event, EventKind
from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.ids import uuid7
from contract.observations import Observation
from db.engine.store import Store
from db.errors import NotFoundError
from db.measurements import ingest, queries, retention
from db.people import audit, consents, courses
from db.schema.tables import metadata
from db.teaching import flags, lectures, reports
from db.values import FlagOutcome, Participant, Student
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting

Observe = Callable[..., Observation]


def take_part(classroom: Sitting, student: Student, observe: Observe) -> Participant:
    """A student of whom the store knows as much as it can."""
    store, lecture = classroom.store, classroom.lecture
    link = courses.find_link(store, courses.issue_link(store, student.id, now=NOW))
    assert link is not None
    participant = classroom.join(ticket=classroom.ticket(student, link_id=link.id))
    batch = [observe(second) for second in range(25)]
    ingest.ingest_observations(store, participant.id, batch, classroom.at(30))
    event = Event(id=uuid7(classroom.at(5)), at=classroom.at(5), kind=EventKind.PAUSED)
    ingest.ingest_events(store, participant.id, [event], classroom.at(30))
    ingest.ingest_self_report(store, participant.id, PulseMood.LOST, classroom.at(8))
    flag = flags.raise_flag(
        store,
        lecture_id=lecture.id,
        participant_id=participant.id,
        kind=FlagKind.SAD,
        raised_at=classroom.at(20),
        evidence={"share": 0.8},
        reason=f"{student.name} looked sad",
    )
    flags.decide(
        store,
        flag.id,
        FlagOutcome.DISMISSED,
        at=classroom.at(25),
        user_id=classroom.teacher.id,
        note=f"{student.name} is ill",
    )
    return participant


def end_and_report(classroom: Sitting, names: str) -> None:
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(0))
    job = reports.claim(classroom.store, classroom.at(61), "worker")
    assert job is not None
    reports.complete(
        classroom.store,
        job,
        now=classroom.at(62),
        fingerprint=reports.fingerprint(classroom.store, classroom.lecture.id),
        pdf=names.encode(),
        tables={"students": names.encode()},
    )


def everything(store: Store) -> str:
    """All that the store says, in text, ids and bytes, except the access log."""
    with store.read() as connection:
        return "\n".join(
            " ".join(str(value) for value in row)
            for table in metadata.sorted_tables
            if table.name != "access_log"
            for row in connection.execute(select(table)).all()
        )


@pytest.fixture
def pair(rostered: Sitting, observe: Observe) -> tuple[Sitting, list[Participant]]:
    """Two students of whom everything is known, in a lecture that ended with a report."""
    names = ("Ana Unique", "Bo Other")
    students = [
        courses.add_student(rostered.store, rostered.course.id, name, now=NOW) for name in names
    ]
    people = [take_part(rostered, student, observe) for student in students]
    end_and_report(rostered, " ".join(names))
    return rostered, people


def assert_only_the_log_remembers(classroom: Sitting, gone: UUID, pseudonym: UUID | None) -> None:
    """By a name that nothing else knows."""
    store = classroom.store
    assert pseudonym is not None
    assert "Ana Unique" not in everything(store)
    assert str(gone) not in everything(store)
    assert str(pseudonym) not in everything(store)
    log = str(audit.records(store))
    assert str(gone) not in log
    assert "Ana" not in log
    last, *_ = records = audit.records(store, subject=pseudonym)
    assert (last.action, last.actor) == ("erase", "user:admin")
    assert {it.action for it in records} >= {"erase", "view_students"}


def assert_the_other_is_whole(classroom: Sitting, other: Participant) -> None:
    store, lecture = classroom.store, classroom.lecture
    assert queries.participants(store, lecture.id) == [other]
    assert len(queries.observations_of(store, other.id)) == 25
    columns = queries.lecture_buckets(store, lecture.id)
    assert set(columns["participant"]) == {other.id}
    assert columns["observations"].sum() == 25
    assert [row.participant_id for row in queries.lecture_events(store, lecture.id)] == [other.id]
    assert [row.participant_id for row in queries.lecture_self_reports(store, lecture.id)] == [
        other.id
    ]
    assert [flag.participant_id for flag in flags.flags_of(store, lecture.id)] == [other.id]
    assert len(consents.history(store, other.id)) == 1


def test_an_erased_student_is_gone_from_everything(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, bo) = pair
    assert ana.student_id is not None
    for label, subject in (("own data", ana.id), (f"student:{ana.student_id}", None)):
        audit.record(
            classroom.store,
            actor=f"participant:{ana.id}",
            action="view_students",
            object=label,
            at=classroom.at(90),
            subject=subject,
        )
    removal = retention.erase_student(
        classroom.store, ana.student_id, now=classroom.at(100), actor="user:admin"
    )

    assert (removal.participants, removal.observations) == (1, 25)
    assert removal.lectures == (classroom.lecture.id,)
    assert_only_the_log_remembers(classroom, ana.student_id, removal.pseudonym)
    assert str(ana.id) not in everything(classroom.store)
    assert_the_other_is_whole(classroom, bo)


def test_an_erasure_takes_tickets_and_links_that_nobody_used(rostered: Sitting) -> None:
    """Of a student who never came, and whose way in is still open."""
    store, now = rostered.store, rostered.now
    ana = courses.add_student(store, rostered.course.id, "Ana Unique", now=now)
    courses.issue_link(store, ana.id, now=now)
    rostered.ticket(ana)
    assert str(ana.id) in everything(store)
    retention.erase_student(store, ana.id, now=rostered.at(1), actor="user:admin")
    assert str(ana.id) not in everything(store)
    assert "Ana Unique" not in everything(store)


def test_an_erased_participant_is_gone_but_stays_on_the_roster(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, bo) = pair
    retention.erase_participant(classroom.store, ana.id, now=classroom.at(100), actor="user:admin")

    assert str(ana.id) not in everything(classroom.store)
    assert_the_other_is_whole(classroom, bo)
    assert ana.student_id is not None
    assert courses.student(classroom.store, ana.student_id) is not None


def test_an_erasure_deletes_the_reports_and_has_them_written_anew(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, _) = pair
    retention.erase_participant(classroom.store, ana.id, now=classroom.at(100), actor="user:admin")

    assert list(reports.versions(classroom.store, classroom.lecture.id)) == []
    assert reports.claim(classroom.store, classroom.at(100), "worker") is not None


def test_a_report_that_was_being_written_cannot_bring_the_erased_back(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, _) = pair
    reports.enqueue(classroom.store, classroom.lecture.id, classroom.at(90))
    job = reports.claim(classroom.store, classroom.at(91), "worker")
    assert job is not None
    retention.erase_participant(classroom.store, ana.id, now=classroom.at(92), actor="user:admin")

    with pytest.raises(NotFoundError, match="no longer held"):
        reports.complete(
            classroom.store,
            job,
            now=classroom.at(93),
            fingerprint="old",
            pdf=b"Ana Unique",
            tables={},
        )
    assert "Ana Unique" not in str(reports.versions(classroom.store, classroom.lecture.id))


def test_deleting_ones_numbers_keeps_the_agreement(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, _) = pair
    store = classroom.store
    removal = retention.delete_observations(
        store, ana.id, now=classroom.at(100), actor=f"participant:{ana.id}"
    )

    assert (removal.participants, removal.observations) == (0, 25)
    assert queries.observations_of(store, ana.id) == []
    assert list(flags.flags_about(store, ana.id)) == []
    assert consents.participant(store, ana.id) == ana
    assert len(consents.history(store, ana.id)) == 1
    assert queries.counts(store, classroom.lecture.id).observations == 25


def test_old_lectures_are_pruned_and_newer_ones_kept(
    pair: tuple[Sitting, list[Participant]], observe: Observe
) -> None:
    classroom, people = pair
    store = classroom.store
    assert (
        retention.prune(store, classroom.at(60), now=classroom.at(99), actor="timer").participants
        == 0
    )

    removal = retention.prune(store, classroom.at(61), now=classroom.at(99), actor="timer")

    assert (removal.participants, removal.observations) == (2, 50)
    assert queries.participants(store, classroom.lecture.id) == []
    assert list(reports.versions(store, classroom.lecture.id)) == []
    assert reports.job_of(store, classroom.lecture.id) is None
    assert lectures.lecture(store, classroom.lecture.id) is not None
    assert len(courses.roster(store, classroom.course.id)) == 2
    assert all(str(person.id) not in everything(store) for person in people)


def test_the_access_log_has_a_timer_of_its_own(store: Store) -> None:
    for second in range(3):
        audit.record(
            store, actor="a", action="view", object="x", at=NOW + timedelta(seconds=second)
        )
    assert retention.prune_access_log(store, NOW + timedelta(seconds=2)) == 2
    assert len(audit.records(store)) == 1


def test_an_unknown_person_is_named(store: Store) -> None:
    nobody = uuid4()
    for erase in (
        retention.erase_student,
        retention.erase_participant,
        retention.delete_observations,
    ):
        with pytest.raises(NotFoundError, match=str(nobody)):
            erase(store, nobody, now=NOW, actor="user:admin")
    assert audit.records(store) == []


def test_erased_words_are_overwritten_in_the_file(sqlite_store: Store) -> None:
    classroom = Sitting.begin(sqlite_store)
    student = courses.add_student(sqlite_store, classroom.course.id, "Zebulon Remarkable", now=NOW)
    retention.erase_student(sqlite_store, student.id, now=NOW, actor="user:admin")
    sqlite_store.close()

    file = Path(str(sqlite_store.url.database))
    assert b"Zebulon Remarkable" not in file.read_bytes()


def test_versions_are_numbered_on_after_an_erasure(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    """Two files that differ never go by one number."""
    classroom, (ana, _) = pair
    store, lecture = classroom.store, classroom.lecture
    retention.erase_participant(store, ana.id, now=classroom.at(100), actor="user:admin")
    assert reports.versions(store, lecture.id) == []
    job = reports.claim(store, classroom.at(101), "worker")
    assert job is not None
    again = reports.complete(
        store, job, now=classroom.at(102), fingerprint="f", pdf=b"anew", tables={}
    )
    assert again.version == 2


def test_later_reports_that_quote_an_erased_lecture_are_written_anew(
    pair: tuple[Sitting, list[Participant]],
) -> None:
    classroom, (ana, _) = pair
    store = classroom.store
    later = lectures.start(
        store, classroom.course.id, "More", classroom.lecture.policy, classroom.at(3600)
    )
    lectures.end(store, later.id, classroom.at(7200), timedelta(0))
    job = reports.claim(store, classroom.at(7201), "worker")
    assert job is not None
    assert job.lecture_id == later.id
    reports.complete(store, job, now=classroom.at(7202), fingerprint="f", pdf=b"q", tables={})
    retention.erase_participant(store, ana.id, now=classroom.at(8000), actor="user:admin")
    assert reports.versions(store, later.id) == []
    due = reports.job_of(store, later.id)
    assert due is not None
    assert due.due_at == classroom.at(8000)
