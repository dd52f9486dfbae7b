"""Moments: what changed when the teacher changed something, from before and after each marker.

Computed from the shown class timeline alone, so that it can tell nothing that the timeline hides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import Floats, Ints
from contract.emotions import EMOTIONS, Emotion

SIDE_S: Final = 300
"""Seconds compared on each side of a marker `[own]`."""
NOTABLE: Final = 0.05
"""A smaller change is called none `[own]`."""


@dataclass(frozen=True)
class Marker:
    """Something the teacher noted, e.g. *group work starts*; ``at`` in epoch seconds."""

    at: int
    label: str


@dataclass(frozen=True)
class MarkerChange:
    """Before and after one marker. Shares are 0..1, NaN where nothing was shown."""

    marker: Marker
    attentive_before: float
    attentive_after: float
    look: Emotion | None
    """the look whose share changed most"""
    share_before: float
    share_after: float


def marker_changes(
    starts: Ints,
    step_s: int,
    attentive: Floats,
    shares: Floats,
    markers: Sequence[Marker],
    *,
    side_s: int = SIDE_S,
) -> tuple[MarkerChange, ...]:
    """One change for each marker that has shown steps on both sides, in the order of time.

    ``starts`` (S,), ``attentive`` (S,) and ``shares`` (S, 7) are the class timeline in steps of
    ``step_s``. A step in which a marker lies belongs to neither side, nor does one behind the
    marker before or after it.
    """
    ordered = sorted(markers, key=lambda marker: marker.at)
    bounds = [-np.inf, *(marker.at for marker in ordered), np.inf]
    found = []
    for index, marker in enumerate(ordered):
        first = max(marker.at - max(side_s, step_s) - step_s + 1, bounds[index])
        last = min(marker.at + max(side_s, step_s) + step_s - 1, bounds[index + 2])
        before = (starts >= first) & (starts + step_s <= marker.at)
        after = (starts >= marker.at) & (starts + step_s <= last)
        change = _change(marker, attentive, shares, before, after)
        if change is not None:
            found.append(change)
    return tuple(found)


def _change(
    marker: Marker,
    attentive: Floats,
    shares: Floats,
    before: np.ndarray[tuple[int], np.dtype[np.bool_]],
    after: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> MarkerChange | None:
    turned = [_mean(attentive[side]) for side in (before, after)]
    looks = [_mean(shares[side]) for side in (before, after)]
    if np.isnan(turned).any() and np.isnan(looks).any():
        return None
    difference = looks[1] - looks[0]
    most = None if np.isnan(difference).any() else int(np.argmax(np.abs(difference)))
    return MarkerChange(
        marker=marker,
        attentive_before=float(turned[0]),
        attentive_after=float(turned[1]),
        look=None if most is None else EMOTIONS[most],
        share_before=float("nan") if most is None else float(looks[0][most]),
        share_after=float("nan") if most is None else float(looks[1][most]),
    )


def _mean(values: Floats) -> Floats:
    """The mean of the steps that were shown, over the first axis; NaN where none was."""
    known = ~np.isnan(values).any(axis=tuple(range(1, values.ndim)))
    if not known.any():
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values[known].mean(axis=0), np.float64)
