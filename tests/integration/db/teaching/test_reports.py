"""Report jobs are taken by one worker at a time, and written again only when data changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from contract.flags import FlagKind
from contract.observations import Observation
from contract.policy import Choices, Policy
from db.errors import NotFoundError
from db.measurements import ingest
from db.people import consents
from db.teaching import flags, lectures, reports, shelf
from db.values import FlagOutcome, Report, ReportJob
from tests.builders.lecture import Sitting

LEASE = timedelta(minutes=5)


@pytest.fixture
def ended(classroom: Sitting) -> Sitting:
    """A lecture that ended after 60 s, whose report is due at 120 s."""
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(seconds=60))
    return classroom


def claim(classroom: Sitting, second: float, worker: str = "one") -> ReportJob | None:
    return reports.claim(classroom.store, classroom.at(second), worker, LEASE)


def build(classroom: Sitting, second: float) -> Report:
    job = claim(classroom, second)
    assert job is not None
    return reports.complete(
        classroom.store,
        job,
        now=classroom.at(second),
        fingerprint=reports.fingerprint(classroom.store, classroom.lecture.id),
        pdf=b"%PDF " + str(second).encode(),
        tables={"students": b"name\n", "mood": b"at\n"},
    )


def changed(classroom: Sitting, second: float) -> list[object]:
    return list(reports.enqueue_changed(classroom.store, classroom.at(second), classroom.at(0)))


def test_nothing_is_claimed_before_it_is_due(ended: Sitting) -> None:
    assert claim(ended, 119) is None
    job = claim(ended, 120)
    assert job is not None
    assert (job.lecture_id, job.attempts, job.claimed_by) == (ended.lecture.id, 1, "one")


def test_one_job_goes_to_one_worker(ended: Sitting) -> None:
    with ThreadPoolExecutor(6) as threads:
        claims = list(threads.map(lambda number: claim(ended, 130, str(number)), range(6)))
    assert sum(job is not None for job in claims) == 1


def test_a_dead_workers_job_is_taken_over_and_its_result_refused(ended: Sitting) -> None:
    first = claim(ended, 120, "dead")
    assert first is not None
    assert claim(ended, 419) is None
    second = claim(ended, 421, "alive")
    assert second is not None
    assert second.attempts == 2
    with pytest.raises(NotFoundError, match="dead"):
        reports.complete(ended.store, first, now=ended.at(422), fingerprint="x", pdf=b"", tables={})


def test_a_report_is_kept_with_its_files(ended: Sitting) -> None:
    report = build(ended, 120)

    assert (report.version, report.tables) == (1, ("mood", "students"))
    assert reports.latest(ended.store, ended.lecture.id) == report
    assert reports.pdf(ended.store, report.id) == b"%PDF 120"
    assert reports.table(ended.store, report.id, "mood") == b"at\n"
    assert reports.table(ended.store, report.id, "nothing") is None
    assert claim(ended, 9999) is None
    job = reports.job_of(ended.store, ended.lecture.id)
    assert job is not None
    assert (job.built_at, job.due_at, job.claimed_by) == (ended.at(120), None, None)


def test_a_failure_is_tried_again_or_given_up(ended: Sitting) -> None:
    job = claim(ended, 120)
    assert job is not None
    reports.fail(ended.store, job, "typst is missing", ended.at(180))
    assert claim(ended, 179) is None
    again = claim(ended, 180)
    assert again is not None
    assert (again.attempts, again.error) == (2, "typst is missing")
    reports.fail(ended.store, again, "typst is missing", None)
    assert claim(ended, 9999) is None


def test_what_was_given_up_is_tried_again_once_its_data_change(
    classroom: Sitting, observe: Callable[..., Observation]
) -> None:
    participant = classroom.join()
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(0))
    job = claim(classroom, 60)
    assert job is not None
    reports.fail(classroom.store, job, "typst is missing", None)
    assert changed(classroom, 70) == []

    ingest.ingest_observations(classroom.store, participant.id, [observe(1)], classroom.at(71))

    assert changed(classroom, 72) == [classroom.lecture.id]
    again = claim(classroom, 72)
    assert again is not None
    assert (again.attempts, again.error) == (1, None)


def test_a_second_version_that_was_given_up_does_not_come_due_by_itself(
    classroom: Sitting, observe: Callable[..., Observation]
) -> None:
    participant = classroom.join()
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(0))
    build(classroom, 60)
    ingest.ingest_observations(classroom.store, participant.id, [observe(1)], classroom.at(61))
    assert changed(classroom, 62) == [classroom.lecture.id]
    job = claim(classroom, 62)
    assert job is not None
    reports.fail(classroom.store, job, "typst is missing", None)
    assert changed(classroom, 63) == []


def test_late_data_makes_a_new_version_due_once(
    classroom: Sitting, observe: Callable[..., Observation]
) -> None:
    participant = classroom.join()
    item = observe(1)
    ingest.ingest_observations(classroom.store, participant.id, [item], classroom.at(2))
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(0))
    build(classroom, 60)
    assert changed(classroom, 70) == []
    ingest.ingest_observations(classroom.store, participant.id, [item], classroom.at(71))
    assert changed(classroom, 72) == []

    ingest.ingest_observations(classroom.store, participant.id, [observe(2)], classroom.at(73))

    assert changed(classroom, 74) == [classroom.lecture.id]
    assert changed(classroom, 75) == []
    assert build(classroom, 76).version == 2
    assert [
        report.version for report in reports.versions(classroom.store, classroom.lecture.id)
    ] == [
        2,
        1,
    ]
    assert changed(classroom, 80) == []


def test_what_arrives_while_building_is_not_lost(
    classroom: Sitting, observe: Callable[..., Observation]
) -> None:
    participant = classroom.join()
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(0))
    job = claim(classroom, 60)
    assert job is not None
    seen = reports.fingerprint(classroom.store, classroom.lecture.id)
    ingest.ingest_observations(classroom.store, participant.id, [observe(1)], classroom.at(61))
    reports.complete(
        classroom.store, job, now=classroom.at(62), fingerprint=seen, pdf=b"", tables={}
    )
    assert changed(classroom, 63) == [classroom.lecture.id]


def test_a_report_made_due_while_building_stays_due(ended: Sitting) -> None:
    job = claim(ended, 120)
    assert job is not None
    reports.enqueue(ended.store, ended.lecture.id, ended.at(125))
    reports.complete(ended.store, job, now=ended.at(126), fingerprint="x", pdf=b"", tables={})
    assert claim(ended, 127) is not None


def test_everything_a_report_shows_is_in_its_fingerprint(
    classroom: Sitting, observe: Callable[..., Observation]
) -> None:
    store, lecture = classroom.store, classroom.lecture
    seen = [reports.fingerprint(store, lecture.id)]

    def note() -> None:
        seen.append(reports.fingerprint(store, lecture.id))

    participant = classroom.join()
    note()
    consents.admit(store, participant.id)
    note()
    ingest.ingest_observations(store, participant.id, [observe(1)], classroom.at(2))
    note()
    lectures.add_marker(store, lecture.id, at=classroom.at(3), label="Quiz", user_id=None)
    note()
    flag = flags.raise_flag(
        store,
        lecture_id=lecture.id,
        participant_id=participant.id,
        kind=FlagKind.SAD,
        raised_at=classroom.at(4),
        evidence={},
        reason="",
    )
    note()
    flags.decide(
        store,
        flag.id,
        FlagOutcome.CHECKED_IN,
        at=classroom.at(5),
        user_id=classroom.teacher.id,
    )
    note()
    assert len(set(seen)) == len(seen)


def test_other_people_in_equal_number_are_another_report(classroom: Sitting) -> None:
    ana, ben = classroom.join(), classroom.join()
    consents.admit(classroom.store, ana.id)
    first = reports.fingerprint(classroom.store, classroom.lecture.id)
    consents.refuse(classroom.store, ana.id, classroom.at(1))
    consents.admit(classroom.store, ben.id)
    consents.refuse(classroom.store, ana.id, classroom.at(2))
    assert reports.fingerprint(classroom.store, classroom.lecture.id) != first


def choose(**anew: bool) -> Callable[[Sitting, UUID], object]:
    def act(sitting: Sitting, who: UUID) -> object:
        before = consents.participant(sitting.store, who)
        assert before is not None
        chosen = before.choices.model_copy(update=anew)
        return consents.change_choices(
            sitting.store, who, chosen, notice_version="1", now=sitting.at(10**7)
        )

    return act


NARROWER: dict[str, Callable[[Sitting, UUID], object]] = {
    "hidden": choose(flags=False),
    "out of the figures": choose(class_mood=False),
    "asked first": choose(ask_first=True),
    "not in the room": choose(room=False),
    "withdrawn": lambda sitting, who: consents.withdraw(sitting.store, who, sitting.at(10**7)),
    "refused": lambda sitting, who: consents.refuse(sitting.store, who, sitting.at(10**7)),
}


@pytest.mark.parametrize("narrow", NARROWER.values(), ids=NARROWER)
def test_who_may_be_told_less_of_is_out_of_the_report_at_any_age(
    classroom: Sitting, narrow: Callable[[Sitting, UUID], object]
) -> None:
    store, lecture = classroom.store, classroom.lecture
    ana = classroom.join(choices=Choices(class_mood=True, flags=True, room=True))
    consents.admit(store, ana.id)
    lectures.end(store, lecture.id, classroom.at(60), timedelta(seconds=60))
    build(classroom, 120)
    job = claim(classroom, 10**7)
    assert job is None
    narrow(classroom, ana.id)
    assert reports.versions(store, lecture.id) == []
    assert claim(classroom, 10**7) is not None


@pytest.mark.parametrize("wider", [choose(flags=True), choose(), choose(room=True)])
def test_a_wider_choice_leaves_what_is_written(
    classroom: Sitting, wider: Callable[[Sitting, UUID], object]
) -> None:
    ana = classroom.join(choices=Choices(class_mood=True))
    consents.admit(classroom.store, ana.id)
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60), timedelta(seconds=60))
    build(classroom, 120)
    wider(classroom, ana.id)
    assert len(reports.versions(classroom.store, classroom.lecture.id)) == 1


def test_old_lectures_are_left_alone(ended: Sitting) -> None:
    build(ended, 120)
    ended.join()
    late = reports.enqueue_changed(ended.store, ended.at(9999), ended.at(61))
    assert list(late) == []
    assert lectures.start(
        ended.store, ended.course.id, "Next", Policy.AGGREGATE, ended.at(9999)
    ).running


def test_the_shelf_holds_what_is_kept_of_each_ended_lecture(classroom: Sitting) -> None:
    store, first, course = classroom.store, classroom.lecture, classroom.course
    waiting = lectures.start(
        store, classroom.course.id, "Waves", Policy.INDIVIDUAL, classroom.at(1)
    )
    lectures.start(store, course.id, "Runs", Policy.INDIVIDUAL, classroom.at(2))
    for number in (1, 2):
        lectures.end(store, first.id, classroom.at(60), timedelta())
        reports.enqueue(store, first.id, classroom.at(60))
        job = claim(classroom, 60 + number)
        assert job is not None
        tables = {"students": b"name\n", shelf.MOMENTS: b"at %d\n" % number}
        reports.complete(
            store, job, now=classroom.at(90), fingerprint="f", pdf=b"%PDF", tables=tables
        )
    lectures.end(store, waiting.id, classroom.at(99))

    second, written = shelf.shelf(store)
    assert (second.lecture.title, second.report, second.moments) == ("Waves", None, None)
    assert (written.lecture.id, written.course) == (first.id, classroom.course)
    assert written.moments == b"at 2\n"
    for one in (second, written):
        assert one.report == reports.latest(store, one.lecture.id)
        assert one.job == reports.job_of(store, one.lecture.id)
    assert len(shelf.shelf(store, teacher_id=classroom.teacher.id)) == 2
    assert shelf.shelf(store, teacher_id=first.id) == []
    assert [one.lecture.title for one in shelf.shelf(store, limit=2)] == ["Waves"]
