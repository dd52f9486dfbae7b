import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from capture_agent.clock import Clock
from capture_agent.delivery.outbox import Item, Kind, Outbox
from capture_agent.delivery.sender import Delivery, State
from capture_agent.errors import (
    DeliveryError,
    NotAcceptedError,
    OutboxFullError,
    RefusedError,
)
from contract.exchange import BatchAnswer, ItemVerdict, LectureState, Reason, Verdict
from contract.observations import Observation

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Observe = Callable[[int], Observation]


class FakeServer:
    """Stores each id once; ``trouble`` is told each request and may raise before or after."""

    def __init__(self) -> None:
        self.stored: list[UUID] = []
        self.sizes: list[int] = []
        self.lecture = LectureState.RUNNING
        self.reject: Callable[[Item], Reason | None] = lambda item: None
        self.before: Callable[[list[Item]], None] = lambda items: None
        self.after: Callable[[list[Item]], None] = lambda items: None

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:
        self.sizes.append(len(items))
        self.before(items)
        verdicts = [self._judge(item) for item in items]
        self.after(items)
        return BatchAnswer(verdicts=tuple(verdicts), server_time=NOW, lecture=self.lecture)

    def _judge(self, item: Item) -> ItemVerdict:
        if reason := self.reject(item):
            return ItemVerdict(id=item.id, verdict=Verdict.REJECTED, reason=reason)
        if item.id in self.stored:
            return ItemVerdict(id=item.id, verdict=Verdict.DUPLICATE)
        self.stored.append(item.id)
        return ItemVerdict(id=item.id, verdict=Verdict.ACCEPTED)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "box")
    yield box
    box.close()


@pytest.fixture
def finals() -> list[str]:
    return []


@pytest.fixture
def delivery(outbox: Outbox, server: FakeServer, fake_time: Any, finals: list[str]) -> Delivery:
    return Delivery(
        outbox,
        server.send,
        "token",
        fake_time.clock,
        every_seconds=2.0,
        on_final=lambda: finals.append("final"),
        jitter=lambda low, high: high,
    )


def fill(outbox: Outbox, observe: Observe, count: int) -> list[UUID]:
    made = [observe(second) for second in range(count)]
    for observation in made:
        outbox.add(observation)
    return [observation.id for observation in made]


def once(error: Exception) -> Callable[[list[Item]], None]:
    errors = [error]

    def trouble(_: list[Item]) -> None:
        if errors:
            raise errors.pop()

    return trouble


def test_a_round_sends_all_that_waits_at_most_600_at_a_time(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 605)
    assert delivery.round() == 2.0
    assert server.sizes == [600, 5]
    assert server.stored == ids
    assert outbox.waiting() == 0
    assert delivery.progress.accepted == 605


def test_an_answer_lost_after_the_commit_is_sent_again_and_known_as_duplicate(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 3)
    server.after = once(DeliveryError("the connection was cut"))
    delivery.round()
    assert outbox.waiting() == 3
    delivery.round()
    assert server.stored == ids
    assert (delivery.progress.accepted, delivery.progress.duplicate) == (0, 3)
    assert outbox.waiting() == 0


def test_waits_grow_under_a_ceiling_and_start_over_after_success(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    fill(outbox, observe, 1)

    def down(_: list[Item]) -> None:
        raise DeliveryError("nobody there")

    server.before = down
    assert [delivery.round() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert delivery.progress.state is State.RETRYING
    server.before = lambda items: None
    assert delivery.round() == 2.0
    fill(outbox, lambda second: observe(second + 10), 1)
    server.before = once(DeliveryError("again"))
    assert delivery.round() == 0.5


def test_the_wait_is_drawn_from_nought_to_the_ceiling(
    outbox: Outbox, server: FakeServer, fake_time: Any, observe: Observe
) -> None:
    fill(outbox, observe, 1)
    drawn: list[tuple[float, float]] = []

    def jitter(low: float, high: float) -> float:
        drawn.append((low, high))
        return 0.1

    server.before = once(DeliveryError("down"))
    delivery = Delivery(outbox, server.send, "t", fake_time.clock, jitter=jitter)
    assert delivery.round() == 0.1
    assert drawn == [(0.0, 0.5)]


def test_retry_after_is_a_minimum(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    fill(outbox, observe, 1)
    server.before = once(DeliveryError("slow down", retry_after=20.0))
    assert delivery.round() == 20.0
    server.before = once(DeliveryError("slow down", retry_after=0.2))
    assert delivery.round() == 1.0


@pytest.mark.parametrize("status", [401, 403])
def test_a_final_no_keeps_the_outbox_and_stops(
    status: int,
    delivery: Delivery,
    outbox: Outbox,
    server: FakeServer,
    observe: Observe,
    finals: list[str],
) -> None:
    fill(outbox, observe, 2)
    server.before = once(RefusedError("You took your agreement back.", status))
    delivery.round()
    progress = delivery.progress
    assert (progress.state, progress.status) == (State.REFUSED, status)
    assert progress.message == "You took your agreement back."
    assert finals == ["final"]
    assert outbox.waiting() == 2


def test_too_large_is_halved_until_it_fits_and_stays_so(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 200)

    def at_most_60(items: list[Item]) -> None:
        if len(items) > 60:
            raise NotAcceptedError("too large", 413)

    server.before = at_most_60
    delivery.round()
    assert server.sizes == [200, 100, 50, 50, 50, 50]
    assert server.stored == ids


def test_one_item_that_is_never_taken_spoils_no_other(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 5)

    def chokes(items: list[Item]) -> None:
        if ids[2] in [item.id for item in items]:
            raise NotAcceptedError("malformed", 422)

    server.before = chokes
    delivery.round()
    assert server.stored == ids[:2] + ids[3:]
    assert outbox.waiting() == 0
    assert delivery.progress.reasons == (("422: malformed", 1),)


def test_rejected_is_final_and_counted_by_reason(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 3)
    server.reject = lambda item: Reason.FUTURE if item.id == ids[0] else None
    delivery.round()
    assert outbox.waiting() == 0
    assert delivery.progress.rejected == 1
    assert delivery.progress.reasons == (("future", 1),)


def test_verdicts_for_other_items_delete_nothing(
    outbox: Outbox, fake_time: Any, observe: Observe
) -> None:
    fill(outbox, observe, 1)
    strange = ItemVerdict(id=UUID(int=5), verdict=Verdict.ACCEPTED)
    answer = BatchAnswer(verdicts=(strange,), server_time=NOW, lecture=LectureState.RUNNING)
    delivery = Delivery(outbox, lambda *_: answer, "t", fake_time.clock)
    delivery.round()
    assert delivery.progress.state is State.RETRYING
    assert outbox.waiting() == 1


def test_an_ended_lecture_stops_the_capture_but_not_the_sending(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe, finals: list[str]
) -> None:
    ids = fill(outbox, observe, 700)
    server.lecture = LectureState.ENDED
    failures = [None, DeliveryError("cut")]
    server.before = lambda items: _raise(failures.pop(0) if failures else None)
    delivery.round()
    assert delivery.progress.state is State.ENDED
    delivery.round()
    assert server.stored == ids
    assert delivery.progress.state is State.ENDED
    assert finals == ["final"]


def _raise(error: Exception | None) -> None:
    if error:
        raise error


def test_lost_items_are_told_as_an_event(
    tmp_path: Path, server: FakeServer, fake_time: Any, observe: Observe
) -> None:
    outbox = Outbox(tmp_path / "small", limit=2)
    fill(outbox, observe, 5)
    Delivery(outbox, server.send, "t", fake_time.clock).round()
    assert server.sizes == [2, 1]
    outbox.close()


def test_a_broken_outbox_ends_the_delivery(
    delivery: Delivery, outbox: Outbox, finals: list[str]
) -> None:
    outbox.close()
    delivery.round()
    assert delivery.progress.state is State.BROKEN
    assert finals == ["final"]


def test_the_thread_empties_the_outbox_before_it_ends(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    ids = fill(outbox, observe, 3)
    delivery.start()
    assert delivery.finish(10.0)
    assert server.stored == ids


def test_the_thread_gives_up_in_time_and_keeps_what_it_could_not_send(
    outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    from capture_agent.clock import Clock

    fill(outbox, observe, 1)

    def down(_: list[Item]) -> None:
        raise DeliveryError("nobody there", retry_after=300.0)

    server.before = down
    delivery = Delivery(outbox, server.send, "t", Clock())
    delivery.start()
    assert not delivery.finish(0.05)
    assert outbox.waiting() == 1
    assert len(server.sizes) == 1


@pytest.mark.parametrize("seed", range(8))
def test_whatever_goes_wrong_each_item_is_stored_exactly_once(
    seed: int, tmp_path: Path, server: FakeServer, fake_time: Any, observe: Observe
) -> None:
    """Failures before and after the commit, shrinking limits and restarts, in any order."""
    rng = random.Random(seed)
    errors = [DeliveryError("cut"), DeliveryError("429", retry_after=1.0)]
    server.before = lambda items: _raise(
        rng.choice([None, *errors, NotAcceptedError("large", 413) if len(items) > 3 else None])
    )
    server.after = lambda items: _raise(rng.choice([None, *errors]))
    outbox = Outbox(tmp_path / "box")
    ids: list[UUID] = []
    while len(ids) < 60 or outbox.waiting():
        if len(ids) < 60:
            made = observe(len(ids))
            outbox.add(made)
            ids.append(made.id)
        if rng.random() < 0.2:
            outbox.close()
            outbox = Outbox(tmp_path / "box")
        if rng.random() < 0.4:
            Delivery(outbox, server.send, "t", fake_time.clock).round()
    outbox.close()
    assert sorted(server.stored) == sorted(ids)


def test_a_full_disk_holds_the_delivery_and_does_not_end_it(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe, finals: list[str]
) -> None:
    ids = fill(outbox, observe, 3)
    delete, full = outbox.delete, [True]

    def delete_on_a_full_disk(done: Any) -> None:
        if full and full.pop():
            raise OutboxFullError("The disk is full.")
        delete(done)

    outbox.delete = delete_on_a_full_disk  # type: ignore[method-assign]
    assert delivery.round() == 0.5
    assert (delivery.progress.state, delivery.progress.message) == (
        State.RETRYING,
        "The disk is full.",
    )
    delivery.round()
    assert (delivery.progress.state, outbox.waiting(), finals) == (State.SENDING, 0, [])
    assert server.stored == ids


def test_an_errand_comes_before_the_sending_and_is_tried_until_it_is_done(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    fill(outbox, observe, 1)
    seen: list[int] = []

    def errand() -> None:
        seen.append(len(server.stored))
        if len(seen) < 3:
            raise DeliveryError("away")

    delivery.run_errand(errand)
    delivery.run_errand(errand)
    waits = [delivery.round() for _ in range(4)]
    assert seen == [0, 0, 0]
    assert waits == [0.5, 1.0, 2.0, 2.0]
    assert len(server.stored) == 1


def test_an_errand_does_not_wait_for_the_next_round(
    delivery: Delivery, outbox: Outbox, server: FakeServer, observe: Observe
) -> None:
    sent, done = threading.Event(), threading.Event()
    fill(outbox, observe, 1)
    server.after = lambda _: sent.set()
    delivery._every = 3600.0
    delivery._clock = Clock()
    delivery.start()
    assert sent.wait(10)
    delivery.run_errand(done.set)
    assert done.wait(10)
    assert delivery.finish(10)
