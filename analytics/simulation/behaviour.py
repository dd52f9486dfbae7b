"""Behaviour: how simulated students move between states, second by second, with a hidden truth.

Semi-Markov: a student listens, and at rates of `Behaviour` something else begins, which lasts for a
time drawn from its own range, whatever came before. Rates and durations are `[own]` unless said.

What ``[own]`` marks: ``docs/science.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from contract.events import EventKind
from contract.flags import FlagKind

States = NDArray[np.int8]
Generator = np.random.Generator

EPISODE_S: Final = 600
"""A true stretch of sad or disengaged counts as an episode from ten minutes `[own]`."""


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


WITH_FACE: Final = TrueState.DISENGAGED
"""The last of the states in which there is a face to see."""
SENDING: Final = TrueState.AWAY
"""The last of the states in which observations are made."""


@dataclass(frozen=True)
class Behaviour:
    """How a class behaves. Rates are per student and hour, durations are seconds (low, high).

    Raises AnalyticsError where a rate is negative or a range is empty.
    """

    sad_per_hour: float = 0.057
    """1.7 true episodes an hour in a class of 30"""
    disengaged_per_hour: float = 0.08
    episode_s: tuple[int, int] = (600, 1500)
    sad_within: float = 0.85
    """share of the time that looks sad, in an episode of sad"""
    sad_outside: float = 0.06
    """the same at other times"""
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
    """class-wide, per lecture: most of the class laughs at once"""
    laugh_s: tuple[int, int] = (10, 40)
    delay_bursts_per_hour: float = 0.5
    delay_burst_s: tuple[int, int] = (20, 180)
    look_dwell_s: float = 30.0
    """mean time an expression stays"""
    face_dwell_s: float = 4.0
    """mean time for which one of the K faces of a look is shown"""
    gaze_dwell_s: float = 15.0
    faces_per_look: int = 5
    """K"""
    faces_shared: bool = True
    """two students may show the same face of the bank; else each face is one student's, as far as
    a look has so many"""
    resting: float = 0.0
    """of the scatter of plain faces, the part that differs between people (``resting``)"""
    face_found: float = 0.98
    """share of the seconds in which the detector finds the face that is there"""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            span = value if isinstance(value, tuple) else (0.0, value)
            if not 0 <= span[0] <= span[1]:
                raise AnalyticsError(
                    f"A behaviour's {field.name} must be a range from 0 upwards, but is {value}."
                )
        shortest = min(self.look_dwell_s, self.face_dwell_s, self.gaze_dwell_s)
        if shortest < 1 or self.faces_per_look < 1:
            raise AnalyticsError("Looks, faces and gazes must last a second, and K be at least 1.")
        if not 0 < self.sad_outside < self.sad_within < 1:
            raise AnalyticsError(
                "Sad must be shown more of the time within an episode than outside, "
                f"but the shares are {self.sad_within} and {self.sad_outside}."
            )


@dataclass(frozen=True)
class Scripted:
    """What must happen: ``student`` is in ``state`` from second ``start`` to second ``end``.

    ``student`` None means everybody. Later entries win over earlier ones and over chance.
    """

    student: int | None
    state: TrueState
    start: int
    end: int


@dataclass(frozen=True)
class SimulatedEvent:
    """What the student's agent would report at ``second`` of the lecture."""

    student: int
    second: int
    kind: EventKind


@dataclass(frozen=True)
class TrueEpisode:
    """A true stretch of at least ten minutes, in seconds: what a flag should find."""

    student: int
    kind: FlagKind
    start: int
    end: int


def draw_states(
    rng: Generator,
    students: int,
    seconds: int,
    behaviour: Behaviour,
    script: Sequence[Scripted] = (),
) -> States:
    """(S, T) the true state of every student at every second.

    Raises AnalyticsError where the script names a student or a time outside the lecture.
    """
    states = np.full((students, seconds), TrueState.LISTENING, np.int8)
    # What is drawn later wins, so what ends observation altogether is drawn last.
    for state, rate, span in _episodes(behaviour):
        count = rng.poisson(rate * seconds / 3600, size=students)
        for student in np.repeat(np.arange(students), count):
            start = int(rng.integers(seconds))
            states[student, start : start + int(rng.integers(span[0], span[1] + 1))] = state
    for student in np.flatnonzero(rng.random(students) < behaviour.left_per_hour * seconds / 3600):
        states[student, int(rng.integers(seconds)) :] = TrueState.LEFT
    for entry in script:
        who = slice(None) if entry.student is None else entry.student
        if not (entry.student is None or 0 <= entry.student < students):
            raise AnalyticsError(
                f"A script may name students from 0 to {students - 1}, but names {entry.student}."
            )
        if not 0 <= entry.start <= entry.end <= seconds:
            raise AnalyticsError(
                f"A script must stay within 0 to {seconds} s, "
                f"but asks for {entry.start} to {entry.end} s."
            )
        states[who, entry.start : entry.end] = entry.state
    return states


def _episodes(
    behaviour: Behaviour,
) -> Iterator[tuple[TrueState, float, tuple[int, int]]]:
    yield TrueState.HAPPY, behaviour.happy_per_hour, behaviour.happy_s
    yield TrueState.SAD, behaviour.sad_per_hour, behaviour.episode_s
    yield TrueState.DISENGAGED, behaviour.disengaged_per_hour, behaviour.episode_s
    yield TrueState.AWAY, behaviour.away_per_hour, behaviour.away_s
    yield TrueState.PAUSED, behaviour.paused_per_hour, behaviour.paused_s
    yield TrueState.CAMERA_LOST, behaviour.camera_lost_per_hour, behaviour.camera_lost_s
    yield TrueState.DROPPED, behaviour.dropped_per_hour, behaviour.dropped_s


_OPENS: Final = {
    TrueState.PAUSED: EventKind.PAUSED,
    TrueState.CAMERA_LOST: EventKind.CAMERA_LOST,
    TrueState.LEFT: EventKind.STOPPED,
}
_CLOSES: Final = {
    TrueState.PAUSED: EventKind.RESUMED,
    TrueState.CAMERA_LOST: EventKind.CAMERA_BACK,
}


def events_of(states: States) -> tuple[SimulatedEvent, ...]:
    """What the agents would report of ``states`` (S, T), in the order of their seconds."""
    found: list[SimulatedEvent] = []
    for student, start, end, state in _runs(states):
        if state in _OPENS:
            found.append(SimulatedEvent(student, start, _OPENS[state]))
        if state in _CLOSES and end < states.shape[1]:
            found.append(SimulatedEvent(student, end, _CLOSES[state]))
    return tuple(sorted(found, key=lambda event: event.second))


def episodes_of(states: States, least_s: int = EPISODE_S) -> tuple[TrueEpisode, ...]:
    """The true stretches of sad and of disengaged of at least ``least_s`` (ten minutes).

    A break of up to a minute (a smile, a walk to the door) does not end one.
    """
    found: list[TrueEpisode] = []
    for kind, state in (
        (FlagKind.SAD, TrueState.SAD),
        (FlagKind.DISENGAGED, TrueState.DISENGAGED),
    ):
        merged: list[tuple[int, int, int]] = []
        for student, start, end, true in _runs(states):
            if true is not state:
                continue
            if merged and merged[-1][0] == student and start - merged[-1][2] <= 60:
                merged[-1] = (student, merged[-1][1], end)
            else:
                merged.append((student, start, end))
        found += [TrueEpisode(s, kind, a, b) for s, a, b in merged if b - a >= least_s]
    return tuple(sorted(found, key=lambda episode: (episode.start, episode.student)))


def _runs(states: States) -> Iterator[tuple[int, int, int, TrueState]]:
    """(student, start, end, state) of every stretch of one state, student by student."""
    for student, row in enumerate(states):
        if not row.size:
            continue
        starts = np.concatenate([[0], np.flatnonzero(np.diff(row)) + 1])
        ends = np.append(starts[1:], len(row))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield student, start, end, TrueState(int(row[start]))
