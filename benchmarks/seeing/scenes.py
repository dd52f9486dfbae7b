"""Gallery views with known faces: 49 tiles with a held-out face each, at rest and moving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from models.training.data.datasets import Faces
from models.training.data.scenes import LIGHT, TURN, Placed, Scene, evenly, ground, lit, paste

GALLERY: Final = (1080, 1920)
GALLERY_SIDE: Final = 7
"""Tiles in a row and rows in a gallery view: 49 of them."""
TILES: Final = GALLERY_SIDE**2
GALLERY_FACES: Final = (60.0, 130.0)
"""Pixels that a face's square measures in a tile of 274 × 154."""


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
        side, turn = evenly(random, GALLERY_FACES), float(random.uniform(-TURN, TURN))
        return cls(index, float(across), float(down), side, turn, evenly(random, LIGHT))

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
