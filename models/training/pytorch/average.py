"""Makes one run of several: the mean of the averaged weights that PyTorch's trainings ended with.

Trainings that go on from the same weights with different random numbers end in one wide basin, and
the mean of their weights lies nearer its middle than each of them (Wortsman et al. 2022, *Model
soups*). The new folder is exported as any other. Its log holds the epochs of all the trainings, its
configuration is the first one's and names them all; say in its ``notes.txt`` how they belong
together:

    python -m models.training.pytorch.average --runs DIR DIR --out DIR
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import WeightsError, in_a_sentence
from models.training import architectures
from models.training.pytorch.train import STATE
from models.training.runs import AVERAGED, BEST_FILE, CONFIG_FILE, LOG_FILE, read_about


def last_weights(run: Path) -> list[NDArray[np.float32]]:
    """The averaged weights of a run's last epoch, in the network's order."""
    if not (run / STATE).is_file():
        raise WeightsError(f"a run in PyTorch must hold {STATE}, but {run} does not")
    # A run's own folder is trusted: it holds arrays that only pickling keeps together.
    average: list[NDArray[np.float32]] = torch.load(run / STATE, weights_only=False)["average"]
    return average


def average_runs(runs: Sequence[Path], out: Path) -> None:
    """Write the mean of the runs' last weights as a run of its own; raises WeightsError."""
    each = zip(*(last_weights(run) for run in runs), strict=True)
    configs = [read_about(run) for run in runs]
    models = {config["model"] for config in configs}
    if len(models) != 1:
        raise WeightsError(f"runs to average must train one model, not {', '.join(sorted(models))}")
    network = architectures.build(models.pop())
    network.set_weights([np.mean(arrays, axis=0) for arrays in each])
    out.mkdir(parents=True, exist_ok=True)
    network.save_weights(out / BEST_FILE)
    config = configs[0] | {AVERAGED: configs}
    (out / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (out / LOG_FILE).write_bytes(b"".join((run / LOG_FILE).read_bytes() for run in runs))


def main(arguments: Sequence[str] | None = None) -> None:
    """Average runs from a terminal."""
    parser = argparse.ArgumentParser(prog="python -m models.training.pytorch.average")
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of runs")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new run")
    chosen = parser.parse_args(arguments)
    average_runs(chosen.runs, chosen.out)


if __name__ == "__main__":
    in_a_sentence(main)
