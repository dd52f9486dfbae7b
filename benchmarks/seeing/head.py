"""A head of our own in three dimensions, rendered as a webcam would see it: its turn is known.

No photograph and nobody's face: a few dozen numbers for a skull, a nose, eyes that open and shut,
brows and lips, in centimetres and in the axes of ``capture_agent.perception.head_pose`` (to the
student's left, up, towards the camera). The proportions follow the same adult average as the
canonical face there, so that what is measured is the eyes of the agent and not the oddness of the
head.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.head_pose import rotation_of

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats, Floats]
"""Places, normals and colours, (n, 3) each."""

SIZE: Final = (480, 640)
_AWAY_CM: Final = 55.0
_PIVOT: Final = np.array([0.0, 0.0, -3.0])
_LIGHT: Final = np.array([0.25, 0.5, 0.83])
_EYE: Final = (3.1, 2.6)
_EYE_HALF: Final = 1.35


@dataclass(frozen=True, slots=True)
class Person:
    """What differs between heads: colours in blue-green-red 0 to 255, and a scale of the width."""

    skin: tuple[float, float, float] = (132.0, 160.0, 205.0)
    hair: tuple[float, float, float] = (28.0, 38.0, 52.0)
    iris: tuple[float, float, float] = (40.0, 62.0, 88.0)
    lips: tuple[float, float, float] = (92.0, 88.0, 168.0)
    wide: float = 1.0


PEOPLE: Final = (
    Person(),
    Person((84.0, 112.0, 156.0), (18.0, 20.0, 24.0), (22.0, 34.0, 52.0), (70.0, 70.0, 128.0), 1.03),
    Person((52.0, 72.0, 108.0), (10.0, 12.0, 14.0), (14.0, 22.0, 36.0), (52.0, 54.0, 98.0), 0.98),
    Person((150.0, 178.0, 224.0), (60.0, 96.0, 140.0), (120.0, 110.0, 70.0), (110.0, 104.0, 186.0)),
)


def render(
    yaw: float, pitch: float, roll: float, *, eyes_open: float = 1.0, person: Person = PEOPLE[0]
) -> NDArray[np.uint8]:
    """A picture (480, 640, 3) uint8 of the head turned by these degrees, 55 cm from the camera.

    Its focal length is the picture's width, as ``head_pose`` takes it. ``eyes_open`` 0 to 1.
    """
    turn = rotation_of(yaw, pitch, roll)
    head, neck = _head(eyes_open, person), _neck(person)
    return _project(
        np.concatenate([(head[0] - _PIVOT) @ turn.T + _PIVOT, neck[0]]),
        np.concatenate([head[1] @ turn.T, neck[1]]),
        np.concatenate([head[2], neck[2]]),
    )


@lru_cache(maxsize=4)
def _head(eyes_open: float, person: Person) -> Points:
    """All that turns; a head is looked at from many sides."""
    face, skull = _face(eyes_open, person), _skull(person)
    return _joined([face, skull])


def _joined(parts: list[Points]) -> Points:
    places, normals, colours = zip(*parts, strict=True)
    return np.concatenate(places), np.concatenate(normals), np.concatenate(colours)


def _project(places: Floats, normals: Floats, colours: Floats) -> NDArray[np.uint8]:
    """Splat the points, nearest first, onto a wall with soft light."""
    height, width = SIZE
    light = _LIGHT / np.linalg.norm(_LIGHT)
    lit = 0.55 + 0.5 * np.clip(normals @ light, 0.0, 1.0)
    depth = _AWAY_CM - places[:, 2]
    across = np.round(width / 2 + width * places[:, 0] / depth).astype(int)
    down = np.round(height / 2 - width * places[:, 1] / depth).astype(int)
    facing = np.einsum("ij,ij->i", normals, np.array([0.0, 0.0, _AWAY_CM]) - places) > 0
    seen = facing & (across >= 0) & (across < width) & (down >= 0) & (down < height)
    order = np.flatnonzero(seen)[np.argsort(-depth[seen], kind="stable")]
    wall = np.linspace(188.0, 150.0, height)[:, None, None]
    picture = np.broadcast_to(wall, (height, width, 3)).astype(np.float32).copy()
    # The farthest first: of points on one pixel the last, nearest one stays.
    picture[down[order], across[order]] = (colours * lit[:, None])[order]
    covered = np.zeros((height, width), np.uint8)
    covered[down[order], across[order]] = 1
    holes = (cv2.morphologyEx(covered, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) - covered) > 0
    picture[holes] = cv2.medianBlur(picture, 5)[holes]
    # As soft as a cheap lens.
    return np.asarray(np.clip(cv2.GaussianBlur(picture, (5, 5), 0.8), 0, 255), dtype=np.uint8)


def _face(eyes_open: float, person: Person) -> Points:
    """The front of the head as a height over (x, y), its normals and its colours."""
    x, y = np.meshgrid(np.linspace(-7.9, 7.9, 420), np.linspace(-10.4, 9.6, 540))
    z = _height(x, y)
    slope_y, slope_x = np.gradient(z, y[:, 0], x[0])
    normals = np.stack([-slope_x, -slope_y, np.ones_like(z)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    # The outline of a face: narrower at the jaw, round at the top.
    jaw = np.where(y < 0, 7.9 * np.sqrt(np.clip(1 - (y / 10.6) ** 2 * 0.93, 0, 1)), 7.9)
    inside = (np.abs(x) <= jaw) & (y <= 9.6 - 0.05 * x**2)
    places = np.stack([x * person.wide, y, z], axis=-1)
    return places[inside], normals[inside], _paint(x, y, eyes_open, person)[inside]


def _height(x: Floats, y: Floats) -> Floats:
    side = np.abs(x)
    z = 5.3 - 0.0125 * y**2 - 0.04 * x**2 - 0.00155 * x**4
    along = np.interp(y, (-2.7, -2.0, -0.5, 3.3, 4.2), (0.0, 0.8, 2.3, 0.1, 0.0))
    width = np.interp(y, (-2.0, -0.5, 3.0), (1.15, 1.0, 0.75))
    z += along * np.exp(-((x / width) ** 2))
    z += 0.55 * _bell(side - 1.35, 0.55) * _bell(y + 1.5, 0.6)  # Wings of the nose.
    z -= 0.85 * _bell(side - _EYE[0], 1.3) * _bell(y - _EYE[1], 0.85)  # Sockets.
    z += 0.55 * _bell(side - _EYE[0], 0.8) * _bell(y - _EYE[1], 0.55)  # Eyeballs.
    z += 0.4 * _bell(side - 3.0, 1.7) * _bell(y - 4.3, 0.6)  # Brow ridge.
    z += 0.5 * _bell(x, 1.7) * (_bell(y + 3.85, 0.35) + 1.1 * _bell(y + 4.9, 0.4))  # Lips.
    z += 0.45 * _bell(x, 1.6) * _bell(y + 7.9, 1.0)  # Chin.
    z += 0.35 * _bell(side - 4.3, 1.5) * _bell(y + 0.4, 1.3)  # Cheeks.
    return np.asarray(z)


def _paint(x: Floats, y: Floats, eyes_open: float, person: Person) -> Floats:
    side = np.abs(x)
    colours = np.empty((*x.shape, 3))
    colours[:] = person.skin
    blush = 0.10 * _bell(side - 4.2, 1.6) * _bell(y + 0.9, 1.4)
    colours *= 1 - blush[..., None] * np.array([1.0, 0.8, 0.1])
    _blend(colours, person.hair, 0.85 * _edge(_brow(side, y), 0.12))
    _blend(colours, np.multiply(person.skin, 0.35), _edge(_oval(side - 0.75, y + 2.15, 0.42, 0.22)))
    _paint_eyes(colours, side, y, eyes_open, person)
    lips = 0.85 * np.clip(1 - (x / 2.5) ** 2, 0, None)
    _blend(colours, person.lips, _edge(lips - np.abs(y + 4.35), 0.1) * (side < 2.5))
    _blend(colours, np.multiply(person.lips, 0.4), 0.9 * _edge(0.07 - np.abs(y + 4.3), 0.05)
           * (side < 2.4))  # fmt: skip
    _blend(colours, person.hair, _edge(y - (8.0 - 0.045 * x**2), 0.25))
    return colours


def _paint_eyes(colours: Floats, side: Floats, y: Floats, eyes_open: float, person: Person) -> None:
    """Sclera, iris and pupil between the lids, and the lashes where the lids end."""
    across = np.clip(1 - ((side - _EYE[0]) / _EYE_HALF) ** 2, 0, None)
    upper = _EYE[1] - 0.22 + (0.22 + 0.42 * across) * eyes_open - 0.1 * across * (1 - eyes_open)
    upper = np.where(eyes_open > 0, upper, _EYE[1] - 0.22 - 0.12 * across)
    lower = _EYE[1] - 0.22 - 0.33 * across
    lower = lower * eyes_open + (_EYE[1] - 0.22 - 0.22 * across) * (1 - eyes_open)
    within = (np.abs(side - _EYE[0]) < _EYE_HALF).astype(float)
    gap = _edge(np.minimum(upper - y, y - lower), 0.06) * within
    _blend(colours, (222.0, 226.0, 230.0), gap)
    _blend(colours, person.iris, gap * _edge(_oval(side - _EYE[0], y - _EYE[1] + 0.05, 0.62, 0.62)))
    _blend(colours, (12.0, 12.0, 14.0),
           gap * _edge(_oval(side - _EYE[0], y - _EYE[1] + 0.05, 0.28, 0.28)))  # fmt: skip
    _blend(colours, (246.0, 248.0, 250.0),
           gap * _edge(_oval(side - _EYE[0] - 0.2, y - _EYE[1] - 0.15, 0.11, 0.11)))  # fmt: skip
    lashes = np.maximum(_edge(0.10 - np.abs(y - upper), 0.05),
                        0.45 * _edge(0.05 - np.abs(y - lower), 0.05))  # fmt: skip
    _blend(colours, (24.0, 26.0, 32.0), 0.9 * lashes * within)
    # The fold over the eye is a lid that is drawn up; a lid that is down is smooth.
    crease = _edge(0.06 - np.abs(y - (_EYE[1] + 0.55 + 0.35 * across)), 0.08)
    _blend(colours, np.multiply(person.skin, 0.62), 0.6 * eyes_open * crease * within)


def _brow(side: Floats, y: Floats) -> Floats:
    arch = 4.1 + 0.45 * (1 - ((side - 3.4) / 2.2) ** 2)
    ends = np.minimum(side - 1.3, 5.5 - side)
    return np.asarray(np.minimum(0.3 - np.abs(y - arch), ends))


def _skull(person: Person) -> Points:
    """The rest of the head: hair above and behind, skin before the ears."""
    places, normals = _ellipsoid((0.0, 1.2, -4.6), (8.0, 9.6, 8.6), 360)
    hairy = (places[:, 1] > 5.5) | (places[:, 2] < -6.0) & (places[:, 1] > -4.0)
    colours = np.where(hairy[:, None], person.hair, person.skin)
    front = (places[:, 2] < 1.5) & (places[:, 1] > -7.5)
    all_of = [(places[front], normals[front], colours[front])]
    for sign in (-1.0, 1.0):
        ear, out = _ellipsoid((sign * 8.1, 0.9, -3.6), (0.7, 2.9, 1.6), 70)
        all_of.append((ear, out, np.broadcast_to(np.multiply(person.skin, 0.92), ear.shape)))
    places, normals, colours = _joined(all_of)
    places[:, 0] *= person.wide
    return places, normals, colours


@lru_cache(maxsize=4)
def _neck(person: Person) -> Points:
    turn, y = np.meshgrid(np.linspace(-np.pi, np.pi, 300), np.linspace(-16.0, -6.0, 300))
    radius = 5.2 + np.clip(-13.0 - y, 0, None) * 1.3
    places = np.stack([radius * np.sin(turn), y, radius * 0.8 * np.cos(turn) - 5.0], axis=-1)
    normals = np.stack([np.sin(turn), np.zeros_like(y), np.cos(turn)], axis=-1)
    shirt = (y < -13.5)[..., None]
    colours = np.where(shirt, (96.0, 78.0, 60.0), np.multiply(person.skin, 0.8))
    return places.reshape(-1, 3), normals.reshape(-1, 3), colours.reshape(-1, 3)


def _ellipsoid(
    centre: tuple[float, float, float], radii: tuple[float, float, float], steps: int
) -> tuple[Floats, Floats]:
    turn, rise = np.meshgrid(
        np.linspace(-np.pi, np.pi, 2 * steps), np.linspace(-np.pi / 2, np.pi / 2, steps)
    )
    unit = np.stack(
        [np.cos(rise) * np.sin(turn), np.sin(rise), np.cos(rise) * np.cos(turn)], axis=-1
    ).reshape(-1, 3)
    normals = unit / np.array(radii)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return unit * np.array(radii) + np.array(centre), normals


def _bell(distance: Floats, width: float) -> Floats:
    return np.asarray(np.exp(-((distance / width) ** 2)))


def _oval(x: Floats, y: Floats, across: float, down: float) -> Floats:
    """Positive inside, in about centimetres from the edge."""
    return np.asarray((1 - np.hypot(x / across, y / down)) * min(across, down))


def _edge(inside: Floats, soft: float = 0.06) -> Floats:
    return np.asarray(np.clip(0.5 + inside / (2 * soft), 0.0, 1.0))


def _blend(colours: Floats, colour: Floats | tuple[float, ...], share: Floats) -> None:
    colours += share[..., None] * (np.asarray(colour) - colours)
