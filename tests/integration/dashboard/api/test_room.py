"""The room through the API: the teacher's word, everybody's agreement, what a camera may send."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contract.ids import uuid7
from contract.languages import Language
from contract.policy import CourseMode, Policy
from dashboard.api import limits
from dashboard.reports import render_report
from db.measurements import room_figures
from db.people import audit, consents
from db.teaching import lectures
from db.values import Lecture

SAME_ORIGIN = {"Origin": "http://localhost"}
YES = {"class_mood": True, "room": True}


class Room:
    """A lecture with students in it, its teacher's browser, and the camera's secret."""

    def __init__(self, world: Any, policy: Policy, students: int = 5) -> None:
        self.world = world
        self.lecture: Lecture = world.lecture(CourseMode.ANONYMOUS, policy)
        self.students = [world.join(self.lecture, choices=YES) for _ in range(students)]
        self.teacher: FlaskClient = world.browser("tara")
        self.address = f"/api/v1/lectures/{self.lecture.id}/room"

    def allow(self, **said: Any) -> TestResponse:
        body = {"everybody_agreed": True, **said}
        return self.teacher.post(self.address, json=body, headers=SAME_ORIGIN)

    def headers(self) -> dict[str, str]:
        link = self.allow().json["link"]
        path, _, secret = link.partition("#room=")
        assert path == f"/join/{self.lecture.code}"
        return {"Authorization": f"Bearer {secret}"}

    def second(self, at: float, faces: Any = 5, **changes: Any) -> dict[str, Any]:
        moment = self.world.clock.now + timedelta(seconds=at)
        face = {"probabilities": [0.7, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05], "attentive": 1.0}
        return {
            "id": str(uuid7(moment)),
            "captured_at": moment.isoformat(),
            "frames": 2,
            "faces": [face] * faces if isinstance(faces, int) else faces,
            "model": "pulse@1",
            **changes,
        }

    def send(self, headers: dict[str, str], items: list[Any]) -> TestResponse:
        return self.world.client().post(
            "/api/v1/room/observations", json={"items": items}, headers=headers
        )


@pytest.mark.parametrize("policy", [Policy.INDIVIDUAL, Policy.AGGREGATE])
def test_a_room_from_the_teachers_word_to_the_store(world: Any, policy: Policy) -> None:
    room = Room(world, policy)
    state = room.teacher.get(room.address).json
    assert (state["allowed"], state["agreed"], state["missing"]) == (False, 5, 0)

    headers = room.headers()
    facts = world.client().get("/api/v1/room", headers=headers).json
    assert (facts["policy"], facts["agreed"]) == (policy, 5)
    items = [room.second(0), room.second(1), room.second(1.5, 7), room.second(2, note="Ana")]
    answer = room.send(headers, items).json

    found = [(it["verdict"], it["reason"]) for it in answer["verdicts"]]
    assert found == [("accepted", None)] * 2 + [("rejected", "invalid")] * 2
    # Five agreed, and the teacher's own face may be in a gallery view; a seventh is somebody else.
    assert "6, but this has 7" in answer["verdicts"][2]["detail"]
    columns = room_figures.room_columns(world.store, room.lecture.id)
    assert columns["faces"].tolist() == [10]
    assert room.teacher.get(room.address).json["allowed"] is True
    actions = {it.action for it in audit.records(world.store)}
    assert {"allow_room", "start_room"} <= actions


@pytest.mark.parametrize(
    "change",
    [
        {"faces": 4},
        {"participant": "Ana"},
        {"picture": "iVBORw0KGgo="},
        {"faces": [{"probabilities": [1, 0, 0, 0, 0, 0, 0], "embedding": [0.1] * 128}] * 5},
        {"faces": [{"probabilities": [0.5, 0, 0, 0, 0, 0, 0]}] * 5},
    ],
    ids=["four faces", "a participant", "a picture", "an embedding", "half a face"],
)
def test_what_nobody_agreed_on_does_not_travel(world: Any, change: dict[str, Any]) -> None:
    room = Room(world, Policy.AGGREGATE)
    item = room.second(0, **change)
    (verdict,) = room.send(room.headers(), [item]).json["verdicts"]
    assert (verdict["verdict"], verdict["reason"]) == ("rejected", "invalid")


def test_one_camera_cannot_keep_the_server_busy(world: Any) -> None:
    room = Room(world, Policy.INDIVIDUAL)
    headers = room.headers()
    bounds = world.app.flask.extensions[limits.EXTENSION]
    still = limits.TokenBuckets(1.0, 5, lambda: 0.0)
    world.app.flask.extensions[limits.EXTENSION] = replace(bounds, agent=still)
    client = world.client()
    answers = [client.get("/api/v1/room", headers=headers).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_under_self_report_there_is_no_room(world: Any) -> None:
    room = Room(world, Policy.SELF_REPORT)
    answer = room.allow()
    assert answer.status_code == 403
    assert "self_report" in answer.json["detail"]


def test_without_the_teachers_word_there_is_no_room(world: Any) -> None:
    room = Room(world, Policy.INDIVIDUAL)
    assert room.allow(everybody_agreed=False).status_code == 422
    for other in (world.client(), world.browser("otto"), world.browser("ada")):
        answer = other.post(room.address, json={"everybody_agreed": True}, headers=SAME_ORIGIN)
        assert answer.status_code in (401, 403)
    assert world.client().get("/api/v1/room").status_code == 401
    student = room.students[0].headers
    assert world.client().get("/api/v1/room", headers=student).status_code == 401


def test_too_few_or_one_no_is_a_conflict(world: Any) -> None:
    room = Room(world, Policy.INDIVIDUAL, students=4)
    assert room.allow().status_code == 409
    world.join(room.lecture, choices={"class_mood": True})
    answer = room.allow()
    assert (answer.status_code, "1 of 5 did not" in answer.json["detail"]) == (409, True)


def test_a_withdrawal_stops_it_at_once(world: Any) -> None:
    room = Room(world, Policy.INDIVIDUAL)
    headers = room.headers()
    assert room.send(headers, [room.second(0)]).status_code == 200
    consents.withdraw(world.store, room.students[3].id, world.clock())

    assert room.send(headers, [room.second(1)]).status_code == 403
    assert world.client().get("/api/v1/room", headers=headers).status_code == 403
    state = room.teacher.get(room.address).json
    assert (state["allowed"], state["stopped"], state["missing"]) == (False, "withdrawn", 1)
    assert room_figures.room_columns(world.store, room.lecture.id)["faces"].tolist() == [5]


def test_the_teacher_stops_it_and_an_ended_lecture_still_takes_what_was_captured(
    world: Any,
) -> None:
    room = Room(world, Policy.AGGREGATE)
    headers = room.headers()
    waiting = room.second(0)
    lectures.end(world.store, room.lecture.id, world.clock.forward(seconds=10))
    late = room.send(headers, [waiting, room.second(5)]).json
    assert [it["verdict"] for it in late["verdicts"]] == ["accepted", "rejected"]
    assert late["lecture"] == "ended"

    assert room.teacher.delete(room.address, headers=SAME_ORIGIN).status_code == 204
    assert room.send(headers, [waiting]).status_code == 403


def test_five_minutes_of_it_are_shown_live_and_in_the_report(world: Any) -> None:
    room = Room(world, Policy.AGGREGATE)
    headers = room.headers()
    world.clock.forward(seconds=700)
    began = -700 + 300 - int((world.clock.now - timedelta(seconds=700)).timestamp()) % 300
    seconds = [room.second(began + at) for at in range(300)]
    verdicts = room.send(headers, seconds).json["verdicts"]
    assert {it["verdict"] for it in verdicts} == {"accepted"}

    (window,) = room.teacher.get(room.address).json["windows"]
    assert (window["faces"], window["attentive"]) == (5, 1.0)
    assert window["shares"][0] == max(window["shares"])
    assert all(abs(share / 0.05 - round(share / 0.05)) < 1e-9 for share in window["shares"])
    lectures.end(world.store, room.lecture.id, world.clock())
    services = world.app.services
    _, tables = render_report(services, Language.EN, room.lecture.id, world.clock())
    head, row = tables["room"].decode().splitlines()
    assert head.startswith("begins,faces,attentive,angry")
    assert row.split(",")[1:3] == ["5", "1.00"]


def test_the_document_describes_it(world: Any) -> None:
    document = world.client().get("/api/openapi.json").json
    schema = document["components"]["schemas"]["RoomObservation"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["faces"]["minItems"] == 5
    assert "/api/v1/room/observations" in document["paths"]
