"""Exploring counts what is there, and draws only where it is told to."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.data.datasets import DataSet, Faces, Split
from models.training.data.exploring import draw_faces, explore, mean_faces, sheet


def _faces(split: Split, greys: list[int], labels: list[int], seen: list[int]) -> Faces:
    pixels = np.zeros((len(greys), 48, 48), np.uint8) + np.array(greys, np.uint8)[:, None, None]
    votes = np.zeros((len(greys), 7), np.float32)
    for row, look in enumerate(seen):
        if look >= 0:
            votes[row, look] = 8
    return Faces(split, pixels, np.array(labels), votes, votes.sum(axis=1))


@pytest.fixture
def data() -> DataSet:
    return DataSet(
        _faces(Split.TRAINING, [10, 30, 10, 90], [3, 3, 4, 6], [3, 6, 4, -1]),
        _faces(Split.PUBLIC_TEST, [10, 11], [3, 4], [3, 6]),
        _faces(Split.PRIVATE_TEST, [30, 31, 30], [3, 4, 5], [-1, -1, -1]),
        "a" * 64,
    )


def test_looks_repeats_and_disagreement_are_counted(data: DataSet) -> None:
    found = explore(data)

    assert found.counts["Training"] == (0, 0, 0, 2, 1, 0, 1)
    assert found.repeated == {"Training": 1, "PublicTest": 1, "PrivateTest": 2}
    assert found.disagreement[3] == (0, 0, 0, 2, 0, 0, 1)
    assert found.with_majority == 5
    assert found.agreement == 3 / 5


def test_without_votes_there_is_no_agreement(data: DataSet) -> None:
    silent = DataSet(data.private_test, data.private_test, data.private_test, "a" * 64)

    assert explore(silent).agreement is None


def test_the_mean_face_is_the_mean(data: DataSet) -> None:
    means = mean_faces(data.training)

    assert means[3, 0, 0] == 20
    assert means[0, 0, 0] == 127  # no angry face at all


def test_a_sheet_wraps_after_twelve() -> None:
    assert sheet(np.zeros((13, 48, 48), np.uint8)).shape == (98 * 4, 598 * 4)
    assert sheet(np.zeros((2, 48, 48), np.uint8)).shape == (48 * 4, 98 * 4)


def test_pictures_are_drawn_into_the_named_folder_alone(data: DataSet, tmp_path: Path) -> None:
    written = draw_faces(data, tmp_path / "here")

    assert [place.name for place in written] == [
        "mean-faces.png", "samples-happy.png", "samples-sad.png", "samples-neutral.png",
    ]  # fmt: skip
    assert {place.parent for place in written} == {tmp_path / "here"}
    assert cv2.imread(str(written[3]), cv2.IMREAD_GRAYSCALE)[0, 0] == 90
