"""Class mood: the true shares of the seven looks among the students now reporting."""

from dataclasses import dataclass
from typing import Final

from analytics.buckets import Buckets, Floats, Ints
from analytics.confusion import Confusion
from analytics.intervals import Bootstrap
from contract.emotions import Emotion

LIVE_WINDOW_S: Final = 60


@dataclass(frozen=True, eq=False)
class ClassMood:
    """The mood over one window. Shares are NaN where nobody reports."""

    shares: Floats
    """(7,) adjusted by the model's confusion; sums to one."""
    raw: Floats
    """(7,) the one-vote mean posterior as the model gave it; sums to one."""
    low: Floats
    """(7,) lower end of the 90 % interval; NaN where none was asked for."""
    high: Floats
    """(7,) upper end."""
    reporting: int
    """students with at least one judged face in the window"""
    expected: int
    """students who could have reported"""
    unknown: int
    """observations left out because their model is not the card's"""

    @property
    def coverage(self) -> float:
        """Share of the expected students who report, 0..1 (NaN where none is expected)."""
        return self.reporting / self.expected if self.expected else float("nan")


@dataclass(frozen=True, eq=False)
class MoodTimeline:
    """The mood step by step: S steps."""

    starts: Ints
    """(S,) epoch seconds at which each step begins"""
    step_s: int
    shares: Floats
    """(S, 7) adjusted; NaN where nobody reported"""
    raw: Floats
    """(S, 7)"""
    low: Floats
    """(S, 7) 90 % interval; NaN where none was asked for"""
    high: Floats
    """(S, 7)"""
    reporting: Ints
    """(S,) students with at least one judged face in the step"""
    coverage: Floats
    """(S,) of the expected ones, 0..1"""
    expected: int
    unknown: Ints
    """(S,) observations left out because their model is not the card's"""


@dataclass(frozen=True)
class MoodWord:
    """A mood in one word, with its share."""

    look: Emotion
    share: float
    text: str
    """e.g. ``mostly neutral-looking``, ``mixed, often happy-looking``, ``no faces yet``"""


def mood(
    buckets: Buckets,
    confusion: Confusion,
    *,
    now: int,
    window_s: int = LIVE_WINDOW_S,
    expected: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> ClassMood:
    """The mood over the trailing window: buckets that begin in (now − window, now]."""
    raise NotImplementedError


def timeline(
    buckets: Buckets,
    confusion: Confusion,
    *,
    step_s: int = 60,
    expected: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> MoodTimeline:
    """The mood of every step of ``step_s`` seconds (a multiple of ten), aligned to the epoch."""
    raise NotImplementedError


def describe(shares: Floats) -> MoodWord | None:
    """The strongest look of ``shares`` (7,) in plain words; None where nobody reports."""
    raise NotImplementedError
