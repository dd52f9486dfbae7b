"""The flag log: nothing in it is changed, and it reads as its last word."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from contract.flags import FlagKind
from db.errors import NotFoundError
from db.teaching import flags
from db.values import FlagOutcome, FlagRow
from tests.builders.lecture import Sitting


def raise_one(
    classroom: Sitting, participant_id: UUID, second: int, kind: FlagKind = FlagKind.SAD
) -> FlagRow:
    return flags.raise_flag(
        classroom.store,
        lecture_id=classroom.lecture.id,
        participant_id=participant_id,
        kind=kind,
        raised_at=classroom.at(second),
        evidence={"share": 0.78, "window_s": 360},
        reason="looked sad 78 % of the last 6 min",
    )


def test_a_raise_is_logged_once_however_often_it_is_seen(classroom: Sitting) -> None:
    participant = classroom.join()
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda _: raise_one(classroom, participant.id, 60), range(8)))

    assert len({flag.id for flag in seen}) == 1
    assert list(flags.flags_of(classroom.store, classroom.lecture.id)) == [seen[0]]
    assert seen[0].evidence == {"share": 0.78, "window_s": 360}


def test_kinds_and_moments_are_flags_of_their_own(classroom: Sitting) -> None:
    ana, bo = classroom.join(), classroom.join()
    second = raise_one(classroom, ana.id, 90)
    first = raise_one(classroom, ana.id, 60)
    other = raise_one(classroom, ana.id, 61, FlagKind.DISENGAGED)
    theirs = raise_one(classroom, bo.id, 70)

    found = flags.flags_of(classroom.store, classroom.lecture.id)
    assert list(found) == [first, other, theirs, second]
    assert list(flags.flags_about(classroom.store, bo.id)) == [theirs]


def test_the_last_decision_holds_and_the_first_clearing(classroom: Sitting) -> None:
    store, teacher = classroom.store, classroom.teacher
    flag = raise_one(classroom, classroom.join().id, 60)
    flags.decide(
        store, flag.id, FlagOutcome.DISMISSED, at=classroom.at(70), user_id=teacher.id, note="ill"
    )
    flags.clear(store, flag.id, classroom.at(80))
    flags.clear(store, flag.id, classroom.at(99))
    flags.decide(store, flag.id, FlagOutcome.CHECKED_IN, at=classroom.at(90), user_id=teacher.id)

    found = flags.flag(store, flag.id)
    assert found is not None
    assert found.cleared_at == classroom.at(80)
    assert (found.outcome, found.outcome_at) == (FlagOutcome.CHECKED_IN, classroom.at(90))
    assert (found.outcome_by, found.outcome_note) == (teacher.id, None)


def test_what_a_student_answered_is_kept_and_the_last_answer_holds(classroom: Sitting) -> None:
    store, ana = classroom.store, classroom.join()
    flag = raise_one(classroom, ana.id, 60)
    flags.ask(store, flag.id, classroom.at(61))
    answered = flags.answer(store, flag.id, True, classroom.at(65))
    assert (answered.answer, answered.asked_at) == (True, classroom.at(61))
    assert flags.answer(store, flag.id, False, classroom.at(700)).answer is False


def test_what_is_not_there_is_named(classroom: Sitting) -> None:
    nothing = uuid4()
    with pytest.raises(NotFoundError, match=str(nothing)):
        flags.clear(classroom.store, nothing, classroom.at(1))
    with pytest.raises(NotFoundError, match=str(nothing)):
        raise_one(classroom, nothing, 1)
    assert flags.flag(classroom.store, nothing) is None


def test_a_flag_of_another_lecture_is_refused(classroom: Sitting) -> None:
    participant = classroom.join()
    with pytest.raises(NotFoundError):
        flags.raise_flag(
            classroom.store,
            lecture_id=uuid4(),
            participant_id=participant.id,
            kind=FlagKind.SAD,
            raised_at=datetime.fromisoformat("2026-11-21T09:00:00Z"),
            evidence={},
            reason="",
        )
