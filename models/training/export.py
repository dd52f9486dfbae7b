"""Export: trained weights to files that answer calibrated probabilities, and their card.

The exported graph is self-contained: grey levels 0..255 in, softmax of calibrated logits
out, batch fixed at one so that the browser can run it too. Where a network answers two truths, the
answer is (1, 2, 7), what the crowd sees before FER2013's label, from one pass. Where the table of
networks says so, a face is read together with its mirror image and answered by the mean of both. A
LiteRT float file
(half-precision weights, computed in single precision), a LiteRT int8 file calibrated on Training
faces and an ONNX file for machines without LiteRT are written, compared with Keras on real faces,
measured, and described in a card.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.cards import Card, CardFile
from models.errors import WeightsError, in_a_sentence
from models.evaluation import metrics
from models.inference.predictor import INT8, as_shares
from models.inference.runtime import load_network
from models.training import architectures
from models.training.cardmaking import CardAnswers, Made, make_card
from models.training.data.datasets import DataSet, Faces, Split, load_dataset
from models.training.onnx_files import from_litert
from models.training.runs import AVERAGED, BEST_FILE, read_about, read_log
from models.truths import Truth

if TYPE_CHECKING:
    import keras

WEIGHTS_FOLDER: Final = Path(__file__).parents[1] / "weights"
NOTES_FILE: Final = "notes.txt"
HALF: Final = "float16 weights"
ONNX: Final = "onnx"
PARITY: Final = 0.02
"""The float files' probabilities may differ from Keras's by this much at most.

Rounding weights to half precision moved one of mobilenet's 25,123 on PublicTest by 0.0101.
"""
INT8_LOSS: Final = 0.005
"""The int8 file may lose this much PublicTest accuracy against the float file."""

_CALIBRATION_FACES: Final = 512
_SIDE: Final = architectures.SIDE


@dataclass(frozen=True, slots=True)
class Exported:
    """A written file, as it answers when it is read back."""

    file: CardFile
    public: NDArray[np.float32]
    """Its answers to PublicTest, (n, truths, 7)."""


def export_run(
    run: Path,
    data: DataSet,
    folder: Path = WEIGHTS_FOLDER,
    *,
    version: int = 1,
    interim: bool = False,
    also: Collection[str] = (INT8, ONNX),
) -> Card:
    """Export the best weights of a training run into ``folder``, with a card beside them.

    Writes ``<name>.tflite``, and ``also`` its ``<name>.int8.tflite`` and ``<name>.onnx``, then
    ``<name>.json``. A recipe can start from the float files (``models.training.starting``). An
    interim export does not look at PrivateTest: that is done once, at the end. Raises WeightsError
    where a file answers otherwise than it may.
    """
    config, log = read_about(run), read_log(run)
    name = config["model"]
    network = _float32_model(name, run / BEST_FILE)
    row = architectures.architecture(name)
    logits_model = _mirrored(network) if row.mirrored else network
    public_logits = _logits(logits_model, data.public_test)
    calibrations = calibrated_to(row, public_logits, data.public_test)
    calibrated = _with_softmax(logits_model, calibrations)
    folder.mkdir(parents=True, exist_ok=True)
    single = _write(calibrated, folder / f"{name}.tflite", HALF, data, _half())
    each = np.split(public_logits, len(row.truths), axis=1)
    expected = np.stack(
        [fitted.of(some) for fitted, some in zip(calibrations, each, strict=True)], axis=1
    )
    check_same(single, expected)
    exported = [single]
    if INT8 in also:
        options = _int8(data.training)
        exported.append(_write(calibrated, folder / f"{name}.int8.tflite", INT8, data, options))
        check_quantised(exported[-1], single, data.public_test, row.truths)
    if ONNX in also:
        converted = folder / f"{name}.onnx"
        converted.write_bytes(from_litert(folder / f"{name}.tflite"))
        exported.append(_read_back(converted, HALF, data))
        check_same(exported[-1], expected)
    # The first file is what runs where none is asked for, and what the card's figures are of.
    exported.sort(key=lambda each: each.file.precision != INT8)
    made = Made(
        name=name,
        version=version,
        summary=row.summary,
        files=tuple(each.file for each in exported),
        parameters=network.count_params(),
        training=_training(config, log, run / NOTES_FILE),
        truths=row.truths,
        calibrations=calibrations,
    )
    splits = (Split.PUBLIC_TEST,) if interim else (Split.PUBLIC_TEST, Split.PRIVATE_TEST)
    return make_card(made, CardAnswers(data, exported[0].public), folder, splits)


def calibrated_to(
    row: architectures.Architecture, logits: NDArray[np.float64], faces: Faces
) -> tuple[metrics.Calibration, ...]:
    """What makes ``logits`` (n, 7 a truth) as sure as they are right, truth by truth.

    The crowd's answers are fitted to every vote, the label's to labels.
    """
    # A temperature leaves the answers as the network gives them, which a write-up's row must have.
    fit = metrics.fit_calibration if row.looks_scaled else metrics.fit_temperature
    found = []
    for truth, some in zip(row.truths, np.split(logits, len(row.truths), axis=1), strict=True):
        rows, looks = (
            faces.each_vote() if truth is Truth.CROWD else (np.arange(len(faces)), faces.labels)
        )
        found.append(fit(some[rows], looks))
    return tuple(found)


def _float32_model(name: str, weights: Path) -> keras.Model:
    architectures.require_keras()
    import keras

    keras.config.set_dtype_policy("float32")
    model = architectures.build(name)
    if not weights.is_file():
        raise WeightsError(f"a run must have reached its first epoch, but {weights} is not there")
    model.load_weights(weights)
    return model


def _logits(model: keras.Model, faces: Faces) -> NDArray[np.float64]:
    pixels = faces.pixels[..., None].astype(np.float32)
    return np.asarray(model.predict(pixels, batch_size=256, verbose=0), dtype=np.float64)


def _mirrored(network: keras.Model) -> keras.Model:
    """The mean of a network's logits for a face and for its mirror image, in one pass."""
    import keras

    faces = network.input
    both = keras.layers.Concatenate(axis=0, name="both")([faces, keras.ops.flip(faces, axis=2)])
    answers = keras.ops.reshape(network(both), (2, -1, network.output_shape[-1]))
    return keras.Model(faces, keras.ops.mean(answers, axis=0), name=network.name)


def _with_softmax(model: keras.Model, calibrations: Sequence[metrics.Calibration]) -> keras.Model:
    import keras

    seven = np.ones(len(LOOKS))
    scale = np.concatenate([np.array(c.scale or seven) / c.temperature for c in calibrations])
    bias = np.concatenate([np.array(c.bias or 0 * seven) for c in calibrations])
    x = keras.layers.Rescaling(scale.tolist(), bias.tolist(), name="calibration")(model.output)
    if len(calibrations) > 1:
        x = keras.layers.Reshape((len(calibrations), len(LOOKS)), name="by_truth")(x)
    return keras.Model(model.input, keras.layers.Softmax(name="probabilities")(x))


def _half() -> dict[str, Any]:
    import tensorflow as tf

    return {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "target_spec": {
            "supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS],
            "supported_types": [tf.float16],
        },
    }


def _int8(training: Faces) -> dict[str, Any]:
    import tensorflow as tf

    rows = np.random.default_rng(0).choice(
        len(training), min(_CALIBRATION_FACES, len(training)), replace=False
    )

    def faces() -> Iterator[list[NDArray[np.float32]]]:
        for face in training.pixels[rows]:
            yield [face[None, :, :, None].astype(np.float32)]

    return {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "representative_dataset": faces,
        "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]},
    }


def _write(
    model: keras.Model, path: Path, precision: str, data: DataSet, options: dict[str, Any]
) -> Exported:
    import keras

    signature = [keras.InputSpec(shape=(1, _SIDE, _SIDE, 1), dtype="float32")]
    model.export(path, format="litert", input_signature=signature, verbose=False, **options)
    return _read_back(path, precision, data)


def _read_back(path: Path, precision: str, data: DataSet) -> Exported:
    content = path.read_bytes()
    network = load_network(content, name=path.name)
    public = np.concatenate(
        [
            network.run(face[None, :, :, None].astype(np.float32))[0]
            for face in data.public_test.pixels
        ]
    )
    file = CardFile(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        precision=precision,
    )
    return Exported(file, as_shares(public.reshape(len(public), -1, len(LOOKS)), precision))


def check_same(exported: Exported, expected: NDArray[np.float64]) -> None:
    """Raise WeightsError where a float file answers otherwise than Keras on PublicTest."""
    gap = float(np.abs(exported.public - expected).max())
    if gap > PARITY:
        raise WeightsError(
            f"{exported.file.name} must answer as Keras does to within {PARITY}, but differs by "
            f"{gap:.4f}"
        )


def check_quantised(
    exported: Exported, single: Exported, public_test: Faces, truths: Sequence[Truth]
) -> None:
    """Raise WeightsError where an int8 file is worse than its float file by too much."""
    for number, truth in enumerate(truths):
        labels = public_test.true_by(truth)
        known = labels >= 0
        whole, eighth = (
            metrics.accuracy(some.public[known, number], labels[known])
            for some in (single, exported)
        )
        if whole - eighth > INT8_LOSS:
            raise WeightsError(
                f"{exported.file.name} may lose {INT8_LOSS} of PublicTest accuracy against "
                f"{single.file.name}, but loses {whole - eighth:.4f} by the truth of the {truth}"
            )


def _training(config: dict[str, Any], log: Sequence[dict[str, Any]], notes: Path) -> dict[str, Any]:
    """What the card says of the run; ``notes`` is where whoever ran it may say what was unusual."""
    said = config | {
        "epochs_run": len(log),
        "seconds": round(sum(entry["seconds"] for entry in log)),
        "notes": notes.read_text(encoding="utf-8").strip() if notes.is_file() else "",
    }
    if AVERAGED in config:
        trainings = len(config[AVERAGED])
        return said | {"selection": f"mean of the last averaged weights of {trainings} trainings"}
    best = max(log, key=lambda entry: entry["public_accuracy"])
    return said | {
        "best_epoch": best["epoch"],
        "public_accuracy_in_training": best["public_accuracy"],
        "selection": "best averaged weights on PublicTest",
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Export from a terminal: ``python -m models.training.export --data DIR --run DIR``."""
    parser = argparse.ArgumentParser(prog="python -m models.training.export")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FOLDER)
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--interim", action="store_true", help="leave PrivateTest alone")
    chosen = parser.parse_args(arguments)
    card = export_run(
        chosen.run,
        load_dataset(chosen.data),
        chosen.out,
        version=chosen.version,
        interim=chosen.interim,
    )
    for figures in card.evaluations:
        print(figures.model_dump_json(indent=2))


if __name__ == "__main__":
    in_a_sentence(main)
