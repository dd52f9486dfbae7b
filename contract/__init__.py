"""What both sides agree on: the seven looks, observations, events, consent and policy terms."""

from contract.errors import ClassPulseError, ContractError
from contract.events import Event, EventKind
from contract.ids import uuid7, uuid7_time
from contract.looks import BUCKET_SECONDS, LOOKS, Look
from contract.observations import Attention, Observation, RoomFace, RoomObservation
from contract.policy import Choices, CourseMode, Policy

__all__ = [
    "BUCKET_SECONDS",
    "LOOKS",
    "Attention",
    "Choices",
    "ClassPulseError",
    "ContractError",
    "CourseMode",
    "Event",
    "EventKind",
    "Look",
    "Observation",
    "Policy",
    "RoomFace",
    "RoomObservation",
    "uuid7",
    "uuid7_time",
]
