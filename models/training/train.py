"""Training: one run from a data set to the best weights, able to be killed and to go on.

Plain supervised training with Keras 3, on any of its back ends, as ``models.training.learning``
says: label smoothing, targets mixed from FER2013 labels and FER+ votes, and an exponential moving
average of the weights, which is what is judged and kept. Epochs are compared on PublicTest alone;
PrivateTest is never looked at here. A run folder holds ``config.json``, ``log.jsonl`` (a line an
epoch), ``state.npz`` (everything needed to go on) and ``best.weights.h5`` (the best averaged
weights).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import TrainingError
from models.training import architectures
from models.training.data.augmentation import augment, mix
from models.training.data.datasets import DataSet, Faces, load_dataset, soft_targets
from models.training.learning import (
    IMAGENET,
    TrainConfig,
    differing,
    finished,
    optimizer,
    plateau_rate,
    read_config,
)
from models.training.starting import start

if TYPE_CHECKING:
    import keras

CONFIG_FILE: Final = "config.json"
LOG_FILE: Final = "log.jsonl"
STATE_FILE: Final = "state.npz"
Tick = Callable[[int, int], None]
BEST_FILE: Final = "best.weights.h5"
AVERAGED: Final = "averaged"
"""The key in a run's configuration that holds those of the trainings it is the mean of."""


@dataclass(frozen=True, slots=True)
class EpochLog:
    """What one epoch came to, a line of the run's log."""

    epoch: int
    learning_rate: float
    training_loss: float
    training_accuracy: float
    public_accuracy: float
    public_loss: float
    best_public_accuracy: float
    seconds: float


@dataclass(slots=True)
class _Progress:
    """What changes during a run, beside the model's and the optimiser's own variables."""

    epoch: int
    accuracies: list[float]
    """On PublicTest, an entry an epoch."""
    average: list[NDArray[Any]]


def train(
    config: TrainConfig,
    data: DataSet,
    folder: Path,
    *,
    report: Callable[[EpochLog], None] | None = None,
    tick: Tick | None = None,
    until: int | None = None,
) -> Path:
    """Train to the end in ``folder``, from wherever the run there stands; the best weights' file.

    ``report`` hears of every epoch, ``tick`` of every step: its number in the epoch, and how many
    there are. ``until`` stops after that epoch for now; what follows is as if it had not stopped.
    Raises TrainingError where the folder holds a run under another configuration, or where only the
    other engine can do what is asked.
    """
    if config.sharpness:
        raise TrainingError(
            f"sharpness {config.sharpness} is known to models.training.pytorch.train alone: "
            "leave it out here, or train there"
        )
    agree_on_config(config, data, folder)
    model = _compiled(config, data.training)
    progress = _restore(model, folder) or _Progress(0, [], _arrays(model))
    targets = targets_of(config, data.training)
    last = config.epochs if until is None else until
    while progress.epoch < last and not finished(config, progress.accuracies):
        epoch, started = progress.epoch, time.monotonic()
        if config.schedule == "plateau":
            model.optimizer.learning_rate = plateau_rate(config, progress.accuracies)
        loss, accuracy = _one_epoch(model, config, data.training, targets, epoch, progress, tick)
        public_accuracy, public_loss = _judge(model, progress.average, data.public_test, folder)
        if public_accuracy > max(progress.accuracies, default=-1.0):
            (folder / f"new.{BEST_FILE}").replace(folder / BEST_FILE)
        progress.accuracies.append(public_accuracy)
        progress.epoch = epoch + 1
        _save(model, progress, folder)
        entry = EpochLog(
            epoch=epoch + 1,
            learning_rate=float(np.asarray(model.optimizer.learning_rate)),
            training_loss=loss,
            training_accuracy=accuracy,
            public_accuracy=public_accuracy,
            public_loss=public_loss,
            best_public_accuracy=max(progress.accuracies),
            seconds=round(time.monotonic() - started, 1),
        )
        with (folder / LOG_FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(entry)) + "\n")
        if report:
            report(entry)
    return folder / BEST_FILE


def targets_of(config: TrainConfig, faces: Faces) -> NDArray[np.float32]:
    """What a run wants of the network for each face, (n, 7).

    Raises TrainingError where the teacher's answers are not (n, 7) probabilities.
    """
    answers = np.load(config.teacher).astype(np.float32) if config.teacher else None
    if answers is not None and answers.shape != (len(faces), len(LOOKS)):
        raise TrainingError(
            f"a teacher must have answered all {len(faces)} Training faces with {len(LOOKS)} "
            f"probabilities each, but {config.teacher} holds {answers.shape}"
        )
    return soft_targets(
        faces,
        votes_share=config.votes_share,
        smoothing=config.smoothing,
        teacher=answers,
        teacher_share=config.teacher_share if config.teacher else 0.0,
    )


def agree_on_config(config: TrainConfig, data: DataSet, folder: Path) -> None:
    """Write down what a new run is about, or see that a resumed one still is.

    Raises TrainingError where ``folder`` holds a run under another configuration.
    """
    said = json.loads(json.dumps(asdict(config) | {"data_sha256": data.sha256}))
    if config.start_from not in ("", IMAGENET):
        said["start_from_sha256"] = _fingerprint("start_from", config.start_from)
    if config.teacher:
        said["teacher_sha256"] = _fingerprint("teacher", config.teacher)
    file = folder / CONFIG_FILE
    if file.is_file():
        there = json.loads(file.read_text(encoding="utf-8"))
        fields = differing(said, there)
        if fields:
            raise TrainingError(
                f"a run goes on only under the configuration it began with, but {file} differs in "
                f"{', '.join(fields)}"
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _fingerprint(what: str, file: str) -> str:
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError as error:
        raise TrainingError(f"{what} must name a file that is there: {error}") from error


def _compiled(config: TrainConfig, faces: Faces) -> keras.Model:
    architectures.require_keras()
    import keras

    keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    model = architectures.build(config.model)
    start(model, config.start_from, faces)
    chosen = optimizer(config, _steps(len(faces), config.batch))
    model.compile(
        optimizer=chosen,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        jit_compile=False,
    )
    chosen.build(model.trainable_variables)
    return model


def _steps(faces: int, batch: int) -> int:
    return max(faces // batch, 1)


def _one_epoch(
    model: keras.Model,
    config: TrainConfig,
    faces: Faces,
    targets: NDArray[np.float32],
    epoch: int,
    progress: _Progress,
    tick: Tick | None,
) -> tuple[float, float]:
    """Every face once, in an order and with changes that only the seed and the epoch decide."""
    random = np.random.default_rng([config.seed, epoch])
    changes = config.augmentation_at(epoch)
    order = random.permutation(len(faces))
    steps = _steps(len(faces), config.batch)
    losses, accuracies = np.zeros(steps), np.zeros(steps)
    for step in range(steps):
        rows = order[step * config.batch : (step + 1) * config.batch]
        changed = augment(faces.pixels[rows], changes, random)
        batch, wanted = mix(changed, targets[rows], config.mixup, random)
        result = model.train_on_batch(batch[..., None], wanted, return_dict=True)
        losses[step], accuracies[step] = result["loss"], result["accuracy"]
        seen = epoch * steps + step
        if config.ema_decay or step == steps - 1:
            _average(model, progress.average, min(config.ema_decay, (1 + seen) / (10 + seen)))
        if tick:
            tick(step + 1, steps)
    return float(losses.mean()), float(accuracies.mean())


def _average(model: keras.Model, average: list[NDArray[Any]], decay: float) -> None:
    """Move the average towards the weights, running statistics of the norms included."""
    for mean, now in zip(average, _arrays(model), strict=True):
        mean *= decay
        mean += (1 - decay) * now


def _judge(
    model: keras.Model, average: list[NDArray[Any]], faces: Faces, folder: Path
) -> tuple[float, float]:
    """Accuracy and mean cross-entropy of the averaged weights, which are also written down."""
    own = _arrays(model)
    model.set_weights(average)
    model.save_weights(folder / f"new.{BEST_FILE}")
    logits = np.asarray(
        model.predict(faces.pixels[..., None].astype(np.float32), batch_size=256, verbose=0)
    )
    model.set_weights(own)
    likely = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    rows = np.arange(len(faces))
    return (
        float((logits.argmax(axis=1) == faces.labels).mean()),
        float(-likely[rows, faces.labels].mean()),
    )


def _arrays(model: keras.Model) -> list[NDArray[Any]]:
    return [np.array(value) for value in model.get_weights()]


def _dice(model: keras.Model) -> list[keras.Variable]:
    """The states of the model's own random sources, dropout's, which are no weights."""
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def _save(model: keras.Model, progress: _Progress, folder: Path) -> None:
    """Write the whole state beside the last one, then put it in its place in one step."""
    state: dict[str, Any] = {"epoch": progress.epoch, "accuracies": progress.accuracies}
    state |= {f"weight_{n}": value for n, value in enumerate(_arrays(model))}
    state |= {f"average_{n}": value for n, value in enumerate(progress.average)}
    state |= {f"optimizer_{n}": np.asarray(v) for n, v in enumerate(model.optimizer.variables)}
    state |= {f"dice_{n}": np.asarray(v) for n, v in enumerate(_dice(model))}
    fresh = folder / f"new.{STATE_FILE}"
    with fresh.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **state)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(folder / STATE_FILE)


def _restore(model: keras.Model, folder: Path) -> _Progress | None:
    file = folder / STATE_FILE
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as state:
        count = len(model.weights)
        model.set_weights([state[f"weight_{n}"] for n in range(count)])
        for number, variable in enumerate(model.optimizer.variables):
            variable.assign(state[f"optimizer_{number}"])
        for number, variable in enumerate(_dice(model)):
            variable.assign(state[f"dice_{number}"])
        return _Progress(
            int(state["epoch"]),
            [float(value) for value in state["accuracies"]],
            [state[f"average_{n}"] for n in range(count)],
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from a terminal: ``python -m models.training.train --data DIR --run DIR``."""
    parser = argparse.ArgumentParser(prog="python -m models.training.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--config", type=Path, help="JSON with fields of the configuration")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--until", type=int, help="stop after this epoch for now")
    chosen = parser.parse_args(arguments)
    config = read_config(chosen.config)
    if chosen.epochs is not None:
        config = replace(config, epochs=chosen.epochs)
    train(config, load_dataset(chosen.data), chosen.run, report=_say, until=chosen.until)


def _say(entry: EpochLog) -> None:
    print(
        f"epoch {entry.epoch}: loss {entry.training_loss:.4f}, accuracy "
        f"{entry.training_accuracy:.4f}, PublicTest {entry.public_accuracy:.4f} "
        f"(best {entry.best_public_accuracy:.4f}), {entry.seconds:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
