"""What both sides agree on: the seven looks, observations, events, consent and policy terms."""

from contract.emotions import BUCKET_SECONDS, EMOTIONS, Emotion
from contract.errors import ClassPulseError, ContractError
from contract.events import Event, EventKind
from contract.ids import uuid7, uuid7_time
from contract.observations import Attention, Observation, RoomFace, RoomObservation
from contract.policy import Choices, CourseMode, Policy

__all__ = [
    "BUCKET_SECONDS",
    "EMOTIONS",
    "Attention",
    "Choices",
    "ClassPulseError",
    "ContractError",
    "CourseMode",
    "Emotion",
    "Event",
    "EventKind",
    "Observation",
    "Policy",
    "RoomFace",
    "RoomObservation",
    "uuid7",
    "uuid7_time",
]
