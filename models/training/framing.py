"""Fitting the crop recipe: faces in scenes of known truth, found, and cropped as they were.

The recipe of ``models.inference.crops`` comes from here. What counts is the accuracy a model loses
between the original faces and the crops made of them, on PublicTest.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.errors import in_a_sentence
from models.evaluation import metrics
from models.inference.crops import (
    RECIPE,
    Measures,
    Recipe,
    evenly_lit,
    framed,
    measured,
    square_crop,
)
from models.inference.face_detector import Detection, FaceDetector
from models.inference.face_mesh import FaceMesh
from models.inference.predictor import Predictor
from models.training.data.datasets import Faces, load_dataset
from models.training.data.scenes import Image, Placed, webcam_scenes

_SEED: Final = 7
"""Not that of ``classpulse bench seeing``."""
_RIDGE: Final = 0.02
_OUTLIERS: Final = 0.05
"""Share of the faces whose landmarks lie elsewhere: they may not bend the fit."""
_AROUND: Final = 1.5
"""Of a face's side: as much of the scene is kept around it, and no more."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """A face that was found in its scene: the part of it around the face, where the face lies in
    that part, and what was found there."""

    index: int
    part: Image
    truth: Placed
    face: Detection
    points: Floats


def find(faces: Faces, detector: FaceDetector, mesh: FaceMesh, *, seed: int) -> Iterator[Found]:
    """Put each face somewhere into a scene, and look for it; those that are found."""
    for scene in webcam_scenes(faces, seed=seed):
        (placed,) = scene.faces
        for face in detector.detect(scene.image):
            if placed.is_found_at(face.x + face.w / 2, face.y + face.h / 2, max(face.w, face.h)):
                points = mesh.landmarks(scene.image, face).points
                yield _around(scene.image, placed, face, points)
                break


def _around(image: Image, placed: Placed, face: Detection, points: Floats) -> Found:
    """The scenes of thousands of faces whole would not fit into memory."""
    reach = _AROUND * placed.side
    left, top = max(0, int(placed.x - reach)), max(0, int(placed.y - reach))
    part = image[top : int(placed.y + reach), left : int(placed.x + reach)].copy()
    return Found(
        placed.index,
        part,
        Placed(placed.index, placed.x - left, placed.y - top, placed.side, placed.turn),
        Detection(face.x - left, face.y - top, face.w, face.h, face.score, face.keypoints),
        points - (left, top, 0),
    )


def fit(found: Sequence[Found]) -> Recipe:
    """The recipe whose squares come nearest to where the faces truly are, by least squares."""
    seen = [measured(each.points) for each in found]
    lengths = np.log(np.stack([face.lengths for face in seen]))
    sides = np.log([each.truth.side for each in found])
    of_lengths, log_scale = _weights(lengths, sides)
    side = np.exp(lengths @ of_lengths + log_scale)[:, None]
    places = np.stack([face.places for face in seen])
    centres = np.stack([_upright(face, each.truth) for face, each in zip(seen, found, strict=True)])
    across, _ = _weights(places[:, :, 0] / side, centres[:, 0] / side[:, 0])
    down, lower = _weights(places[:, :, 1] / side, centres[:, 1] / side[:, 0])
    return Recipe(
        _four(of_lengths), round(float(np.exp(log_scale)), 3), _four(across), _four(down),
        round(lower, 3),
    )  # fmt: skip


def _weights(values: Floats, truth: Floats) -> tuple[Floats, float]:
    """Weights (k,) of ``values`` (n, k) that sum to 1, and what is added, to come to ``truth``.

    A ridge regression of the differences from the first value, outliers cut to size.
    """
    first = values[:, 0]
    others, rest = values[:, 1:] - first[:, None], truth - first
    middle = float(np.median(rest))
    widest = np.quantile(np.abs(rest - middle), 1 - _OUTLIERS)
    rest = np.clip(rest - middle, -widest, widest)
    mean = others.mean(axis=0)
    spread = others - mean
    ridge = _RIDGE * len(spread) * np.diag(spread.var(axis=0))
    weights = np.linalg.solve(spread.T @ spread + ridge, spread.T @ rest)
    return np.array([1 - weights.sum(), *weights]), float(middle - mean @ weights)


def _upright(face: Measures, truth: Placed) -> Floats:
    """Where the face truly is, in the axes of ``face.places``."""
    return np.asarray(np.array([truth.x, truth.y]) @ face.rotation, dtype=np.float64)


def _four(values: Floats) -> tuple[float, float, float, float]:
    """Rounded to be written down, and still with the sum of 1."""
    _, *others = (round(float(value), 3) for value in values)
    second, third, fourth = others
    return round(1 - sum(others), 3), second, third, fourth


def crops(found: Sequence[Found], recipe: Recipe, *, lit: bool = True) -> NDArray[np.uint8]:
    """The crops (n, 48, 48) that a recipe makes; ``lit`` as the agent lights them."""
    made = []
    for each in found:
        square = framed(each.points, each.face, recipe)
        crop = square_crop(
            each.part,
            centre=(square.x + square.w / 2, square.y + square.h / 2),
            side=square.w,
            turn_degrees=square.roll_degrees,
        )
        made.append(evenly_lit(crop) if lit else crop)
    return np.stack(made)


def misses(found: Sequence[Found], recipe: Recipe) -> Floats:
    """(n, 3) how far a recipe's squares are off: side, across and down, in sides of the face."""
    off = []
    for each in found:
        square, truth = framed(each.points, each.face, recipe), each.truth
        x, y = square.x + square.w / 2 - truth.x, square.y + square.h / 2 - truth.y
        off.append((square.w / truth.side - 1, x / truth.side, y / truth.side))
    return np.array(off)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and compare from a terminal: ``python -m models.training.framing --data DIR``."""
    parser = argparse.ArgumentParser(prog="python -m models.training.framing")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--faces", type=int, default=4000, help="at most, of PublicTest")
    chosen = parser.parse_args(arguments)
    predictor = Predictor.load()
    truth = predictor.card.truth
    faces = load_dataset(chosen.data).public_test.with_truth(truth).head(chosen.faces)
    found = list(find(faces, FaceDetector.load(), FaceMesh.load(), seed=_SEED))
    print(f"{len(found)} of {len(faces)} faces found")
    fitted = fit(found)
    print(fitted)
    where = np.array([each.index for each in found])
    labels = faces.true_by(truth)[where]
    original = metrics.accuracy(predictor.predict(faces.pixels[where]), labels)
    print(f"original faces: {original:.4f} right")
    for name, recipe in (("shipped", RECIPE), ("fitted", fitted)):
        off = np.abs(misses(found, recipe)).mean(axis=0)
        for lit in (False, True):
            right = metrics.accuracy(predictor.predict(crops(found, recipe, lit=lit)), labels)
            print(f"{name}, {'lit' if lit else 'unlit'}: {right:.4f} right; off by {off.round(3)}")


if __name__ == "__main__":
    in_a_sentence(main)
