"""Token buckets with a clock to turn."""

import pytest

from dashboard.api import limits
from dashboard.api.limits import TokenBuckets
from dashboard.errors import TooManyRequestsError


class Monotonic:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Monotonic:
    return Monotonic()


def test_a_burst_then_a_rate(clock: Monotonic) -> None:
    buckets = TokenBuckets(rate=2.0, burst=3.0, monotonic=clock)
    for _ in range(3):
        buckets.take("ana")
    with pytest.raises(TooManyRequestsError) as refusal:
        buckets.take("ana")
    assert refusal.value.retry_after == pytest.approx(0.5)
    clock.seconds += refusal.value.retry_after
    buckets.take("ana")
    with pytest.raises(TooManyRequestsError):
        buckets.take("ana")


def test_a_long_rest_earns_no_more_than_a_burst(clock: Monotonic) -> None:
    buckets = TokenBuckets(rate=2.0, burst=3.0, monotonic=clock)
    buckets.take("ana")
    clock.seconds += 3600
    for _ in range(3):
        buckets.take("ana")
    with pytest.raises(TooManyRequestsError):
        buckets.take("ana")


def test_checking_takes_nothing_and_one_key_is_not_anothers(clock: Monotonic) -> None:
    buckets = TokenBuckets(rate=1.0, burst=1.0, monotonic=clock)
    for _ in range(5):
        buckets.check("ana")
    buckets.take("ana")
    with pytest.raises(TooManyRequestsError):
        buckets.check("ana")
    buckets.check("ben")


def test_being_refused_does_not_put_off_the_next_chance(clock: Monotonic) -> None:
    buckets = TokenBuckets(rate=1.0, burst=1.0, monotonic=clock)
    buckets.take("ana")
    for _ in range(9):
        clock.seconds += 0.1
        with pytest.raises(TooManyRequestsError):
            buckets.take("ana")
    clock.seconds += 0.11
    buckets.take("ana")


def test_memory_is_bounded(clock: Monotonic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    buckets = TokenBuckets(rate=1.0, burst=1.0, monotonic=clock)
    for key in range(1000):
        buckets.take(key)
    assert len(buckets._held) == 10
