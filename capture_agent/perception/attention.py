"""Whether a student is attentive in one picture, judged against this student's own habits.

A face is there, the head is within ±25° of yaw and ±20° of pitch of the student's own median, and
the eyes have not been shut for a second or more. Defined in ``docs/science.md``, "Engagement".
"""

import bisect
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.head_pose import HeadPose

YAW_LIMIT: Final = 25.0
PITCH_LIMIT: Final = 20.0
SHUT_SECONDS: Final = 1.0

_EYES: Final = (
    # Corner and corner, then three pairs of upper and lower lid; the student's right, then left.
    ((33, 133), ((160, 144), (159, 145), (158, 153))),
    ((263, 362), ((387, 373), (386, 374), (385, 380))),
)
_MEMORY: Final = 7_200
"""Pictures remembered: an hour at two a second."""

_OPEN_PERCENTILE: Final = 0.9
_LEAST_OPEN_RATIO: Final = 0.16
"""Nobody's open eyes are taken for narrower, so that eyes shut from the start do not count open."""

_USUAL_OPEN_RATIO: Final = 0.28

_SHUT_RATIO: Final = 0.4
"""Of the own open eyes: at and below, the lids touch; the model never shows them at 0."""

_SHUT: Final = 0.2
_FRONTAL: Final = 30.0
"""Eyes are measured for the own reference only while the head is turned less than this."""


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
    of_own = ratio / max(open_ratio, _LEAST_OPEN_RATIO)
    return min(1.0, max(0.0, (of_own - _SHUT_RATIO) / (1.0 - _SHUT_RATIO)))


def typical_openness(ratio: float) -> float:
    """As ``openness``, of somebody whose own open eyes are not known."""
    return openness(ratio, _USUAL_OPEN_RATIO)


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
    """One picture of one student: attentive or not, and how open the eyes are, 0 to 1."""

    attentive: bool
    eyes_open: float


class AttentionTracker:
    """Judges one student's pictures in the order they were taken."""

    def __init__(self, memory: int = _MEMORY) -> None:
        self._yaw = _Running(memory)
        self._pitch = _Running(memory)
        self._ratio = _Running(memory)
        self._shut_since: float | None = None

    def judge(self, pose: HeadPose, ratio: float, monotonic: float) -> Judgement:
        """Judge one picture and learn from it. ``monotonic`` seconds only rise."""
        self._yaw.add(pose.yaw)
        self._pitch.add(pose.pitch)
        yaw, pitch = self._yaw.quantile(0.5) or 0.0, self._pitch.quantile(0.5) or 0.0
        if abs(pose.yaw) <= _FRONTAL:
            self._ratio.add(ratio)
        eyes_open = openness(ratio, self._ratio.quantile(_OPEN_PERCENTILE) or 0.0)
        if eyes_open > _SHUT:
            self._shut_since = None
        elif self._shut_since is None:
            self._shut_since = monotonic
        asleep = self._shut_since is not None and monotonic - self._shut_since >= SHUT_SECONDS
        ahead = abs(pose.yaw - yaw) <= YAW_LIMIT and abs(pose.pitch - pitch) <= PITCH_LIMIT
        return Judgement(attentive=ahead and not asleep, eyes_open=eyes_open)

    def no_face(self) -> None:
        """A picture without the student: whether the eyes stayed shut meanwhile is not known."""
        self._shut_since = None
