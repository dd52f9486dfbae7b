"""A run can begin from an exported file: it is read back into the network that it came from."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from models.errors import TrainingError, WeightsError
from models.inference.runtime import load_network
from models.training import architectures
from models.training.architectures.parts import LABEL_HEAD
from models.training.data.datasets import DataSet
from models.training.learning import TrainConfig
from models.training.onnx_files import steps_of
from models.training.starting import restored, start
from models.training.train import train

# Keras 3.15 hands TensorFlow's variables to NumPy 2 in a way that NumPy warns of; not ours to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)

WEIGHTS = Path(__file__).parents[2] / "models" / "weights"
RANDOM = np.random.default_rng(5)
FACES = RANDOM.integers(0, 256, (64, 48, 48)).astype(np.uint8)


@pytest.fixture(scope="module")
def network(data: DataSet) -> keras.Model:
    return restored("pulse", WEIGHTS / "pulse.onnx", data.training.pixels)


def logits(model: keras.Model, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(model.predict_on_batch(faces[..., None].astype(np.float32)))


def before_calibration(file: Path, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the file's own runtime answers where its calibration begins."""
    model = onnx.load(file)
    (scaling,) = (node for node in model.graph.node if node.name.endswith("calibration_1/mul"))
    model.graph.output[0].name = scaling.input[0]
    cut = load_network(model.SerializeToString(), name="cut.onnx")
    answers = [cut.run(face[None, :, :, None].astype(np.float32))[0] for face in faces]
    return np.concatenate([answer.reshape(1, 14) for answer in answers])


def test_it_answers_as_its_file_does_before_calibration(network: keras.Model) -> None:
    """Read both ways round, as the file reads a face."""
    both = (logits(network, FACES) + logits(network, FACES[:, :, ::-1])) / 2

    expected = before_calibration(WEIGHTS / "pulse.onnx", FACES)
    assert np.ptp(expected) > 1
    assert both == pytest.approx(expected, abs=1e-4)


def test_both_forms_of_a_file_are_read_alike(network: keras.Model, data: DataSet) -> None:
    other = restored("pulse", WEIGHTS / "pulse.tflite", data.training.pixels)

    assert logits(other, FACES) == pytest.approx(logits(network, FACES), abs=1e-4)


def test_norms_are_what_they_see_so_that_training_begins_where_the_file_ended(
    network: keras.Model, data: DataSet
) -> None:
    faces = data.training.pixels[..., None].astype(np.float32)
    # Dropout would hide what is asked here.
    body = keras.Model(network.input, network.get_layer("pool").output)

    still, moving = np.asarray(body(faces)), np.asarray(body(faces, training=True))

    assert np.abs(moving - still).max() < 0.02 * np.abs(still).max()


def test_no_channel_is_beyond_the_reach_of_a_step(network: keras.Model) -> None:
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            sizes = np.sqrt((np.asarray(layer.kernel) ** 2).sum(axis=(0, 1, 2)))
            assert sizes[sizes > 0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("mixed", [False, True], ids=["float32", "bfloat16"])
def test_an_epoch_goes_on_from_it(data: DataSet, tmp_path: Path, *, mixed: bool) -> None:
    config = TrainConfig(
        epochs=1, batch=30, learning_rate=1e-3, mixed_precision=mixed,
        start_from=str(WEIGHTS / "pulse.onnx"),
    )  # fmt: skip
    try:
        train(config, data, tmp_path / "on")
    finally:
        keras.config.set_dtype_policy("float32")

    (line,) = (tmp_path / "on" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert np.isfinite(json.loads(line)["training_loss"])
    said = json.loads((tmp_path / "on" / "config.json").read_text(encoding="utf-8"))
    assert len(said["start_from_sha256"]) == 64


def test_half_precision_in_training_does_not_blur_what_is_read(
    network: keras.Model, data: DataSet
) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = architectures.build("pulse")
        start(model, str(WEIGHTS / "pulse.onnx"), data.training)
    finally:
        keras.config.set_dtype_policy("float32")

    for one, other in zip(model.get_weights(), network.get_weights(), strict=True):
        assert np.allclose(one, other, rtol=1e-3, atol=1e-5)


def test_a_quantised_file_is_refused(data: DataSet) -> None:
    with pytest.raises(WeightsError, match=r"pulse\.int8\.tflite must be a float file of pulse"):
        restored("pulse", WEIGHTS / "pulse.int8.tflite", data.training.pixels)


def test_the_file_of_another_network_is_refused(data: DataSet) -> None:
    with pytest.raises(WeightsError, match=r"pulse\.onnx must be a float file of cnn4, with one"):
        restored("cnn4", WEIGHTS / "pulse.onnx", data.training.pixels)


def test_a_file_that_answers_otherwise_than_what_is_read_is_refused(
    data: DataSet, tmp_path: Path
) -> None:
    """A card of another calibration stands for steps that the exporter has folded together."""
    shutil.copy(WEIGHTS / "pulse.onnx", tmp_path)
    card = json.loads((WEIGHTS / "pulse.json").read_text(encoding="utf-8"))
    (tmp_path / "pulse.json").write_text(
        json.dumps(card | {"temperature": 2 * card["temperature"]}), encoding="utf-8"
    )
    with pytest.raises(WeightsError, match=r"answers as it does to within 0\.001, but it differs"):
        restored("pulse", tmp_path / "pulse.onnx", data.training.pixels)


def test_what_is_no_network_at_all_is_named(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"an exported file must lie at .*nowhere\.onnx"):
        restored("pulse", tmp_path / "nowhere.onnx", data.training.pixels)
    (tmp_path / "poor.weights.h5").write_bytes(b"nothing of the sort")
    with pytest.raises(TrainingError, match=r"poor\.weights\.h5 must hold weights of pulse"):
        start(architectures.build("pulse"), str(tmp_path / "poor.weights.h5"), data.training)
    with pytest.raises(WeightsError, match="must be an ONNX file"):
        steps_of(b"nothing of the sort")


def test_a_recipe_that_starts_from_nothing_that_is_there_is_refused(
    data: DataSet, tmp_path: Path
) -> None:
    config = replace(TrainConfig(), start_from=str(tmp_path / "nowhere.onnx"))
    with pytest.raises(TrainingError, match=r"start_from must name a file that is there: .*nowher"):
        train(config, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_weights_that_knew_labels_alone_ask_the_crowd_s_truth_alike(
    data: DataSet, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(4)
    whole = architectures.build("pulse")
    label = whole.get_layer(LABEL_HEAD).output
    keras.Model(whole.input, label, name="pulse").save_weights(tmp_path / "old.weights.h5")
    fresh = architectures.build("pulse")

    start(fresh, str(tmp_path / "old.weights.h5"), data.training)

    crowd, labels = np.split(logits(fresh, FACES), 2, axis=1)
    assert crowd == pytest.approx(labels, abs=1e-5)
    assert labels == pytest.approx(logits(whole, FACES)[:, 7:], abs=1e-5)
