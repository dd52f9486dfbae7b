"""Looking at a data set: how many faces of each look, what they average to, where labels disagree.

Figures are plain numbers; pictures are drawn only into a folder that the user names, since the
faces are other people's and belong in no repository.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import DataSetError
from models.training.data.datasets import DataSet, Faces, Split, repeated
from models.training.data.forms import SIDE

SAMPLES: Final = 24
_PER_ROW: Final = 12
_GAP: Final = 2
_LARGER: Final = 4


@dataclass(frozen=True, slots=True)
class Exploration:
    """What is known of a data set before anything is learnt from it."""

    counts: dict[str, tuple[int, ...]]
    """Split → faces of each look."""
    repeated: dict[str, int]
    """Split → faces that are pixel for pixel in Training, within Training those seen before."""
    with_majority: int
    """Faces of all splits that have a FER+ majority."""
    disagreement: tuple[tuple[int, ...], ...]
    """Row FER2013 label, column FER+ majority, over the faces that have one."""
    agreement: float | None
    """The share of those on which both say the same; None without FER+."""
    sha256: str


def explore(data: DataSet) -> Exploration:
    """Count everything in ``data``."""
    every = [data.part(split) for split in Split]
    labels = np.concatenate([faces.labels for faces in every])
    majority = np.concatenate([faces.ferplus_majority() for faces in every])
    agreed = majority >= 0
    looks = len(LOOKS)
    pairs = np.bincount(labels[agreed] * looks + majority[agreed], minlength=looks**2)
    table = pairs.reshape(looks, looks)
    total = int(agreed.sum())
    again = {
        faces.split.value: int(repeated(faces, of=data.training).sum())
        for faces in (data.public_test, data.private_test)
    }
    return Exploration(
        counts={
            faces.split.value: tuple(
                int(count) for count in np.bincount(faces.labels, minlength=looks)
            )
            for faces in every
        },
        repeated={Split.TRAINING.value: _seen_before(data.training)} | again,
        with_majority=total,
        disagreement=tuple(tuple(int(count) for count in row) for row in table),
        agreement=float(np.trace(table)) / total if total else None,
        sha256=data.sha256,
    )


def _seen_before(faces: Faces) -> int:
    return len(faces) - len({face.tobytes() for face in faces.pixels})


def mean_faces(faces: Faces) -> NDArray[np.uint8]:
    """(7, 48, 48) the average face of each look; grey where there is none."""
    means = np.full((len(LOOKS), SIDE, SIDE), 127, np.uint8)
    for look in range(len(LOOKS)):
        chosen = faces.pixels[faces.labels == look]
        if len(chosen):
            means[look] = np.round(chosen.mean(axis=0))
    return means


def sample_faces(faces: Faces, look: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """(k, 48, 48) at most SAMPLES faces of one look, drawn by a seed."""
    rows = np.flatnonzero(faces.labels == look)
    chosen = np.random.default_rng(seed).permutation(rows)[:SAMPLES]
    return np.asarray(faces.pixels[chosen], np.uint8)


def draw_faces(data: DataSet, folder: Path) -> list[Path]:
    """Write the mean faces, and samples of each look, of Training into ``folder`` as PNG.

    Raises DataSetError where a picture cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"mean-faces.png": mean_faces(data.training)}
    for label, look in enumerate(LOOKS):
        samples = sample_faces(data.training, label)
        if len(samples):
            pictures[f"samples-{look}.png"] = samples
    written = []
    for name, faces in pictures.items():
        place = folder / name
        if not cv2.imwrite(str(place), sheet(faces)):
            raise DataSetError(f"the picture {place} could not be written")
        written.append(place)
    return written


def sheet(faces: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Faces (k, 48, 48) side by side, twelve to a row, with white between, enlarged to be seen."""
    columns = min(len(faces), _PER_ROW)
    rows = -(-len(faces) // columns)
    step = SIDE + _GAP
    whole = np.full((rows * step - _GAP, columns * step - _GAP), 255, np.uint8)
    for number, face in enumerate(faces):
        top, left = number // columns * step, number % columns * step
        whole[top : top + SIDE, left : left + SIDE] = face
    larger = cv2.resize(whole, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_NEAREST)
    return np.asarray(larger, np.uint8)
