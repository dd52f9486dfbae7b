"""Trains the models of the field's write-ups in turn, a few epochs each, until none improves.

``python -m models.training.rows --data DIR`` goes on from wherever the runs in ``runs/`` stand;
kill it and start it again as you like. Each slice is a process of its own, on one thread, so that
it leaves the machine to others and its memory goes back.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from models.training.learning import finished, read_config
from models.training.runs import read_log

ROOT: Final = Path(__file__).parents[2]
RECIPES: Final = ROOT / "models" / "recipes"
SLICES: Final = {
    "mini_xception": 4,
    "cnn4": 3,
    "custom_cnn": 2,
    "tuned_cnn": 2,
    "dexpression": 2,
    "deep_cnn": 2,
    "mobilenet": 2,
    "resnet50": 1,
}
"""Epochs at a time, the cheapest first; a slice of one costs about as much as one of another."""
ENGINES: Final = {"keras": "models.training.train", "torch": "models.training.pytorch.train"}
ONE_THREAD: Final = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def accuracies(run: Path) -> list[float]:
    """PublicTest accuracy of every epoch of ``run`` so far."""
    return [entry["public_accuracy"] for entry in read_log(run)]


def waiting(runs: Path) -> list[str]:
    """The rows that have epochs left, those with the fewest slices done first."""
    done = {name: accuracies(runs / name) for name in SLICES}
    left = [
        name for name in SLICES if not finished(read_config(RECIPES / f"{name}.json"), done[name])
    ]
    return sorted(left, key=lambda name: len(done[name]) // SLICES[name])


def train_slice(name: str, data: Path, runs: Path, engine: str) -> None:
    """Train ``name`` for its next few epochs. Raises CalledProcessError where that fails."""
    until = len(accuracies(runs / name)) + SLICES[name]
    command = [sys.executable, "-m", ENGINES[engine], "--data", str(data)]
    command += ["--run", str(runs / name), "--config", str(RECIPES / f"{name}.json")]
    command += ["--until", str(until)]
    print(f"{name}: to epoch {until}", flush=True)
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | ONE_THREAD) as process:  # noqa: S603
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    if code:
        raise subprocess.CalledProcessError(code, command)


def main() -> None:
    """Train slice after slice until every row is done."""
    parser = argparse.ArgumentParser(prog="python -m models.training.rows")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    parser.add_argument("--engine", choices=ENGINES, default="keras", help="torch is faster here")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen.runs.mkdir(exist_ok=True)
    lock = FileLock(chosen.runs / "rows.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        sys.exit(f"The rows in {chosen.runs} are being trained already.")
    with lock:
        failed: set[str] = set()
        while left := [name for name in waiting(chosen.runs) if name not in failed]:
            try:
                train_slice(left[0], chosen.data.resolve(), chosen.runs, chosen.engine)
            except subprocess.CalledProcessError as error:
                # One row that cannot be trained must not keep the others waiting.
                print(f"{left[0]}: left out, exit code {error.returncode}", flush=True)
                failed.add(left[0])
    if failed:
        sys.exit(f"These rows could not be trained: {', '.join(sorted(failed))}.")
    print("Every row has been trained until it stopped improving, or to its last epoch.")


if __name__ == "__main__":
    main()
