"""The Observation: all that may leave a student's machine about one second, nothing else."""

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.base import Instant, Message, Share, Uuid7

PROBABILITY_TOLERANCE = 1e-3
HEAD_ALONE = 1
"""The rule of agents that say none: the head's direction and shut eyes."""
WHOLE_FACE = 2
"""The rule of ``docs/agent.md``: lids, head, expression, yawn and what covers the face."""
ROOM_LEAST = 5
"""Faces that a room must show, at least, for anything to be said of it."""
Degrees = Annotated[float, Field(ge=-180.0, le=180.0)]
Probabilities = tuple[Share, Share, Share, Share, Share, Share, Share]
ModelId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}@[0-9][0-9a-z.]{0,15}$")]
"""``name@version``: which model made the numbers."""


class Attention(Message):
    """Where the head is turned, and how open the eyes are; means over the frames with a face."""

    yaw: Degrees = Field(description="degrees, positive to the student's left")
    pitch: Degrees = Field(description="degrees, positive upwards")
    roll: Degrees = Field(description="degrees, positive clockwise as the camera sees it")
    eyes_open: Share = Field(description="0 shut to 1 open, against the student's own open eyes")


def _check_probabilities(values: Probabilities | None) -> None:
    if values is not None and not math.isclose(sum(values), 1.0, abs_tol=PROBABILITY_TOLERANCE):
        raise ValueError(f"probabilities must sum to 1 within 0.001, but sum to {sum(values):.4f}")


class Observation(Message):
    """One second of one student, as numbers."""

    id: Uuid7 = Field(description="minted once, at capture; sending it again changes nothing")
    captured_at: Instant = Field(description="when the second began, UTC, clock correction applied")
    clock_offset_ms: int = Field(
        default=0, ge=-(10**12), le=10**12, description="the correction already applied, or 0"
    )
    frames: int = Field(ge=1, le=240, description="pictures analysed in this second")
    face_share: Share = Field(description="share of those pictures with a face")
    faces: int = Field(ge=0, le=200, description="most faces seen in one picture")
    probabilities: Probabilities | None = Field(
        description="mean of the seven calibrated probabilities in FER2013 order, over the "
        "pictures whose face can be read; null: no face, or none that can be read"
    )
    attentive: Share | None = Field(
        description="how engaged the pictures with a face look, in the mean (attentive_rule)"
    )
    attentive_rule: int = Field(
        default=HEAD_ALONE,
        ge=HEAD_ALONE,
        le=99,
        description="how attentive was judged: 1 (left out by older agents) share of pictures with "
        "the head near its habit and open eyes; 2 mean probability by the whole face",
    )
    attention: Attention | None = None
    detection_score: Share | None = Field(
        default=None, description="how sure the face detector was"
    )
    model: ModelId = Field(description="name and version of the model that made the probabilities")

    @model_validator(mode="after")
    def _face_or_nothing(self) -> Self:
        _check_probabilities(self.probabilities)
        if self.face_share == 0 and self.probabilities is not None:
            raise ValueError("probabilities must be null where face_share is 0")
        if self.face_share > 0 and self.faces == 0:
            raise ValueError(
                f"faces must be at least 1 where face_share is {self.face_share:g}, but is 0"
            )
        if self.face_share == 0 and (self.attentive is not None or self.attention is not None):
            raise ValueError("attentive and attention must be null where face_share is 0")
        return self


class RoomFace(Message):
    """One anonymous face of one second of a room: which one it is, nobody is told."""

    probabilities: Probabilities = Field(
        description="mean of the seven calibrated probabilities in FER2013 order"
    )
    attentive: Share | None = Field(
        default=None, description="how engaged the pictures with this face look, in the mean"
    )

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        _check_probabilities(self.probabilities)
        return self


class RoomObservation(Message):
    """One second of one camera that sees many faces; no participant, class figures only."""

    id: Uuid7 = Field(description="minted once, at capture; sending it again changes nothing")
    captured_at: Instant = Field(description="when the second began, UTC, clock correction applied")
    clock_offset_ms: int = Field(
        default=0, ge=-(10**12), le=10**12, description="the correction already applied, or 0"
    )
    frames: int = Field(ge=1, le=240, description="pictures analysed in this second")
    faces: tuple[RoomFace, ...] = Field(
        min_length=ROOM_LEAST,
        max_length=200,
        description="the faces seen, in an order that says nothing of who they are",
    )
    model: ModelId = Field(description="name and version of the model that made the probabilities")
