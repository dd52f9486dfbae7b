"""A run, whichever engine trains it: its folder, what it is about, its log and its epochs.

A run folder holds ``config.json``, ``log.jsonl`` (a line an epoch), ``best.weights.h5`` (the best
averaged weights), and the engine's own state, which is everything needed to go on. Epochs are
compared on PublicTest alone; PrivateTest is never looked at here.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import TrainingError
from models.training import architectures
from models.training.data.datasets import DataSet, Faces, crowd_targets, soft_targets
from models.training.learning import IMAGENET, TrainConfig, differing, finished
from models.truths import Truth

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
    public_label_accuracy: float | None = None
    """Of the label's answers, where the network answers what the crowd sees as well."""

    def __str__(self) -> str:
        return (
            f"epoch {self.epoch}: loss {self.training_loss:.4f}, accuracy "
            f"{self.training_accuracy:.4f}, PublicTest {self.public_accuracy:.4f} "
            f"(best {self.best_public_accuracy:.4f}), {self.seconds:.0f} s"
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """How right a network's answers are, by the first truth it answers; shares in 0..1."""

    accuracy: float
    loss: float
    """Mean cross-entropy."""
    label_accuracy: float | None = None
    """By FER2013's labels, where that is another truth."""


Report = Callable[[EpochLog], None]


class Trainee(Protocol):
    """A network in training, as one engine moves its weights."""

    accuracies: list[float]
    """On PublicTest by the first truth the network answers, an entry an epoch."""

    def one_epoch(self) -> tuple[float, float]:
        """Every Training face once; the mean loss and accuracy on the way."""
        ...

    def judged(self) -> Judged:
        """How right the averaged weights are on PublicTest."""
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
        judged = trainee.judged()
        trainee.keep(judged.accuracy)
        entry = EpochLog(
            epoch=len(trainee.accuracies),
            learning_rate=trainee.rate(),
            training_loss=loss,
            training_accuracy=accuracy,
            public_accuracy=judged.accuracy,
            public_loss=judged.loss,
            best_public_accuracy=max(trainee.accuracies),
            seconds=round(time.monotonic() - started, 1),
            public_label_accuracy=judged.label_accuracy,
        )
        with (folder / LOG_FILE).open("a", encoding="utf-8") as stream:
            said = {key: value for key, value in asdict(entry).items() if value is not None}
            stream.write(json.dumps(said) + "\n")
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
    """What a run wants of the network for each face, (n, 7) for each truth it answers.

    Raises TrainingError where a teacher's answers are not (n, 7) probabilities.
    """
    taught = _taught("teacher", config.teacher, faces)
    label = soft_targets(
        faces,
        votes_share=config.votes_share,
        smoothing=config.smoothing,
        teacher=taught,
        teacher_share=0.0 if taught is None else config.teacher_share,
    )
    if Truth.CROWD not in architectures.architecture(config.model).truths:
        return label
    seen = _taught("crowd_teacher", config.crowd_teacher, faces)
    crowd = crowd_targets(faces, teacher=seen, teacher_share=config.crowd_teacher_share)
    # What is wanted of a truth weighs as much as it sums to.
    return np.concatenate([crowd, np.float32(config.label_weight) * label], axis=1)


def _taught(what: str, file: str, faces: Faces) -> NDArray[np.float32] | None:
    if not file:
        return None
    try:
        answers = np.load(file).astype(np.float32)
    except (OSError, ValueError) as error:
        raise TrainingError(f"{what} must name a file of answers: {error}") from error
    if answers.shape != (len(faces), len(LOOKS)):
        raise TrainingError(
            f"a teacher must have answered all {len(faces)} Training faces with {len(LOOKS)} "
            f"probabilities each, but {file} holds {answers.shape}"
        )
    return np.asarray(answers, dtype=np.float32)


def judge(logits: NDArray[np.floating[Any]], faces: Faces, truths: Sequence[Truth]) -> Judged:
    """How right ``logits`` (n, 7 for each of ``truths``) are about ``faces``, the first deciding.

    The crowd's cross-entropy is that of all votes for one of the seven looks.
    """
    each = np.split(logits.astype(np.float64), len(truths), axis=1)
    likely = each[0] - np.logaddexp.reduce(each[0], axis=1, keepdims=True)
    if truths[0] is Truth.LABEL:
        loss = -likely[np.arange(len(faces)), faces.labels].mean()
        return Judged(_share(each[0], faces.labels), float(loss))
    majority = faces.true_by(Truth.CROWD)
    agreed = majority >= 0
    loss = -likely[faces.each_vote()].mean()
    label = _share(each[truths.index(Truth.LABEL)], faces.labels)
    return Judged(_share(each[0][agreed], majority[agreed]), float(loss), label)


def _share(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    return float((logits.argmax(axis=1) == truth).mean())


def agree_on_config(config: TrainConfig, data: DataSet, folder: Path) -> None:
    """Write down what a new run is about, or see that a resumed one still is.

    Raises TrainingError where ``folder`` holds a run under another configuration.
    """
    said = json.loads(json.dumps(asdict(config) | {"data_sha256": data.sha256}))
    if config.start_from not in ("", IMAGENET):
        said["start_from_sha256"] = _fingerprint("start_from", config.start_from)
    for what in ("teacher", "crowd_teacher"):
        if file_name := getattr(config, what):
            said[f"{what}_sha256"] = _fingerprint(what, file_name)
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
