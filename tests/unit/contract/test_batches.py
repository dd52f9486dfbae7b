"""One bad item spoils no other; a bad envelope is named."""

import json
from datetime import UTC, datetime

import pytest

from contract import Event, Observation, uuid7
from contract.batches import (
    MAX_BATCH,
    Batch,
    BatchTooLargeError,
    MalformedBatchError,
    Unreadable,
    read_batch,
)

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def observation() -> Observation:
    return Observation(
        id=uuid7(NOW), captured_at=NOW, frames=1, face_share=1.0, faces=1,
        probabilities=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), attentive=None, model="pulse@1",
    )  # fmt: skip


def test_what_is_sent_is_what_is_read() -> None:
    items = tuple(observation() for _ in range(MAX_BATCH))
    raw = Batch[Observation](items=items).model_dump_json().encode()
    assert read_batch(raw, Observation) == list(items)


def test_bad_items_keep_their_place_and_their_id() -> None:
    first, last = observation(), observation()
    foreign = json.loads(last.model_dump_json()) | {"picture": "…"}
    raw = json.dumps({"items": [json.loads(first.model_dump_json()), 5, foreign, {}]}).encode()
    read = read_batch(raw, Observation)
    assert read[0] == first
    assert read[1] == Unreadable(None, "Input should be an object")
    assert read[2] == Unreadable(last.id, "picture: Extra inputs are not permitted")
    assert isinstance(read[3], Unreadable)


@pytest.mark.parametrize(
    "raw", [b"", b"[", b"[]", b"{}", b'{"items": 1}', b'{"items": [], "more": 1}', b"\xff\xfe"]
)
def test_what_is_no_batch_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(MalformedBatchError, match="items"):
        read_batch(raw, Event)


@pytest.mark.parametrize("item", [b"1", observation().model_dump_json().encode()])
def test_too_many_items_are_refused_whole(item: bytes) -> None:
    with pytest.raises(BatchTooLargeError, match="600 items, but this has 601"):
        read_batch(b'{"items":[' + b",".join([item] * 601) + b"]}", Observation)
