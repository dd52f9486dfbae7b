"""Dropout, Adam and a falling rate survive a kill, and a run of a write-up becomes a row."""

import json
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from classpulse.training import train_and_tell
from models.cards import CardFile
from models.errors import WeightsError
from models.evaluation.comparison import Status, run_row
from models.inference.predictor import Predictor
from models.training import architectures
from models.training.architectures.parts import door, logits, scaled
from models.training.data.augmentation import Augmentation
from models.training.data.datasets import DataSet, Split
from models.training.export import Exported, check_quantised, check_same, export_run
from models.training.learning import TrainConfig, finished
from models.training.train import train
from models.truths import Truth

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)

CONFIG = TrainConfig(
    model="cnn4",
    epochs=6,
    patience=3,
    batch=16,
    optimizer="adam",
    schedule="plateau",
    learning_rate=2e-3,
    plateau_epochs=1,
    plateau_factor=0.5,
    weight_decay=0.0,
    votes_share=0.0,
    smoothing=0.0,
    mixup=0.2,
    ema_decay=0.0,
    mixed_precision=False,
    augmentation=Augmentation(rotation_degrees=0, zoom=0, shift=0, cutout_share=0),
)


def small() -> keras.Model:
    """A network of the same parts as the write-ups', small enough for a test."""
    faces = door()
    x = keras.layers.AveragePooling2D(4, name="shrink")(scaled(faces))
    x = keras.layers.Flatten(name="flat")(x)
    x = keras.layers.Dense(16, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(faces, logits(x), name="cnn4")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    row = architectures.Architecture("cnn4", small, "small", "made up")
    monkeypatch.setitem(architectures.ARCHITECTURES, "cnn4", row)
    yield
    keras.config.set_dtype_policy("float32")


def log(run: Path) -> list[dict[str, float]]:
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


def test_dropout_adam_and_a_falling_rate_go_on_as_if_never_stopped(
    data: DataSet, tmp_path: Path
) -> None:
    train(CONFIG, data, tmp_path / "whole")
    for until in (1, 3, None):
        train(CONFIG, data, tmp_path / "broken", until=until)

    whole, broken = log(tmp_path / "whole"), log(tmp_path / "broken")
    assert len(whole) == len(broken)
    for one, other in zip(broken, whole, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-4)
    with np.load(tmp_path / "broken/state.npz") as a, np.load(tmp_path / "whole/state.npz") as b:
        assert any(name.startswith("dice_") for name in a.files)
        for name in a.files:
            assert np.allclose(a[name], b[name], rtol=1e-3, atol=1e-4), name


def test_the_rate_falls_and_the_run_ends_for_want_of_improvement(
    data: DataSet, tmp_path: Path
) -> None:
    train(CONFIG, data, tmp_path)

    accuracies = [entry["public_accuracy"] for entry in log(tmp_path)]
    rates = [entry["learning_rate"] for entry in log(tmp_path)]
    assert finished(CONFIG, accuracies)
    assert not finished(CONFIG, accuracies[:-1])
    waited = [
        n for n in range(1, len(rates)) if accuracies[n - 1] <= max(accuracies[: n - 1], default=-1)
    ]
    for n in range(1, len(rates)):
        assert rates[n] == pytest.approx(rates[n - 1] * (0.5 if n in waited else 1))


def test_a_run_becomes_a_row_measured_from_its_exported_file(data: DataSet, tmp_path: Path) -> None:
    told = train_and_tell(CONFIG, data, tmp_path / "cnn4", until=2, quiet=True)
    row = run_row("cnn4", tmp_path / "cnn4", data)

    assert (row.status, row.epochs, row.start) == (Status.UNCONVERGED, 2, "scratch")
    assert row.public_accuracy == told["best_public_accuracy"]
    assert row.measured is not None
    assert (row.measured.file, row.measured.n) == ("cnn4.tflite", 42)
    # Two dense layers of 144 to 16 and 16 to 7, a multiplication and an addition each.
    assert row.measured.mflops == pytest.approx(2e-6 * (144 * 16 + 16 * 7))
    assert row.measured.parameters == 144 * 16 + 16 + 16 * 7 + 7
    assert (tmp_path / "cnn4" / "curves.svg").read_text(encoding="utf-8").startswith("<svg")


def test_calibration_leaves_the_answers_of_a_write_ups_network(
    data: DataSet, tmp_path: Path
) -> None:
    train(CONFIG, data, tmp_path / "run", until=2)
    export_run(tmp_path / "run", data, tmp_path, interim=True, also=())

    network = small()
    network.load_weights(tmp_path / "run" / "best.weights.h5")
    pixels = data.training.pixels
    expected = network.predict(pixels[..., None].astype(np.float32), verbose=0).argmax(axis=1)
    answers = Predictor.load(tmp_path / "cnn4.tflite").predict(pixels).argmax(axis=1)
    # Half precision may tip a face that lies between two looks.
    assert (answers == expected).mean() > 0.99


def test_a_file_that_answers_otherwise_is_refused(data: DataSet) -> None:
    right = np.eye(7)[data.public_test.labels]
    file = CardFile(name="net.tflite", sha256="0" * 64, size_bytes=1, precision="float")
    wrong = np.roll(right, 1, axis=1)
    both = np.stack([right, right], axis=1)
    good = Exported(file, both.astype(np.float32))
    poor = Exported(file, np.stack([right, wrong], axis=1).astype(np.float32))
    truths = (Truth.CROWD, Truth.LABEL)

    check_same(good, both)
    check_quantised(good, good, data.part(Split.PUBLIC_TEST), truths)
    with pytest.raises(WeightsError, match="as Keras does to within"):
        check_same(poor, both)
    with pytest.raises(WeightsError, match=r"of PublicTest accuracy .* by the truth of the label"):
        check_quantised(poor, good, data.part(Split.PUBLIC_TEST), truths)
