"""A run's folder and epochs are the same whichever engine trains; a made-up one stands for both."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import TrainingError
from models.training.data.datasets import DataSet, Faces, Split
from models.training.learning import TrainConfig
from models.training.runs import (
    EpochLog,
    agree_on_config,
    carry_on,
    read_about,
    read_log,
    targets_of,
)

CONFIG = TrainConfig(epochs=4)


class Trainee:
    """Says what it was told to come to, epoch after epoch."""

    def __init__(self, come: list[float]) -> None:
        self.come = come
        self.accuracies: list[float] = []

    def one_epoch(self) -> tuple[float, float]:
        return 1.5, 0.25

    def judged(self) -> tuple[float, float]:
        return self.come[len(self.accuracies)], 1.75

    def keep(self, accuracy: float) -> None:
        self.accuracies.append(accuracy)

    def rate(self) -> float:
        return 0.1 / len(self.accuracies)


def faces(split: Split, n: int = 2) -> Faces:
    votes = np.eye(7, dtype=np.float32)[[0] * n]
    return Faces(
        split, np.zeros((n, 48, 48), np.uint8), np.array([0] * n), votes, votes.sum(axis=1)
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


@pytest.mark.parametrize("field", ["start_from", "teacher"])
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


def test_a_teacher_must_have_answered_every_face(tmp_path: Path) -> None:
    file = tmp_path / "teacher.npy"
    config = replace(CONFIG, teacher=str(file), teacher_share=1.0, votes_share=0.0)
    with pytest.raises(TrainingError, match="teacher must name a file of answers"):
        targets_of(config, DATA.training)

    np.save(file, np.full((3, 7), 1 / 7))
    with pytest.raises(TrainingError, match=r"answered all 2 Training faces .* holds \(3, 7\)"):
        targets_of(config, DATA.training)

    np.save(file, np.full((2, 7), 1 / 7))
    assert targets_of(config, DATA.training) == pytest.approx(np.full((2, 7), 1 / 7))


def test_a_log_of_an_older_program_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps({"epoch": 1}) + "\n", encoding="utf-8")
    assert read_log(tmp_path) == [{"epoch": 1}]
