"""Scenes with known faces: held-out faces pasted into webcam pictures, and into gallery views.

A face of the data set is a square picture; it is put somewhere into a larger picture whose ground
is of its own greys, turned, sized and lit at random. Where it lies is then known exactly,
which no photograph offers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import Faces

Image = NDArray[np.uint8]

SCENE: Final = (480, 640)
"""Height and width of a webcam's picture."""
SIDES: Final = (48.0, 240.0)
"""Pixels that a face's square measures in a scene, evenly on a logarithmic scale."""
TURN: Final = 30.0
"""Degrees that a face is turned at most, either way."""
LIGHT: Final = (0.35, 1.6)
"""What a scene's brightness is multiplied with, evenly on a logarithmic scale."""

GALLERY: Final = (1080, 1920)
GALLERY_SIDE: Final = 7
"""Tiles in a row and rows in a gallery view: 49 of them."""
TILES: Final = GALLERY_SIDE**2
GALLERY_FACES: Final = (60.0, 130.0)
"""Pixels that a face's square measures in a tile of 274 × 154."""

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
        side = _even(random, SIDES)
        turn = float(random.uniform(-TURN, TURN))
        light = _even(random, LIGHT)
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


def gallery_scenes(faces: Faces, *, seed: int) -> Iterator[Scene]:
    """One 1920×1080 gallery of 49 tiles for each 49 faces, in order; the last few are left out."""
    random = np.random.default_rng(seed)
    for first in range(0, len(faces) - TILES + 1, TILES):
        seats = [_Seat.taken(index, random) for index in range(first, first + TILES)]
        yield _gallery(faces, seats)


def moving_gallery(faces: Faces, *, pictures: int, seed: int) -> Iterator[Scene]:
    """One gallery of the first 49 faces, half a second a picture: each leans, nods and comes near.

    From picture to picture a face moves by a seventh of its side, turns by 4° and grows by 4 %
    (standard deviations).
    """
    random = np.random.default_rng(seed)
    seats = [_Seat.taken(index, random) for index in range(TILES)]
    for _ in range(pictures):
        yield _gallery(faces, seats)
        seats = [seat.moved(random) for seat in seats]


@dataclass(frozen=True, slots=True)
class _Seat:
    """One face in its tile: its place in shares of the room that it has, side, turn and light."""

    index: int
    across: float
    down: float
    side: float
    turn: float
    light: float

    @classmethod
    def taken(cls, index: int, random: np.random.Generator) -> Self:
        across, down = random.uniform(0, 1, 2)
        side, turn = _even(random, GALLERY_FACES), float(random.uniform(-TURN, TURN))
        return cls(index, float(across), float(down), side, turn, _even(random, LIGHT))

    def moved(self, random: np.random.Generator) -> "_Seat":
        _, _, width, height = tile(0)
        reach = self.side / 7
        across = self.across + random.normal(0, reach) / max(width - self.side, 1.0)
        down = self.down + random.normal(0, reach) / max(height - self.side, 1.0)
        return replace(
            self,
            across=float(np.clip(across, 0, 1)),
            down=float(np.clip(down, 0, 1)),
            side=float(np.clip(self.side * np.exp(random.normal(0, 0.04)), *GALLERY_FACES)),
            turn=float(np.clip(self.turn + random.normal(0, 4), -TURN, TURN)),
        )


def _gallery(faces: Faces, seats: Sequence[_Seat]) -> Scene:
    image = np.zeros((*GALLERY, 3), np.uint8)
    placed = []
    for place, seat in enumerate(seats):
        left, top, width, height = tile(place)
        reach = min(seat.side * 0.6, height / 2 - 1)
        x = reach + seat.across * (width - 2 * reach)
        y = reach + seat.down * (height - 2 * reach)
        pixels = faces.pixels[seat.index]
        picture = ground(pixels, (height, width))
        paste(picture, pixels, Placed(seat.index, x, y, seat.side, seat.turn))
        image[top : top + height, left : left + width] = lit(picture, seat.light)
        placed.append(Placed(seat.index, left + x, top + y, seat.side, seat.turn))
    return Scene(image, tuple(placed), 1.0)


def tile(place: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the ``place``-th tile of a gallery."""
    row, column = divmod(place, GALLERY_SIDE)
    height, width = GALLERY
    left, right = (width * each // GALLERY_SIDE for each in (column, column + 1))
    top, bottom = (height * each // GALLERY_SIDE for each in (row, row + 1))
    # A thin dark line stands between tiles, as meetings draw it.
    return left + 2, top + 2, right - left - 4, bottom - top - 4


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


def _even(random: np.random.Generator, between: Sequence[float]) -> float:
    low, high = between
    return float(np.exp(random.uniform(np.log(low), np.log(high))))
