"""Engagement: attentive index, presence and state, kept apart; missing is never zero."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analytics.buckets import Buckets, Floats
from contract.events import EventKind

STALE_S: Final = 30
"""Seconds without an observation after which a student counts as *no data* `[own]`."""


class StudentState(StrEnum):
    """What is known of a student at one moment. None of them means "disengaged"."""

    REPORTING = "reporting"
    AWAY = "away"
    """data arrive, but a whole bucket had no face"""
    PAUSED = "paused"
    CAMERA_LOST = "camera_lost"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class ParticipantEvent:
    """An event of one participant; ``at`` in epoch seconds."""

    participant: Hashable
    at: float
    kind: EventKind


@dataclass(frozen=True)
class StudentEngagement:
    """One student over the trailing window."""

    participant: Hashable
    state: StudentState
    attentive: float
    """0..1 given a face; NaN without one"""
    presence: float
    """share of the observed time with a face, 0..1; NaN without observations"""


@dataclass(frozen=True)
class ClassEngagement:
    """The class over the trailing window: one student, one vote."""

    attentive: float
    """mean of the students' own indices; NaN where nobody shows a face"""
    presence: float
    """mean of the students' own presences; NaN where nobody reports"""
    states: Mapping[StudentState, int]
    """how many students are in each state (all five keys)"""
    students: tuple[StudentEngagement, ...]
    """in the order of ``buckets.participants``"""


def attentive_index(buckets: Buckets) -> Floats:
    """(P, T) mean of attentive given a face; NaN without one."""
    return buckets.attentive


def presence(buckets: Buckets) -> Floats:
    """(P, T) share of the observed time with a face; NaN without observations."""
    return buckets.face_share


def engagement(
    buckets: Buckets, events: Sequence[ParticipantEvent], *, now: int, window_s: int = 60
) -> ClassEngagement:
    """States now, and attentive index and presence over the trailing window."""
    raise NotImplementedError
