"""What the rooms of the store hand out: frozen values, free of SQL. Every moment is UTC-aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contract.events import EventKind
from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.policy import Choices, CourseMode, Policy


class Role(StrEnum):
    """What a signed-in user is for."""

    TEACHER = "teacher"
    ADMIN = "admin"
    STUDENT = "student"
    """Only by a sign-in elsewhere: to join the courses whose rosters name them."""


class ParticipantStatus(StrEnum):
    """Where a participant stands. Only ``admitted`` ones count in any figure."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class FlagOutcome(StrEnum):
    """What the teacher did with a suggestion."""

    CHECKED_IN = "checked_in"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class School:
    """The school's own settings. ``policy`` None: not asked yet, so no lecture can start.

    ``retention_days``: how long data of ended lectures are kept; ``log_days``: the access log.
    ``present_percent``: of a lecture, in which a student must take part to count as present; 0:
    whoever joined does. ``check_ins_per_hour``: that a teacher is given at the most.
    """

    name: str
    timezone: str
    policy: Policy | None
    guardian_required: bool = False
    retention_days: int = 180
    log_days: int = 730
    present_percent: int = 0
    check_ins_per_hour: int = 3


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in."""

    id: UUID
    login: str
    name: str
    role: Role
    disabled: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser in which a user is signed in. ``device``: what kind, where it said so."""

    id: UUID
    user_id: UUID
    device: str | None
    opened_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The last change of a password: when, whether by its owner, and whether they were told."""

    at: datetime
    by_owner: bool
    told: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sign-in elsewhere stands for. ``school_key``: how rosters know this person."""

    issuer: str
    subject: str
    user_id: UUID
    school_key: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """A series of lectures for one group of students. ``archived_at``: since when no lecture of it
    starts any more."""

    id: UUID
    title: str
    mode: CourseMode
    timezone: str
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Student:
    """One name on the roster of one course. ``external_id``: the school's own key (OneRoster);
    ``left_at``: when they were taken off it."""

    id: UUID
    course_id: UUID
    name: str
    external_id: str | None = None
    email: str | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """A rostered student's one-time link; the secret itself is not stored.

    ``lecture_id`` None: good for one lecture of the course, whichever comes first.
    """

    id: UUID
    student: Student
    lecture_id: UUID | None
    expires_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lecture:
    """One sitting of a course. ``code`` is unique among the running ones; ``narrowed_at``: when the
    school took from it, as it ran, what its policy had allowed."""

    id: UUID
    course_id: UUID
    title: str
    code: str
    policy: Policy
    started_at: datetime
    ended_at: datetime | None
    narrowed_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to agree to one lecture's notice, once, until it expires."""

    id: UUID
    lecture_id: UUID
    student_id: UUID | None
    name: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Participant:
    """One student in one lecture, with the choices that now hold."""

    id: UUID
    lecture_id: UUID
    student_id: UUID | None
    name: str
    status: ParticipantStatus
    verified: bool
    choices: Choices
    joined_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Consent:
    """One agreement as it was given, kept as history."""

    id: UUID
    participant_id: UUID
    notice_version: str
    choices: Choices
    guardian: str | None
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgentContext:
    """All that the ingest API must know of the bearer of a token, from one read."""

    token_id: UUID
    participant: Participant
    lecture: Lecture
    course: Course

    @property
    def course_mode(self) -> CourseMode:
        """How students become participants of this course."""
        return self.course.mode

    @property
    def choices(self) -> Choices:
        """What the participant agrees to now."""
        return self.participant.choices

    @property
    def withdrawn(self) -> bool:
        """Whether the participant took their agreement back."""
        return self.participant.withdrawn_at is not None

    @property
    def admitted(self) -> bool:
        """Whether the participant may count and be seen."""
        return self.participant.status is ParticipantStatus.ADMITTED


@dataclass(frozen=True, slots=True)
class Marker:
    """A teacher's note on the timeline ("group work starts")."""

    id: UUID
    lecture_id: UUID
    at: datetime
    label: str
    user_id: UUID | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An agent's event as stored."""

    id: UUID
    participant_id: UUID
    at: datetime
    kind: EventKind
    count: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SelfReport:
    """A student's own answer to how it goes."""

    id: UUID
    participant_id: UUID
    at: datetime
    mood: PulseMood


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """An observation as stored: shares to 1e-4, angles to 0.01 degrees."""

    id: UUID
    captured_at: datetime
    received_at: datetime
    clock_offset_ms: int
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


@dataclass(frozen=True, slots=True)
class LectureCounts:
    """How much a lecture holds, and between which captures (bucket starts; None: nothing yet)."""

    participants: int
    observations: int
    face_observations: int
    events: int
    self_reports: int
    first_bucket: datetime | None
    last_bucket: datetime | None


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A raised flag with what the log says became of it."""

    id: UUID
    lecture_id: UUID
    participant_id: UUID
    kind: FlagKind
    raised_at: datetime
    evidence: Mapping[str, Any]
    reason: str
    cleared_at: datetime | None = None
    outcome: FlagOutcome | None = None
    outcome_at: datetime | None = None
    outcome_by: UUID | None = None
    outcome_note: str | None = None
    asked_at: datetime | None = None
    answer: bool | None = None
    answered_at: datetime | None = None
    raised_again_at: datetime | None = None
    """when it was found to stand after all, though it had been cleared"""

    @property
    def last_raised_at(self) -> datetime:
        """When it was last said to stand."""
        return self.raised_again_at or self.raised_at


@dataclass(frozen=True, slots=True)
class ReportJob:
    """The work of writing one lecture's report, and how far it has come."""

    id: UUID
    lecture_id: UUID
    due_at: datetime
    claimed_at: datetime | None
    claimed_by: str | None
    attempts: int
    versions: int
    """the last number that a version of the report had"""
    built_at: datetime | None
    fingerprint: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a lecture's report; its bytes are read apart (``reports.pdf``, ``.table``)."""

    id: UUID
    lecture_id: UUID
    version: int
    built_at: datetime
    fingerprint: str
    pdf_bytes: int
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """Who looked at, changed or erased what. ``subject``: whose data, by an id without a name."""

    id: UUID
    at: datetime
    actor: str
    action: str
    object: str
    subject: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A student's wish that the school delete all that it has of them; ``verdict`` once answered.

    ``student_id`` None: of no roster, so of this one lecture only.
    """

    id: UUID
    participant_id: UUID
    student_id: UUID | None
    lecture_id: UUID
    at: datetime
    answered_at: datetime | None
    verdict: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class SelfReportSpan:
    """Students' own answers over a span of a lecture, counted once. Epoch seconds, end excluded.

    ``counts``: students by their last answer in the span. ``answered`` 0: taken back.
    """

    begins: int
    ends: int
    answered: int
    counts: Mapping[PulseMood, int]
