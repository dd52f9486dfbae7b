"""Expression data sets: faces, labels and crowd votes, in their official split.

Sources: FER2013, Goodfellow et al. 2013, *Challenges in Representation Learning*; FER+, Barsoum et
al. 2016, *Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
Distribution*.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import DataSetError
from models.training.data.forms import read_labelled, read_rows
from models.truths import Truth


class Split(StrEnum):
    """The official parts: learn from, select on, and look at once per model."""

    TRAINING = "Training"
    PUBLIC_TEST = "PublicTest"
    PRIVATE_TEST = "PrivateTest"


ALL_FACES: Final = "all"
"""In place of a split, where a data set of one's own has none."""
FER2013: Final = "FER2013 with FER+ votes"


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
        return self._part(slice(count))

    def with_truth(self, truth: Truth) -> "Faces":
        """Those faces that have a true look by ``truth``."""
        return self._part(self.true_by(truth) >= 0)

    def _part(self, rows: slice | NDArray[np.bool_]) -> "Faces":
        return Faces(
            self.split, self.pixels[rows], self.labels[rows], self.votes[rows], self.raters[rows]
        )

    def clear(self) -> NDArray[np.bool_]:
        """(n,) True where at least half of the FER+ raters agree with the FER2013 label."""
        agreeing = self.votes[np.arange(len(self)), self.labels]
        return np.asarray((self.raters > 0) & (agreeing * 2 >= self.raters))

    def agreed(self) -> NDArray[np.bool_]:
        """(n,) True where at least half of the FER+ raters say the look that most of them say."""
        return np.asarray(
            (self.ferplus_majority() >= 0) & (2 * self.votes.max(axis=1) >= self.raters)
        )

    def each_vote(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every vote for one of the seven looks: the row of its face, and the look.

        Labels are the votes of faces that no crowd was asked about.
        """
        if not self.has_votes():
            return np.arange(len(self)), self.labels
        rows, looks = np.nonzero(self.votes)
        times = np.rint(self.votes[rows, looks]).astype(np.int64)
        return np.repeat(rows, times), np.repeat(looks, times)

    def true_by(self, truth: Truth) -> NDArray[np.int64]:
        """(n,) the true look by ``truth``, or -1 where there is none.

        Where no crowd was asked about any face, the label is the best that is known of both.
        """
        crowd = truth is Truth.CROWD and self.has_votes()
        return self.ferplus_majority() if crowd else self.labels

    def has_votes(self) -> bool:
        """Whether anybody of FER+ was asked about any of these faces."""
        return bool(self.raters.any())

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
    name: str = FER2013

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
    labelled = np.eye(len(LOOKS), dtype=np.float32)[faces.labels]
    total = faces.votes.sum(axis=1, keepdims=True)
    crowd = np.where(total > 0, faces.votes / np.maximum(total, 1), labelled)
    mixed = (1 - votes_share - teacher_share) * labelled + votes_share * crowd
    if teacher is not None:
        mixed += teacher_share * teacher
    return np.asarray((1 - smoothing) * mixed + smoothing / len(LOOKS), dtype=np.float32)


def crowd_targets(
    faces: Faces, *, teacher: NDArray[np.float32] | None = None, teacher_share: float = 0.0
) -> NDArray[np.float32]:
    """Training targets (n, 7) for what the crowd sees: its votes mixed with a teacher's answers.

    A row of votes sums to the share of raters who chose one of the seven looks, so that a face
    which most call contempt, unknown or no face weighs little, and one FER+ does not know nothing.
    Where no crowd was asked about any face, labels are in the place of votes. ``teacher`` (n, 7)
    holds probabilities, of every face.
    """
    votes = (
        np.asarray(faces.votes / np.maximum(faces.raters, 1)[:, None], dtype=np.float32)
        if faces.has_votes()
        else np.eye(len(LOOKS), dtype=np.float32)[faces.labels]
    )
    if teacher is None:
        return votes
    return np.asarray((1 - teacher_share) * votes + teacher_share * teacher, dtype=np.float32)


def repeated(faces: Faces, *, of: Faces) -> NDArray[np.bool_]:
    """(n,) True where a face is pixel for pixel one of the faces in ``of``."""
    known = {face.tobytes() for face in of.pixels}
    return np.array([face.tobytes() in known for face in faces.pixels], dtype=np.bool_)


def load_labelled(place: Path) -> DataSet:
    """Read faces of one's own at ``place``, ``<emotion>/*.jpg``: all are test faces.

    Raises DataSetError, in one sentence, where they are not such.
    """
    rows = read_labelled(place)
    faces = Faces(
        Split.PRIVATE_TEST, rows.pixels, rows.labels, rows.votes, rows.others.astype(np.float32)
    )
    return DataSet(faces.head(0), faces.head(0), faces, rows.sha256, name=place.resolve().name)


def load_dataset(place: Path) -> DataSet:
    """Read FER2013, or faces of one's own in its splits, at ``place``, a folder or a file, in any
    form of ``models.training.data.forms``.

    Raises DataSetError, in one sentence, for anything else, or where a split is missing.
    """
    rows = read_rows(place)
    name = place.resolve().name if rows.own else FER2013
    raters = (rows.votes.sum(axis=1) + rows.others).astype(np.float32)

    def part(split: Split) -> Faces:
        chosen = np.flatnonzero(rows.usage == split.value)
        if not chosen.size:
            raise DataSetError(
                f"{name} must have faces of Training, PublicTest and PrivateTest, but "
                f"{rows.source} names no {split.value} faces"
            )
        return Faces(
            split, rows.pixels[chosen], rows.labels[chosen], rows.votes[chosen], raters[chosen]
        )

    learnt, chosen_by, asked_last = (part(split) for split in Split)
    return DataSet(learnt, chosen_by, asked_last, rows.sha256, name)
