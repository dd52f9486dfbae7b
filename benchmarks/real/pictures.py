"""The real students' pictures as numbers: only measured here, never learnt from and never kept.

A folder of ``listening.npz`` and ``elearners.npz``, rows aligned: the face's crop, its landmarks,
pose, lids, who and in which order, and how engaged annotators saw them (0 to 3).
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures.faces import BenchError, Floats

if TYPE_CHECKING:
    from models.inference.predictor import Predictor

LISTENING: Final = "listening.npz"
ELEARNERS: Final = "elearners.npz"
_HELD: Final = (
    "crop", "points", "yaw", "pitch", "roll", "eye", "found", "person", "frame", "level"
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pictures:
    """N pictures with a face, each person's in the order they were taken."""

    posteriors: Floats
    """(N, 7) what the shipped model answers"""
    points: NDArray[np.float32]
    """(N, 468, 3) landmarks in pixels"""
    yaw: Floats
    pitch: Floats
    roll: Floats
    eye: Floats
    """(N,) lid distance over corner distance"""
    person: NDArray[np.int64]
    """(N,) −1 where unknown"""
    level: NDArray[np.int64]
    """(N,) 0 disengaged to 3 engaged"""


def read(folder: Path, name: str, predictor: "Predictor") -> Pictures:
    """The pictures of ``folder``/``name`` that show a face. Raises BenchError."""
    path = folder / name
    try:
        with np.load(path, allow_pickle=False) as held:
            rows = {key: held[key] for key in _HELD}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BenchError(
            f"{path} must be a NumPy file that holds {', '.join(_HELD)}: {error}"
        ) from error
    order = np.lexsort((rows["frame"], rows["person"]))
    order = order[rows["found"][order] & np.isfinite(rows["eye"][order])]
    if not len(order):
        raise BenchError(f"{path} must hold at least one picture with a face.")
    posteriors = np.asarray(predictor.predict(rows["crop"][order]), np.float64)
    angles = {key: rows[key][order].astype(np.float64) for key in ("yaw", "pitch", "roll", "eye")}
    return Pictures(
        posteriors=posteriors / posteriors.sum(axis=1, keepdims=True),
        points=rows["points"][order].astype(np.float32),
        person=rows["person"][order].astype(np.int64),
        level=rows["level"][order].astype(np.int64),
        **angles,
    )
