"""Somebody's own faces, sorted into a folder for each look, are what a model is measured on."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import DataSetError
from models.evaluation.evaluate import evaluate
from models.inference.predictor import Predictor
from models.training.data.datasets import Split


def _sorted_into(folder: Path, looks: dict[str, int], side: int) -> None:
    random = np.random.default_rng(3)
    for look, count in looks.items():
        (folder / look).mkdir(parents=True)
        for number in range(count):
            picture = random.integers(0, 256, (side, side)).astype(np.uint8)
            cv2.imwrite(str(folder / look / f"{number}.png"), picture)


def test_every_face_is_measured_by_its_folder(tmp_path: Path) -> None:
    _sorted_into(tmp_path, {"sad": 3, "Happiness": 2}, 48)

    found = evaluate("pulse", tmp_path, Split.PUBLIC_TEST)

    assert (found.n, found.split, found.provenance.split) == (5, "all", "all")
    assert found.provenance.data == tmp_path.name
    assert [sum(row) for row in found.confusion] == [0, 0, 0, 2, 3, 0, 0]
    assert found.ferplus_accuracy is found.ferplus_log_loss is found.crowd is None
    faces = [cv2.imread(str(file), 0) for file in sorted(tmp_path.glob("sad/*"))]
    answers = Predictor.load().predict_all(np.stack(faces))[:, -1].argmax(axis=1)
    assert found.confusion[4][4] == (answers == 4).sum()


def test_larger_faces_are_brought_to_size(tmp_path: Path) -> None:
    _sorted_into(tmp_path, {"neutral": 2}, 131)

    assert evaluate("pulse", tmp_path, Split.PUBLIC_TEST).n == 2


def test_what_is_no_face_or_no_look_is_named(tmp_path: Path) -> None:
    _sorted_into(tmp_path, {"sad": 1}, 48)
    cv2.imwrite(str(tmp_path / "sad" / "wide.png"), np.zeros((48, 60), np.uint8))
    with pytest.raises(DataSetError, match=r"must be a square picture, but .*wide\.png is 60 × 48"):
        evaluate("pulse", tmp_path, Split.PUBLIC_TEST)
    (tmp_path / "bored").mkdir()
    with pytest.raises(DataSetError, match="but one is called 'bored'"):
        evaluate("pulse", tmp_path, Split.PUBLIC_TEST)
