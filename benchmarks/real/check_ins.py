"""How many check-ins a teacher would get an hour, on dynamics that observers recorded.

``engagenet.csv`` and ``pafe.csv`` in the form of ``bench flags --replay``: states alone, shown
through the card's own faces, thirty people to a class.
"""

from pathlib import Path
from typing import Any

from benchmarks.figures.faces import from_card
from benchmarks.figures.flags import bench_sessions
from benchmarks.figures.replay import read_replay


def check_ins(folder: Path, *, seed: int) -> dict[str, Any]:
    """``checkins_per_teacher_hour``, ``precision`` and ``pafe_checkins_per_teacher_hour``."""
    found = {name: _replayed(folder / f"{name}.csv", seed) for name in ("engagenet", "pafe")}
    return {
        "checkins_per_teacher_hour": found["engagenet"]["flags_per_teacher_hour"],
        "precision": found["engagenet"]["precision"],
        "pafe_checkins_per_teacher_hour": found["pafe"]["flags_per_teacher_hour"],
    }


def _replayed(path: Path, seed: int) -> dict[str, Any]:
    figures = bench_sessions(from_card(), read_replay(path).sessions, lectures=1, seed=seed)
    own: dict[str, Any] = figures["disengaged"]
    return own
