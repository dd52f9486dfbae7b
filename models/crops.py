"""The crop of a face that the expression models read: framed as FER2013 frames its faces.

The models only ever saw that framing, so how much forehead and chin is around a face is measured,
not guessed (``python -m models.framing``): FER2013 faces are pasted into larger scenes, detected
and cropped again. The frame is taken from the landmarks and not from the detector's box, which
trembles: of 1,431 PublicTest faces turned by up to 30° and lit 0.35 to 1.6 times (2026-11-21) the
model was right on 66.6 % of the crops, on 67.9 % of the original faces, and on 1 to 2 % less of
crops of any frame that was tried around the box. Heads are turned upright by their eyes; FER2013's
are not always, but a model that saw them lean by 20° at most reads more of those who lean further.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.blazeface import Detection, check_picture

SIDE: Final = 48

SCALE: Final = 1.13
"""The crop's side over the longer side of the landmarks' frame."""
DOWN: Final = -0.045
"""How far the crop's centre lies below the frame's, in its heights."""
_EYE_CORNERS: Final = ((33, 133), (362, 263))
"""Of FaceMesh's landmarks: the person's right eye, then the left."""
UPRIGHT: Final = 1.0
"""The share of the head's roll that is turned back."""


def framed(points: NDArray[np.float64], detection: Detection) -> Detection:
    """``detection`` with the square around the face's landmarks (468, 3), upright by its eyes."""
    eyes = [points[list(corners), :2].mean(axis=0) for corners in _EYE_CORNERS]
    across, down = eyes[1] - eyes[0]
    length = max(float(np.hypot(across, down)), 1e-9)
    cosine, sine = across / length, down / length
    upright = points[:, :2] @ np.array([[cosine, -sine], [sine, cosine]])
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = np.array([[cosine, -sine], [sine, cosine]]) @ ((low + high) / 2)
    side = float((high - low).max())
    return Detection(
        x=float(x) - side / 2,
        y=float(y) - side / 2,
        w=side,
        h=side,
        score=detection.score,
        keypoints=np.concatenate([np.stack(eyes), detection.keypoints[2:]]),
    )


def face_crop(image_bgr: NDArray[np.uint8], detection: Detection) -> NDArray[np.uint8]:
    """The grey (48, 48) uint8 crop of the face that ``detection``, framed, is of ``image_bgr``.

    Where it reaches over the picture's edge, the edge's pixels go on. Raises InputError for a
    picture that is not (height, width, 3) uint8.
    """
    check_picture(image_bgr)
    return aligned_crop(image_bgr, detection, scale=SCALE, down=DOWN, upright=UPRIGHT)


def aligned_crop(
    image_bgr: NDArray[np.uint8],
    detection: Detection,
    *,
    scale: float,
    down: float,
    upright: float,
) -> NDArray[np.uint8]:
    """The crop of the face by the recipe's three constants, which ``models.framing`` varies."""
    turn = upright * detection.roll_degrees
    # Down along the head, which need not be down in the picture.
    lean, lower = np.radians(turn), down * detection.h
    return square_crop(
        image_bgr,
        centre=(
            detection.x + detection.w / 2 - np.sin(lean) * lower,
            detection.y + detection.h / 2 + np.cos(lean) * lower,
        ),
        side=scale * max(detection.w, detection.h),
        turn_degrees=turn,
    )


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
    to_picture = np.column_stack([rotation, first])
    crop = cv2.warpAffine(
        image_bgr,
        to_picture,
        (points, points),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    if fine > 1:
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.uint8)
