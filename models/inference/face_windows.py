"""Looking at a picture in overlapping windows, and telling one face from what two windows saw.

BlazeFace reads 256×256 pixels. A face that takes a twentieth of a wide picture is a few of them,
so a large picture is cut into windows; each overlaps the next by more than such a face, lest one
that lies on a border be seen whole in neither.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.inference.blazeface import Detection

_SAME: Final = 0.4
"""Boxes that share more than this of the smaller one speak of one face."""


def windows(width: int, height: int, side: int, step: int) -> Iterator[tuple[int, int]]:
    """Left and top of each square of ``side`` that covers a picture, at most ``step`` apart."""
    for top in _places(height, side, step):
        for left in _places(width, side, step):
            yield left, top


def _places(length: int, side: int, step: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - side) // step) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def window_of(image: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """The part of the picture that a window shows."""
    return image[top : top + side, left : left + side]


def moved(face: Detection, left: float, top: float) -> Detection:
    """A face found in a window, in the picture's own pixels."""
    keypoints = face.keypoints + np.array([left, top])
    return Detection(face.x + left, face.y + top, face.w, face.h, face.score, keypoints)


def scaled(face: Detection, across: float, down: float) -> Detection:
    """A face found in a picture brought to another size, in the pixels it had before."""
    keypoints = face.keypoints * np.array([across, down])
    return Detection(
        face.x * across, face.y * down, face.w * across, face.h * down, face.score, keypoints
    )


def one_of_each(faces: Sequence[Detection]) -> list[Detection]:
    """Each face once, the largest box first: of boxes that overlap, the surest is kept.

    A window's border may cut a face, and its half is then found in a smaller box: what counts is
    therefore how much of the smaller box lies in the other.
    """
    kept: list[Detection] = []
    for face in sorted(faces, key=lambda each: each.score, reverse=True):
        if all(_shared(face, other) <= _SAME for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: face.area, reverse=True)


def _shared(one: Detection, other: Detection) -> float:
    across = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    down = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / max(min(one.area, other.area), 1e-9)
