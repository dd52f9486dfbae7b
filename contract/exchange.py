"""What agent and server say to each other around the observations: requests and their answers."""

from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from contract.base import Instant, Message, Share
from contract.notice import Notice
from contract.policy import Choices, CourseMode, Policy

API = "/api/v1"

JoinCode = Annotated[str, Field(pattern=r"^[A-Z2-9]{6}$")]
LinkToken = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{20,128}$")]
LONGEST_NAME: Final = 200
"""Letters of a name that a student types, as many as a roster keeps of one."""

DisplayName = Annotated[
    str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f]+$")
]


class LectureState(StrEnum):
    """Where a lecture stands."""

    RUNNING = "running"
    ENDED = "ended"


class LectureFacts(Message):
    """What a student is told of a lecture before agreeing."""

    id: UUID
    title: str
    course: str
    mode: CourseMode
    state: LectureState
    started_at: Instant
    ended_at: Instant | None = None


class JoinRequest(Message):
    """``POST /join``: the lecture's code, and with it a personal link's token, or a name."""

    code: JoinCode
    link: LinkToken | None = None
    name: DisplayName | None = None


class JoinAnswer(Message):
    """What is to be agreed to, and the ticket to agree with (good for 15 minutes)."""

    lecture: LectureFacts
    policy: Policy
    notice: Notice
    ticket: str
    consented: Choices | None = Field(
        default=None, description="what this student chose in this course before, for this notice"
    )


class ConsentRequest(Message):
    """``POST /consents``: the student's own choices for the notice they read."""

    ticket: str
    notice_version: str
    choices: Choices
    guardian: DisplayName | None = None


class ConsentAnswer(Message):
    """The agent's token (one lecture, one participant), shown once, and the student's own door."""

    token: str
    participant: UUID
    recovery_link: str = Field(description="path that opens the student's own page")
    admitted: bool = Field(description="false while the teacher of an open course has not said yes")
    baseline: bool = Field(
        default=False,
        description="whether ten seconds of just looking at the screen, marked by the events "
        "baseline_start and baseline_end, would help: flags were chosen, and no earlier lecture "
        "tells how this student usually looks",
    )


class Verdict(StrEnum):
    """What became of one item of a batch."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why one item was rejected. All are final: sending it again would change nothing."""

    INVALID = "invalid"
    FUTURE = "future"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    TOO_LATE = "too_late"
    POLICY = "policy"


class ItemVerdict(Message):
    """The answer to one item, in the order of the request."""

    id: UUID | None = Field(description="null where the item's own id could not be read")
    verdict: Verdict
    reason: Reason | None = None
    detail: str | None = Field(default=None, description="the rule and the value, for people")


class Ask(Message):
    """A question for this student alone; the answer goes to ``POST /pulse``."""

    id: UUID
    text: str


class BatchAnswer(Message):
    """The answer to a batch. ``server_time`` lets the agent notice a wrong clock."""

    verdicts: tuple[ItemVerdict, ...]
    server_time: Instant
    lecture: LectureState
    ended_at: Instant | None = None
    admitted: bool = True
    ask: Ask | None = None


class PulseMood(StrEnum):
    """The answers of a one-tap pulse."""

    GOOD = "good"
    OKAY = "okay"
    LOST = "lost"
    BORED = "bored"
    LOW = "low"


class Pulse(Message):
    """``POST /pulse``: a self-report, or yes or no to an ``ask``. Exactly one of the two."""

    mood: PulseMood | None = None
    ask: UUID | None = None
    answer: bool | None = None


class Deleted(Message):
    """The answer to ``DELETE /me/observations``: what was removed."""

    observations: int


class TimelinePoint(Message):
    """One step of the class timeline."""

    at: Instant
    shares: tuple[Share, ...] | None
    attentive: Share | None
    reporting: int


class Problem(Message):
    """RFC 9457 problem details, ``application/problem+json``."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
