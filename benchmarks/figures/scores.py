"""Scores of flags against the truth, with 90 % intervals by resampling lectures.

A flag is right if it is raised inside a true episode; an episode is found if one is. Lectures and
not students are resampled, because what happens in one lecture belongs together (Efron & Tibshirani
1993, *An Introduction to the Bootstrap*).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Raised = tuple[int, int]
"""(student, second of the lecture)"""
Stretch = tuple[int, int, int]
"""(student, first second, last second) of a true episode"""

RESAMPLED: Final = 400


@dataclass
class Tally:
    """What happened lecture by lecture."""

    hours: list[float] = field(default_factory=list)
    student_hours: list[float] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    """flags of the other kind, which a teacher sees as well"""
    episodes: list[int] = field(default_factory=list)
    delays: list[list[int]] = field(default_factory=list)
    """seconds from each found episode's onset to its first flag"""

    def add(
        self,
        raised: Sequence[Raised],
        truth: Sequence[Stretch],
        *,
        students: int,
        seconds: int,
        others: int = 0,
    ) -> None:
        """Count one lecture."""
        self.hours.append(seconds / 3600)
        self.student_hours.append(students * seconds / 3600)
        first: dict[Stretch, int] = {}
        right = 0
        for student, second in sorted(raised, key=lambda flag: flag[1]):
            inside = [e for e in truth if e[0] == student and e[1] <= second <= e[2]]
            right += bool(inside)
            for episode in inside:
                first.setdefault(episode, second - episode[1])
        self.flags.append(len(raised))
        self.right.append(right)
        self.others.append(others)
        self.episodes.append(len(truth))
        self.delays.append(sorted(first.values()))

    def figures(self, seed: int = 0) -> dict[str, Any]:
        """The promised keys, and each one's interval under ``<key>_interval``."""
        count = len(self.flags)
        whole = self._figures(np.arange(count))
        rng = np.random.default_rng(seed)
        drawn = [self._figures(rng.integers(count, size=count)) for _ in range(RESAMPLED)]
        found: dict[str, Any] = {}
        for name, value in whole.items():
            found[name] = rounded(value)
            found[f"{name}_interval"] = interval(np.array([row[name] for row in drawn]))
        return found

    def _figures(self, chosen: NDArray[np.int64]) -> dict[str, float]:
        def total(values: Sequence[float]) -> float:
            return float(np.asarray(values)[chosen].sum())

        flags, right, episodes = total(self.flags), total(self.right), total(self.episodes)
        delays = [delay for lecture in chosen.tolist() for delay in self.delays[lecture]]
        return {
            "precision": right / flags if flags else float("nan"),
            "recall": len(delays) / episodes if episodes else float("nan"),
            "median_delay_s": float(np.median(delays)) if delays else float("nan"),
            "false_flags_per_student_hour": (flags - right) / total(self.student_hours),
            "flags_per_teacher_hour": (flags + total(self.others)) / total(self.hours),
        }


def resampled(
    values: NDArray[np.float64], statistic: Callable[[NDArray[np.float64]], float], seed: int = 0
) -> list[float | None]:
    """The 90 % interval of ``statistic`` over the first axis of ``values``."""
    rng = np.random.default_rng(seed)
    count = len(values)
    drawn = [statistic(values[rng.integers(count, size=count)]) for _ in range(RESAMPLED)]
    return interval(np.array(drawn))


def interval(drawn: NDArray[np.float64]) -> list[float | None]:
    """The 5th and 95th percentile of what is a number; None where nothing is."""
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return [None, None]
    low, high = np.quantile(known, [0.05, 0.95])
    return [rounded(float(low)), rounded(float(high))]


def rounded(value: float) -> float | None:
    """Four digits are more than a bench knows; None for what is no number."""
    return None if np.isnan(value) else round(value, 4)
