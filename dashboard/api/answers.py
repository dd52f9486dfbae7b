"""What the API tells of lectures and of one's own data; the requests live in the contract."""

from typing import Any
from uuid import UUID

from pydantic import Field

from contract.base import Instant, Message, Share
from contract.events import EventKind
from contract.exchange import LectureFacts, PulseMood, TimelinePoint
from contract.policy import Choices, Policy

Shares = tuple[Share, ...]


class OwnObservation(Message):
    """One stored observation, to its own student. Shares to 1e-4, angles in degrees."""

    id: UUID
    captured_at: Instant
    received_at: Instant
    frames: int
    face_share: float
    faces: int
    probabilities: tuple[float, ...] | None
    attentive: float | None
    attentive_rule: int
    yaw: float | None
    pitch: float | None
    roll: float | None
    eyes_open: float | None
    detection_score: float | None
    model: str


class OwnEvent(Message):
    """One stored event of one's own agent."""

    id: UUID
    at: Instant
    kind: EventKind
    count: int


class OwnPulse(Message):
    """One stored self-report."""

    id: UUID
    at: Instant
    mood: PulseMood


class OwnConsent(Message):
    """One agreement as it was given."""

    notice_version: str
    choices: Choices
    guardian: str | None
    at: Instant
    withdrawn_at: Instant | None


class OwnFlag(Message):
    """One check-in that was suggested about oneself."""

    id: UUID
    kind: str
    raised_at: Instant
    reason: str
    outcome: str | None


class OwnData(Message):
    """All that is stored about one participant, a page of observations at a time."""

    participant: UUID
    name: str
    status: str
    verified: bool
    lecture: LectureFacts
    policy: Policy
    choices: Choices
    consents: tuple[OwnConsent, ...]
    events: tuple[OwnEvent, ...]
    pulses: tuple[OwnPulse, ...]
    flags: tuple[OwnFlag, ...]
    observations: tuple[OwnObservation, ...]
    next: UUID | None = Field(description="give it as `after` for the next page; null: the last")


class MoodAnswer(Message):
    """How the class looks; seven shares each, in FER2013 order."""

    shares: Shares = Field(description="adjusted for the model's known errors")
    raw: Shares
    low: Shares | None = Field(description="lower ends of the 90 % intervals")
    high: Shares | None


class Summary(Message):
    """One lecture's class figures at the last tick; nothing but the facts once it has ended."""

    lecture: LectureFacts
    policy: Policy
    as_of: Instant | None = None
    newest: Instant | None = None
    mood: MoodAnswer | None = None
    hidden: str | None = Field(
        default=None, description="why no figures are shown although there is data"
    )
    attentive: Share | None = None
    presence: Share | None = None
    reporting: int | None = Field(
        default=0, description="students who report now; null: fewer than 5 who are not shown"
    )
    expected: int | None = Field(default=0, description="students who take part; null: as above")
    coverage: Share | None = None


class MarkerAnswer(Message):
    """A teacher's note on the timeline."""

    at: Instant
    label: str


class Timeline(Message):
    """The class timeline since a cursor."""

    cursor: str
    reset: bool = Field(description="forget earlier points: these begin anew")
    points: tuple[TimelinePoint, ...]
    markers: tuple[MarkerAnswer, ...]


class StudentAnswer(Message):
    """One student's state; only of those who chose to be shown."""

    participant: UUID
    name: str
    verified: bool
    state: str
    check_in: bool


class Students(Message):
    """The rows that may be shown."""

    students: tuple[StudentAnswer, ...]


class FlagAnswer(Message):
    """One check-in: why it was suggested, and what became of it."""

    id: UUID
    participant: UUID
    name: str
    kind: str
    raised_at: Instant
    cleared_at: Instant | None
    reason: str
    evidence: dict[str, Any]
    outcome: str | None
    outcome_at: Instant | None


class Flags(Message):
    """The flag log of one lecture, in the order of raising."""

    flags: tuple[FlagAnswer, ...]
