"""The crop of a face that the expression models read: framed and lit as FER2013's faces are.

The models only ever saw that framing, so how much forehead and chin is around a face is measured,
not guessed (``python -m models.training.framing``): FER2013 faces are pasted into larger scenes,
found, and what the landmarks say is fitted to where the faces truly are. Several lengths together
tell the size of a face better than any one of them, which a mouth that opens or a head that nods
changes; the detector's box trembles, and is not used.

Heads are turned upright by their eyes; FER2013's are not always, but that cannot be seen from
outside. ``docs/agent.md`` has what the model loses on such crops against the original faces.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.inference.blazeface import Detection, check_picture

SIDE: Final = 48

Floats = NDArray[np.float64]

_EYE_CORNERS: Final = ((33, 133), (362, 263))
"""Of FaceMesh's landmarks: the person's right eye, then the left."""
_MOUTH_CORNERS: Final = (61, 291)
_NOSE_TIP: Final = 4

_BRIGHT: Final = 0.9
"""This quantile of the crop's middle is what is brought to ``_WHITE``."""
_WHITE: Final = 200.0
"""The median of FER2013's faces."""
_MIDDLE: Final = slice(8, SIDE - 8)
"""A window behind a head says nothing of the light on the face."""
_GAIN: Final = (0.7, 4.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a crop's square follows from ``Measures``.

    The side is the weighted geometric mean of the lengths, times ``scale``; its centre the weighted
    mean of the places, across and down each with its own weights, and ``lower`` sides further
    down. Weights sum to 1, so that a face twice as large, or elsewhere, is framed alike.
    """

    lengths: tuple[float, float, float, float]
    scale: float
    across: tuple[float, float, float, float]
    down: tuple[float, float, float, float]
    lower: float


RECIPE: Final = Recipe(
    lengths=(-0.416, -0.233, 1.132, 0.517),
    scale=0.712,
    across=(0.736, 0.093, 0.083, 0.088),
    down=(0.963, -0.129, 0.119, 0.047),
    lower=-0.092,
)
"""As ``models.training.framing`` fits it."""


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What the landmarks of one face say of its size and place, seen upright.

    ``lengths`` (4,): between the eyes, from the eyes to the mouth, the landmarks' width and height,
    in pixels. ``places`` (4, 2): the landmarks' middle, the eyes', the nose's tip, the mouth's
    middle. ``rotation`` (2, 2) turns a place back into the picture, where the right eye and the
    left are at ``eyes`` (2, 2).
    """

    lengths: Floats
    places: Floats
    rotation: Floats
    eyes: Floats


def measured(points: Floats) -> Measures:
    """The measures of a face with these landmarks (468, 3)."""
    eyes = np.stack([points[list(corners), :2].mean(axis=0) for corners in _EYE_CORNERS])
    across, down = eyes[1] - eyes[0]
    length = max(float(np.hypot(across, down)), 1e-9)
    cosine, sine = across / length, down / length
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    upright = points[:, :2] @ rotation
    low, high = upright.min(axis=0), upright.max(axis=0)
    between, mouth = eyes.mean(axis=0) @ rotation, upright[list(_MOUTH_CORNERS)].mean(axis=0)
    lengths = np.array([length, float(np.hypot(*(mouth - between))), *(high - low)])
    places = np.stack([(low + high) / 2, between, upright[_NOSE_TIP], mouth])
    return Measures(np.maximum(lengths, 1e-3), places, rotation, eyes)


def framed(points: Floats, detection: Detection, recipe: Recipe = RECIPE) -> Detection:
    """``detection`` with the square that is cropped of the face with these landmarks (468, 3).

    The square leans as the eyes do; ``x`` and ``y`` are its corner as if it did not.
    """
    face = measured(points)
    side = recipe.scale * float(np.exp(np.log(face.lengths) @ np.array(recipe.lengths)))
    across, down = np.array(recipe.across) @ face.places, np.array(recipe.down) @ face.places
    x, y = face.rotation @ np.array([across[0], down[1] + recipe.lower * side])
    return Detection(
        x=float(x) - side / 2,
        y=float(y) - side / 2,
        w=side,
        h=side,
        score=detection.score,
        keypoints=np.concatenate([face.eyes, detection.keypoints[2:]]),
    )


def face_crop(image_bgr: NDArray[np.uint8], detection: Detection) -> NDArray[np.uint8]:
    """The grey (48, 48) uint8 crop of the face that ``detection``, framed, is of ``image_bgr``.

    Where it reaches over the picture's edge, the edge's pixels go on. Raises InputError for a
    picture that is not (height, width, 3) uint8.
    """
    check_picture(image_bgr)
    crop = square_crop(
        image_bgr,
        centre=(detection.x + detection.w / 2, detection.y + detection.h / 2),
        side=max(detection.w, detection.h),
        turn_degrees=detection.roll_degrees,
    )
    return evenly_lit(crop)


def evenly_lit(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``crop`` (48, 48) as bright as FER2013's faces usually are: exposed anew, as it were."""
    # Sorting bytes is forty times as fast as numpy.percentile.
    middle = np.sort(crop[_MIDDLE, _MIDDLE], axis=None)
    bright = float(middle[int(_BRIGHT * middle.size)])
    gain = float(np.clip(_WHITE / max(bright, 1.0), *_GAIN))
    return np.asarray(cv2.convertScaleAbs(crop, alpha=gain), dtype=np.uint8)


def square_crop(
    image_bgr: NDArray[np.uint8],
    *,
    centre: tuple[float, float],
    side: float,
    turn_degrees: float = 0.0,
) -> NDArray[np.uint8]:
    """The square of ``side`` pixels around ``centre`` (x, y), grey, brought to (48, 48) uint8.

    ``turn_degrees`` is how far the square itself is turned clockwise in the picture.
    """
    step = max(side, 1.0) / SIDE
    # Shrinking by more than two would skip pixels: average them first, at twice the final size.
    fine = max(1, min(8, int(np.ceil(step))))
    points = SIDE * fine
    scale = max(side, 1.0) / points
    turn = np.radians(turn_degrees)
    rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    first = np.array(centre, dtype=np.float64) - rotation @ np.full(2, (points - 1) / 2)
    # Only what the square can touch is turned to grey; where it ends, the picture does.
    reach = max(side, 1.0) * (abs(np.cos(turn)) + abs(np.sin(turn))) / 2 + 2
    left, right = _within(centre[0] - reach, centre[0] + reach, image_bgr.shape[1])
    top, bottom = _within(centre[1] - reach, centre[1] + reach, image_bgr.shape[0])
    around = cv2.cvtColor(image_bgr[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    grey = cv2.warpAffine(
        around,
        np.column_stack([rotation, first - (left, top)]),
        (points, points),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if fine > 1:
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.uint8)


def _within(low: float, high: float, length: int) -> tuple[int, int]:
    """The pixels from ``low`` to ``high`` of a line; at least the one that is nearest."""
    first = min(max(int(low), 0), length - 1)
    return first, min(max(int(np.ceil(high)), first + 1), length)
