"""How well the agent sees: held-out faces in scenes of known truth, beside the bare networks."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.pipeline import FaceReading, Pipeline
from capture_agent.perception.vision import load_vision
from models.cards import load_card
from models.inference.blazeface import BlazeFace
from models.inference.predictor import Predictor
from models.training.data.datasets import Faces, load_dataset
from models.training.data.scenes import LIGHT, SIDES, TURN, Scene, webcam_scenes

SEED: Final = 1

_BINS: Final[dict[str, tuple[float, ...]]] = {
    "size": (SIDES[0], 72.0, 108.0, 160.0, SIDES[1]),
    "turn": (0.0, 10.0, 20.0, TURN),
    "light": (LIGHT[0], 0.6, 1.0, LIGHT[1]),
}
"""Edges of the parts that the figures are given for."""


@dataclass(slots=True)
class _Seen:
    """What was found of n faces, in order."""

    theirs: list[bool] = field(default_factory=list)
    ours: list[bool] = field(default_factory=list)
    looks: list[int] = field(default_factory=list)
    theirs_wrong: int = 0
    ours_wrong: int = 0
    size: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    light: list[float] = field(default_factory=list)


def measured_faces(folder: Path, *, tuning: bool, most: int | None) -> tuple[Faces, str]:
    """The faces to measure on, PrivateTest or, for tuning, PublicTest; and the data's hash.

    They are those of whose look the shipped model's truth is sure: of which most raters say one.
    """
    data = load_dataset(folder)
    faces = (data.public_test if tuning else data.private_test).with_truth(load_card().truth)
    return faces.head(most) if most is not None else faces, data.sha256


def bench_scenes(
    faces: Faces, *, seed: int = SEED, pipeline: Pipeline | None = None
) -> dict[str, Any]:
    """Each face in a 640×480 scene of its own, sized, turned and lit at random.

    ``found``, ``found_by_blazeface``: shares of the faces; the second is BlazeFace back 256 alone
    on the same pictures at its usual threshold of 0.5. ``accuracy`` and ``accuracy_bare``: of the
    found faces' looks as the agent reads them in the scenes, and as the model reads the original
    faces. ``wrong`` and ``wrong_by_blazeface``: what was taken for a face elsewhere.
    """
    pipeline = pipeline or Pipeline(load_vision())
    plain, seen = BlazeFace.load(), _Seen()
    for scene in webcam_scenes(faces, seed=seed):
        _look(scene, pipeline, plain, seen)
    predictor = Predictor.load()
    true = faces.true_by(predictor.card.truth)
    bare = predictor.predict(faces.pixels).argmax(axis=1) == true
    ours, theirs = np.array(seen.ours), np.array(seen.theirs)
    right = np.array(seen.looks) == true
    return {
        "model": pipeline.model_id,
        "faces": len(faces),
        "split": str(faces.split),
        "seed": seed,
        "found": _share(ours),
        "found_by_blazeface": _share(theirs),
        "wrong": seen.ours_wrong,
        "wrong_by_blazeface": seen.theirs_wrong,
        "accuracy": _share(right[ours]),
        "accuracy_bare": _share(bare[ours]),
        "by": {
            name: _parts(np.abs(np.array(getattr(seen, name))), edges, ours, theirs, right, bare)
            for name, edges in _BINS.items()
        },
    }


def _look(scene: Scene, pipeline: Pipeline, plain: BlazeFace, seen: _Seen) -> None:
    (placed,) = scene.faces
    found = pipeline.read_all(scene.image)
    own = [face for face in found if _is_at(face, scene)]
    seen.ours.append(bool(own))
    seen.ours_wrong += len(found) - len(own)
    seen.looks.append(int(np.argmax(own[0].probabilities)) if own else -1)
    boxes = plain.detect(scene.image)
    hits = [placed.is_found_at(it.x + it.w / 2, it.y + it.h / 2, max(it.w, it.h)) for it in boxes]
    seen.theirs.append(any(hits))
    seen.theirs_wrong += len(hits) - sum(hits)
    seen.size.append(placed.side)
    seen.turn.append(placed.turn)
    seen.light.append(scene.light)


def _is_at(face: FaceReading, scene: Scene) -> bool:
    x, y, w, h = face.box
    return scene.faces[0].is_found_at(x + w / 2, y + h / 2, max(w, h))


def _parts(
    values: NDArray[np.float64],
    edges: Sequence[float],
    ours: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    right: NDArray[np.bool_],
    bare: NDArray[np.bool_],
) -> list[dict[str, Any]]:
    """The figures of the faces between each two edges."""
    parts = []
    for low, high in itertools.pairwise(edges):
        within = (values >= low) & (values < high)
        parts.append(
            {
                "from": low,
                "to": high,
                "faces": int(within.sum()),
                "found": _share(ours[within]),
                "found_by_blazeface": _share(theirs[within]),
                "accuracy": _share(right[within & ours]),
                "accuracy_bare": _share(bare[within & ours]),
            }
        )
    return parts


def _share(values: NDArray[np.bool_]) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
