"""What decides what a run learns: its configuration, its optimiser and the learning rate.

SGD with Nesterov momentum (Sutskever et al. 2013) or Adam (Kingma & Ba 2015); the rate follows a
warmed-up cosine to zero (Loshchilov & Hutter 2017), stays as it is but for a decay a step, or falls
where PublicTest has not improved for a while. The rate of an epoch depends on the configuration and
the epochs before it alone, so a resumed run takes the same steps as an unbroken one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models.errors import TrainingError
from models.training.data.augmentation import Augmentation

if TYPE_CHECKING:
    import keras

OPTIMIZERS: Final = ("sgd", "adam")
SCHEDULES: Final = ("cosine", "constant", "plateau")
IMAGENET: Final = "imagenet"


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything that decides what a run learns; a run goes on only under the same values."""

    model: str = "pulse"
    epochs: int = 40
    patience: int = 0
    """Stop after this many epochs without a better PublicTest accuracy; 0: never before the end."""
    batch: int = 128
    optimizer: str = "sgd"
    schedule: str = "cosine"
    learning_rate: float = 0.1
    warm_up_epochs: float = 1.0
    """Of the cosine schedule."""
    decay: float = 0.0
    """Of the constant schedule: after n steps the rate is divided by 1 + decay · n."""
    plateau_epochs: int = 5
    """Of the plateau schedule: the rate falls after this many epochs without improvement."""
    plateau_factor: float = 0.5
    least_learning_rate: float = 0.0
    """Of the plateau schedule."""
    momentum: float = 0.9
    weight_decay: float = 5e-3
    """Decoupled from the gradient (Loshchilov & Hutter 2019): the shrinkage a step is this times
    the learning rate, so 5e-3 is the classic 5e-4 under momentum 0.9."""
    votes_share: float = 0.25
    """Of the label's target: what the FER+ crowd saw, beside the FER2013 label."""
    teacher: str = ""
    """A ``.npy`` file of a teacher's answers to the Training faces, (n, 7), which
    ``models.training.teach`` writes; empty: none."""
    teacher_share: float = 0.0
    """Of the label's target (Hinton et al. 2015, at temperature one)."""
    crowd_teacher: str = ""
    """The same of answers to what the crowd sees; for a network that answers that truth."""
    crowd_teacher_share: float = 0.0
    """Of the crowd's target; the rest are the votes."""
    label_weight: float = 1.0
    """Of the label's loss beside the crowd's, for a network that answers both."""
    smoothing: float = 0.05
    mixup: float = 0.0
    """Strength of the blending of faces and targets within a batch; 0: none."""
    sharpness: float = 0.0
    """How far from the weights, in their own norm, each step asks for its slope: at the steepest
    loss near them, so that flat places are preferred (Foret et al. 2021); 0: where they are. Only
    ``models.training.pytorch.train`` can."""
    ema_decay: float = 0.998
    """Of the averaged weights that are judged and kept; 0 keeps the last weights themselves."""
    seed: int = 1
    start_from: str = ""
    """Weights of the same architecture to go on from: a run's file, for ``pulse`` one that was
    exported, with its card beside it (``.onnx`` or ``.tflite``, not quantised), or ``imagenet``;
    empty: from scratch."""
    mixed_precision: bool = True
    """bfloat16 where the processor has it: measured twice as fast there."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    augmentation_end: float = 1.0
    """How much of each change is left in the last epoch; it shrinks evenly from epoch to epoch."""

    def augmentation_at(self, epoch: int) -> Augmentation:
        """The changes of one epoch, counted from 0."""
        gone = (1 - self.augmentation_end) * epoch / max(self.epochs - 1, 1)
        return self.augmentation.scaled(1 - gone)

    def __post_init__(self) -> None:
        for what, value, known in (
            ("optimizer", self.optimizer, OPTIMIZERS),
            ("schedule", self.schedule, SCHEDULES),
        ):
            if value not in known:
                raise TrainingError(f"{what} must be one of {', '.join(known)}, not {value!r}")


def differing(config: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """The fields in which two configurations differ; one left out stands at its default."""
    defaults = json.loads(json.dumps(asdict(TrainConfig())))

    def whole(said: dict[str, Any]) -> dict[str, Any]:
        changes = {**defaults["augmentation"], **said.get("augmentation", {})}
        return {**defaults, **said, "augmentation": changes}

    one, other = whole(config), whole(there)
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def read_config(file: Path | None) -> TrainConfig:
    """The configuration in a JSON file, fields left out at their defaults; None is all defaults.

    Raises TrainingError where the file names a field or a value that there is not.
    """
    if file is None:
        return TrainConfig()
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        changes = Augmentation(**said.pop("augmentation", {}))
        return TrainConfig(augmentation=changes, **said)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise TrainingError(f"the configuration {file} does not fit: {error}") from error


def since_best(accuracies: Sequence[float]) -> int:
    """Epochs since PublicTest was best; 0 before the first."""
    if not accuracies:
        return 0
    return len(accuracies) - 1 - max(range(len(accuracies)), key=lambda n: (accuracies[n], -n))


def finished(config: TrainConfig, accuracies: Sequence[float]) -> bool:
    """Whether a run has no epoch left, by number or for want of improvement."""
    if len(accuracies) >= config.epochs:
        return True
    return 0 < config.patience <= since_best(accuracies)


def plateau_rate(config: TrainConfig, accuracies: Sequence[float]) -> float:
    """The rate of the next epoch: it falls each time ``plateau_epochs`` brought no improvement."""
    rate, best, waited = config.learning_rate, -1.0, 0
    for accuracy in accuracies:
        waited = 0 if accuracy > best else waited + 1
        best = max(best, accuracy)
        if waited >= config.plateau_epochs:
            rate, waited = max(rate * config.plateau_factor, config.least_learning_rate), 0
    return rate


def optimizer(config: TrainConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The untouched optimiser of a run whose epochs have ``steps_per_epoch`` steps."""
    import keras

    rate = _rate(config, steps_per_epoch)
    shrink = config.weight_decay or None
    made = (
        keras.optimizers.SGD(rate, momentum=config.momentum, nesterov=True, weight_decay=shrink)
        if config.optimizer == "sgd"
        else keras.optimizers.Adam(rate, weight_decay=shrink)
    )
    if shrink:
        # Norms and biases are not shrunk: that would only fight what they are there for.
        made.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return made


def _rate(
    config: TrainConfig, steps_per_epoch: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    import keras

    if config.schedule == "plateau":
        return config.learning_rate
    if config.schedule == "constant":
        return keras.optimizers.schedules.InverseTimeDecay(config.learning_rate, 1, config.decay)
    warm_up = int(config.warm_up_epochs * steps_per_epoch)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=config.learning_rate,
        warmup_steps=warm_up,
        decay_steps=max(config.epochs * steps_per_epoch - warm_up, 1),
    )
