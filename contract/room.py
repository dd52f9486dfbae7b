"""What a room's camera and the server say to each other before anything is captured."""

from uuid import UUID

from pydantic import Field

from contract.base import Instant, Message, Share
from contract.exchange import LectureFacts
from contract.observations import ROOM_LEAST, Probabilities
from contract.policy import Policy


class RoomRequest(Message):
    """``POST /lectures/{id}/room``: the teacher's word, without which no room is allowed."""

    everybody_agreed: bool = Field(
        description="everybody whom the camera will see has been told of it and has agreed"
    )


class RoomLink(Message):
    """The link that a room's camera is started with, shown once; an earlier one ends."""

    room: UUID
    link: str = Field(description="path with the secret, for classpulse agent --room --join")
    agreed: int = Field(ge=0, description="participants who chose that a room may see them")


class RoomWindow(Message):
    """What may be said of five minutes of a room; shares in steps of 5 points."""

    at: Instant
    faces: int = Field(ge=ROOM_LEAST, description="faces that were usually in view")
    shares: Probabilities = Field(description="of the seven looks, in FER2013 order")
    attentive: Share | None


class RoomState(Message):
    """Whether a lecture's room may be captured now, and if not, what is in the way."""

    allowed: bool
    since: Instant | None = None
    stopped: str | None = Field(
        default=None, description="why the last room ended, in one word; null: it did not"
    )
    agreed: int = Field(ge=0, description="participants who chose that a room may see them")
    missing: int = Field(ge=0, description="participants who did not choose it, or took it back")
    windows: tuple[RoomWindow, ...] = Field(
        default=(), description="what the room showed so far, oldest first"
    )


class RoomFacts(Message):
    """``GET /room``: what the person who starts the camera is told first."""

    lecture: LectureFacts
    policy: Policy
    agreed: int = Field(ge=0, description="participants who chose that a room may see them")
