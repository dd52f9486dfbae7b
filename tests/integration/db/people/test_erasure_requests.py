"""A student's wish to be erased is asked once, answered once, and outlives whom it concerns."""

from uuid import uuid4

import pytest

from db.errors import ConflictError, NotFoundError
from db.measurements import retention
from db.people import erasure_requests
from tests.builders.lecture import Sitting


def test_a_request_stands_until_it_is_answered_once(classroom: Sitting) -> None:
    store, ana = classroom.store, classroom.join()
    asked = erasure_requests.ask(store, ana.id, classroom.at(10))
    assert erasure_requests.ask(store, ana.id, classroom.at(20)) == asked
    assert (asked.lecture_id, asked.verdict) == (classroom.lecture.id, None)
    retention.erase_participant(store, ana.id, now=classroom.at(30), actor="test")
    done = erasure_requests.answer(
        store,
        asked.id,
        verdict=erasure_requests.ERASED,
        note=None,
        user_id=classroom.teacher.id,
        now=classroom.at(30),
    )
    assert erasure_requests.request(store, asked.id) == done
    assert (done.verdict, done.answered_at) == ("erased", classroom.at(30))
    with pytest.raises(ConflictError, match="answered already"):
        erasure_requests.answer(
            store, asked.id, verdict="declined", note=None, user_id=None, now=classroom.at(40)
        )


def test_open_requests_come_first_and_the_oldest_of_them(classroom: Sitting) -> None:
    store = classroom.store
    first, second, third = (
        erasure_requests.ask(store, classroom.join().id, classroom.at(n)) for n in (1, 2, 3)
    )
    erasure_requests.answer(
        store, first.id, verdict="declined", note="kept", user_id=None, now=classroom.at(9)
    )
    assert [one.id for one in erasure_requests.requests(store)] == [second.id, third.id, first.id]
    latest = erasure_requests.latest_of(store, first.participant_id)
    assert latest is not None
    assert (latest.verdict, latest.note) == ("declined", "kept")


def test_nobody_asks_for_who_is_not_there(classroom: Sitting) -> None:
    with pytest.raises(NotFoundError):
        erasure_requests.ask(classroom.store, uuid4(), classroom.at(0))
    with pytest.raises(NotFoundError):
        erasure_requests.answer(
            classroom.store, uuid4(), verdict="erased", note=None, user_id=None, now=classroom.now
        )
