"""The benches go by the truth that the shipped model is used for, and by labels beside it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.figures.faces import by_labels, from_folder
from models.inference.predictor import Predictor
from models.training.data.datasets import load_dataset

_EACH = 4
_VOTES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight faces of each label in each split; on half of them raters see the look after it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    random, place = np.random.default_rng(6), tmp_path / "data"
    place.mkdir()
    faces: list[tuple[str, ...]] = []
    votes: list[dict[str, str]] = []
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for number, label in enumerate(np.repeat(np.arange(7), 2 * _EACH)):
            pixels = " ".join(map(str, random.integers(0, 256, 48 * 48)))
            faces.append((str(label), pixels, usage))
            seen = _VOTES[(label + number % 2) % 7]
            votes.append({"Usage": usage, "Image name": "a.png", seen: "10"})
    with (place / "fer2013.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("emotion", "pixels", "Usage"), *faces])
    names = ("Usage", "Image name", *_VOTES, "contempt", "unknown", "NF")
    with (place / "fer2013new.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, names, restval="0")
        table.writeheader()
        table.writerows(votes)
    return place


def test_each_truth_has_its_own_faces_and_answers(folder: Path) -> None:
    private = load_dataset(folder).private_test
    crowd, label = (Predictor.load().predict_all(private.pixels)[:, n] for n in (0, 1))

    shipped, compared = from_folder(folder), by_labels(folder)

    for look in range(7):
        seen = crowd[private.votes[:, look] == 10]
        assert shipped.everyone[look] == pytest.approx(seen, abs=1e-6)
        assert compared.everyone[look] == pytest.approx(label[private.labels == look], abs=1e-6)
    assert [len(part) for part in shipped.clear] == [2 * _EACH] * 7
    assert [len(part) for part in compared.clear] == [_EACH] * 7
    assert compared.confusion.counts.tolist() == [2 * _EACH] * 7
    assert compared.rule == shipped.rule
