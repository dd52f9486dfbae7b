"""The steps of a timeline: which is the one of a moment, and which may have moved."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Buckets
from contract import BUCKET_SECONDS
from services.live.values import LivePoint

VISIBLE_CHANGE: Final = 0.01
"""An old step is drawn again if a share of it moved by a point."""


def first_changed(old: NDArray[np.int64], new: NDArray[np.int64], buckets: Buckets) -> int | None:
    """When the first bucket begins that holds another number of observations than before."""
    known = min(len(old), len(new))
    changed = np.flatnonzero(old[:known] != new[:known])
    return int(buckets.starts[changed[0]]) if len(changed) else None


def step_at(points: list[LivePoint], epoch: int) -> LivePoint | None:
    """The step that ended last by ``epoch``."""
    if not points or points[0].at > epoch:
        return None
    index = (epoch - points[0].at) // BUCKET_SECONDS
    return points[min(index, len(points) - 1)]


def differs(old: LivePoint, new: LivePoint) -> bool:
    """Whether a step drawn anew moved so far that it is to be seen."""
    if (old.shares is None) != (new.shares is None):
        return True
    pairs = list(zip(old.shares or (), new.shares or (), strict=True))
    pairs += [
        (old.attentive or 0.0, new.attentive or 0.0),
        (old.presence or 0.0, new.presence or 0.0),
    ]
    return any(abs(a - b) > VISIBLE_CHANGE for a, b in pairs)
