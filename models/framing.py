"""Measuring the crop recipe: faces pasted into larger scenes, detected, and cropped again.

The constants of ``models.crops`` come from here. What is measured is the accuracy a model loses
between the original faces and the crops the recipe makes of them, on PublicTest.
"""

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models import metrics
from models.crops import DOWN, SCALE, aligned_crop, framed
from models.datasets import Faces, load_dataset
from models.face_detector import Detection, FaceDetector
from models.face_mesh import FaceMesh
from models.predictor import Predictor

SCENE: Final = (360, 480)
"""Height and width of the scenes, of a small webcam frame."""
_SIDES: Final = (90, 190)
"""A face covers between these many pixels of the scene."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """One face in a scene: where it was put, and where it was found, if it was."""

    scene: NDArray[np.uint8]
    left: float
    top: float
    side: float
    found: Detection | None


@dataclass(frozen=True, slots=True)
class Framing:
    """What a recipe came to."""

    scale: float
    down: float
    upright: float
    found: float
    """The share of faces that were detected."""
    accuracy_original: float
    accuracy_cropped: float
    """Both on the detected faces."""


def paste(faces: Faces, detector: FaceDetector, mesh: FaceMesh, *, seed: int = 0) -> list[Pasted]:
    """Put each face somewhere into a blurred scene of its own greys, and look for it."""
    random = np.random.default_rng(seed)
    pasted = []
    for face in faces.pixels:
        height, width = SCENE
        side = int(random.integers(*_SIDES))
        left = int(random.integers(0, width - side))
        top = int(random.integers(0, height - side))
        scene = cv2.GaussianBlur(cv2.resize(face, (width, height)), (0, 0), 25)
        large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
        scene[top : top + side, left : left + side] = large
        bgr = np.asarray(cv2.cvtColor(scene, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
        inside = [
            each
            for each in detector.detect(bgr)
            if left <= each.x + each.w / 2 <= left + side
            and top <= each.y + each.h / 2 <= top + side
        ]
        frame = framed(mesh.landmarks(bgr, inside[0]).points, inside[0]) if inside else None
        pasted.append(Pasted(bgr, left, top, side, frame))
    return pasted


def measure(
    faces: Faces,
    pasted: Sequence[Pasted],
    predictor: Predictor,
    *,
    scale: float,
    down: float,
    upright: float,
) -> Framing:
    """Crop every detected face by a recipe and compare the answers with those to the original.

    ``upright`` is the share of the head's roll that is turned back.
    """
    seen = np.array([each.found is not None for each in pasted])
    crops = np.stack(
        [
            aligned_crop(each.scene, each.found, scale=scale, down=down, upright=upright)
            for each in pasted
            if each.found is not None
        ]
    )
    labels = faces.labels[seen]
    return Framing(
        scale,
        down,
        upright,
        float(seen.mean()),
        metrics.accuracy(predictor.predict(faces.pixels[seen]), labels),
        metrics.accuracy(predictor.predict(crops), labels),
    )


def offsets(pasted: Sequence[Pasted]) -> NDArray[np.float64]:
    """(k, 3) for each detected face: its true side and centre's x and y, in boxes of the box's."""
    return np.array(
        [
            (
                each.side / max(each.found.w, each.found.h),
                (each.left + (each.side - 1) / 2 - each.found.x) / each.found.w - 0.5,
                (each.top + (each.side - 1) / 2 - each.found.y) / each.found.h - 0.5,
            )
            for each in pasted
            if each.found is not None
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure recipes from a terminal: ``python -m models.framing --data DIR``."""
    parser = argparse.ArgumentParser(prog="python -m models.framing")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--faces", type=int, default=1000)
    parser.add_argument("--grid", action="store_true", help="recipes around the shipped one too")
    chosen = parser.parse_args(arguments)
    faces = load_dataset(chosen.data).public_test.head(chosen.faces)
    pasted = paste(faces, FaceDetector.load(), FaceMesh.load())
    print("side, right, down; quartiles:")
    print(np.round(np.quantile(offsets(pasted), [0.25, 0.5, 0.75], axis=0), 3))
    predictor = Predictor.load()
    steps = (-0.1, 0.0, 0.1) if chosen.grid else (0.0,)
    for wider, lower, upright in itertools.product(steps, steps, (0.0, 0.5, 1.0)):
        recipe = (SCALE + wider, DOWN + lower / 2, upright)
        result = measure(faces, pasted, predictor, scale=recipe[0], down=recipe[1], upright=upright)
        print(
            f"scale {result.scale:.2f}, down {result.down:+.2f}, upright {result.upright:.1f}: "
            f"{result.accuracy_cropped:.4f} against {result.accuracy_original:.4f}, "
            f"{result.found:.1%} of faces found"
        )


if __name__ == "__main__":
    main()
