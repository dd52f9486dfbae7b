"""The Observation refuses whatever nobody agreed to send."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from contract import Observation, RoomObservation, uuid7
from contract.base import Message

NOW = datetime(2026, 11, 21, 10, 0, 0, 250_000, tzinfo=UTC)


def good(**changes: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": str(uuid7(NOW)),
        "captured_at": "2026-11-21T10:00:00.250Z",
        "frames": 3,
        "face_share": 1.0,
        "faces": 1,
        "probabilities": [0.0, 0.0, 0.0, 0.25, 0.25, 0.0, 0.5],
        "attentive": 1.0,
        "attention": {"yaw": 1.0, "pitch": -2.0, "roll": 0.0, "eyes_open": 0.9},
        "detection_score": 0.97,
        "model": "pulse@1",
    }
    return item | changes


def read(item: dict[str, Any]) -> Observation:
    return Observation.model_validate_json(json.dumps(item))


def test_a_good_one_survives_the_wire() -> None:
    one = read(good())
    assert Observation.model_validate_json(one.model_dump_json()) == one
    assert one.captured_at == NOW


def test_another_zone_is_the_same_moment() -> None:
    one = read(good(captured_at="2026-11-21T15:30:00.250+05:30"))
    assert one.captured_at == NOW
    assert one.captured_at.utcoffset() == timedelta(0)


def test_no_face_is_null_not_zero() -> None:
    one = read(good(face_share=0.0, faces=0, probabilities=None, attentive=None, attention=None))
    assert one.probabilities is None


def test_a_face_may_be_seen_whose_look_cannot_be_read() -> None:
    one = read(good(probabilities=None))
    assert (one.face_share, one.probabilities) == (1.0, None)


HOSTILE = {
    "a picture": {"picture": "iVBORw0KGgo"},
    "an embedding": {"embedding": [0.1] * 512},
    "free text": {"note": "she looked out of the window"},
    "text in the model's name": {"model": "pulse@1 and a letter home"},
    "eight probabilities": {"probabilities": [0.125] * 8},
    "an embedding as probabilities": {"probabilities": [1 / 512] * 512},
    "a sum of 1.002": {"probabilities": [0.002, 0, 0, 0.25, 0.25, 0, 0.5]},
    "a negative probability": {"probabilities": [-0.5, 0, 0, 0.75, 0.25, 0, 0.5]},
    "text as a number": {"frames": "3"},
    "no frames": {"frames": 0},
    "a naive time": {"captured_at": "2026-11-21T10:00:00"},
    "an id that is no v7": {"id": "8f14e45f-ceea-467f-ab6a-3b1f5f3f2b60"},
    "no face yet probabilities": {"face_share": 0.0},
    "a face that was not counted": {"faces": 0},
    "a time before all calendars": {"captured_at": "0001-01-01T00:00:00+14:00"},
    "a time after all calendars": {"captured_at": "9999-12-31T23:59:59-14:00"},
    "no face yet attentive": {"face_share": 0.0, "probabilities": None, "attention": None},
    "an unknown field deeper down": {
        "attention": {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "eyes_open": 1.0, "gaze": "left"}
    },
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_nobody_agreed_on_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(good(**change))


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValidationError):
        Observation.model_validate_json(
            json.dumps(good()).replace('"detection_score": 0.97', '"detection_score": NaN')
        )


class Anything(Message):
    """A field without bounds of its own."""

    value: float


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_message_holds_a_number_without_an_end(value: str) -> None:
    """JSON has none, but Python's reads them: a sum with one in it is lost."""
    with pytest.raises(ValidationError):
        Anything.model_validate_json(f'{{"value": {value}}}')
    with pytest.raises(ValidationError):
        Anything(value=float(value.lower()))


def test_a_room_needs_five_faces() -> None:
    face = {"probabilities": [0, 0, 0, 0, 0, 0, 1.0], "attentive": None}
    room = {"id": str(uuid7(NOW)), "captured_at": "2026-11-21T10:00:00Z", "frames": 2,
            "model": "pulse@1"}  # fmt: skip
    RoomObservation.model_validate_json(json.dumps(room | {"faces": [face] * 5}))
    with pytest.raises(ValidationError):
        RoomObservation.model_validate_json(json.dumps(room | {"faces": [face] * 4}))


def test_the_wire_says_utc_in_milliseconds() -> None:
    one = Observation.model_validate(
        {**good(), "id": uuid7(NOW), "captured_at": NOW.astimezone(timezone(timedelta(hours=5))),
         "probabilities": tuple(good()["probabilities"])}
    )  # fmt: skip
    assert json.loads(one.model_dump_json())["captured_at"] == "2026-11-21T10:00:00.250Z"
