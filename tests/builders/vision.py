"""Eyes that need no weights: they see the faces they are told to see, each looking happy."""

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from capture_agent.perception.vision import Vision
from models.inference.face_detector import Detection
from models.inference.face_mesh import Landmarks

Box = tuple[float, float, float, float]
ONE_FACE: Final[Box] = (200.0, 100.0, 150.0, 150.0)
HAPPY: Final = np.array([0.02, 0.02, 0.02, 0.8, 0.02, 0.02, 0.1], dtype=np.float32)


def faces_at(*boxes: Box) -> list[Detection]:
    """Faces in these boxes."""
    return [Detection(*box, score=0.9, keypoints=np.zeros((6, 2))) for box in boxes]


def quick_vision(
    *boxes: Box,
    presence: float = 1.0,
    seconds: float = 0.0,
    looked: Callable[[], None] = lambda: None,
    model_id: str = "quick@1",
) -> Vision:
    """A face in each of ``boxes`` of every picture, after ``seconds``; ``looked`` is told first."""
    points = np.random.default_rng(1).uniform(100, 200, (468, 3))
    found = faces_at(*boxes)

    def detect(image: Any) -> list[Detection]:
        looked()
        time.sleep(seconds)
        return list(found)

    return Vision(
        detect=detect,
        landmarks=lambda image, face: Landmarks(points, presence),
        crop=lambda image, face: np.zeros((48, 48), dtype=np.uint8),
        predict=lambda crops: np.tile(HAPPY, (len(crops), 1)),
        model_id=model_id,
    )
