"""Following a lecture reads little and answers the same as reading it all."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from contract.observations import Observation
from db.measurements import bucket_cache, ingest, queries, retention
from db.measurements.bucket_cache import BucketCache
from tests.builders.lecture import Sitting

Observe = Callable[..., Observation]


def assert_same(one: queries.Columns, other: queries.Columns) -> None:
    assert one.keys() == other.keys()
    for name, column in one.items():
        assert column.dtype == other[name].dtype
        np.testing.assert_array_equal(column, other[name])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many buckets each reading brought."""
    sizes: list[int] = []
    read = queries.lecture_buckets

    def counted(*given: Any, **named: Any) -> queries.Columns:
        columns = read(*given, **named)
        sizes.append(columns["bucket"].size)
        return columns

    monkeypatch.setattr(bucket_cache, "lecture_buckets", counted)
    return sizes


@pytest.mark.parametrize("seed", range(3))
def test_it_reads_as_the_whole_whatever_comes_when(
    classroom: Sitting, observe: Observe, seed: int
) -> None:
    dice = random.Random(seed)
    people = [classroom.join() for _ in range(3)]
    follower = BucketCache(classroom.store, classroom.lecture.id)
    for _ in range(12):
        for person in dice.sample(people, 2):
            batch = [
                observe(dice.randint(0, 200), seed=seed, model=dice.choice(("a@1", "b@1")))
                for _ in range(dice.randint(1, 30))
            ]
            # Also late, and received at times that run backwards.
            ingest.ingest_observations(
                classroom.store, person.id, batch, classroom.at(dice.uniform(0, 3600))
            )
        whole = queries.lecture_buckets(classroom.store, classroom.lecture.id)
        assert_same(follower.refresh(), whole)
    retention.erase_participant(
        classroom.store, people[1].id, now=classroom.at(9), actor="user:admin"
    )
    assert_same(follower.refresh(), queries.lecture_buckets(classroom.store, classroom.lecture.id))


def test_it_reads_only_what_has_changed(
    classroom: Sitting, observe: Observe, reads: list[int]
) -> None:
    participant = classroom.join()
    follower = BucketCache(classroom.store, classroom.lecture.id)

    def send(seconds: range, received: float) -> None:
        batch = [observe(second) for second in seconds]
        ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(received))

    send(range(600), 600)
    follower.refresh()
    assert reads == [60]
    send(range(600, 625), 630)
    send(range(100, 105), 640)
    follower.refresh()
    follower.refresh()
    # What was received up to 10 s before the last known moment is looked at again: at first the
    # sixty, one of which has changed, and three new ones; then those four.
    assert reads == [60, 60 + 3, 4]


def test_an_empty_lecture_can_be_followed(classroom: Sitting) -> None:
    follower = BucketCache(classroom.store, classroom.lecture.id)
    for _ in range(2):
        assert follower.refresh()["probability_sums"].shape == (0, 7)


def test_an_erasure_of_what_has_just_come_is_seen(classroom: Sitting, observe: Observe) -> None:
    people = [classroom.join() for _ in range(2)]
    follower = BucketCache(classroom.store, classroom.lecture.id)
    for person in people:
        batch = [observe(second) for second in range(60)]
        ingest.ingest_observations(classroom.store, person.id, batch, classroom.at(60))
    assert set(follower.refresh()["participant"]) == {person.id for person in people}
    retention.erase_participant(
        classroom.store, people[0].id, now=classroom.at(61), actor="user:admin"
    )
    assert set(follower.refresh()["participant"]) == {people[1].id}


def test_what_comes_between_the_two_readings_needs_no_third(
    classroom: Sitting,
    observe: Observe,
    reads: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    participant = classroom.join()
    follower = BucketCache(classroom.store, classroom.lecture.id)

    def send(seconds: range, received: float) -> None:
        batch = [observe(second) for second in seconds]
        ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(received))

    send(range(300), 300)
    send(range(300, 400), 400)
    follower.refresh()
    totals = queries.bucket_totals

    def slow(*given: Any, **named: Any) -> tuple[int, int, int]:
        found = totals(*given, **named)
        # New data, and late data, just after the totals were read.
        send(range(400, 410), 410)
        send(range(20, 25), 410)
        return found

    monkeypatch.setattr(bucket_cache, "bucket_totals", slow)
    columns = follower.refresh()
    assert reads == [40, 12]
    assert_same(columns, queries.lecture_buckets(classroom.store, classroom.lecture.id))
