"""Trains a network of ours with PyTorch's fused operations, faster than any Keras back end here.

On a processor Keras spends much of a step on normalisation and on copies between layouts; the same
graph run by PyTorch channels-last in bfloat16 takes about two thirds of the time. The recipe, the
targets, the changes to the faces, the run folder and the weights file are those of
``python -m models.training.train``; only the engine differs, so a run is gone on with by the engine
that began it. Needs ``torch`` beside Keras, which the project does not lock for its size:

    python -m models.training.pytorch.train --data DIR --run DIR --config RECIPE

Before it begins, it sees that both engines answer alike, and refuses to train where not.
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import TrainingError, in_a_sentence
from models.training import architectures
from models.training.data.augmentation import augment, mix
from models.training.data.datasets import DataSet, Faces, load_dataset
from models.training.learning import TrainConfig, plateau_rate, read_config
from models.training.pytorch.engine import Engine, Mode, faces_tensor
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

STATE: Final = "state.pt"
ALIKE: Final = 1e-3
"""The two engines' logits for one batch, in single precision, may differ by this much."""


def train(
    config: TrainConfig,
    data: DataSet,
    folder: Path,
    *,
    report: Report | None = None,
    until: int | None = None,
) -> Path:
    """As ``models.training.train.train``, by this engine; the best weights' file.

    Raises TrainingError where the folder holds a run under another configuration, or where the
    engines do not agree.
    """
    agree_on_config(config, data, folder)
    run = Run(config, data, folder)
    see_that_engines_agree(run, data.public_test)
    carry_on(run, config, folder, report=report, until=until)
    return folder / BEST_FILE


class Run:
    """One run: the network, its averaged twin, the optimiser, and where it stands."""

    def __init__(self, config: TrainConfig, data: DataSet, folder: Path) -> None:
        keras.utils.set_random_seed(config.seed)
        keras.config.set_dtype_policy("float32")
        self.config, self.data, self.folder = config, data, folder
        self.targets = targets_of(config, data.training)
        self.steps = max(len(data.training) // config.batch, 1)
        self.model, self.average = (architectures.build(config.model) for _ in range(2))
        start(self.model, config.start_from, data.training)
        self.average.set_weights(self.model.get_weights())
        self.engine, self.judge = Engine(self.model), Engine(self.average)
        self._weights = [variable.value for variable in self.model.trainable_variables]
        self.optimizer = self._optimizer()
        self.accuracies: list[float] = []
        if (folder / STATE).is_file():
            self._restore()

    def _optimizer(self) -> torch.optim.Optimizer:
        config = self.config
        shrunk = [v.value for v in self.model.trainable_variables if len(v.shape) > 1]
        others = [v.value for v in self.model.trainable_variables if len(v.shape) <= 1]
        groups: list[dict[str, Any]] = [{"params": shrunk}, {"params": others, "weight_decay": 0.0}]
        if config.optimizer == "adam":
            return torch.optim.AdamW(
                groups, lr=config.learning_rate, eps=1e-7, weight_decay=config.weight_decay
            )
        return torch.optim.SGD(
            groups,
            lr=config.learning_rate,
            momentum=config.momentum,
            nesterov=True,
            # PyTorch shrinks through the gradient, so that momentum multiplies it by ten.
            weight_decay=config.weight_decay * (1 - config.momentum),
        )

    def rate(self) -> float:
        """The learning rate where the run stands."""
        return self.rate_of(len(self.accuracies) * self.steps)

    def rate_of(self, step: int) -> float:
        """The learning rate of a step, counted over all epochs."""
        if self.config.schedule == "plateau":
            return plateau_rate(self.config, self.accuracies)
        if self.config.schedule == "constant":
            return self.config.learning_rate / (1 + self.config.decay * step)
        warm_up = int(self.config.warm_up_epochs * self.steps)
        if step < warm_up:
            return self.config.learning_rate * step / warm_up
        gone = (step - warm_up) / max(self.config.epochs * self.steps - warm_up, 1)
        return self.config.learning_rate * (1 + math.cos(math.pi * gone)) / 2

    def one_epoch(self) -> tuple[float, float]:
        """Every face once; mean loss and the share of faces that were answered as targeted."""
        epoch, faces = len(self.accuracies), self.data.training
        random = np.random.default_rng([self.config.seed, epoch])
        order = random.permutation(len(faces))
        changes = self.config.augmentation_at(epoch)
        losses, hits = np.zeros(self.steps), np.zeros(self.steps)
        for step in range(self.steps):
            rows = order[step * self.config.batch : (step + 1) * self.config.batch]
            batch = augment(faces.pixels[rows], changes, random)
            batch, aims = mix(batch, self.targets[rows], self.config.mixup, random)
            seen = epoch * self.steps + step
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate_of(seen)
            losses[step], hits[step] = self._step(faces_tensor(batch), torch.from_numpy(aims))
            if self.config.ema_decay or step == self.steps - 1:
                self._move_average(seen)
        return float(losses.mean()), float(hits.mean())

    def _step(self, faces: torch.Tensor, wanted: torch.Tensor) -> tuple[float, float]:
        """One step of the optimiser; the loss and the share answered as wanted before it."""
        self.optimizer.zero_grad()
        away = self._climb(faces, wanted) if self.config.sharpness else []
        logits, loss = self._loss(faces, wanted, Mode.ELSEWHERE if away else Mode.TRAINING)
        loss.backward()
        if away:
            with torch.no_grad():
                torch._foreach_sub_(self._weights, away)
        self.optimizer.step()
        seven = slice(0, len(LOOKS))
        right = logits[:, seven].argmax(1) == wanted[:, seven].argmax(1)
        return loss.item(), right.float().mean().item()

    def _climb(self, faces: torch.Tensor, wanted: torch.Tensor) -> list[torch.Tensor]:
        """Move the weights to the steepest loss near them, as half the batch sees it; the way gone.

        Half of it tells the way too, and saves a quarter of the time.
        """
        half = max(len(faces) // 2, 1)
        self._loss(faces[:half], wanted[:half], Mode.TRAINING)[1].backward()
        slopes = [weight.grad for weight in self._weights]
        steepness = torch.stack(torch._foreach_norm(slopes)).norm().item()
        away = torch._foreach_mul(slopes, self.config.sharpness / max(steepness, 1e-12))
        with torch.no_grad():
            torch._foreach_add_(self._weights, away)
        self.optimizer.zero_grad()
        return list(away)

    def _loss(
        self, faces: torch.Tensor, wanted: torch.Tensor, mode: Mode
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits and the cross-entropy to what is wanted, summed over truths, with what weights
        cost; what is wanted of a truth weighs as much as it sums to."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.engine(faces, mode)
        likely = nn.log_softmax(logits.float().unflatten(1, (-1, len(LOOKS))), 2)
        loss = -(wanted.unflatten(1, (-1, len(LOOKS))) * likely).sum((1, 2)).mean()
        return logits, loss + sum(self.model.losses)

    def _move_average(self, step: int) -> None:
        decay = min(self.config.ema_decay, (1 + step) / (10 + step))
        pairs = zip(self.average.weights, self.model.weights, strict=True)
        with torch.no_grad():
            for mean, now in pairs:
                mean.value.lerp_(now.value, 1 - decay)

    def judged(self) -> Judged:
        """How right the averaged weights are on PublicTest, answering as their file will."""
        faces, row = self.data.public_test, architectures.architecture(self.config.model)
        looks = [faces.pixels]
        if row.mirrored:
            looks.append(faces.pixels[:, :, ::-1])
        logits = torch.stack([self._answers(look) for look in looks]).mean(0)
        return judge(logits.numpy(), faces, row.truths)

    def _answers(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        parts = faces_tensor(pixels.astype(np.float32)).split(256)
        with torch.no_grad():
            return torch.cat([self.judge(part, Mode.JUDGING).float() for part in parts])

    def keep(self, accuracy: float) -> None:
        """Keep the best averaged weights, then the whole state, each put in place in one step."""
        if accuracy > max(self.accuracies, default=-1.0):
            self.average.save_weights(self.folder / f"new.{BEST_FILE}")
            (self.folder / f"new.{BEST_FILE}").replace(self.folder / BEST_FILE)
        self.accuracies.append(accuracy)
        state = {
            "weights": self.model.get_weights(),
            "average": self.average.get_weights(),
            "optimizer": self.optimizer.state_dict(),
            "accuracies": self.accuracies,
            "random": torch.get_rng_state(),
        }
        torch.save(state, self.folder / f"new.{STATE}")
        (self.folder / f"new.{STATE}").replace(self.folder / STATE)

    def _restore(self) -> None:
        # A run's own folder is trusted: it holds arrays that only pickling keeps together.
        state = torch.load(self.folder / STATE, weights_only=False)
        self.model.set_weights(state["weights"])
        self.average.set_weights(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.accuracies = state["accuracies"]
        torch.set_rng_state(state["random"])


def see_that_engines_agree(run: Run, faces: Faces) -> None:
    """Raise TrainingError where Keras and this engine answer a batch of faces differently."""
    pixels = faces.pixels[:32].astype(np.float32)
    with torch.no_grad():
        ours = run.judge(faces_tensor(pixels), Mode.JUDGING).numpy()
        theirs = run.average(torch.from_numpy(pixels[..., None]), training=False).numpy()
    gap = float(np.abs(ours - theirs).max())
    if gap > ALIKE:
        raise TrainingError(f"both engines must answer alike to {ALIKE}, but differ by {gap:.5f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from a terminal."""
    parser = argparse.ArgumentParser(prog="python -m models.training.pytorch.train")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--config", type=Path, required=True, help="a recipe")
    parser.add_argument("--until", type=int, help="stop after this epoch for now")
    chosen = parser.parse_args(arguments)
    config = read_config(chosen.config)
    train(config, load_dataset(chosen.data), chosen.run, report=_say, until=chosen.until)


def _say(entry: object) -> None:
    print(entry, flush=True)


if __name__ == "__main__":
    in_a_sentence(main)
