"""What a run begins from: ImageNet's weights, those of an earlier run, or a file that was exported.

An exported file answers as its network does, but its normalisations are folded into the
convolutions before them, and what they were is gone. Reading it back takes each apart again: the
mean and the variance are those of a thousand Training faces, and scale and offset follow from what
the file answers. So the network answers the same both as it stands and while it is trained, where a
normalisation goes by its batch. The calibration and the mean over a face and its mirror image,
which export adds, are left aside. The write-ups' files fold more into one another, the scaling of
grey levels and the calibration, and are refused.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from models.cards import load_card
from models.errors import TrainingError, WeightsError
from models.evaluation.evaluate import calibration_of
from models.inference.predictor import Predictor
from models.inference.runtime import LITERT, ONNX
from models.training import architectures
from models.training.architectures.parts import CROWD_HEAD, LABEL_HEAD
from models.training.architectures.transfer import load_imagenet
from models.training.data.datasets import Faces
from models.training.learning import IMAGENET
from models.training.onnx_files import Step, from_litert, steps_of

if TYPE_CHECKING:
    import keras

ALIKE: Final = 1e-3
"""Probabilities of a network that was read back may differ from its file's by this much.

Its logits are the same to 4e-5; the file has its calibration in half precision, the card in full.
"""

_MEASURED: Final = 1024
_COMPARED: Final = 16
_BATCH: Final = 128
_LENGTH: Final = 1.0
"""Of each channel's kernel once its normalisation is taken apart again [own].

The answers do not depend on it, but a step turns a longer kernel by less. After 60 steps at a rate
of 0.02 ``pulse`` was right on 70.1 % of PublicTest from this length, on 67.5 % from those that its
own training had ended with (0.17 to 0.59, layer by layer), and on 63.7 % from 0.4.
"""

Pixels = NDArray[np.uint8]


def start(model: keras.Model, start_from: str, faces: Faces) -> None:
    """Give ``model`` the weights that a recipe's ``start_from`` names; nothing where it is empty.

    ``faces`` are the Training faces. Raises TrainingError or WeightsError where they do not fit.
    """
    file = Path(start_from)
    if not start_from:
        return
    if start_from == IMAGENET:
        load_imagenet(model)
    elif file.suffix in (LITERT, ONNX):
        model.set_weights(restored(model.name, file, faces.pixels).get_weights())
    else:
        try:
            # Before compiling: the file may hold another run's optimiser, which is not wanted.
            _load(model, file)
        except (OSError, ValueError) as error:
            raise TrainingError(f"{file} must hold weights of {model.name}: {error}") from error


def _load(model: keras.Model, file: Path) -> None:
    """The weights in ``file``, also of a time when a network of that name knew labels alone.

    What the crowd sees is then asked as the label was, to begin with.
    """
    import keras

    with warnings.catch_warnings():
        # Keras warns of a list that it keeps of the same layers, under which the file has nothing.
        warnings.filterwarnings("ignore", "Skipping nested container", UserWarning)
        try:
            model.load_weights(file)
            return
        except ValueError:
            if CROWD_HEAD not in [layer.name for layer in model.layers]:
                raise
        label = model.get_layer(LABEL_HEAD)
        keras.Model(model.input, label.output, name=model.name).load_weights(file)
    model.get_layer(CROWD_HEAD).set_weights(label.get_weights())


def restored(name: str, file: Path, faces: Pixels) -> keras.Model:
    """The network called ``name``, in single precision, as it was when ``file`` was exported.

    ``faces`` (n, 48, 48) are such as it was trained on; the card lies beside the file. Raises
    WeightsError where the file is quantised, of another network, or cannot be taken apart so that
    it answers the same.
    """
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        model = architectures.build(name)
    finally:
        keras.config.set_dtype_policy(policy)
    content = from_litert(file) if file.suffix == LITERT else _content(file)
    _fill(model, steps_of(content), file)
    some = np.random.default_rng(0).permutation(len(faces))[:_MEASURED]
    _take_norms_apart(model, faces[some])
    _check(model, file, faces[some[:_COMPARED]])
    return model


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WeightsError(f"an exported file must lie at {file}: {error}") from error


def _fill(model: keras.Model, steps: list[Step], file: Path) -> None:
    """Each step's kernel and bias into its layer; the norm after it passes on what it gets."""
    norms = _norms(model)
    for layer in model.layers:
        if not layer.weights or layer in norms.values():
            continue
        fitting = [step for step in steps if step.is_made_of(layer.name)]
        if len(fitting) != 1 or fitting[0].kernel.shape != tuple(layer.kernel.shape):
            raise WeightsError(
                f"{file.name} must be a float file of {model.name}, with one kernel of "
                f"{tuple(layer.kernel.shape)} for {layer.name}, but has "
                f"{[step.kernel.shape for step in fitting]}"
            )
        (step,) = fitting
        norm = norms.get(layer.name)
        bias = np.zeros_like(step.bias) if norm else step.bias
        layer.set_weights([step.kernel, bias] if layer.use_bias else [step.kernel])
        if norm:
            same = np.ones_like(step.bias)
            norm.set_weights([same * np.sqrt(1 + norm.epsilon), step.bias, 0 * same, same])


def _norms(model: keras.Model) -> dict[str, Any]:
    """The batch normalisations, by the layer whose answers they take."""
    import keras

    return {
        layer.input._keras_history.operation.name: layer
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    }


def _take_norms_apart(model: keras.Model, faces: Pixels) -> None:
    """Put into each norm what it sees of ``faces``, and undo it by its scale and its offset.

    Nothing that the network answers changes, so one pass tells what every norm sees.
    """
    norms = _norms(model)
    if not norms:
        return
    means, variances = _seen([norm.input for norm in norms.values()], model, faces)
    for (name, norm), mean, variance in zip(norms.items(), means, variances, strict=True):
        layer = model.get_layer(name)
        kernel, *bias = layer.get_weights()
        size = np.sqrt((kernel**2).sum(axis=tuple(range(kernel.ndim - 1))))
        # A channel that the file has at zero stays there.
        grown = np.where(size > 0, _LENGTH / np.maximum(size, 1e-12), 1.0)
        layer.set_weights([kernel * grown, *bias])
        _, offset, _, _ = norm.get_weights()
        scale = np.sqrt(variance * grown**2 + norm.epsilon) / grown
        norm.set_weights([scale, offset + mean, mean * grown, variance * grown**2])


def _seen(
    places: list[Any], model: keras.Model, faces: Pixels
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Mean and variance of each channel at each of ``places``."""
    import keras

    watched = keras.Model(model.input, places)
    counts = np.zeros(len(places))
    sums = [np.zeros(place.shape[-1]) for place in places]
    squares = [np.zeros(place.shape[-1]) for place in places]
    for begin in range(0, len(faces), _BATCH):
        pixels = faces[begin : begin + _BATCH, ..., None].astype(np.float32)
        answers = watched.predict_on_batch(pixels)
        for n, answer in enumerate(answers if len(places) > 1 else [answers]):
            values = np.asarray(answer, np.float64).reshape(-1, answer.shape[-1])
            counts[n] += len(values)
            sums[n] += values.sum(axis=0)
            squares[n] += (values**2).sum(axis=0)
    means = [total / count for total, count in zip(sums, counts, strict=True)]
    return means, [
        np.maximum(square / count - mean**2, 0)
        for square, count, mean in zip(squares, counts, means, strict=True)
    ]


def _check(model: keras.Model, file: Path, faces: Pixels) -> None:
    """Raise WeightsError where ``model``, calibrated, answers otherwise than ``file``."""
    card = load_card(file.with_name(f"{model.name}.json"))
    sides = [faces, faces[:, :, ::-1]]
    looks = sides if architectures.architecture(model.name).mirrored else sides[:1]
    logits = np.mean(
        [np.asarray(model.predict_on_batch(look[..., None].astype(np.float32))) for look in looks],
        axis=0,
    )
    each = np.split(logits, len(card.truths), axis=1)
    expected = [
        calibration_of(card, truth).of(some) for truth, some in zip(card.truths, each, strict=True)
    ]
    gap = np.abs(np.stack(expected, axis=1) - Predictor.load(file).predict_all(faces)).max()
    if gap > ALIKE:
        raise WeightsError(
            f"{file.name} must be such that {model.name} read back from it answers as it does to "
            f"within {ALIKE}, but it differs by {gap:.4f}: other steps are folded together in it"
        )
