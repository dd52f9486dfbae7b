"""What is sent is stored once, and the buckets equal a recount, whatever the network does."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import Connection, func, select, text

from contract.events import Event, EventKind
from contract.exchange import PulseMood
from contract.ids import uuid7
from contract.looks import BUCKET_SECONDS, LOOKS
from contract.observations import Observation
from db.engine.store import Store, open_store
from db.errors import NotFoundError, StoreError, WithdrawnError
from db.measurements import ingest, queries
from db.people import consents
from db.schema.scales import BUCKET_SUMS
from db.schema.tables import buckets, observations
from tests.builders.lecture import Sitting

Observe = Callable[..., Observation]


def stored_buckets(store: Store) -> dict[tuple[object, ...], tuple[int, ...]]:
    columns = [buckets.c[name] for name in ("participant_id", "bucket", "model", *BUCKET_SUMS)]
    with store.read() as connection:
        return {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(select(*columns))}


def recount(store: Store) -> dict[tuple[object, ...], tuple[int, ...]]:
    """The buckets as they follow from the raw rows alone, by another road than the code's."""
    sums: dict[tuple[object, ...], dict[str, int]] = {}
    with store.read() as connection:
        rows = connection.execute(select(observations)).all()
    for row in rows:
        start = int(row.captured_at.timestamp() // BUCKET_SECONDS) * BUCKET_SECONDS
        held = sums.setdefault(
            (row.participant_id, start, row.model), dict.fromkeys(BUCKET_SUMS, 0)
        )
        held["observations"] += 1
        held["frames"] += row.frames
        held["face_share_sum"] += row.face_share
        held["face_observations"] += row.sad is not None
        held["attentive_count"] += row.attentive is not None
        held["attentive_sum"] += row.attentive or 0
        held["attention_count"] += row.yaw is not None
        held["yaw_sum"] += row.yaw or 0
        held["pitch_sum"] += row.pitch or 0
        held["eyes_open_sum"] += row.eyes_open or 0
        for look in LOOKS:
            held[f"{look}_sum"] += getattr(row, look) or 0
    return {key: tuple(held.values()) for key, held in sums.items()}


def test_each_new_observation_is_stored_and_counted(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batch = [observe(second) for second in range(25)]

    assert (
        ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(30))
        == [True] * 25
    )

    assert queries.counts(classroom.store, classroom.lecture.id).observations == 25
    assert stored_buckets(classroom.store) == recount(classroom.store)
    assert len(stored_buckets(classroom.store)) == 3


def test_a_repeat_is_told_from_what_is_new_in_order(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    first, second, third = observe(1), observe(2), observe(3)

    def send(*batch: Observation) -> list[bool]:
        return ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(9))

    assert send(second, first, second) == [True, True, False]
    assert send(third, first) == [True, False]
    assert send() == []
    assert queries.counts(classroom.store, classroom.lecture.id).observations == 3


def test_the_first_of_two_with_one_id_stands(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    first = observe(1)
    forged = first.model_copy(update={"frames": 200})

    assert ingest.ingest_observations(
        classroom.store, participant.id, [first, forged], classroom.at(9)
    ) == [True, False]

    (stored,) = queries.observations_of(classroom.store, participant.id)
    assert stored.frames == first.frames


def test_nobody_can_block_anothers_id(classroom: Sitting, observe: Observe) -> None:
    mine, theirs = classroom.join(), classroom.join()
    item = observe(1)

    for participant in (theirs, mine):
        assert ingest.ingest_observations(
            classroom.store, participant.id, [item], classroom.at(9)
        ) == [True]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_repetition_reads_the_same(
    classroom: Sitting, observe: Observe, seed: int
) -> None:
    dice = random.Random(seed)
    people = [classroom.join() for _ in range(3)]
    models = ("net@1", "net@2")
    sent = [
        (participant, observe(second, seed=number, model=dice.choice(models)))
        for number, participant in enumerate(people)
        for second in dice.sample(range(120), 60)
    ]
    once = dict.fromkeys((participant.id, item.id) for participant, item in sent)
    twice = [*sent, *dice.sample(sent, 90)]
    dice.shuffle(twice)
    new = 0
    while twice:
        size = dice.randint(1, 40)
        group, twice = twice[:size], twice[size:]
        for participant in people:
            batch = [item for sender, item in group if sender is participant]
            new += sum(
                ingest.ingest_observations(
                    classroom.store, participant.id, batch, classroom.at(200)
                )
            )

    assert new == len(once)
    assert stored_buckets(classroom.store) == recount(classroom.store)
    total = queries.counts(classroom.store, classroom.lecture.id)
    assert total.observations == len(once)


def test_the_same_batch_sent_at_once_counts_once(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batches = [[observe(10 * number + second) for second in range(10)] for number in range(8)]
    start = threading.Barrier(4)
    verdicts: list[list[bool]] = []
    failures: list[BaseException] = []

    def send(order: Sequence[int]) -> None:
        try:
            start.wait(timeout=10)
            for number in order:
                # Neighbours overlap, and half of the senders send them backwards.
                batch = batches[number] + batches[(number + 1) % 8]
                verdicts.append(
                    ingest.ingest_observations(
                        classroom.store,
                        participant.id,
                        batch[:: 1 if order[0] else -1],
                        classroom.at(100),
                    )
                )
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    orders = [range(8), range(7, -1, -1), range(8), range(7, -1, -1)]
    threads = [threading.Thread(target=send, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    assert sum(map(sum, verdicts)) == 80
    assert stored_buckets(classroom.store) == recount(classroom.store)
    with classroom.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(observations)).scalar() == 80


def test_the_largest_batch_fits(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batch = [observe(second) for second in range(600)]

    new = ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(700))
    assert new == [True] * 600
    assert stored_buckets(classroom.store) == recount(classroom.store)


def test_stored_numbers_are_those_sent(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batch = [observe(second) for second in range(20)]
    ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(30))

    for sent, stored in zip(
        batch, queries.observations_of(classroom.store, participant.id), strict=True
    ):
        assert stored.id == sent.id
        assert stored.captured_at == sent.captured_at
        assert stored.received_at == classroom.at(30)
        assert (stored.frames, stored.faces, stored.model) == (sent.frames, sent.faces, sent.model)
        assert stored.face_share == pytest.approx(sent.face_share, abs=5e-5)
        assert (stored.probabilities is None) == (sent.probabilities is None)
        if stored.probabilities is not None and sent.probabilities is not None:
            assert stored.probabilities == pytest.approx(sent.probabilities, abs=5e-5)
        if sent.attention is None:
            assert stored.yaw is None
            assert stored.eyes_open is None
        else:
            assert stored.yaw == pytest.approx(sent.attention.yaw, abs=5e-3)
            assert stored.roll == pytest.approx(sent.attention.roll, abs=5e-3)


def test_after_a_withdrawal_nothing_more_is_stored(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    ingest.ingest_observations(classroom.store, participant.id, [observe(1)], classroom.at(5))
    consents.withdraw(classroom.store, participant.id, classroom.at(6))
    event = Event(id=uuid7(classroom.at(2)), at=classroom.at(2), kind=EventKind.STOPPED)

    with pytest.raises(WithdrawnError):
        ingest.ingest_observations(classroom.store, participant.id, [observe(2)], classroom.at(7))
    with pytest.raises(WithdrawnError):
        ingest.ingest_events(classroom.store, participant.id, [event], classroom.at(7))
    with pytest.raises(WithdrawnError):
        ingest.ingest_self_report(classroom.store, participant.id, PulseMood.LOW, classroom.at(7))
    assert queries.counts(classroom.store, classroom.lecture.id).observations == 1


@pytest.mark.postgres
def test_a_withdrawal_waits_for_what_is_being_stored(postgres_url: str, observe: Observe) -> None:
    """Else a batch that had found the agreement valid would be stored after its withdrawal."""
    store = open_store(postgres_url)
    classroom = Sitting.begin(store)
    participant = classroom.join()
    looked, go_on = threading.Event(), threading.Event()

    def storing(connection: Connection) -> None:
        ingest._open(connection, participant.id)
        looked.set()
        go_on.wait(timeout=20)

    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(2) as threads:
        under_way = threads.submit(store.write, storing)
        assert looked.wait(timeout=20)
        withdrawal = threads.submit(consents.withdraw, store, participant.id, classroom.at(1))
        with store.read() as connection:
            while not connection.execute(waiting).scalar():
                assert not withdrawal.done()
        go_on.set()
        under_way.result(timeout=20)
        assert withdrawal.result(timeout=20).withdrawn_at == classroom.at(1)
    with pytest.raises(WithdrawnError):
        ingest.ingest_observations(store, participant.id, [observe(1)], classroom.at(2))
    store.close()


def test_an_unknown_participant_is_named(classroom: Sitting, observe: Observe) -> None:
    nobody = uuid4()
    with pytest.raises(NotFoundError, match=str(nobody)):
        ingest.ingest_observations(classroom.store, nobody, [observe(1)], classroom.at(5))


def test_a_naive_time_of_receipt_is_refused(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    naive = datetime(2026, 11, 21, 9, 0)  # noqa: DTZ001 - what must be refused

    with pytest.raises(StoreError, match="zone"):
        ingest.ingest_observations(classroom.store, participant.id, [observe(1)], naive)
    assert queries.counts(classroom.store, classroom.lecture.id).observations == 0


def test_events_are_stored_once_and_read_in_order(classroom: Sitting) -> None:
    participant = classroom.join()
    later = Event(id=uuid7(classroom.at(9)), at=classroom.at(9), kind=EventKind.RESUMED)
    lost = Event(
        id=uuid7(classroom.at(3)), at=classroom.at(3), kind=EventKind.OUTBOX_OVERFLOW, count=17
    )

    def send(*batch: Event) -> list[bool]:
        return ingest.ingest_events(classroom.store, participant.id, batch, classroom.at(10))

    assert send(later, lost, later) == [True, True, False]
    assert send(lost) == [False]
    stored = queries.lecture_events(classroom.store, classroom.lecture.id)
    assert [(row.id, row.kind, row.count, row.at) for row in stored] == [
        (lost.id, EventKind.OUTBOX_OVERFLOW, 17, classroom.at(3)),
        (later.id, EventKind.RESUMED, 1, classroom.at(9)),
    ]


def test_pulses_are_read_in_order(classroom: Sitting) -> None:
    participant = classroom.join()
    for second, mood in ((5, PulseMood.LOST), (2, PulseMood.GOOD)):
        ingest.ingest_self_report(classroom.store, participant.id, mood, classroom.at(second))

    stored = queries.lecture_self_reports(classroom.store, classroom.lecture.id)
    assert [(row.mood, row.at) for row in stored] == [
        (PulseMood.GOOD, classroom.at(2)),
        (PulseMood.LOST, classroom.at(5)),
    ]


def test_bucket_columns_are_sorted_and_sum_to_what_was_sent(
    classroom: Sitting, observe: Observe
) -> None:
    people = [classroom.join() for _ in range(3)]
    for number, participant in enumerate(people):
        for model in ("net@1", "Net@1", "net@10"):
            batch = [
                observe(second, seed=number, model=model.lower() if number else "net@1")
                for second in range(40)
            ]
            ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(50))

    columns = queries.lecture_buckets(classroom.store, classroom.lecture.id)

    keys = list(zip(columns["participant"], columns["bucket"], columns["model"], strict=True))
    assert keys == sorted(keys)
    assert {array.shape[0] for array in columns.values()} == {len(keys)}
    assert columns["probability_sums"].shape == (len(keys), 7)
    assert all(columns[name].dtype == np.int64 for name in columns if name not in _OBJECTS)
    assert columns["observations"].sum() == 3 * 3 * 40
    expected = stored_buckets(classroom.store)
    for index, key in enumerate(keys):
        row = dict(zip(BUCKET_SUMS, expected[key], strict=True))
        assert columns["yaw_sum"][index] == row["yaw_sum"]
        assert columns["probability_sums"][index].tolist() == [row[f"{look}_sum"] for look in LOOKS]


_OBJECTS = ("participant", "model")


def test_bucket_columns_since_a_moment(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batch = [observe(second) for second in range(60)]
    ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(70))
    since = int(classroom.at(40).timestamp())

    columns = queries.lecture_buckets(classroom.store, classroom.lecture.id, since)

    assert columns["bucket"].tolist() == [since, since + 10]


def test_a_lecture_without_data_has_empty_columns(classroom: Sitting) -> None:
    columns = queries.lecture_buckets(classroom.store, classroom.lecture.id)

    assert columns["bucket"].shape == (0,)
    assert columns["probability_sums"].shape == (0, 7)
    assert queries.last_captured(classroom.store, classroom.lecture.id) == {}


def test_own_observations_come_in_pages(classroom: Sitting, observe: Observe) -> None:
    participant = classroom.join()
    batch = [observe(second) for second in range(10)]
    ingest.ingest_observations(classroom.store, participant.id, batch, classroom.at(20))

    page = queries.observations_of(classroom.store, participant.id, limit=4)
    rest = queries.observations_of(classroom.store, participant.id, after=page[-1].id)

    assert [row.id for row in [*page, *rest]] == [item.id for item in batch]
    assert queries.last_captured(classroom.store, classroom.lecture.id) == {
        participant.id: int(classroom.at(0).timestamp())
    }
