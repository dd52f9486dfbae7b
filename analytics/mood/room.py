"""What may be said of a room that one camera saw: shares of its faces, window by window.

Nobody knows which student a face is, so a figure is held to the strictest of the small-group rules
under every policy `[own]`: windows of five minutes, seen for 60 % of them, at least k faces, shares
in steps of 5 points. And as no two figures may be subtracted to speak of fewer than k people, a
window is shown only if it has as many faces as the one shown before it or differs by at least k,
and only if the faces are all of students whose rows may be seen anyway, or at least k more than
there are of those.

Defined in ``docs/science.md``, "The law".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Floats
from analytics.mood.confusion import Confusion, adjust
from analytics.privacy.small_groups import AGGREGATE_STEP_S, CONTRIBUTES_FROM, rounded, rounded_each
from analytics.privacy.suppression import K

ARRIVED_S: Final = 30
"""A window is shown this long after its end, when what was seen in it has been delivered."""


@dataclass(frozen=True, eq=False)
class RoomFigure:
    """One window of a room. A face a vote, each second."""

    begins: int
    """epoch seconds"""
    faces: int
    """usually in view"""
    shares: Floats
    """(7,) adjusted by the model's confusion, in steps of 5 points; sums to one"""
    attentive: float
    """share of the faces' time, in steps of 5 points; NaN where no head could be judged"""


def room_figures(
    columns: Mapping[str, NDArray[Any]],
    confusion: Confusion,
    model: str,
    *,
    now: int,
    visible: int,
    hidden: int,
    k: int = K,
) -> list[RoomFigure]:
    """The windows that may be shown at ``now`` (epoch seconds), oldest first.

    ``columns`` as ``db.measurements.room_figures.room_columns`` gives them. ``visible``: the
    lecture's students whose own rows may be shown; ``hidden``: those whose may not.
    """
    own = columns["model"] == model
    windows = columns["bucket"][own] // AGGREGATE_STEP_S * AGGREGATE_STEP_S
    shown: list[RoomFigure] = []
    for begins in np.unique(windows):
        if begins + AGGREGATE_STEP_S + ARRIVED_S > now:
            break
        within = np.flatnonzero(own)[windows == begins]
        seconds = int(columns["observations"][within].sum())
        if seconds < CONTRIBUTES_FROM * AGGREGATE_STEP_S:
            continue
        faces = round(int(columns["faces"][within].sum()) / seconds)
        before = shown[-1].faces if shown else None
        if faces >= k and _hides(faces, visible, hidden, k) and _differs(faces, before, k):
            shown.append(_figure(columns, within, int(begins), faces, confusion))
    return shown


def _hides(faces: int, visible: int, hidden: int, k: int) -> bool:
    """Whether no hidden student could be told apart by subtracting the visible ones."""
    return hidden == 0 or faces >= visible + k


def _differs(faces: int, before: int | None, k: int) -> bool:
    return before is None or faces == before or abs(faces - before) >= k


def _figure(
    columns: Mapping[str, NDArray[Any]],
    within: NDArray[np.intp],
    begins: int,
    faces: int,
    confusion: Confusion,
) -> RoomFigure:
    sums = columns["probability_sums"][within].sum(axis=0).astype(np.float64)
    shares = rounded(adjust(sums / sums.sum(), confusion), coarse=True)
    judged = int(columns["attentive_count"][within].sum())
    attentive = np.nan
    if judged:
        attentive = columns["attentive_sum"][within].sum() / (judged * _SCALE)
    return RoomFigure(
        begins, faces, shares, float(rounded_each(np.array([attentive]), coarse=True)[0])
    )


_SCALE: Final = 10_000
"""What shares were stored times (``db.schema.scales``)."""
