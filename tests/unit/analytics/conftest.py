"""A model that errs as a 65 % one does, and buckets written down by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.mood.confusion import Confusion, spread_of

# How long an example takes says more about what else the machine does than about the example.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

START = 1_700_000_000
Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def bank() -> list[Floats]:
    """Posteriors of 400 faces of each look, right about two times in three."""
    rng = np.random.default_rng(7)
    return [rng.dirichlet(0.5 + 6.0 * np.eye(7)[look], 400) for look in range(7)]


@pytest.fixture(scope="session")
def confusion(bank: list[Floats]) -> Confusion:
    return Confusion(
        matrix=np.array([faces.mean(axis=0) for faces in bank]),
        counts=np.full(7, 400.0),
        prior=np.array([0.139, 0.015, 0.143, 0.251, 0.168, 0.110, 0.174]),
        within=spread_of(bank),
    )


@pytest.fixture(scope="session")
def perfect() -> Confusion:
    """A model that never errs: adjusting changes next to nothing."""
    return Confusion(np.eye(7), np.full(7, 100.0), np.full(7, 1 / 7))


@pytest.fixture(scope="session")
def make_buckets() -> Callable[..., Buckets]:
    """Buckets of P students × T, ten observations each, from what is given; None: nothing."""

    def make(
        posteriors: Any,
        *,
        attentive: Any = 1.0,
        seen: Any = True,
        face: Any = True,
        start: int = START,
        participants: Sequence[Any] | None = None,
    ) -> Buckets:
        values = np.asarray(posteriors, np.float64)
        shape = values.shape[:2]
        observed = np.broadcast_to(np.asarray(seen, np.bool_), shape)
        faced = observed & np.broadcast_to(np.asarray(face, np.bool_), shape)
        turned = np.broadcast_to(np.asarray(attentive, np.float64), shape)
        faces = np.where(faced, 10, 0).astype(np.int64)
        sums = np.rint(np.where(faced[..., None], values, 0.0) * 10 * 10_000).astype(np.int64)
        return Buckets(
            participants=tuple(range(shape[0]) if participants is None else participants),
            starts=start + 10 * np.arange(shape[1], dtype=np.int64),
            observations=np.where(observed, 10, 0).astype(np.int64),
            face_observations=faces,
            face_share_sum=faces * 10_000,
            attentive_count=faces,
            attentive_sum=np.rint(np.where(faced, turned, 0.0) * 100_000).astype(np.int64),
            probability_count=faces,
            probability_sums=sums,
            unknown_model=np.zeros(shape, np.int64),
        )

    return make
