"""Tracks the faces of a room from picture to picture by where they are, never by who they are.

A track is a number that lives as long as its face stays in view; nothing of what a face looks like
goes into it, so whoever leaves and comes back is somebody new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.assignment import cheapest

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""

FORGET_S: Final = 3.0
"""A face that was not seen for so long has left."""

_FURTHEST: Final = 1.2
"""How far, in sides of the face, it may be from where it was expected."""
_SIZE: Final = 0.7
"""What a doubling in size weighs against a move by one side."""
_MOMENTUM: Final = 0.6
"""Of the last movement that is expected to go on: heads start and stop."""


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    x: float
    y: float
    side: float
    across: float
    down: float
    seen_at: float

    def expected(self, at: float) -> tuple[float, float]:
        """Where its face's middle is expected. ``across`` and ``down`` are pixels a second."""
        # What was not seen for a while may have stopped long ago.
        ahead = _MOMENTUM * min(at - self.seen_at, 1.0)
        return self.x + self.across * ahead, self.y + self.down * ahead


class RoomTracker:
    """Numbers the faces of one camera's pictures. Not thread-safe."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._next = 0

    def follow(self, boxes: Sequence[Box], at: float) -> list[int]:
        """The track of each box of the picture of ``at`` seconds, in order; they only rise.

        Each face goes to the track it is nearest to, all of them together as near as can be.
        """
        self._tracks = [it for it in self._tracks if at - it.seen_at <= FORGET_S]
        places = [_place(box) for box in boxes]
        pairs = cheapest(_distances(self._tracks, places, at), _FURTHEST)
        known = {column: self._tracks[row] for row, column in pairs}
        numbers = []
        for index, (x, y, side) in enumerate(places):
            before = known.get(index)
            if before is None:
                self._tracks.append(_Track(self._next, x, y, side, 0.0, 0.0, at))
                numbers.append(self._next)
                self._next += 1
            else:
                self._move(before, x, y, side, at)
                numbers.append(before.number)
        return numbers

    def forget(self) -> None:
        """The camera was away: whoever comes into view is somebody new."""
        self._tracks = []

    def _move(self, track: _Track, x: float, y: float, side: float, at: float) -> None:
        passed = max(at - track.seen_at, 1e-3)
        moved = replace(
            track, x=x, y=y, side=side, seen_at=at,
            across=(x - track.x) / passed, down=(y - track.y) / passed,
        )  # fmt: skip
        self._tracks[self._tracks.index(track)] = moved


def _place(box: Box) -> tuple[float, float, float]:
    left, top, width, height = box
    return left + width / 2, top + height / 2, max(width, height, 1.0)


def _distances(
    tracks: Sequence[_Track], places: Sequence[tuple[float, float, float]], at: float
) -> NDArray[np.float64]:
    """(tracks, places) in sides of the smaller face, and the change in size on top."""
    if not tracks or not places:
        return np.zeros((len(tracks), len(places)))
    expected = np.array([track.expected(at) for track in tracks])
    sides = np.array([track.side for track in tracks])
    found = np.array(places)
    away = np.hypot(
        expected[:, None, 0] - found[None, :, 0], expected[:, None, 1] - found[None, :, 1]
    )
    smaller = np.minimum(sides[:, None], found[None, :, 2])
    grown = np.abs(np.log2(sides[:, None] / found[None, :, 2]))
    return np.asarray(away / smaller + _SIZE * grown, dtype=np.float64)
