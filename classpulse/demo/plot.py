"""What happens in the demo's lectures: chance from a fixed seed, and a few scenes that must be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import numpy as np

from analytics.buckets import Floats
from analytics.simulation.lectures import Scripted, SimulatedLecture, TrueState, simulate_lecture

MINUTE: Final = 60

PAST_MINUTES: Final = 50
"""Length of the lecture that has just ended."""
BEHIND_MINUTES: Final = 40
"""How long the running lecture has been going when the demo opens."""
AHEAD_MINUTES: Final = 180
"""How long it goes on by itself."""
ROOM_BEHIND_MINUTES: Final = 10
"""The same of the lecture in which everybody chose a room's camera."""
ONCE_MINUTES: Final = 20
"""Length of the lecture of ``--once``."""

PAST_MARKS: Final = {
    2 * MINUTE: "introduction",
    18 * MINUTE: "group work",
    34 * MINUTE: "discussion",
}
PAST_TITLE: Final = "Cells and tissues"
LIVE_TITLE: Final = "How plants breathe"
ROOM_TITLE: Final = "Under the microscope"
LIVE_MARKS: Final = {3 * MINUTE: "recap", 15 * MINUTE: "group work", 28 * MINUTE: "new topic"}
ONCE_MARKS: Final = {1 * MINUTE: "introduction", 8 * MINUTE: "group work"}


def past_lecture(students: int, bank: Sequence[Floats]) -> SimulatedLecture:
    """An ordinary lecture with one long low stretch and one student who turns away."""
    scenes = [
        Scripted(3, TrueState.SAD, 20 * MINUTE, 38 * MINUTE),
        Scripted(11, TrueState.DISENGAGED, 28 * MINUTE, 44 * MINUTE),
        Scripted(None, TrueState.HAPPY, 18 * MINUTE, 18 * MINUTE + 40),
    ]
    return _simulate(3, students, PAST_MINUTES, bank, scenes)


def live_lecture(students: int, bank: Sequence[Floats]) -> SimulatedLecture:
    """The running lecture: one check-in is open from the start, another comes within minutes."""
    now = BEHIND_MINUTES * MINUTE
    scenes = [
        Scripted(5, TrueState.SAD, now - 14 * MINUTE, now + 12 * MINUTE),
        Scripted(12, TrueState.DISENGAGED, now - 4 * MINUTE, now + 16 * MINUTE),
        Scripted(20, TrueState.SAD, now + 10 * MINUTE, now + 30 * MINUTE),
        Scripted(8, TrueState.PAUSED, now - 2 * MINUTE, now + 5 * MINUTE),
        Scripted(16, TrueState.AWAY, now - MINUTE, now + 3 * MINUTE),
        Scripted(None, TrueState.HAPPY, 15 * MINUTE, 15 * MINUTE + 45),
    ]
    # A seed under which chance adds no further check-in to the scenes of the first minutes.
    return _simulate(9, students, BEHIND_MINUTES + AHEAD_MINUTES, bank, scenes)


def room_lecture(students: int, bank: Sequence[Floats]) -> SimulatedLecture:
    """A quiet lecture, so that whatever happens in it is the room's camera."""
    return _simulate(5, students, ROOM_BEHIND_MINUTES + AHEAD_MINUTES, bank, [])


def next_lecture(students: int, bank: Sequence[Floats]) -> SimulatedLecture:
    """A lecture that the teacher starts: it begins empty, and a check-in comes after a while."""
    scenes = [
        Scripted(2, TrueState.SAD, 5 * MINUTE, 25 * MINUTE),
        Scripted(6, TrueState.DISENGAGED, 8 * MINUTE, 28 * MINUTE),
    ]
    return _simulate(6, students, AHEAD_MINUTES, bank, scenes)


def short_lecture(students: int, bank: Sequence[Floats]) -> SimulatedLecture:
    """The lecture of ``--once``, long enough for one check-in of each kind."""
    scenes = [
        Scripted(2, TrueState.SAD, 4 * MINUTE, 18 * MINUTE),
        Scripted(6, TrueState.DISENGAGED, 6 * MINUTE, 18 * MINUTE),
    ]
    return _simulate(8, students, ONCE_MINUTES, bank, scenes)


def _simulate(
    seed: int, students: int, minutes: int, bank: Sequence[Floats], scenes: Sequence[Scripted]
) -> SimulatedLecture:
    fitting = [scene for scene in scenes if scene.student is None or scene.student < students]
    return simulate_lecture(
        np.random.default_rng(seed), students, minutes * MINUTE, bank, script=fitting
    )


Script = Literal["live", "room", "next"]
"""A lecture that goes on, by the name under which the demo's folder remembers it."""

SCRIPTS: Final[Mapping[Script, Callable[[int, Sequence[Floats]], SimulatedLecture]]] = {
    "live": live_lecture,
    "room": room_lecture,
    "next": next_lecture,
}
