"""The fuzz suite: ``python -m tests.fuzz``. A million cases, against data that exists.

Each chunk has a school and a seed of its own, so that a fault is made again by
``--only KIND --from CHUNK --cases 1``. What is done stands in ``--state FILE`` at every moment: a
run that was cut off goes on from there. Prints what was answered; exit code 1 where anything was
at fault.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tests.fuzz.kinds import split
from tests.fuzz.suite import CHUNK, KINDS, SHARES, run_chunk

_SAID: Final = 3
"""Faults of a chunk that are printed; the others are like them, mostly."""


def main() -> int:
    """Run it."""
    asked = _arguments()
    state: dict[str, Any] = {"seed": asked.seed, "done": {}, "statuses": {}, "faults": 0}
    if asked.state.exists() and not asked.anew:
        state = json.loads(asked.state.read_text(encoding="utf-8"))
    wanted = dict(split(asked.cases, {name: SHARES[name] for name in asked.only or KINDS}))
    begun, deadline = time.monotonic(), asked.minutes * 60
    while left := [name for name in wanted if state["done"].get(name, 0) < wanted[name]]:
        # The kind that is furthest behind, so that whenever it ends all had their turn.
        kind = min(left, key=lambda name: state["done"].get(name, 0) / wanted[name])
        _chunk(state, kind, asked.state)
        done = sum(state["done"].values())
        print(f"{done:>9} of {asked.cases} cases, {state['faults']} at fault", end="\r", flush=True)
        if time.monotonic() - begun > deadline:
            print(f"\nTime is up: the same command goes on from {asked.state}.")
            break
    print()
    for name, count in sorted(state["statuses"].items()):
        print(f"{count:>9} {name}")
    return 1 if state["faults"] else 0


def _chunk(state: dict[str, Any], kind: str, file: Path) -> None:
    number = state["done"].get(kind, 0) // CHUNK
    with tempfile.TemporaryDirectory(prefix="classpulse-fuzz-") as folder:
        told = run_chunk(kind, state["seed"], number, CHUNK, Path(folder))
    for fault in told.faults[:_SAID]:
        print(f"\n{kind}, seed {state['seed']}, chunk {number}: {fault}")
    state["done"][kind] = (number + 1) * CHUNK
    state["faults"] += len(told.faults)
    statuses = Counter(state["statuses"])
    statuses.update({f"{name} {status}": count for (name, status), count in told.statuses.items()})
    state["statuses"] = dict(statuses)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(state), encoding="utf-8")
    draft.replace(file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--only", action="append", choices=KINDS, help="one kind; repeatable")
    parser.add_argument("--state", type=Path, default=Path("build/fuzz.json"))
    parser.add_argument("--anew", action="store_true", help="forget what is done")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
