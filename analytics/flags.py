"""Persistent flags: who has looked sad or disengaged for long enough that a word may help."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from analytics.buckets import Buckets
from analytics.confusion import Confusion
from analytics.evidence import Baseline, Episode, FlagKind


@dataclass(frozen=True)
class FlagRule:
    """The thresholds of the rule; the defaults are SCIENCE's."""

    memory: float = 0.96
    prior: float = 0.5
    theta: float = 0.5
    raise_at: float = 0.9
    clear_below: float = 0.5
    hold_s: int = 60
    min_effective: float = 12.0
    coverage_window_s: int = 300
    min_coverage: float = 0.6
    quiet_s: int = 600
    lecture_share: float = 0.5
    lecture_observed_s: int = 1800


@dataclass(frozen=True)
class Dismissal:
    """A teacher's answer to a flag, whatever it was; ``at`` in epoch seconds."""

    participant: Hashable
    kind: FlagKind
    at: int


def evaluate(
    buckets: Buckets,
    confusion: Confusion,
    rule: FlagRule | None = None,
    *,
    now: int,
    dismissals: Sequence[Dismissal] = (),
    baselines: Mapping[Hashable, Baseline] | None = None,
) -> list[Episode]:
    """Every episode up to ``now``, sorted by raising time, from the complete buckets alone.

    Give only the rows of students who chose flags (``buckets.only(…)``).
    """
    raise NotImplementedError
