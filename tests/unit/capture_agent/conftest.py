"""Hand-written stand-ins that the agent's tests share."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from capture_agent.clock import Clock
from capture_agent.perception.vision import Vision
from contract.ids import uuid7
from contract.observations import Observation
from tests.builders.vision import quick_vision

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """A clock that only moves when it is waited on or pushed."""

    at: float = 100.0
    utc: datetime = BEGIN
    waits: list[float] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    on_wait: Callable[[], None] = lambda: None

    def push(self, seconds: float) -> None:
        self.at += seconds
        self.utc += timedelta(seconds=seconds)

    def _wait_for(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.on_wait()
        if event.is_set():
            return True
        self.push(seconds)
        return False

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.utc, lambda: self.at, self.stopping, self._wait_for)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def observe() -> Callable[[int], Observation]:
    """An observation of the n-th second."""

    def make(second: int) -> Observation:
        at = BEGIN + timedelta(seconds=second)
        return Observation(
            id=uuid7(at),
            captured_at=at,
            frames=2,
            face_share=0.0,
            faces=0,
            probabilities=None,
            attentive=None,
            model="quick@1",
        )

    return make


@pytest.fixture
def make_vision() -> Callable[..., Vision]:
    """A Vision that finds the given faces in every picture, each looking happy."""
    return quick_vision
