"""Which of the faces in a picture is the student's: the largest, most central one."""

import math
from collections.abc import Sequence
from typing import Final

from models.inference.face_detector import Detection

_SIGMA: Final = 0.45
"""Of half the diagonal: how fast being off-centre counts against size."""


def choose_student(faces: Sequence[Detection], width: int, height: int) -> Detection | None:
    """The face that is large and near the middle of a ``width`` × ``height`` picture.

    The area, weighed by a bell around the middle: someone sitting before the camera wins over a
    passer-by of the same size at the edge, and over a small face in a poster at the centre.
    """
    if not faces:
        return None
    reach = math.hypot(width, height) / 2

    def weight(face: Detection) -> float:
        across, down = face.x + face.w / 2 - width / 2, face.y + face.h / 2 - height / 2
        away = math.hypot(across, down) / reach
        return face.area * math.exp(-0.5 * (away / _SIGMA) ** 2)

    return max(faces, key=weight)
