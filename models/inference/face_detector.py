"""Finding the faces in a picture: BlazeFace proposes, and where it is in doubt FaceMesh confirms.

BlazeFace alone sees faces in clouds: in a third of the frames of a clip of sky, up to 0.81 sure.
FaceMesh, looking at the same places straight and mirrored, was at most 0.37 sure of both, while
real faces, small, dark, rolled, masked or with sunglasses, got 0.97 and more. Asking it only in
doubt costs nothing on the usual, well-lit face.

Where nothing is found, the picture is looked at once more in four larger pieces: a face that leans
back, or sits far from the camera, is too small for the network in the whole picture.
"""

from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.inference.blazeface import KEYPOINTS, BlazeFace, Detection, check_picture
from models.inference.face_mesh import FaceMesh
from models.inference.face_windows import moved, one_of_each, scaled, window_of, windows

__all__ = ["KEYPOINTS", "Detection", "FaceDetector"]

POSSIBLE: Final = 0.4
"""From this score on BlazeFace's proposals are looked at. Of 1,000 PublicTest faces pasted into
scenes, as ``classpulse bench seeing`` makes them, 1.6 % more are found than from 0.5 on."""
LIKELY: Final = 0.5
CERTAIN: Final = 0.88
"""From this score on a face is taken for one without asking the mesh."""

_LIKELY_PRESENCE: Final = 0.6
"""What LIKELY took for a face is one if the mesh, looking straight and mirrored, is at least this
sure. Clouds, so likely, got 0.37 of 95 pictures of sky."""
_POSSIBLE_PRESENCE: Final = 0.9
"""The same of what is only POSSIBLE: clouds got 0.61."""
MANY_PRESENCE: Final = 0.3
"""What whoever reads the landmarks of many small faces should ask of one straight look: of
PublicTest faces in windows 98.6 % have it. That is less than clouds get, so who takes the rest for
faces should ask that they stay in view; asking the mesh twice more, as for one face, would cost as
much as finding them."""
_WINDOW_PRESENCE: Final = 0.98
"""The same of what is seen in a part of the picture, of which there are many: clouds got 0.97."""

_MOST_ALONG: Final = 16
"""Windows side by side that a picture is cut into at most, but for what they overlap: those of a
long and narrow one are larger for it. Enlarged until its shorter side filled a window, a line of
4000×1 pixels had taken a gigabyte and two minutes. The widest of screens has a dozen."""
_CLOSER: Final = 5 / 6
"""Side of the pieces of a second look, of the picture's shorter side."""
_CLOSER_STEP: Final = 0.75
_MANY: Final = 1 / 3
"""Side of the windows of a picture of many faces, of its shorter side: in a gallery view of 49
tiles these see 99 % of what is seen on each tile alone, windows of two fifths 95 %."""
_MANY_STEP: Final = 0.73
"""In 1920×1080 pixels four rows of seven windows; fewer would overlap by less than a face."""


class FaceDetector:
    """Finds every face in a picture. Not thread-safe: one per thread."""

    def __init__(self, proposer: BlazeFace, confirmer: FaceMesh) -> None:
        self._proposer = proposer
        self._confirmer = confirmer

    @classmethod
    def load(cls, *, min_score: float = POSSIBLE) -> Self:
        """Load the packaged networks; WeightsError where one is missing or another one."""
        return cls(BlazeFace.load(min_score=min_score), FaceMesh.load())

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """The faces in ``image_bgr`` (height, width, 3) uint8, the largest box first.

        Raises InputError for a picture of another shape or type.
        """
        whole = self._proposer.detect(image_bgr)
        found = self._confirmed(image_bgr, whole, _LIKELY_PRESENCE, _POSSIBLE_PRESENCE)
        if found:
            return found
        closer = one_of_each(self._windowed(image_bgr, _CLOSER, _CLOSER_STEP))
        return self._confirmed(image_bgr, closer, _WINDOW_PRESENCE, _WINDOW_PRESENCE)

    def detect_many(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """What may be faces in a picture of many small ones: a room, or a meeting's gallery view.

        None is confirmed: see ``MANY_PRESENCE``. Raises InputError as ``detect`` does.
        """
        check_picture(image_bgr)
        large = self._proposer.detect(image_bgr)
        return one_of_each([*self._windowed(image_bgr, _MANY, _MANY_STEP), *large])

    def _windowed(
        self, image_bgr: NDArray[np.uint8], of_side: float, step: float
    ) -> list[Detection]:
        """What is seen in windows of ``of_side`` of the picture's shorter side."""
        height, width = image_bgr.shape[:2]
        side = self._proposer.side
        seen = max(of_side * min(height, width), max(height, width) / _MOST_ALONG)
        scale = side / max(1.0, seen)
        # Brought to the network's size once: windows share much of the picture.
        size = max(1, round(width * scale)), max(1, round(height * scale))
        # Down to a half, linear interpolation leaves no pixel out, and is much the faster.
        method = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        sized = np.asarray(cv2.resize(image_bgr, size, interpolation=method), dtype=np.uint8)
        return [
            scaled(moved(face, left, top), width / size[0], height / size[1])
            for left, top in windows(*size, side, max(1, round(step * side)))
            for face in self._proposer.detect(window_of(sized, left, top, side))
        ]

    def _confirmed(
        self,
        image_bgr: NDArray[np.uint8],
        proposed: list[Detection],
        likely: float,
        possible: float,
    ) -> list[Detection]:
        """Those that are certain, or of which the mesh is so sure as their score asks for."""
        found = []
        for face in proposed:
            needed = likely if face.score >= LIKELY else possible
            if face.score >= CERTAIN or self._confirmer.presence(image_bgr, face) >= needed:
                found.append(face)
        return found
