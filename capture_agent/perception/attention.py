"""How engaged a student looks in one picture, judged against this student's own habits.

What is usual is learnt from the pictures so far, never from those to come: the median of the head,
a high quantile of the lids, the mean of *sad*. Defined in ``docs/science.md``, "Engagement".
"""

import bisect
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.engagement import USUAL, VALUES, Face, Habit, looks_engaged

_EYES: Final = (
    # Corner and corner, then three pairs of upper and lower lid; the student's right, then left.
    ((33, 133), ((160, 144), (159, 145), (158, 153))),
    ((263, 362), ((387, 373), (386, 374), (385, 380))),
)

_SHUT_RATIO: Final = 0.4
"""Of the own open eyes: at and below, the lids touch; the model never shows them at 0."""


def eye_ratio(points: NDArray[np.floating]) -> float:
    """Lid distance over corner distance, in three dimensions, mean of both eyes.

    ``points`` (468, 3). After the eye aspect ratio of Soukupová & Čech 2016; in three dimensions,
    because a turned head shortens the corners' distance in the picture.
    """
    ratios = []
    for corners, lids in _EYES:
        width = float(np.linalg.norm(points[corners[0]] - points[corners[1]]))
        heights = [float(np.linalg.norm(points[upper] - points[lower])) for upper, lower in lids]
        ratios.append(sum(heights) / len(heights) / width if width > 0 else 0.0)
    return sum(ratios) / len(ratios)


def openness(ratio: float, open_ratio: float) -> float:
    """0 shut to 1 open, of eyes with ``ratio`` where the own open eyes have ``open_ratio``."""
    of_own = ratio / max(open_ratio, VALUES.least_open)
    return min(1.0, max(0.0, (of_own - _SHUT_RATIO) / (1.0 - _SHUT_RATIO)))


def typical_openness(ratio: float) -> float:
    """As ``openness``, of somebody whose own open eyes are not known."""
    return openness(ratio, USUAL.open_ratio)


class _Running:
    """The quantiles of the last ``size`` values, kept sorted as they come."""

    def __init__(self, size: int) -> None:
        self._recent: deque[float] = deque()
        self._sorted: list[float] = []
        self._size = size

    def add(self, value: float) -> None:
        if len(self._recent) == self._size:
            del self._sorted[bisect.bisect_left(self._sorted, self._recent.popleft())]
        self._recent.append(value)
        bisect.insort(self._sorted, value)

    def quantile(self, share: float) -> float | None:
        if not self._sorted:
            return None
        return self._sorted[min(len(self._sorted) - 1, int(share * len(self._sorted)))]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One picture of one student: how engaged it looks and how open the eyes are, 0 to 1."""

    attentive: float
    eyes_open: float


class AttentionTracker:
    """Judges one student's pictures in the order they were taken."""

    def __init__(self, memory: int = VALUES.memory) -> None:
        self._yaw = _Running(memory)
        self._pitch = _Running(memory)
        self._ratio = _Running(memory)
        self._memory = memory
        self._sad, self._seen = VALUES.usual_sad, VALUES.rest_pictures
        self._lids: deque[tuple[float, float]] = deque()

    def judge(self, face: Face, monotonic: float) -> Judgement:
        """Judge one picture and learn from it. ``monotonic`` seconds only rise."""
        self._yaw.add(face.yaw)
        self._pitch.add(face.pitch)
        yaw = self._yaw.quantile(0.5) or 0.0
        if abs(face.yaw - yaw) <= VALUES.frontal:
            self._ratio.add(face.eye_ratio)
        if face.sad is not None:
            self._seen = min(self._seen + 1, self._memory)
            self._sad += (face.sad - self._sad) / self._seen
        habit = Habit(
            yaw=yaw,
            pitch=self._pitch.quantile(0.5) or 0.0,
            open_ratio=self._ratio.quantile(VALUES.open_quantile) or USUAL.open_ratio,
            sad=self._sad,
        )
        unblinking = replace(face, eye_ratio=self._without_blinks(face.eye_ratio, monotonic))
        return Judgement(
            attentive=looks_engaged(unblinking, habit),
            eyes_open=openness(face.eye_ratio, habit.open_ratio),
        )

    def no_face(self) -> None:
        """A picture without the student: whether the eyes stayed shut meanwhile is not known."""
        self._lids.clear()

    def _without_blinks(self, ratio: float, monotonic: float) -> float:
        """The upper median of the lids of the last second."""
        self._lids.append((monotonic, ratio))
        while monotonic - self._lids[0][0] >= VALUES.blink_s:
            self._lids.popleft()
        lids = sorted(ratio for _, ratio in self._lids)
        return lids[len(lids) // 2]
