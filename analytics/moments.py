"""Moments: what changed when the teacher changed something, from before and after each marker."""

from dataclasses import dataclass

from contract.emotions import Emotion


@dataclass(frozen=True)
class Marker:
    """Something the teacher noted, e.g. *group work starts*; ``at`` in epoch seconds."""

    at: int
    label: str


@dataclass(frozen=True)
class MarkerChange:
    """Before and after one marker, among the students seen on both sides."""

    marker: Marker
    attentive_before: float
    attentive_after: float
    low: float
    """90 % interval of the figure after, by resampling students; NaN with too few"""
    high: float
    look: Emotion | None
    """the look whose share changed most"""
    share_before: float
    share_after: float
    students: int
    text: str
    """e.g. ``After group work, attentive rose from 52 % to 71 %.``"""
