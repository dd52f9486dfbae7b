"""From one picture to readings: detection, landmarks, crop, expression, pose and eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_agent.perception.attention import eye_ratio
from capture_agent.perception.engagement import Face, mouth_ratio
from capture_agent.perception.face_tracking import FaceTracker
from capture_agent.perception.faces import choose_student
from capture_agent.perception.head_pose import HeadPose, head_pose
from capture_agent.perception.vision import Vision
from capture_agent.sources.frames import Image
from contract.looks import SAD
from models.inference.crops import framed
from models.inference.face_detector import Detection
from models.inference.face_mesh import Landmarks

LEAST_PRESENT: Final = 0.6
"""The landmarks' presence, at least, of what the detector takes for a face. It has asked for more
where it was in doubt; this drops what it was sure of and is none."""

READABLE: Final = 0.97
"""The landmarks' presence from which a face's look is judged; of others it is only said that they
are there. PublicTest faces in scenes that are dark, blurred, covered, tiny or overexposed, found
with less, are answered as most people see them in 69 %, those with more in 85 %; of faces in plain
scenes 98 % have it. Size, sharpness, light, noise and turn tell the two apart less well, alone or
together (``docs/agent.md``, "Quality before looks")."""


@dataclass(frozen=True, slots=True)
class FaceReading:
    """One face as numbers. ``pose`` is None where its points fit no head."""

    box: tuple[int, int, int, int]
    score: float
    probabilities: tuple[float, ...]
    pose: HeadPose | None
    eye_ratio: float
    mouth_ratio: float = 0.0
    presence: float = 1.0
    """how sure the landmarks are that a whole face is there, 0..1"""

    @property
    def readable(self) -> bool:
        """Whether the look is worth judging; a face that is not is seen all the same."""
        return self.presence >= READABLE

    @property
    def engagement(self) -> Face | None:
        """What is judged of it; None where its points fit no head."""
        if self.pose is None:
            return None
        return Face(
            yaw=self.pose.yaw,
            pitch=self.pose.pitch,
            eye_ratio=self.eye_ratio,
            mouth_ratio=self.mouth_ratio,
            sad=self.probabilities[SAD] if self.readable else None,
            presence=self.presence,
        )


@dataclass(frozen=True, slots=True)
class PictureReading:
    """One picture: how many faces it shows, and the student's among them."""

    faces: int
    student: FaceReading | None


class Pipeline:
    """The models, applied in order. Remembers where the student's face was for half a second."""

    def __init__(self, vision: Vision, *, least_present: float = LEAST_PRESENT) -> None:
        self._vision = vision
        self._least_present = least_present
        self._tracker = FaceTracker(vision)

    @property
    def model_id(self) -> str:
        """``name@version`` of the expression model."""
        return self._vision.model_id

    def read_student(self, image: Image, monotonic: float | None = None) -> PictureReading:
        """Read the student's face; any other is counted and looked at no further.

        ``monotonic``: the picture's time in seconds, where it follows on others of one camera. A
        face found a moment before is then looked for where it was.
        """
        if monotonic is not None:
            followed = self._tracker.follow(image, monotonic)
            if followed is not None:
                face, landmarks, faces = followed
                return PictureReading(faces, self._read(image, [(face, landmarks)])[0])
        found = self._faces(image)
        height, width = image.shape[:2]
        student = choose_student([face for face, _ in found], width, height)
        if student is None:
            self._tracker.lose()
            return PictureReading(faces=0, student=None)
        own = [(face, points) for face, points in found if face is student]
        if monotonic is not None:
            self._tracker.found(*own[0], len(found), monotonic)
        return PictureReading(faces=len(found), student=self._read(image, own)[0])

    def read_all(self, image: Image) -> list[FaceReading]:
        """Read every face, from left to right."""
        found = sorted(self._faces(image), key=lambda pair: pair[0].x)
        return self._read(image, found) if found else []

    def _faces(self, image: Image) -> list[tuple[Detection, Landmarks]]:
        """What both models take for a face."""
        found = []
        for face in self._vision.detect(image):
            landmarks = self._vision.landmarks(image, face)
            if landmarks.presence >= self._least_present:
                found.append((face, landmarks))
        return found

    def _read(
        self, image: Image, found: Sequence[tuple[Detection, Landmarks]]
    ) -> list[FaceReading]:
        crops = np.stack(
            [self._vision.crop(image, framed(points.points, face)) for face, points in found]
        )
        probabilities = self._vision.predict(crops)
        height, width = image.shape[:2]
        return [
            FaceReading(
                box=(round(face.x), round(face.y), round(face.w), round(face.h)),
                score=min(1.0, max(0.0, float(face.score))),
                probabilities=_as_shares(row),
                pose=head_pose(landmarks.points, width, height),
                eye_ratio=eye_ratio(landmarks.points),
                mouth_ratio=mouth_ratio(landmarks.points),
                presence=landmarks.presence,
            )
            for (face, landmarks), row in zip(found, probabilities, strict=True)
        ]


def _as_shares(row: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> tuple[float, ...]:
    """float32 sums stray in the seventh digit; the sum of what is sent is 1 exactly enough."""
    values = np.clip(np.asarray(row, dtype=np.float64), 0.0, 1.0)
    return tuple(float(value) for value in values / values.sum())
