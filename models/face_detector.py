"""Finding the faces in a picture: BlazeFace proposes, and where it is in doubt FaceMesh confirms.

BlazeFace alone sees faces in clouds: in a third of the frames of a clip of sky, up to 0.81 sure.
FaceMesh, looking at the same places straight and mirrored, was at most 0.09 sure of both, while
real faces, small, dark, rolled, masked or with sunglasses, got 0.97 and more. Asking it only in
doubt costs nothing on the usual, well-lit face.
"""

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.blazeface import KEYPOINTS, MIN_SCORE, BlazeFace, Detection
from models.face_mesh import FaceMesh

__all__ = ["KEYPOINTS", "Detection", "FaceDetector"]

CERTAIN: Final = 0.88
"""From this score on a face is taken for one without asking the mesh."""
MIN_PRESENCE: Final = 0.9
"""A doubtful face is one if the mesh, looking straight and mirrored, is at least this sure."""


class FaceDetector:
    """Finds every face in a picture. Not thread-safe: one per thread."""

    def __init__(self, proposer: BlazeFace, confirmer: FaceMesh) -> None:
        self._proposer = proposer
        self._confirmer = confirmer

    @classmethod
    def load(cls, *, min_score: float = MIN_SCORE) -> Self:
        """Load the packaged networks; WeightsError where one is missing or another one."""
        return cls(BlazeFace.load(min_score=min_score), FaceMesh.load())

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """The faces in ``image_bgr`` (height, width, 3) uint8, the largest box first.

        Raises InputError for a picture of another shape or type.
        """
        return [
            face
            for face in self._proposer.detect(image_bgr)
            if face.score >= CERTAIN or self._is_face(image_bgr, face)
        ]

    def _is_face(self, image_bgr: NDArray[np.uint8], face: Detection) -> bool:
        return self._confirmer.presence(image_bgr, face) >= MIN_PRESENCE
