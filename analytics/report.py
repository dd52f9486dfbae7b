"""The report of one lecture as a value: everything its pages and tables show."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from analytics.buckets import Buckets, Floats, Ints
from analytics.confusion import Confusion
from analytics.engagement import ParticipantEvent
from analytics.evidence import Episode, FlagKind
from analytics.intervals import Bootstrap
from analytics.moments import Marker, MarkerChange
from analytics.mood import MoodWord
from contract.emotions import Emotion
from contract.policy import Policy


@dataclass(frozen=True)
class LectureFacts:
    """The lecture the report is of; times in epoch seconds."""

    id: str
    title: str
    course: str
    policy: Policy
    started_at: int
    ended_at: int
    model: str
    """``name@version`` of the card"""


@dataclass(frozen=True)
class LoggedFlag:
    """One row of the live log: what the teacher saw, and what they answered."""

    participant: Hashable
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    reason: str
    outcome: str | None = None
    """``checked_in``, ``not_now``, ``wrong`` …; None: unanswered"""
    outcome_at: int | None = None


@dataclass(frozen=True)
class ReportFlag:
    """One flag in the report: live, recomputed, or both."""

    participant: Hashable
    name: str
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    reason: str
    share: float
    """mean evidence 0..1; NaN where the recomputation does not find the flag"""
    seen: float
    outcome: str | None
    shown_live: bool
    """the teacher saw it during the lecture"""
    recomputed: bool
    """all data, late ones included, raise it too"""


@dataclass(frozen=True)
class EmotionTotal:
    """One look over the whole lecture."""

    look: Emotion
    share: float
    """adjusted, 0..1; NaN where suppressed"""
    raw: float
    low: float
    high: float


@dataclass(frozen=True)
class StudentLine:
    """One student's own line, under the policy and choices that allow it."""

    participant: Hashable
    name: str
    observed_s: int
    coverage: float
    """share of the lecture with data, 0..1"""
    presence: float
    attentive: float
    shares: Floats
    """(7,) the student's looks, adjusted; NaN where no face was judged"""
    away_s: int
    paused_s: int
    flags: int


@dataclass(frozen=True, eq=False)
class ReportTimeline:
    """The lecture step by step (a minute; five under ``aggregate``): S steps. NaN: suppressed."""

    starts: Ints
    """(S,) epoch seconds"""
    step_s: int
    shares: Floats
    """(S, 7) adjusted"""
    raw: Floats
    """(S, 7)"""
    low: Floats
    high: Floats
    """(S, 7) 90 % interval"""
    attentive: Floats
    """(S,)"""
    presence: Floats
    """(S,)"""
    reporting: Ints
    """(S,) students behind the figures; 0 where suppressed"""
    coverage: Floats
    """(S,) of the expected ones"""


@dataclass(frozen=True)
class ReportSummary:
    """The lecture in a few figures."""

    duration_s: int
    expected: int
    """students who took part"""
    reported: int
    """students with at least one judged face"""
    mood: MoodWord | None
    attentive: float
    presence: float
    coverage: float
    """share of expected students × time with a judged face"""
    flags: int
    unknown: int
    """observations of another model, left out of the looks"""
    suppressed_steps: int
    """steps withheld because too few students contributed"""


@dataclass(frozen=True, eq=False)
class LectureReport:
    """Everything the report shows."""

    facts: LectureFacts
    summary: ReportSummary
    timeline: ReportTimeline
    totals: tuple[EmotionTotal, ...]
    """seven, in FER2013 order"""
    flags: tuple[ReportFlag, ...]
    students: tuple[StudentLine, ...]
    """empty unless the policy is ``individual``; in the order given, never ranked"""
    markers: tuple[Marker, ...]
    changes: tuple[MarkerChange, ...]
    """before and after each marker"""
    method: tuple[str, ...]
    """how the figures were made, in plain sentences"""
    limits: tuple[str, ...]
    """what they cannot say"""


def build(
    facts: LectureFacts,
    buckets: Buckets,
    confusion: Confusion,
    *,
    visible: Mapping[Hashable, str],
    events: Sequence[ParticipantEvent] = (),
    log: Sequence[LoggedFlag] = (),
    recomputed: Sequence[Episode] = (),
    markers: Sequence[Marker] = (),
    bootstrap: Bootstrap | None = None,
) -> LectureReport:
    """The report. ``visible`` names the students whose own rows may be shown (name by participant).

    ``buckets`` hold every participant of the lecture. Under ``aggregate`` no student line and no
    flag is shown whatever is passed, and under ``self_report`` no figure from faces at all.
    """
    raise NotImplementedError
