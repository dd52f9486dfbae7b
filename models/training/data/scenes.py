"""Webcam pictures with a known face: faces of the data set put into scenes of their own greys.

A face of the data set is a square picture; it is put somewhere into a larger picture, turned, sized
and lit at random. Where it lies is then known exactly, which no photograph offers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.data.datasets import Faces

Image = NDArray[np.uint8]

SCENE: Final = (480, 640)
"""Height and width of a webcam's picture."""
SIDES: Final = (48.0, 240.0)
"""Pixels that a face's square measures in a scene, evenly on a logarithmic scale."""
TURN: Final = 30.0
"""Degrees that a face is turned at most, either way."""
LIGHT: Final = (0.35, 1.6)
"""What a scene's brightness is multiplied with, evenly on a logarithmic scale."""

_COARSE: Final = (3, 2)
"""Patches of grey, across and down, that a ground is made of."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One face in a picture: its square's centre (x, y) and side in pixels, turned clockwise."""

    index: int
    x: float
    y: float
    side: float
    turn: float

    def is_found_at(self, x: float, y: float, side: float) -> bool:
        """Whether a box of that centre and longer side speaks of this face."""
        near = np.hypot(x - self.x, y - self.y) <= self.side / 3
        return bool(near and 0.4 <= side / self.side <= 1.6)


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture, (height, width, 3) uint8, the faces in it, and its brightness."""

    image: Image
    faces: tuple[Placed, ...]
    light: float


def webcam_scenes(faces: Faces, *, seed: int) -> Iterator[Scene]:
    """One 640×480 scene for each face, in order."""
    random = np.random.default_rng(seed)
    for index, pixels in enumerate(faces.pixels):
        side = evenly(random, SIDES)
        turn = float(random.uniform(-TURN, TURN))
        light = evenly(random, LIGHT)
        height, width = SCENE
        # As much of the turned square as there is stays in view.
        reach = side * (abs(np.cos(np.radians(turn))) + abs(np.sin(np.radians(turn)))) / 2
        placed = Placed(
            index,
            float(random.uniform(reach, width - reach)),
            float(random.uniform(reach, height - reach)),
            side,
            turn,
        )
        image = ground(pixels, SCENE)
        paste(image, pixels, placed)
        yield Scene(lit(image, light), (placed,), light)


def ground(pixels: Image, size: tuple[int, int]) -> Image:
    """A picture (height, width, 3) of the face's own greys, too coarse for a face to be in it."""
    height, width = size
    coarse = cv2.resize(pixels, _COARSE, interpolation=cv2.INTER_AREA)
    wide = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(wide, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def paste(image: Image, pixels: Image, placed: Placed) -> None:
    """Draw the face into ``image``, in place; what reaches over the edge is cut off."""
    scale, turn = placed.side / len(pixels), np.radians(placed.turn)
    rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shift = np.array([placed.x, placed.y]) - rotation @ np.full(2, (len(pixels) - 1) / 2)
    to_image = np.column_stack([rotation, shift])
    reach = int(np.ceil(placed.side * 0.75)) + 2
    left, top = max(0, int(placed.x) - reach), max(0, int(placed.y) - reach)
    part = image[top : int(placed.y) + reach, left : int(placed.x) + reach]
    to_image[:, 2] -= (left, top)
    size = (part.shape[1], part.shape[0])
    grey = cv2.warpAffine(
        pixels, to_image, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    inside = cv2.warpAffine(np.ones_like(pixels), to_image, size, flags=cv2.INTER_NEAREST) > 0
    part[inside] = grey[inside][:, None]


def lit(image: Image, light: float) -> Image:
    """``image`` under ``light`` times the light, clipped as a camera clips."""
    return np.asarray(cv2.convertScaleAbs(image, alpha=light), dtype=np.uint8)


def evenly(random: np.random.Generator, between: Sequence[float]) -> float:
    """A number between the two, even on a logarithmic scale."""
    low, high = between
    return float(np.exp(random.uniform(np.log(low), np.log(high))))
