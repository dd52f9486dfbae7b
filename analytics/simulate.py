"""Simulated lectures with a hidden truth, shown through the real model's answers to real faces.

Each student moves through semi-Markov states (listening, sad, disengaged, away, …); within a state
expressions come and go, and at each second the model's posterior is that of a held-out face that
truly has the look, each student repeating K = 5 faces per look, because errors on one person's face
are not independent (*face replay*; SCIENCE, *Persistent flags*). Replay cannot test head pose, so
head and eyes have a simulation of their own. Rates and durations are `[own]` unless said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Bools, Floats
from analytics.evidence import FlagKind
from contract.events import EventKind

Generator = np.random.Generator


class TrueState(IntEnum):
    """What a simulated student really does at one second."""

    LISTENING = 0
    HAPPY = 1
    SAD = 2
    DISENGAGED = 3
    AWAY = 4
    """out of the picture; the agent goes on"""
    PAUSED = 5
    CAMERA_LOST = 6
    DROPPED = 7
    """the agent is gone without a word, for a while"""
    LEFT = 8
    """stopped for good"""


SENDING: Final = (
    TrueState.LISTENING,
    TrueState.HAPPY,
    TrueState.SAD,
    TrueState.DISENGAGED,
    TrueState.AWAY,
)
"""States in which observations are made."""

_OPENS: Final = {
    TrueState.PAUSED: EventKind.PAUSED,
    TrueState.CAMERA_LOST: EventKind.CAMERA_LOST,
    TrueState.LEFT: EventKind.STOPPED,
}
_CLOSES: Final = {
    TrueState.PAUSED: EventKind.RESUMED,
    TrueState.CAMERA_LOST: EventKind.CAMERA_BACK,
}

#                      angry disgust fear happy  sad  surprise neutral
_MIX: Final = np.array(
    [
        [0.02, 0.01, 0.02, 0.14, 0.05, 0.04, 0.72],
        [0.00, 0.00, 0.01, 0.85, 0.01, 0.05, 0.08],
        [0.02, 0.01, 0.03, 0.01, 0.85, 0.00, 0.08],
        [0.03, 0.01, 0.01, 0.06, 0.07, 0.02, 0.80],
    ]
)
"""Shares of the looks in each state; sad 85 % within an episode and 5 % outside (SCIENCE: 6 %)."""

_OFF_TARGET: Final = np.array([0.06, 0.08, 0.12, 0.85])
"""Share of the time with the head turned away, by state."""


@dataclass(frozen=True)
class Behaviour:
    """How a class behaves. Rates are per student and hour, durations are seconds (low, high)."""

    sad_per_hour: float = 0.057
    """1.7 true episodes an hour in a class of 30 (SCIENCE)"""
    disengaged_per_hour: float = 0.08
    episode_s: tuple[int, int] = (600, 1500)
    happy_per_hour: float = 3.0
    happy_s: tuple[int, int] = (20, 120)
    away_per_hour: float = 1.0
    away_s: tuple[int, int] = (20, 240)
    paused_per_hour: float = 0.3
    paused_s: tuple[int, int] = (30, 300)
    camera_lost_per_hour: float = 0.1
    camera_lost_s: tuple[int, int] = (20, 120)
    dropped_per_hour: float = 0.15
    dropped_s: tuple[int, int] = (30, 300)
    left_per_hour: float = 0.03
    laughs_per_hour: float = 2.0
    """class-wide events: most of the class laughs at once"""
    laugh_s: tuple[int, int] = (10, 40)
    delay_bursts_per_hour: float = 0.5
    delay_burst_s: tuple[int, int] = (20, 180)
    look_dwell_s: float = 6.0
    """mean time an expression stays"""
    gaze_dwell_s: float = 15.0
    faces_per_look: int = 5
    """K"""
    face_found: float = 0.98
    """share of the seconds in which the detector finds the face that is there"""


@dataclass(frozen=True)
class Scripted:
    """What must happen: ``student`` (or, with None, everybody) is in ``state`` from ``start`` to
    ``end``, seconds into the lecture. Later entries win."""

    student: int | None
    state: TrueState
    start: int
    end: int


@dataclass(frozen=True)
class SimulatedEvent:
    """What the student's agent would report."""

    student: int
    second: int
    kind: EventKind


@dataclass(frozen=True)
class TrueEpisode:
    """A true stretch of sad or disengaged, of at least ten minutes: what a flag should find."""

    student: int
    kind: FlagKind
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class SimulatedLecture:
    """One lecture: S students × T seconds. Where nothing is sent or no face is found: NaN."""

    sending: Bools
    """(S, T) whether an observation is made in this second"""
    posteriors: Floats
    """(S, T, 7) sums to one; NaN without a face"""
    face_share: Floats
    """(S, T) 0..1; NaN where nothing is sent"""
    attentive: Floats
    """(S, T) 0..1 given a face"""
    yaw: Floats
    """(S, T) degrees"""
    pitch: Floats
    """(S, T) degrees"""
    eyes_open: Floats
    """(S, T) 0..1"""
    delay_s: Floats
    """(S, T) seconds between capture and arrival at the server"""
    events: tuple[SimulatedEvent, ...]
    """in the order of their seconds"""
    states: NDArray[np.int8]
    """(S, T) the hidden truth: TrueState"""
    looks: NDArray[np.int8]
    """(S, T) the hidden truth: index of the look shown, −1 where no face is there"""
    episodes: tuple[TrueEpisode, ...] = field(default=())


def simulate_lecture(
    rng: Generator,
    students: int,
    seconds: int,
    bank: Sequence[Floats],
    script: Sequence[Scripted] = (),
    behaviour: Behaviour | None = None,
) -> SimulatedLecture:
    """Draw one lecture. ``bank[j]`` is (n, 7): posteriors of held-out faces that truly look j.

    Raises AnalyticsError where the bank or the script does not fit.
    """
    raise NotImplementedError


def to_columns(
    lecture: SimulatedLecture, start: int, model: str, participants: Sequence[Any] | None = None
) -> dict[str, NDArray[Any]]:
    """What the store would hold of ``lecture``, begun at ``start`` (epoch seconds): its columns.

    ``participants`` (default 0, 1, …) names the students.
    """
    raise NotImplementedError
