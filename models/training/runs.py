"""A run, whichever engine trains it: its folder, what it is about, its log and its epochs.

A run folder holds ``config.json``, ``log.jsonl`` (a line an epoch), ``best.weights.h5`` (the best
averaged weights), and the engine's own state, which is everything needed to go on. Epochs are
compared on PublicTest alone; PrivateTest is never looked at here.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import TrainingError
from models.training.data.datasets import DataSet, Faces, soft_targets
from models.training.learning import IMAGENET, TrainConfig, differing, finished

CONFIG_FILE: Final = "config.json"
LOG_FILE: Final = "log.jsonl"
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

    def __str__(self) -> str:
        return (
            f"epoch {self.epoch}: loss {self.training_loss:.4f}, accuracy "
            f"{self.training_accuracy:.4f}, PublicTest {self.public_accuracy:.4f} "
            f"(best {self.best_public_accuracy:.4f}), {self.seconds:.0f} s"
        )


Report = Callable[[EpochLog], None]


class Trainee(Protocol):
    """A network in training, as one engine moves its weights."""

    accuracies: list[float]
    """On PublicTest, an entry an epoch."""

    def one_epoch(self) -> tuple[float, float]:
        """Every Training face once; the mean loss and accuracy on the way."""
        ...

    def judged(self) -> tuple[float, float]:
        """Accuracy and mean cross-entropy of the averaged weights on PublicTest."""
        ...

    def keep(self, accuracy: float) -> None:
        """Take the epoch of that accuracy as gone: its weights if they are the best, its state."""
        ...

    def rate(self) -> float:
        """The learning rate where the run stands."""
        ...


def carry_on(
    trainee: Trainee,
    config: TrainConfig,
    folder: Path,
    *,
    report: Report | None = None,
    until: int | None = None,
) -> None:
    """Train epoch after epoch to the run's end, or to epoch ``until``; each leaves its line."""
    last = config.epochs if until is None else until
    while len(trainee.accuracies) < last and not finished(config, trainee.accuracies):
        started = time.monotonic()
        loss, accuracy = trainee.one_epoch()
        public_accuracy, public_loss = trainee.judged()
        trainee.keep(public_accuracy)
        entry = EpochLog(
            epoch=len(trainee.accuracies),
            learning_rate=trainee.rate(),
            training_loss=loss,
            training_accuracy=accuracy,
            public_accuracy=public_accuracy,
            public_loss=public_loss,
            best_public_accuracy=max(trainee.accuracies),
            seconds=round(time.monotonic() - started, 1),
        )
        with (folder / LOG_FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(entry)) + "\n")
        if report:
            report(entry)


def read_about(run: Path) -> dict[str, Any]:
    """What ``run`` is about: its configuration, as it was written down.

    Raises TrainingError where there is no run.
    """
    try:
        about: dict[str, Any] = json.loads((run / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{run} must be the folder of a run: {error}") from error
    return about


def read_log(run: Path) -> list[dict[str, Any]]:
    """Every epoch of ``run`` so far, as ``EpochLog`` has it; none where there is no run."""
    file = run / LOG_FILE
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def targets_of(config: TrainConfig, faces: Faces) -> NDArray[np.float32]:
    """What a run wants of the network for each face, (n, 7).

    Raises TrainingError where the teacher's answers are not (n, 7) probabilities.
    """
    try:
        answers = np.load(config.teacher).astype(np.float32) if config.teacher else None
    except (OSError, ValueError) as error:
        raise TrainingError(f"teacher must name a file of answers: {error}") from error
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
        fields = differing(said, read_about(folder))
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
