"""PyTorch's engine runs the very networks that Keras builds, and keeps runs as Keras does.

``torch`` is not locked, for its size; where it is installed beside Keras:
``KERAS_BACKEND=torch python -m pytest --confcutdir=tests/training tests/training/test_pytorch.py``.
"""

import json
import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("torch") is None or os.environ.get("KERAS_BACKEND") != "torch":
    pytest.skip(
        "PyTorch is not in this environment, or KERAS_BACKEND is not torch: its engine, its "
        "trainings and their mean are not tested",
        allow_module_level=True,
    )

import keras
import numpy as np
import torch

from models.errors import TrainingError, WeightsError
from models.training import architectures
from models.training.data.augmentation import Augmentation
from models.training.data.datasets import DataSet
from models.training.learning import TrainConfig
from models.training.pytorch import average
from models.training.pytorch.engine import Engine, Mode, faces_tensor
from models.training.pytorch.train import ALIKE, STATE, Run, see_that_engines_agree, train

# Keras 3.15 hands its variables to NumPy 2 in a way that NumPy warns of; not ours to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)

CONFIG = TrainConfig(
    model="mini_xception",
    epochs=3,
    batch=16,
    learning_rate=0.05,
    ema_decay=0.5,
    augmentation=Augmentation(rotation_degrees=0, zoom=0, shift=0, cutout_share=0),
)


@pytest.fixture(scope="module")
def unbroken(data: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("unbroken")
    train(CONFIG, data, run)
    return run


def log(run: Path) -> list[dict[str, float]]:
    lines = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_both_engines_answer_alike(name: str) -> None:
    keras.utils.set_random_seed(2)
    model = architectures.build(name)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.8, 1.2, w.shape) for w in layer.get_weights()])
    pixels = random.integers(0, 256, (4, 48, 48)).astype(np.float32)

    with torch.no_grad():
        ours = Engine(model)(faces_tensor(pixels), Mode.JUDGING).numpy()
        theirs = model(torch.from_numpy(pixels[..., None]), training=False).numpy()

    assert np.abs(ours - theirs).max() < ALIKE * max(np.abs(theirs).max(), 1)


def test_a_layer_that_the_engine_does_not_know_is_named() -> None:
    faces = keras.Input((48, 48, 1), name="faces")
    model = keras.Model(faces, keras.layers.Softmax()(faces), name="odd")
    with pytest.raises(TrainingError, match=r"odd has Softmax"):
        Engine(model)


def test_engines_that_disagree_do_not_train(data: DataSet, tmp_path: Path) -> None:
    run = Run(CONFIG, data, tmp_path)
    see_that_engines_agree(run, data.public_test)
    run.judge = run.engine
    keras.utils.set_random_seed(99)
    run.model.set_weights([w + 1 for w in run.model.get_weights()])
    with pytest.raises(TrainingError, match="both engines must answer alike"):
        see_that_engines_agree(run, data.public_test)


def test_a_run_that_stopped_goes_on_as_if_it_had_not(
    data: DataSet, unbroken: Path, tmp_path: Path
) -> None:
    for until in (1, None):
        train(CONFIG, data, tmp_path, until=until)

    assert [entry["epoch"] for entry in log(tmp_path)] == [1, 2, 3]
    for broken, whole in zip(log(tmp_path), log(unbroken), strict=True):
        assert broken == pytest.approx(whole, rel=1e-2, abs=1e-2)
    with pytest.raises(TrainingError, match="differs in learning_rate"):
        train(replace(CONFIG, learning_rate=0.5), data, tmp_path)


def test_sharpness_is_known_here(data: DataSet, tmp_path: Path) -> None:
    train(replace(CONFIG, epochs=1, sharpness=0.05), data, tmp_path)
    assert np.isfinite(log(tmp_path)[0]["training_loss"])


def test_the_mean_of_runs_is_a_run_of_mean_weights(
    data: DataSet, unbroken: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    train(replace(CONFIG, seed=2, epochs=1), data, other)

    average.main(["--runs", str(unbroken), str(other), "--out", str(tmp_path / "mean")])

    network = architectures.build(CONFIG.model)
    network.load_weights(tmp_path / "mean" / "best.weights.h5")
    one, two = average.last_weights(unbroken), average.last_weights(other)
    assert any(not np.allclose(a, b) for a, b in zip(one, two, strict=True))
    for mean, a, b in zip(network.get_weights(), one, two, strict=True):
        assert np.allclose(mean, (a + b) / 2, atol=1e-6)
    assert log(tmp_path / "mean") == [*log(unbroken), *log(other)]
    said = json.loads((tmp_path / "mean" / "config.json").read_text(encoding="utf-8"))
    assert [each["seed"] for each in said["averaged"]] == [1, 2]


def test_what_cannot_be_averaged_is_said(data: DataSet, unbroken: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=rf"must hold {STATE}, but .*nowhere does not"):
        average.average_runs([unbroken, tmp_path / "nowhere"], tmp_path / "mean")
    train(replace(CONFIG, model="cnn4", epochs=1), data, tmp_path / "other")
    with pytest.raises(WeightsError, match="must train one model, not cnn4, mini_xception"):
        average.average_runs([unbroken, tmp_path / "other"], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


@pytest.mark.skipif(find_spec("onnx") is None, reason="reading ONNX files needs onnx")
def test_an_epoch_goes_on_from_an_exported_file(data: DataSet, tmp_path: Path) -> None:
    weights = Path(__file__).parents[2] / "models" / "weights" / "pulse.onnx"
    config = replace(CONFIG, model="pulse", epochs=1, learning_rate=1e-3, start_from=str(weights))

    train(config, data, tmp_path / "on")

    assert np.isfinite(log(tmp_path / "on")[0]["training_loss"])
