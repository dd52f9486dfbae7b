"""BlazeFace: likely faces in a picture, its anchors decoded and overlapping answers blended.

Source: Bazarevsky et al. 2019, *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs*.
The network is the long-range one that reads 256×256 pixels: of those measured it alone lost no face
in the dark, rolled by 45°, at half size or with the lower half covered.
"""

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.inference.files import FACE_DETECTOR
from models.inference.runtime import Network, load_network

KEYPOINTS: Final = ("right_eye", "left_eye", "nose_tip", "mouth", "right_ear", "left_ear")
"""Row *i* of ``Detection.keypoints``; right and left are the person's own."""

MIN_SCORE: Final = 0.5
"""Below this no face is reported."""

_OVERLAP: Final = 0.3
"""Answers that share more than this (intersection over union) speak of one face."""
_STRIDES: Final = ((16, 2), (32, 6))
"""(pixels between neighbouring cells, answers a cell) of each feature map, in output order."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One face: its box in pixels of the picture, how sure, and six points on it.

    The box may reach over the picture's edge. ``keypoints`` is (6, 2) float64 x, y in pixels, in
    the order of ``KEYPOINTS``.
    """

    x: float
    y: float
    w: float
    h: float
    score: float
    keypoints: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        return self.w * self.h

    @property
    def roll_degrees(self) -> float:
        """How far the line from right to left eye is turned clockwise in the picture."""
        across = self.keypoints[1] - self.keypoints[0]
        return float(np.degrees(np.arctan2(across[1], across[0])))


class BlazeFace:
    """Finds likely faces in a picture. Not thread-safe: one per thread."""

    def __init__(self, network: Network, *, min_score: float = MIN_SCORE) -> None:
        self._network = network
        self._side = int(network.input.shape[1])
        self._anchors = _anchors(self._side)
        self._min_score = min_score

    @classmethod
    def load(cls, *, min_score: float = MIN_SCORE) -> Self:
        """Load the packaged network; WeightsError where it is missing or another one."""
        name, content = FACE_DETECTOR.read()
        return cls(load_network(content, name=name), min_score=min_score)

    @property
    def side(self) -> int:
        """Pixels each way of the square that the network reads."""
        return self._side

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """The likely faces in ``image_bgr`` (height, width, 3) uint8, the largest box first.

        Raises InputError for a picture of another shape or type.
        """
        check_picture(image_bgr)
        square, scale, left, top = _letterbox(image_bgr, self._side)
        raw_boxes, raw_scores = self._network.run(square)
        scores = _sigmoid(raw_scores.reshape(-1))
        likely = np.flatnonzero(scores >= self._min_score)
        if not likely.size:
            return []
        points = raw_boxes[0, likely].reshape(-1, 8, 2).astype(np.float64)
        points[:, 0] += self._anchors[likely]
        points[:, 2:] += self._anchors[likely, None]
        points /= scale
        points[:, 0] -= (left, top)
        points[:, 2:] -= (left, top)
        blended = _blend(points, scores[likely].astype(np.float64))
        found = [_detection(face, score) for face, score in blended]
        return sorted(found, key=lambda face: face.area, reverse=True)


def check_picture(image_bgr: NDArray[np.uint8]) -> None:
    """Raise InputError unless ``image_bgr`` is a picture of one pixel or more, (h, w, 3) uint8."""
    if image_bgr.dtype != np.uint8 or image_bgr.ndim != 3 or image_bgr.shape[2] != 3:
        raise InputError(
            "a picture must be a uint8 array of (height, width, 3), not "
            f"{image_bgr.dtype} {image_bgr.shape}"
        )
    if 0 in image_bgr.shape:
        raise InputError(f"a picture must have pixels, but its shape is {image_bgr.shape}")


def _letterbox(
    image_bgr: NDArray[np.uint8], side: int
) -> tuple[NDArray[np.float32], float, float, float]:
    """The picture shrunk into the middle of a square; and scale, and left and top in its pixels."""
    height, width = image_bgr.shape[:2]
    scale = side / max(height, width)
    inner = (max(round(width * scale), 1), max(round(height * scale), 1))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image_bgr, inner, interpolation=method)
    across, down = (side - inner[0]) // 2, (side - inner[1]) // 2
    square = np.zeros((1, side, side, 3), dtype=np.float32)
    inside = square[0, down : down + inner[1], across : across + inner[0]]
    # Turned to RGB as bytes, and scaled in place: floats of a whole picture are slow to copy.
    np.divide(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.float32(127.5), out=inside)
    inside -= 1
    return square, scale, across / scale, down / scale


def _anchors(side: int) -> NDArray[np.float64]:
    """The centres that the network's answers are relative to, (answers, 2) x, y in its pixels."""
    maps = []
    for stride, answers in _STRIDES:
        line = (np.arange(side // stride) + 0.5) * stride
        y, x = np.meshgrid(line, line, indexing="ij")
        maps.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), answers, axis=0))
    return np.concatenate(maps)


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), dtype=np.float32)


def _blend(
    points: NDArray[np.float64], scores: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], float]]:
    """Merge answers about one face into their mean weighted by score, as BlazeFace does.

    ``points`` (n, 8, 2): centre, size, six keypoints. Picking the best answer instead would make
    the box tremble from frame to frame.
    """
    waiting = np.argsort(-scores, kind="stable")
    corners = np.concatenate(
        [points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2], axis=1
    )
    faces = []
    while waiting.size:
        best = waiting[0]
        same = _overlap(corners[best], corners[waiting]) > _OVERLAP
        same[0] = True
        group = waiting[same]
        faces.append(
            (np.average(points[group], axis=0, weights=scores[group]), float(scores[best]))
        )
        waiting = waiting[~same]
    return faces


def _overlap(one: NDArray[np.float64], many: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of box ``one`` with each of ``many``; corners x0 y0 x1 y1."""
    low = np.maximum(one[:2], many[:, :2])
    high = np.minimum(one[2:], many[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(np.clip(many[:, 2:] - many[:, :2], 0, None), axis=1)
    own = float(np.prod(np.clip(one[2:] - one[:2], 0, None)))
    return np.asarray(shared / np.maximum(areas + own - shared, 1e-9))


def _detection(points: NDArray[np.float64], score: float) -> Detection:
    (centre_x, centre_y), (width, height) = points[0], points[1]
    return Detection(
        x=float(centre_x - width / 2),
        y=float(centre_y - height / 2),
        w=float(width),
        h=float(height),
        score=score,
        keypoints=points[2:].copy(),
    )
