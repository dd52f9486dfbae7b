"""Batches as agents send them, good, late, hostile and broken: every item gets its own verdict."""

import json
from datetime import timedelta
from typing import Any

import pytest

from contract.batches import MAX_BATCH
from contract.ids import uuid7
from contract.policy import CourseMode, Policy
from db.measurements import queries
from db.people import consents
from db.teaching import lectures


@pytest.fixture
def student(world: Any) -> Any:
    return world.join(world.lecture(CourseMode.OPEN), name="Ana")


def verdicts(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(one["verdict"], one["reason"]) for one in answer.json["verdicts"]]


def stored(world: Any, student: Any) -> int:
    return len(queries.observations_of(world.store, student.id))


def test_what_is_sent_is_stored_once(world: Any, student: Any) -> None:
    items = [world.observation(world.clock.now + timedelta(seconds=s)) for s in range(20)]
    world.clock.forward(seconds=20)
    assert verdicts(student.send(items)) == [("accepted", None)] * 20
    assert verdicts(student.send(items)) == [("duplicate", None)] * 20
    assert stored(world, student) == 20


def test_a_waiting_student_is_stored_and_told_so(world: Any, student: Any) -> None:
    answer = student.send([world.observation(world.clock.now)])
    assert answer.json["admitted"] is False
    assert answer.json["lecture"] == "running"
    assert stored(world, student) == 1
    consents.admit(world.store, student.id)
    assert student.send([]).json["admitted"] is True


def test_a_refused_student_is_turned_away(world: Any, student: Any) -> None:
    consents.refuse(world.store, student.id, world.clock())
    assert student.send([world.observation(world.clock.now)]).status_code == 403


HOSTILE: dict[str, dict[str, Any]] = {
    "a picture": {"picture": "iVBORw0KGgo="},
    "an embedding": {"embedding": [0.1] * 128},
    "free text": {"note": "he looked at his phone"},
    "a name": {"name": "Ana"},
    "a probability too many": {"probabilities": [0.125] * 8},
    "probabilities that do not sum to one": {"probabilities": [0.2] * 7},
    "a negative probability": {"probabilities": [1.2, -0.2, 0, 0, 0, 0, 0]},
    "probabilities as text": {"probabilities": "sad"},
    "probabilities without a face": {"face_share": 0.0},
    "no face, yet attentive": {"face_share": 0.0, "probabilities": None, "attentive": 1.0},
    "a share of two": {"face_share": 2.0},
    "a time without a zone": {"captured_at": "2026-11-21T09:00:00"},
    "a time that is none": {"captured_at": "yesterday"},
    "an id that holds no time": {"id": "3f2a1f0e-9a0b-4c64-8f55-0f8d1b1f4a11"},
    "a model that is a sentence": {"model": "Ana was sad today"},
    "no frames": {"frames": 0},
    "frames as text": {"frames": "2"},
    "an overflowing number": {"frames": 10**40},
    "attention with a stray field": {
        "attention": {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "eyes_open": 1.0, "iris": 0.1}
    },
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_item_is_refused_alone(world: Any, student: Any, what: str) -> None:
    good, now = world.observation(world.clock.now), world.clock.now
    bad = world.observation(now, **HOSTILE[what])
    answer = student.send([good, bad, world.observation(now)])
    assert verdicts(answer) == [("accepted", None), ("rejected", "invalid"), ("accepted", None)]
    assert answer.json["verdicts"][1]["detail"]
    assert stored(world, student) == 2


@pytest.mark.parametrize(
    ("hours", "verdict"), [(0, "accepted"), (-23, "accepted"), (-25, "rejected"), (48, "rejected")]
)
def test_an_id_of_another_day_is_refused(
    world: Any, student: Any, hours: int, verdict: str
) -> None:
    now = world.clock.now
    minted = str(uuid7(now + timedelta(hours=hours)))
    for kind, item in (
        ("observations", world.observation(now, id=minted)),
        ("events", world.event(now, id=minted)),
    ):
        (told,) = student.send([item], kind).json["verdicts"]
        assert told["verdict"] == verdict
        if verdict == "rejected":
            assert (told["reason"], told["id"]) == ("invalid", minted)
            assert "24 h" in told["detail"]
    assert stored(world, student) == (verdict == "accepted")


def test_an_id_of_a_year_beyond_all_calendars_is_refused(world: Any, student: Any) -> None:
    item = world.observation(world.clock.now, id="ffffffff-ffff-7fff-bfff-ffffffffffff")
    assert verdicts(student.send([item])) == [("rejected", "invalid")]


@pytest.mark.parametrize(
    "item", [None, 7, "text", [], {}, {"id": 3}, {"id": "x"}, {"id": {"a": []}}], ids=repr
)
def test_an_item_that_is_no_observation_has_a_verdict_too(
    world: Any, student: Any, item: Any
) -> None:
    assert verdicts(student.send([item])) == [("rejected", "invalid")]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"items"', b'{"items": 3}', b'{"items": [], "more": 1}',
        b'{"item": []}', b"\xff\xfe", b'{"items": [' * 5000, b'{"items": ["\\ud800"]}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_batch(student: Any, body: bytes) -> None:
    answer = student.client.post("/api/v1/observations", data=body, headers=student.headers)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "Traceback" not in answer.text


def test_not_a_number_is_not_a_number(world: Any, student: Any) -> None:
    item = json.dumps(world.observation(world.clock.now)).replace("1.0", "NaN", 1)
    answer = student.client.post(
        "/api/v1/observations", data=f'{{"items": [{item}]}}', headers=student.headers
    )
    assert verdicts(answer) == [("rejected", "invalid")]


def test_600_items_are_taken_and_601_are_too_many(world: Any, student: Any) -> None:
    items = [world.observation(world.clock.now) for _ in range(MAX_BATCH + 1)]
    answer = student.send(items)
    assert answer.status_code == 413
    assert str(MAX_BATCH) in answer.json["detail"]
    assert stored(world, student) == 0
    assert len(verdicts(student.send(items[:-1]))) == MAX_BATCH


def test_a_body_beyond_the_limit_is_not_read(student: Any) -> None:
    answer = student.client.post(
        "/api/v1/observations", data=b"x" * (2**21 + 1), headers=student.headers
    )
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_the_future_and_the_past_are_refused_item_by_item(world: Any, student: Any) -> None:
    now = world.clock.now
    moments = [now + timedelta(minutes=6), now + timedelta(minutes=4), now - timedelta(seconds=1)]
    answer = student.send([world.observation(moment) for moment in moments])
    assert verdicts(answer) == [
        ("rejected", "future"), ("accepted", None), ("rejected", "before_start"),
    ]  # fmt: skip
    assert answer.json["server_time"] == "2026-11-21T09:00:00.000Z"


def test_after_the_end_only_what_was_before_it_is_taken_for_a_day(world: Any, student: Any) -> None:
    lecture = lectures.running(world.store)[0]
    before = world.clock.now + timedelta(minutes=1)
    end = world.clock.forward(minutes=30)
    lectures.end(world.store, lecture.id, end)
    world.clock.forward(hours=23)
    answer = student.send([world.observation(before), world.observation(end)])
    assert verdicts(answer) == [("accepted", None), ("rejected", "after_end")]
    assert answer.json["lecture"] == "ended"
    assert answer.json["ended_at"] == "2026-11-21T09:30:00.000Z"
    world.clock.forward(hours=2)
    assert verdicts(student.send([world.observation(before)])) == [("rejected", "too_late")]


def test_withdrawing_ends_everything_at_once(world: Any, student: Any) -> None:
    withdraw = lambda: student.client.delete(  # noqa: E731
        "/api/v1/consents/me", headers=student.headers
    )
    assert withdraw().status_code == 204
    assert withdraw().status_code == 204
    for kind, item in (("observations", world.observation), ("events", world.event)):
        answer = student.send([item(world.clock.now)], kind)
        assert answer.status_code == 403
        assert "took your agreement back" in answer.json["detail"]
    assert stored(world, student) == 0


def test_nothing_is_inferred_where_the_policy_is_self_report(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)
    ana = world.join(lecture, name="Ana", choices={"class_mood": False})
    assert ana.send([world.observation(world.clock.now)]).status_code == 403
    assert stored(world, ana) == 0
    pulse = ana.client.post("/api/v1/pulse", json={"mood": "lost"}, headers=ana.headers)
    assert pulse.status_code == 204
    (row,) = queries.lecture_self_reports(world.store, lecture.id)
    assert row.mood == "lost"


def test_nothing_is_inferred_under_self_report_whatever_was_agreed(world: Any) -> None:
    """The policy decides for everybody: an agent that goes on regardless is turned away."""
    lecture = world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)
    ana = world.join(lecture, name="Ana", choices={"class_mood": True, "room": True})
    refused = ana.send([world.observation(world.clock.now)])
    assert (refused.status_code, "self_report" in refused.json["detail"]) == (403, True)
    assert stored(world, ana) == 0


def test_without_agreement_to_the_class_mood_nothing_is_taken(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana", choices={"class_mood": False})
    assert ana.send([world.observation(world.clock.now)]).status_code == 403


def test_events_have_verdicts_as_well(world: Any, student: Any) -> None:
    now = world.clock.now
    items = [
        world.event(now), world.event(now, "outbox_overflow", count=12), world.event(now, "cried"),
        world.event(now + timedelta(hours=1)),
    ]  # fmt: skip
    assert verdicts(student.send(items, "events")) == [
        ("accepted", None), ("accepted", None), ("rejected", "invalid"), ("rejected", "future"),
    ]  # fmt: skip
    assert verdicts(student.send(items[:1], "events")) == [("duplicate", None)]


@pytest.mark.parametrize(
    "body", [{}, {"mood": "sad"}, {"mood": "good", "answer": True}, {"answer": True}], ids=repr
)
def test_a_pulse_is_a_mood_or_an_answer(student: Any, body: dict[str, Any]) -> None:
    answer = student.client.post("/api/v1/pulse", json=body, headers=student.headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer no-such-token"},
                                    {"Authorization": "Basic YTpi"}])  # fmt: skip
def test_without_a_good_token_nothing_is_taken(
    world: Any, student: Any, header: dict[str, str]
) -> None:
    body = {"items": [world.observation(world.clock.now)]}
    answer = student.client.post("/api/v1/observations", json=body, headers=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_forgotten_device_does_not_shut_out_its_school(world: Any, student: Any) -> None:
    for _ in range(200):
        answer = student.client.post(
            "/api/v1/observations", json={"items": []}, headers={"Authorization": "Bearer old"}
        )
        assert answer.status_code == 401
    assert student.send([]).status_code == 200


def test_one_agent_cannot_keep_the_server_busy(world: Any, student: Any) -> None:
    statuses = [student.send([]).status_code for _ in range(200)]
    assert statuses[:120] == [200] * 120
    assert 429 in statuses[120:]
