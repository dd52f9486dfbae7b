"""Events: the states of an agent that numbers alone cannot tell from a missing student."""

from enum import StrEnum

from pydantic import Field

from contract.base import Instant, Message, Uuid7


class EventKind(StrEnum):
    """What happened at the student's machine."""

    PAUSED = "paused"
    RESUMED = "resumed"
    CAMERA_LOST = "camera_lost"
    CAMERA_BACK = "camera_back"
    BASELINE_START = "baseline_start"
    BASELINE_END = "baseline_end"
    STOPPED = "stopped"
    OUTBOX_OVERFLOW = "outbox_overflow"


class Event(Message):
    """Something that happened once, or ``count`` times (observations lost to a full outbox)."""

    id: Uuid7
    at: Instant
    kind: EventKind
    count: int = Field(default=1, ge=1, le=10**9)
