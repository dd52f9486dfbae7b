"""Expression data sets: faces, labels and crowd votes, in their official split.

The form read today is the sheet form: lossless WebP sheets of 48×48 faces beside a ``labels.csv``
that carries the FER2013 label and the ten FER+ crowd votes of every face. Sources: FER2013,
Goodfellow et al. 2013, *Challenges in Representation Learning*; FER+, Barsoum et al. 2016,
*Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label Distribution*.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.emotions import EMOTIONS
from models.errors import DataSetError

SIDE: Final = 48
"""Faces are SIDE × SIDE grey pixels."""

_FACES_PER_ROW: Final = 50
_FACES_PER_SHEET: Final = 2000
_FERPLUS_IN_ORDER: Final = (
    "ferplus_anger",
    "ferplus_disgust",
    "ferplus_fear",
    "ferplus_happiness",
    "ferplus_sadness",
    "ferplus_surprise",
    "ferplus_neutral",
)
_FERPLUS_ELSEWHERE: Final = ("ferplus_contempt", "ferplus_unknown", "ferplus_not_a_face")
_COLUMNS: Final = ("index", "usage", "emotion", "ferplus_known")


class Split(StrEnum):
    """The official parts: learn from, select on, and look at once per model."""

    TRAINING = "Training"
    PUBLIC_TEST = "PublicTest"
    PRIVATE_TEST = "PrivateTest"


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The faces of one split, aligned by row.

    ``pixels`` (n, 48, 48) uint8 · ``labels`` (n,) int64 in FER2013 order · ``votes`` (n, 7) float32
    FER+ votes for the seven looks in the same order · ``raters`` (n,) float32 all FER+ votes cast,
    those for contempt, unknown and not-a-face among them; 0 where FER+ does not know the face.
    """

    split: Split
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]
    raters: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    def head(self, count: int) -> "Faces":
        """The first ``count`` faces, for quick runs."""
        return Faces(
            self.split,
            self.pixels[:count],
            self.labels[:count],
            self.votes[:count],
            self.raters[:count],
        )

    def clear(self) -> NDArray[np.bool_]:
        """(n,) True where at least half of the FER+ raters agree with the FER2013 label."""
        agreeing = self.votes[np.arange(len(self)), self.labels]
        return np.asarray((self.raters > 0) & (agreeing * 2 >= self.raters))

    def ferplus_majority(self) -> NDArray[np.int64]:
        """(n,) the look most FER+ raters chose, or -1 where there is none or it is not one look."""
        first = self.votes.argmax(axis=1)
        top = self.votes[np.arange(len(self)), first]
        alone = (self.votes == top[:, None]).sum(axis=1) == 1
        return np.where((top > 0) & alone, first, -1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Every split of one data set, and a hash that names exactly this data."""

    training: Faces
    public_test: Faces
    private_test: Faces
    sha256: str

    def part(self, split: Split) -> Faces:
        """The faces of one split."""
        parts = {
            Split.TRAINING: self.training,
            Split.PUBLIC_TEST: self.public_test,
            Split.PRIVATE_TEST: self.private_test,
        }
        return parts[split]


def soft_targets(
    faces: Faces,
    *,
    votes_share: float,
    smoothing: float,
    teacher: NDArray[np.float32] | None = None,
    teacher_share: float = 0.0,
) -> NDArray[np.float32]:
    """Training targets (n, 7): the label mixed with the crowd's votes and a teacher, then smoothed.

    ``teacher`` (n, 7) holds probabilities. A face that FER+ does not know, or on which nobody chose
    one of the seven looks, has its label in place of votes.
    """
    labelled = np.eye(len(EMOTIONS), dtype=np.float32)[faces.labels]
    total = faces.votes.sum(axis=1, keepdims=True)
    crowd = np.where(total > 0, faces.votes / np.maximum(total, 1), labelled)
    mixed = (1 - votes_share - teacher_share) * labelled + votes_share * crowd
    if teacher is not None:
        mixed += teacher_share * teacher
    return np.asarray((1 - smoothing) * mixed + smoothing / len(EMOTIONS), dtype=np.float32)


def repeated(faces: Faces, *, of: Faces) -> NDArray[np.bool_]:
    """(n,) True where a face is pixel for pixel one of the faces in ``of``."""
    known = {face.tobytes() for face in of.pixels}
    return np.array([face.tobytes() in known for face in faces.pixels], dtype=np.bool_)


def load_dataset(folder: Path) -> DataSet:
    """Read a data set from ``folder``.

    Raises DataSetError, in one sentence, for a folder that does not hold a known form of FER2013.
    """
    labels_file = folder / "labels.csv"
    if not folder.is_dir():
        raise DataSetError(f"the data must be a folder with FER2013 in it, but {folder} is none")
    if not labels_file.is_file():
        raise DataSetError(
            f"a FER2013 folder must hold labels.csv beside faces_00.webp and on, but {folder} has "
            "no labels.csv"
        )
    rows = _read_rows(labels_file)
    sheets = _sheet_files(folder, len(rows))
    pixels = np.concatenate([_read_sheet(sheet) for sheet in sheets])
    if len(pixels) < len(rows):
        raise DataSetError(
            f"the sheets must hold a face for each of the {len(rows)} rows of {labels_file}, but "
            f"they hold {len(pixels)}"
        )
    usage = np.array([row["usage"] for row in rows])
    labels = np.array([_label(row, labels_file) for row in rows], dtype=np.int64)
    votes, raters = _votes(rows)
    index = np.array([int(row["index"]) for row in rows])

    def part(split: Split) -> Faces:
        chosen = np.flatnonzero(usage == split.value)
        if not chosen.size:
            raise DataSetError(f"the column usage of {labels_file} must name {split.value} faces")
        return Faces(split, pixels[index[chosen]], labels[chosen], votes[chosen], raters[chosen])

    return DataSet(
        part(Split.TRAINING),
        part(Split.PUBLIC_TEST),
        part(Split.PRIVATE_TEST),
        _hash(pixels, labels_file),
    )


def _read_rows(labels_file: Path) -> list[dict[str, str]]:
    with labels_file.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        needed = (*_COLUMNS, *_FERPLUS_IN_ORDER, *_FERPLUS_ELSEWHERE)
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise DataSetError(
                f"{labels_file} must have the columns {', '.join(needed)}, but lacks "
                f"{', '.join(missing)}"
            )
        rows = list(reader)
    if not rows:
        raise DataSetError(f"{labels_file} must name at least one face, but has no rows")
    return rows


def _label(row: dict[str, str], labels_file: Path) -> int:
    value = row["emotion"]
    if value not in {str(i) for i in range(len(EMOTIONS))}:
        raise DataSetError(
            f"the column emotion of {labels_file} must hold 0 to {len(EMOTIONS) - 1}, but face "
            f"{row['index']} has {value!r}"
        )
    return int(value)


def _votes(rows: Sequence[dict[str, str]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    known = np.array([row["ferplus_known"] == "1" for row in rows])
    votes = np.array([[row[name] or 0 for name in _FERPLUS_IN_ORDER] for row in rows], np.float32)
    others = np.array([[row[name] or 0 for name in _FERPLUS_ELSEWHERE] for row in rows], np.float32)
    votes[~known] = 0
    others[~known] = 0
    return votes, (votes.sum(axis=1) + others.sum(axis=1)).astype(np.float32)


def _sheet_files(folder: Path, faces: int) -> list[Path]:
    count = -(-faces // _FACES_PER_SHEET)
    sheets = [folder / f"faces_{number:02d}.webp" for number in range(count)]
    for sheet in sheets:
        if not sheet.is_file():
            raise DataSetError(
                f"{faces} faces need the sheets faces_00.webp to faces_{count - 1:02d}.webp, but "
                f"{folder} has no {sheet.name}"
            )
    return sheets


def _read_sheet(sheet: Path) -> NDArray[np.uint8]:
    """The faces of one sheet, (k, 48, 48), row by row; empty places at the end come along."""
    grey = cv2.imread(str(sheet), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataSetError(f"{sheet} must be a readable WebP sheet of faces, but is not")
    height, width = grey.shape
    if width != SIDE * _FACES_PER_ROW or height % SIDE:
        raise DataSetError(
            f"a sheet must be {SIDE * _FACES_PER_ROW} pixels wide and a multiple of {SIDE} high, "
            f"but {sheet} is {width} × {height}"
        )
    tiles = grey.reshape(height // SIDE, SIDE, _FACES_PER_ROW, SIDE).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(-1, SIDE, SIDE), dtype=np.uint8)


def _hash(pixels: NDArray[np.uint8], labels_file: Path) -> str:
    digest = hashlib.sha256(pixels.tobytes())
    digest.update(labels_file.read_bytes())
    return digest.hexdigest()
