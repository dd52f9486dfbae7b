"""Training by Keras: one run from a data set to the best weights, able to be killed and to go on.

Plain supervised training with Keras 3, on any of its back ends, as ``models.training.learning``
says: label smoothing, targets mixed from FER2013 labels and FER+ votes, and an exponential moving
average of the weights, which is what is judged and kept. ``models.training.runs`` has the folder
and the epochs; ``state.npz`` in it is everything needed to go on.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import TrainingError, in_a_sentence
from models.training import architectures
from models.training.data.augmentation import augment, mix
from models.training.data.datasets import DataSet, Faces, load_dataset
from models.training.learning import TrainConfig, optimizer, plateau_rate, read_config
from models.training.runs import (
    BEST_FILE,
    Judged,
    Report,
    agree_on_config,
    carry_on,
    judge,
    targets_of,
)
from models.training.starting import start

if TYPE_CHECKING:
    import keras

STATE_FILE: Final = "state.npz"
Tick = Callable[[int, int], None]


def train(
    config: TrainConfig,
    data: DataSet,
    folder: Path,
    *,
    report: Report | None = None,
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
    carry_on(_Run(config, data, folder, tick), config, folder, report=report, until=until)
    return folder / BEST_FILE


class _Run:
    """The network, its averaged weights, the optimiser, and where the run stands."""

    def __init__(self, config: TrainConfig, data: DataSet, folder: Path, tick: Tick | None) -> None:
        self.config, self.data, self.folder, self.tick = config, data, folder, tick
        self.targets = targets_of(config, data.training)
        self.model = _compiled(config, data.training)
        self.average = _arrays(self.model)
        self.accuracies: list[float] = []
        self._restore()

    def rate(self) -> float:
        """The learning rate where the run stands."""
        return float(np.asarray(self.model.optimizer.learning_rate))

    def one_epoch(self) -> tuple[float, float]:
        """Every face once, in an order and with changes that only the seed and the epoch decide."""
        config, faces, epoch = self.config, self.data.training, len(self.accuracies)
        if config.schedule == "plateau":
            self.model.optimizer.learning_rate = plateau_rate(config, self.accuracies)
        random = np.random.default_rng([config.seed, epoch])
        changes = config.augmentation_at(epoch)
        order = random.permutation(len(faces))
        steps = _steps(len(faces), config.batch)
        losses, accuracies = np.zeros(steps), np.zeros(steps)
        for step in range(steps):
            rows = order[step * config.batch : (step + 1) * config.batch]
            changed = augment(faces.pixels[rows], changes, random)
            batch, wanted = mix(changed, self.targets[rows], config.mixup, random)
            result = self.model.train_on_batch(batch[..., None], wanted, return_dict=True)
            losses[step], accuracies[step] = result["loss"], result["accuracy"]
            seen = epoch * steps + step
            if config.ema_decay or step == steps - 1:
                self._move_average(min(config.ema_decay, (1 + seen) / (10 + seen)))
            if self.tick:
                self.tick(step + 1, steps)
        return float(losses.mean()), float(accuracies.mean())

    def _move_average(self, decay: float) -> None:
        """Move the average towards the weights, running statistics of the norms included."""
        for mean, now in zip(self.average, _arrays(self.model), strict=True):
            mean *= decay
            mean += (1 - decay) * now

    def judged(self) -> Judged:
        """How right the averaged weights are on PublicTest; they are also written down."""
        faces, own = self.data.public_test, _arrays(self.model)
        self.model.set_weights(self.average)
        self.model.save_weights(self.folder / f"new.{BEST_FILE}")
        pixels = faces.pixels[..., None].astype(np.float32)
        logits = np.asarray(self.model.predict(pixels, batch_size=256, verbose=0))
        self.model.set_weights(own)
        return judge(logits, faces, architectures.architecture(self.config.model).truths)

    def keep(self, accuracy: float) -> None:
        """Keep the best averaged weights, then the whole state, each put in place in one step."""
        if accuracy > max(self.accuracies, default=-1.0):
            (self.folder / f"new.{BEST_FILE}").replace(self.folder / BEST_FILE)
        self.accuracies.append(accuracy)
        state: dict[str, Any] = {"accuracies": self.accuracies}
        state |= {f"weight_{n}": value for n, value in enumerate(_arrays(self.model))}
        state |= {f"average_{n}": value for n, value in enumerate(self.average)}
        variables = self.model.optimizer.variables
        state |= {f"optimizer_{n}": np.asarray(value) for n, value in enumerate(variables)}
        state |= {f"dice_{n}": np.asarray(value) for n, value in enumerate(_dice(self.model))}
        fresh = self.folder / f"new.{STATE_FILE}"
        with fresh.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **state)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self.folder / STATE_FILE)

    def _restore(self) -> None:
        file = self.folder / STATE_FILE
        if not file.is_file():
            return
        with np.load(file, allow_pickle=False) as state:
            count = len(self.model.weights)
            self.model.set_weights([state[f"weight_{n}"] for n in range(count)])
            for number, variable in enumerate(self.model.optimizer.variables):
                variable.assign(state[f"optimizer_{number}"])
            for number, variable in enumerate(_dice(self.model)):
                variable.assign(state[f"dice_{number}"])
            self.accuracies = [float(value) for value in state["accuracies"]]
            self.average = [state[f"average_{n}"] for n in range(count)]


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
        loss=_cross_entropy,
        metrics=[accuracy],
        jit_compile=False,
    )
    chosen.build(model.trainable_variables)
    return model


def _cross_entropy(wanted: Any, logits: Any) -> Any:
    """(n,) the sum over truths; what is wanted of one weighs as much as it sums to."""
    import keras

    each = keras.ops.reshape(logits, (-1, logits.shape[-1] // len(LOOKS), len(LOOKS)))
    wanted = keras.ops.reshape(wanted, (-1, wanted.shape[-1] // len(LOOKS), len(LOOKS)))
    return -keras.ops.sum(wanted * keras.ops.log_softmax(each, axis=-1), axis=(1, 2))


def accuracy(wanted: Any, logits: Any) -> Any:
    """(n,) whether the first truth is answered as wanted most."""
    import keras

    seven = slice(0, len(LOOKS))
    same = keras.ops.argmax(wanted[:, seven], axis=1) == keras.ops.argmax(logits[:, seven], axis=1)
    return keras.ops.cast(same, "float32")


def _steps(faces: int, batch: int) -> int:
    return max(faces // batch, 1)


def _arrays(model: keras.Model) -> list[NDArray[Any]]:
    return [np.array(value) for value in model.get_weights()]


def _dice(model: keras.Model) -> list[keras.Variable]:
    """The states of the model's own random sources, dropout's, which are no weights."""
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


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


def _say(entry: object) -> None:
    print(entry, flush=True)


if __name__ == "__main__":
    in_a_sentence(main)
