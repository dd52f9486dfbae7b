"""Follows the student's face from picture to picture by its landmarks, between two detections.

Looking for faces in a whole picture is most of what a picture costs. A face that was found a moment
ago is still about there: its landmarks are looked for where they were, and tell by how far it has
moved, grown and turned since it was detected (as MediaPipe Face Mesh does; Kartynnik et al. 2019).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.head_pose import CANONICAL
from capture_agent.perception.vision import Vision
from capture_agent.sources.frames import Image
from models.inference.face_detector import Detection
from models.inference.face_mesh import Landmarks

LONGEST_GAP_S: Final = 0.26
"""Between two pictures, four a second: in more time a head may be anywhere."""

DETECT_EVERY_S: Final = 0.5
"""Whoever comes into view beside the student is counted within this time."""

_STILL_A_FACE: Final = 0.9
"""The landmarks' presence, at least, of a face that is followed; below, it is looked for anew."""

_STEADY: Final = np.array(list(CANONICAL))
"""Landmarks on bone and cartilage: a mouth that opens does not move the head."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A face as it was detected, and where it was in the last picture."""

    face: Detection
    points: NDArray[np.float64]
    now: Detection
    faces: int
    detected_at: float
    seen_at: float


class FaceTracker:
    """Remembers one face for half a second. Not thread-safe."""

    def __init__(self, vision: Vision) -> None:
        self._vision = vision
        self._seen: _Seen | None = None

    def found(self, face: Detection, landmarks: Landmarks, faces: int, at: float) -> None:
        """The student's face was detected at ``at`` seconds, among so many ``faces``."""
        self._seen = _Seen(face, landmarks.points, face, faces, at, at)

    def lose(self) -> None:
        """No face was found."""
        self._seen = None

    def follow(self, image: Image, at: float) -> tuple[Detection, Landmarks, int] | None:
        """The face in the picture of ``at`` seconds, its landmarks, and the faces last counted.

        None where it is time to detect again, or the face is not where it was.
        """
        seen = self._seen
        if (
            seen is None
            or not 0 <= at - seen.seen_at <= LONGEST_GAP_S
            or at - seen.detected_at >= DETECT_EVERY_S - 1e-3
        ):
            return None
        landmarks = self._vision.landmarks(image, seen.now)
        if landmarks.presence < _STILL_A_FACE:
            return None
        now = moved(seen.face, seen.points, landmarks.points)
        self._seen = _Seen(seen.face, seen.points, now, seen.faces, seen.detected_at, at)
        return now, landmarks, seen.faces


def moved(face: Detection, before: NDArray[np.float64], after: NDArray[np.float64]) -> Detection:
    """``face``, whose landmarks were ``before`` (468, 3), where they are ``after``.

    The shift, turn and scale that bring the steady points closest (least squares; in the plane
    that is one complex number, Umeyama 1991) are applied to the box and its key points.
    """
    start, end = _plane(before[_STEADY]), _plane(after[_STEADY])
    origin, goal = start.mean(), end.mean()
    start, end = start - origin, end - goal
    spread = float(np.vdot(start, start).real)
    turn = np.vdot(start, end) / spread if spread > 0 else 1.0 + 0.0j
    keypoints = turn * (_plane(face.keypoints) - origin) + goal
    centre = turn * (complex(face.x + face.w / 2, face.y + face.h / 2) - origin) + goal
    width, height = abs(turn) * face.w, abs(turn) * face.h
    return Detection(
        x=float(centre.real - width / 2),
        y=float(centre.imag - height / 2),
        w=float(width),
        h=float(height),
        score=face.score,
        keypoints=np.stack([keypoints.real, keypoints.imag], axis=1),
    )


def _plane(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.asarray(points[:, 0] + 1j * points[:, 1], dtype=np.complex128)
