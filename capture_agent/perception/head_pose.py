"""Where a head is turned, in degrees, from the points of its face.

The points are fitted by solvePnP to the same points of the canonical face that the landmark
model was trained with (MediaPipe face geometry, Google, Apache-2.0; centimetres). Only points on
bone and cartilage are used: a mouth that speaks or a brow that rises must not turn the head.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_MIDLINE: Final = {
    10: (0.0, 8.261778, 4.481535),
    151: (0.0, 6.545390, 5.027311),
    168: (0.0, 3.271027, 5.236015),
    6: (0.0, 2.473255, 5.788627),
    4: (0.0, -0.463170, 7.586580),
    1: (0.0, -1.126865, 7.475604),
    2: (0.0, -2.089024, 6.058267),
}
_PAIRS: Final = {
    # The student's right, the same on the left, and the left one's place.
    (33, 263): (4.445859, 2.663991, 3.173422),
    (133, 362): (1.856432, 2.585245, 3.757904),
    (129, 358): (1.785794, -0.978284, 4.850470),
    (54, 284): (6.279331, 6.615427, 1.425850),
    (127, 356): (7.743095, 2.364999, -2.005167),
    (234, 454): (7.664182, 0.673132, -2.435867),
}


def _canonical() -> dict[int, tuple[float, float, float]]:
    points = dict(_MIDLINE)
    for (right, left), (x, y, z) in _PAIRS.items():
        points[right], points[left] = (-x, y, z), (x, y, z)
    return points


CANONICAL: Final = _canonical()
"""Landmark index to its place on the canonical face: to the student's left, up, to the camera."""

_INDICES: Final = np.array(list(CANONICAL))
_OBJECT: Final = np.array(list(CANONICAL.values()), dtype=np.float64)
_CAMERA_TO_FACE: Final = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees: yaw positive to the student's left, pitch upwards, roll clockwise as seen."""

    yaw: float
    pitch: float
    roll: float


def head_pose(points: NDArray[np.floating], width: int, height: int) -> HeadPose | None:
    """The pose of the face whose 468 ``points`` (x, y in pixels) lie in a width×height picture.

    The camera's own focal length is unknown; that of a usual webcam (about 55° across) is taken,
    which moves the angles by a degree or two. None where the points fit no pose.
    """
    focal = float(max(width, height))
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    seen = np.ascontiguousarray(points[_INDICES, :2], dtype=np.float64)
    if not np.isfinite(seen).all():
        return None
    try:
        found, rotation, position = cv2.solvePnP(
            _OBJECT, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP
        )
        if not found:
            return None
        rotation, position = cv2.solvePnPRefineLM(_OBJECT, seen, camera, None, rotation, position)
    except cv2.error:
        return None
    turned = _CAMERA_TO_FACE @ np.asarray(cv2.Rodrigues(rotation)[0], dtype=np.float64)
    return None if position[2] <= 0 else pose_of(turned)


def pose_of(turned: NDArray[np.float64]) -> HeadPose:
    """Degrees from a rotation (3, 3) whose identity is a face that looks into the camera.

    The rotation is taken apart as yaw about the upright, then pitch, then roll about the nose.
    """
    x, y, z = turned[:, 2]
    yaw, pitch = math.atan2(x, z), math.asin(float(np.clip(y, -1.0, 1.0)))
    upright = rotation_of(math.degrees(yaw), math.degrees(pitch), 0.0).T @ turned
    roll = math.atan2(upright[0, 1], upright[0, 0])
    return HeadPose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))


def rotation_of(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """The rotation (3, 3) of these degrees; the inverse of ``pose_of``."""
    a, b, c = math.radians(yaw), math.radians(pitch), math.radians(roll)
    about_y = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), math.sin(b)], [0, -math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), math.sin(c), 0], [-math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z, dtype=np.float64)
