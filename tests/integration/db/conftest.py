"""A course with a lecture, students who join it, and observations to send."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from contract.ids import uuid7
from contract.observations import Attention, Observation
from contract.policy import CourseMode
from db.engine.store import Store
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting


@pytest.fixture
def classroom(store: Store) -> Sitting:
    """An open course's running lecture; the test runs once for each kind of store."""
    return Sitting.begin(store)


@pytest.fixture
def rostered(store: Store) -> Sitting:
    """A roster course's running lecture."""
    return Sitting.begin(store, mode=CourseMode.ROSTER)


@pytest.fixture
def observe() -> Callable[..., Observation]:
    """Makes an observation of some second: a face or none, the same for the same seed."""

    def make(second: float, *, seed: int = 0, model: str = "net@1") -> Observation:
        dice = random.Random(f"{second} {seed} {model}")
        at = NOW + timedelta(seconds=second)
        face = dice.random() < 0.8
        weights = [dice.random() + 1e-3 for _ in range(7)]
        turned = Attention(
            yaw=dice.uniform(-60, 60),
            pitch=dice.uniform(-40, 40),
            roll=dice.uniform(-30, 30),
            eyes_open=dice.random(),
        )
        return Observation(
            id=uuid7(at),
            captured_at=at,
            frames=dice.randint(1, 30),
            face_share=dice.uniform(0.1, 1.0) if face else 0.0,
            faces=int(face),
            probabilities=tuple(w / sum(weights) for w in weights) if face else None,
            attentive=dice.random() if face and dice.random() < 0.9 else None,
            attention=turned if face and dice.random() < 0.7 else None,
            detection_score=dice.random() if face else None,
            model=model,
        )

    return make
