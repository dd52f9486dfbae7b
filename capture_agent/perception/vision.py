"""The models at work, each as a function, and how the packaged ones are loaded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture_agent.errors import VisionError
from capture_agent.sources.frames import Image
from models.errors import ModelsError
from models.inference.crops import face_crop
from models.inference.face_detector import Detection, FaceDetector
from models.inference.face_mesh import FaceMesh, Landmarks


@dataclass(frozen=True, slots=True)
class Vision:
    """Detector, landmarks, crop and expression model; a test puts its own in their place.

    ``predict`` takes crops (n, 48, 48) uint8 and answers calibrated probabilities (n, 7).
    """

    detect: Callable[[Image], list[Detection]]
    landmarks: Callable[[Image, Detection], Landmarks]
    crop: Callable[[Image, Detection], NDArray[np.uint8]]
    predict: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    model_id: str


def load_room_vision() -> Vision:
    """As ``load_vision``, for pictures of many small faces."""
    return load_vision(many=True)


def load_vision(*, many: bool = False) -> Vision:
    """The packaged models, ready to run, for one thread; ``many`` small faces are looked for in
    windows of the picture. Raises VisionError in one sentence."""
    from models.inference.predictor import Predictor

    try:
        detector, mesh, predictor = FaceDetector.load(), FaceMesh.load(), Predictor.load()
    except ModelsError as error:
        raise VisionError(f"Faces cannot be looked at: {error}") from error
    return Vision(
        detect=detector.detect_many if many else detector.detect,
        landmarks=mesh.landmarks,
        crop=face_crop,
        predict=predictor.predict,
        model_id=predictor.model_id,
    )
