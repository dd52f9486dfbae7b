"""A run's folder and epochs are the same whichever engine trains; a made-up one stands for both."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import TrainingError
from models.training.data.datasets import DataSet, Faces, Split
from models.training.learning import TrainConfig
from models.training.runs import (
    EpochLog,
    Judged,
    agree_on_config,
    carry_on,
    judge,
    read_about,
    read_log,
    targets_of,
)
from models.truths import Truth

CONFIG = TrainConfig(epochs=4)


class Trainee:
    """Says what it was told to come to, epoch after epoch."""

    def __init__(self, come: list[float]) -> None:
        self.come = come
        self.accuracies: list[float] = []

    def one_epoch(self) -> tuple[float, float]:
        return 1.5, 0.25

    def judged(self) -> Judged:
        return Judged(self.come[len(self.accuracies)], 1.75)

    def keep(self, accuracy: float) -> None:
        self.accuracies.append(accuracy)

    def rate(self) -> float:
        return 0.1 / len(self.accuracies)


def faces(split: Split, n: int = 2) -> Faces:
    votes = np.eye(7, dtype=np.float32)[[0] * n]
    return Faces(
        split, np.zeros((n, 48, 48), np.uint8), np.array([0] * n), votes, votes.sum(axis=1)
    )


def shown_to(votes: NDArray[np.float32], *, labels: list[int], raters: list[float]) -> Faces:
    pixels = np.zeros((len(labels), 48, 48), np.uint8)
    return Faces(
        Split.TRAINING, pixels, np.array(labels), votes, np.array(raters, dtype=np.float32)
    )


DATA = DataSet(*(faces(split) for split in Split), "0" * 64)


def test_every_epoch_leaves_its_line_and_is_reported(tmp_path: Path) -> None:
    heard: list[EpochLog] = []
    carry_on(Trainee([0.2, 0.4, 0.3, 0.3]), CONFIG, tmp_path, report=heard.append)

    log = read_log(tmp_path)
    assert [entry["epoch"] for entry in log] == [1, 2, 3, 4]
    assert [entry["public_accuracy"] for entry in log] == [0.2, 0.4, 0.3, 0.3]
    assert [entry["best_public_accuracy"] for entry in log] == [0.2, 0.4, 0.4, 0.4]
    assert log[1]["learning_rate"] == pytest.approx(0.05)
    assert [EpochLog(**entry) for entry in log] == heard
    assert str(heard[1]).startswith("epoch 2: loss 1.5000, accuracy 0.2500, PublicTest 0.4000 ")


def test_it_stops_for_now_and_goes_on_to_its_end(tmp_path: Path) -> None:
    trainee = Trainee([0.2, 0.4, 0.3, 0.3])
    carry_on(trainee, CONFIG, tmp_path, until=1)
    assert len(read_log(tmp_path)) == 1
    carry_on(trainee, CONFIG, tmp_path)
    assert len(read_log(tmp_path)) == 4
    carry_on(trainee, CONFIG, tmp_path)
    assert len(read_log(tmp_path)) == 4


def test_it_ends_for_want_of_improvement(tmp_path: Path) -> None:
    carry_on(Trainee([0.4, 0.3, 0.3, 0.9]), replace(CONFIG, patience=2), tmp_path)
    assert len(read_log(tmp_path)) == 3


def test_a_folder_says_what_its_run_is_about(tmp_path: Path) -> None:
    agree_on_config(CONFIG, DATA, tmp_path / "run")
    agree_on_config(CONFIG, DATA, tmp_path / "run")

    said = read_about(tmp_path / "run")
    assert (said["epochs"], said["data_sha256"]) == (4, DATA.sha256)
    with pytest.raises(TrainingError, match="differs in epochs"):
        agree_on_config(replace(CONFIG, epochs=5), DATA, tmp_path / "run")


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    assert read_log(tmp_path) == []
    with pytest.raises(TrainingError, match="must be the folder of a run"):
        read_about(tmp_path)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(TrainingError, match="must be the folder of a run"):
        agree_on_config(CONFIG, DATA, tmp_path)


@pytest.mark.parametrize("field", ["start_from", "teacher", "crowd_teacher"])
def test_a_run_is_about_the_very_files_it_names(tmp_path: Path, field: str) -> None:
    file = tmp_path / "file.npy"
    config = replace(CONFIG, **{field: str(file)})
    with pytest.raises(TrainingError, match=f"{field} must name a file that is there: .*file.npy"):
        agree_on_config(config, DATA, tmp_path / "run")

    file.write_bytes(b"one")
    agree_on_config(config, DATA, tmp_path / "run")
    file.write_bytes(b"other")
    with pytest.raises(TrainingError, match=f"differs in {field}_sha256"):
        agree_on_config(config, DATA, tmp_path / "run")


@pytest.mark.parametrize("field", ["teacher", "crowd_teacher"])
def test_a_teacher_must_have_answered_every_face(tmp_path: Path, field: str) -> None:
    file = tmp_path / "teacher.npy"
    said = {field: str(file), f"{field}_share": 1.0}
    config = replace(CONFIG, votes_share=0.0, **said)  # type: ignore[arg-type]
    with pytest.raises(TrainingError, match=f"^{field} must name a file of answers"):
        targets_of(config, DATA.training)

    np.save(file, np.full((3, 7), 1 / 7))
    with pytest.raises(TrainingError, match=r"answered all 2 Training faces .* holds \(3, 7\)"):
        targets_of(config, DATA.training)

    np.save(file, np.full((2, 7), 1 / 7))
    crowd, label = np.split(targets_of(config, DATA.training), 2, axis=1)
    assert (crowd if field == "crowd_teacher" else label) == pytest.approx(np.full((2, 7), 1 / 7))


def test_a_network_is_asked_for_each_of_its_truths() -> None:
    votes = np.zeros((3, 7), np.float32)
    votes[0, [3, 6]] = 6, 2
    votes[1, 4] = 1
    shown = shown_to(votes, labels=[4, 4, 2], raters=[10, 10, 0])
    plain = replace(CONFIG, votes_share=0.0, smoothing=0.0, label_weight=0.5)

    both = targets_of(plain, shown)

    # Two of ten saw none of the seven looks; nine of ten hardly count; nobody was asked.
    assert both[0, :7].tolist() == pytest.approx([0, 0, 0, 0.6, 0, 0, 0.2])
    assert both[:, :7].sum(axis=1) == pytest.approx([0.8, 0.1, 0])
    assert both[:, 7:] == pytest.approx(0.5 * np.eye(7)[[4, 4, 2]])
    assert targets_of(replace(plain, model="cnn4"), shown) == pytest.approx(np.eye(7)[[4, 4, 2]])


def test_the_first_truth_decides_which_epoch_is_best() -> None:
    votes = np.zeros((3, 7), np.float32)
    votes[0, 6], votes[1, 3] = 10, 10
    votes[2, [0, 1]] = 5, 5
    shown = shown_to(votes, labels=[4, 3, 0], raters=[10, 10, 10])
    crowd = 9 * np.eye(7)[[6, 6, 0]]
    label = 9 * np.eye(7)[[4, 3, 0]]

    judged = judge(np.concatenate([crowd, label], axis=1), shown, (Truth.CROWD, Truth.LABEL))

    assert judged.accuracy == 0.5, "the third face has no majority"
    assert judged.label_accuracy == 1
    assert judge(label, shown, (Truth.LABEL,)).accuracy == 1
    assert judge(label, shown, (Truth.LABEL,)).label_accuracy is None
    # Ten votes are likely, ten are not, and five of ten are.
    likely = np.log(np.exp(9) / (np.exp(9) + 6))
    assert judged.loss == pytest.approx((10 * -likely + 10 * (9 - likely) - 10 * likely + 45) / 30)


def test_a_log_of_an_older_program_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps({"epoch": 1}) + "\n", encoding="utf-8")
    assert read_log(tmp_path) == [{"epoch": 1}]
