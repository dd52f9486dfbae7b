"""Points on a face: the 468 landmarks of FaceMesh, found in the box of a detection.

Source: Kartynnik et al. 2019, *Real-time Facial Surface Geometry from Monocular Video on Mobile
GPUs*. What the points mean (head pose, open eyes) is not said here.
"""

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from models.inference.blazeface import Detection, check_picture
from models.inference.files import FACE_MESH
from models.inference.runtime import Network, load_network

LANDMARKS: Final = 468
MARGIN: Final = 1.5
"""The side of the square that the network reads, over the longer side of the detection's box, as
it was when the network was trained."""


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """The points of one face and how sure the network is that it saw a face at all.

    ``points`` is (468, 3) float64: x and y in pixels of the picture, z in the same unit, smaller
    towards the camera. ``presence`` is 0..1.
    """

    points: NDArray[np.float64]
    presence: float


class FaceMesh:
    """Finds the landmarks of a detected face. Not thread-safe: one per thread."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._side = network.input.shape[1]

    @classmethod
    def load(cls) -> Self:
        """Load the packaged network; WeightsError where it is missing or another one."""
        name, content = FACE_MESH.read()
        return cls(load_network(content, name=name))

    def landmarks(self, image_bgr: NDArray[np.uint8], detection: Detection) -> Landmarks:
        """The landmarks of the face that ``detection`` found in ``image_bgr`` (h, w, 3) uint8.

        The face is turned upright by its eyes first, since the network has only seen it so. Raises
        InputError for a picture of another shape or type.
        """
        upright, to_picture = self._upright(image_bgr, detection)
        mesh, presence = self._look(upright)
        points = np.empty_like(mesh)
        points[:, :2] = mesh[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        points[:, 2] = mesh[:, 2] * np.hypot(to_picture[0, 0], to_picture[1, 0])
        return Landmarks(points, presence)

    def presence(self, image_bgr: NDArray[np.uint8], detection: Detection) -> float:
        """How sure a straight and a mirrored look both are (0..1) that this is a face.

        A face is one either way round; what only happens to look like one seldom is. Raises
        InputError for a picture of another shape or type.
        """
        upright, _ = self._upright(image_bgr, detection)
        return min(self._look(upright)[1], self._look(upright[:, ::-1])[1])

    def _look(self, upright: NDArray[np.uint8]) -> tuple[NDArray[np.float64], float]:
        """The mesh (468, 3) in the network's pixels, and the presence."""
        rgb = cv2.cvtColor(upright, cv2.COLOR_BGR2RGB)
        values = np.divide(rgb[None], np.float32(255), dtype=np.float32)
        mesh, score = sorted(self._network.run(values), key=lambda output: -output.size)
        presence = 1 / (1 + np.exp(-np.clip(score.reshape(-1)[0], -60, 60)))
        return mesh.reshape(LANDMARKS, 3).astype(np.float64), float(presence)

    def _upright(
        self, image_bgr: NDArray[np.uint8], detection: Detection
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """The face turned upright by its eyes, and the (2, 3) map from there to the picture."""
        check_picture(image_bgr)
        scale = MARGIN * max(detection.w, detection.h) / self._side
        turn = np.radians(detection.roll_degrees)
        rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        centre = np.array([detection.x + detection.w / 2, detection.y + detection.h / 2])
        shift = centre - rotation @ np.full(2, (self._side - 1) / 2)
        to_picture = np.column_stack([rotation, shift])
        upright = cv2.warpAffine(
            image_bgr,
            to_picture,
            (self._side, self._side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(upright, dtype=np.uint8), to_picture
