"""A small run learns, can be killed and goes on to the same end, and exports what it learnt."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.cards import load_card
from models.errors import TrainingError
from models.evaluation.evaluate import evaluate
from models.inference.predictor import Predictor
from models.training.data.augmentation import Augmentation
from models.training.data.datasets import DataSet, Split
from models.training.export import export_run
from models.training.learning import TrainConfig, read_config
from models.training.runs import AVERAGED, EpochLog
from models.training.train import train
from models.truths import Truth

# Keras 3.15 hands TensorFlow's variables to NumPy 2 in a way that NumPy warns of; not ours to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)

CONFIG = TrainConfig(
    epochs=3,
    batch=16,
    learning_rate=0.05,
    warm_up_epochs=0.5,
    ema_decay=0.5,
    mixed_precision=False,
    augmentation=Augmentation(rotation_degrees=0, zoom=0, shift=0, cutout_share=0),
)


class PowerOutError(Exception):
    """Stands for the power going out."""


@pytest.fixture(scope="module")
def unbroken(data: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("unbroken")
    train(CONFIG, data, run)
    return run


def _log(run: Path) -> list[dict[str, float]]:
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def _killed_after(epoch: int) -> Callable[[EpochLog], None]:
    def report(entry: EpochLog) -> None:
        if entry.epoch == epoch:
            raise PowerOutError

    return report


def test_a_killed_run_goes_on_to_the_same_result(
    data: DataSet, unbroken: Path, tmp_path: Path
) -> None:
    with pytest.raises(PowerOutError):
        train(CONFIG, data, tmp_path, report=_killed_after(1))
    train(CONFIG, data, tmp_path)

    assert [entry["epoch"] for entry in _log(tmp_path)] == [1, 2, 3]
    for broken, whole in zip(_log(tmp_path), _log(unbroken), strict=True):
        assert broken == pytest.approx(whole, rel=1e-3, abs=1e-3)
    with np.load(tmp_path / "state.npz") as one, np.load(unbroken / "state.npz") as other:
        assert one.files == other.files
        for name in one.files:
            assert np.allclose(one[name], other[name], rtol=1e-2, atol=1e-3), name


def test_the_loss_falls(unbroken: Path) -> None:
    log = _log(unbroken)

    assert log[-1]["training_loss"] < log[0]["training_loss"]


def test_a_finished_run_has_nothing_left_to_do(data: DataSet, unbroken: Path) -> None:
    before = _log(unbroken)

    train(CONFIG, data, unbroken)

    assert _log(unbroken) == before


def test_a_run_does_not_go_on_under_another_configuration(data: DataSet, unbroken: Path) -> None:
    with pytest.raises(TrainingError, match="differs in learning_rate"):
        train(replace(CONFIG, learning_rate=0.5), data, unbroken)


def test_what_only_the_other_engine_can_is_refused(tmp_path: Path, data: DataSet) -> None:
    with pytest.raises(
        TrainingError, match=r"sharpness 0\.1 is known to models\.training\.pytorch\.train"
    ):
        train(replace(CONFIG, sharpness=0.1), data, tmp_path / "run")

    assert not (tmp_path / "run").exists()


def test_the_private_test_is_never_looked_at(tmp_path: Path, data: DataSet) -> None:
    class Closed:
        def __getattr__(self, name: str) -> object:
            raise AssertionError("PrivateTest was looked at")

    train(
        replace(CONFIG, epochs=1),
        replace(data, private_test=Closed()),  # type: ignore[arg-type]
        tmp_path,
    )


def test_an_export_answers_as_its_card_says(
    data: DataSet, unbroken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three epochs make a model that int8 may well change its mind about; parity is measured below.
    monkeypatch.setattr("models.training.export.INT8_LOSS", 1.0)

    export_run(unbroken, data, tmp_path, version=5)

    card = load_card(tmp_path / "pulse.json")
    predictor = Predictor.load(tmp_path / "pulse.int8.tflite")
    answers = predictor.predict(data.public_test.pixels)
    sad = answers[data.public_test.labels == 4]
    assert predictor.model_id == "pulse@5"
    assert card.truths == (Truth.CROWD, Truth.LABEL)
    assert predictor.predict_all(data.public_test.pixels).shape == (42, 2, 7)
    assert card.by_votes is not None
    assert card.by_label is not None
    assert card.training_prior == pytest.approx([1 / 7] * 7, abs=1e-4)
    assert card.confusion()[4] == pytest.approx(sad.mean(axis=0), abs=1e-3)
    assert card.sad_m1 == pytest.approx(sad[:, 4].mean(), abs=1e-3)
    assert [figures.split for figures in card.evaluations] == ["PublicTest", "PrivateTest"] * 3

    assert [file.name for file in card.files] == ["pulse.int8.tflite", "pulse.tflite", "pulse.onnx"]
    single = Predictor.load(tmp_path / "pulse.tflite").predict(data.public_test.pixels)
    converted = Predictor.load(tmp_path / "pulse.onnx").predict(data.public_test.pixels)
    assert converted == pytest.approx(single, abs=1e-4)

    again = evaluate("pulse", data, Split.PRIVATE_TEST, model_path=tmp_path / "pulse.int8.tflite")
    assert again.accuracy == card.evaluations[1].accuracy
    assert again.n == 42


def test_an_interim_export_leaves_the_private_test_alone(
    data: DataSet, unbroken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.export.INT8_LOSS", 1.0)

    card = export_run(unbroken, data, tmp_path, interim=True)

    assert {figures.split for figures in card.evaluations} == {"PublicTest"}


def test_a_mean_of_trainings_claims_no_epoch_of_theirs(
    data: DataSet, unbroken: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(unbroken, tmp_path / "run"))
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config[AVERAGED] = [dict(config), dict(config)]
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")

    said = export_run(run, data, tmp_path, interim=True, also=()).training

    assert said["selection"] == "mean of the last averaged weights of 2 trainings"
    assert said["epochs_run"] == 3
    assert not {"best_epoch", "public_accuracy_in_training"} & set(said)


def test_a_run_can_go_on_from_given_weights(data: DataSet, unbroken: Path, tmp_path: Path) -> None:
    anew = replace(
        CONFIG, epochs=1, learning_rate=0.001, start_from=str(unbroken / "best.weights.h5")
    )
    train(anew, data, tmp_path / "on")
    started, fresh = _log(tmp_path / "on")[0], _log(unbroken)[0]
    assert started["training_loss"] < fresh["training_loss"]
    said = json.loads((tmp_path / "on" / "config.json").read_text(encoding="utf-8"))
    assert len(said["start_from_sha256"]) == 64


def test_a_recipe_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"epochs": 7, "augmentation": {"zoom": 0.5}}', encoding="utf-8")
    assert read_config(recipe) == TrainConfig(epochs=7, augmentation=Augmentation(zoom=0.5))
    recipe.write_text('{"epoks": 7}', encoding="utf-8")
    with pytest.raises(TrainingError, match="epoks"):
        read_config(recipe)
