"""What the live page is told: one frozen snapshot of a lecture, and its timeline piece by piece."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from analytics.flags.answered import InLife
from analytics.flags.budget import ClassDrift
from analytics.flags.evidence import Evidence
from contract import LOOKS, Look
from db.values import Course, Lecture, SelfReportSpan

Shares = tuple[float, ...]
"""Seven shares in FER2013 order, each 0..1."""


class Hidden(StrEnum):
    """Why a class figure is not shown although there is data."""

    NOT_INFERRED = "not_inferred"
    TOO_FEW_YET = "too_few_yet"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class MoodFigures:
    """How the class looks: shares of the looks among the students now reporting."""

    shares: Shares
    """Adjusted for the model's known errors."""
    raw: Shares
    low: Shares | None
    high: Shares | None
    """Bounds of the 90 % interval of ``shares``, where one is known."""
    change: Shares | None
    """Against five minutes ago, in shares (-1..1)."""
    seen: int
    """How many students the shares are of: of one they say nothing of a class."""

    @property
    def top(self) -> Look:
        """The most common look."""
        return LOOKS[max(range(len(self.shares)), key=lambda i: self.shares[i])]

    def share(self, look: Look) -> float:
        """The adjusted share of ``look``."""
        return self.shares[LOOKS.index(look)]

    def interval(self, look: Look) -> tuple[float, float] | None:
        """The interval of ``look``'s share, or None where none is known."""
        if self.low is None or self.high is None:
            return None
        index = LOOKS.index(look)
        return self.low[index], self.high[index]


@dataclass(frozen=True, slots=True)
class StudentTile:
    """One student's state; only of those whose row may be shown."""

    participant_id: UUID
    name: str
    verified: bool
    state: str
    check_in: bool
    since: datetime | None = None
    """Until when there was data, where there is none now."""


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """One check-in that waits for an answer."""

    id: UUID
    name: str
    kind: str
    raised_at: datetime
    evidence: Evidence | None
    said_yes: bool = False
    """The student was asked first, and wants the teacher to check in."""
    reason: str = ""
    """The log's own sentence, for where it keeps no numbers."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A student of an open course who waits to be admitted."""

    participant_id: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class MarkerPoint:
    """Something the teacher noted on the timeline."""

    at: datetime
    label: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LivePoint:
    """One step of the timeline; ``at`` is its epoch second."""

    at: int
    shares: Shares | None
    attentive: float | None
    presence: float | None
    reporting: int
    low: Shares | None = None
    high: Shares | None = None
    """Bounds of the 90 % intervals of ``shares``, where they may be shown."""


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """One running lecture at one tick. Shares are 0..1, times UTC."""

    lecture: Lecture
    course: Course
    sequence: int
    as_of: datetime
    newest: datetime | None
    """Until when there is data of anybody; None before the first."""
    mood: MoodFigures | None
    hidden: Hidden | None
    """Why no class figures are shown although there is data."""
    attentive: float | None
    attentive_change: float | None
    presence: float | None
    reporting: int | None
    """None: fewer than may be told of (``analytics.privacy.small_groups.told``)"""
    expected: int | None
    coverage: float
    tiles: tuple[StudentTile, ...]
    flags: tuple[OpenFlag, ...]
    waiting: tuple[Waiting, ...]
    markers: tuple[MarkerPoint, ...]
    resting: int = 0
    """Check-ins whose student nothing is seen of now: they are shown again once something is."""
    held: int = 0
    """Check-ins that stand and are held back, as the hour's are used up or half the class drifts;
    of students whose own rows the teacher sees and who are not asked first"""
    drift: ClassDrift | None = None
    """Since when half the class and more have looked so, while they do"""
    in_life: InLife | None = None
    """How often the course's check-ins were right so far; None before there are enough answers."""
    said: tuple[SelfReportSpan, ...] = ()
    """What students said themselves, oldest span first; never mixed with the figures above."""

    @property
    def age_s(self) -> float | None:
        """How old the newest data is, in seconds."""
        return None if self.newest is None else (self.as_of - self.newest).total_seconds()


def fitting(snapshot: LiveSnapshot | None, lecture: Lecture) -> LiveSnapshot | None:
    """``snapshot``, unless the lecture's policy was narrowed after that tick."""
    return snapshot if snapshot and snapshot.lecture.policy is lecture.policy else None


@dataclass(frozen=True, slots=True)
class Increment:
    """What is new in a timeline since a cursor. ``reset``: forget the old points first."""

    cursor: str
    reset: bool
    points: tuple[LivePoint, ...]
    markers: tuple[MarkerPoint, ...]
