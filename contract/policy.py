"""The school's policy, the course's mode and the student's choices: who may be shown what."""

from enum import StrEnum

from contract.base import Message


class Policy(StrEnum):
    """What the school allows. There is no default: unset means that no lecture can start."""

    INDIVIDUAL = "individual"
    """Class figures, and rows and flags of the students who chose them."""
    AGGREGATE = "aggregate"
    """Class figures only."""
    SELF_REPORT = "self_report"
    """Nothing is inferred from faces; students answer a one-tap pulse."""


def wider_than(policy: Policy | None) -> tuple[Policy, ...]:
    """The policies under which more may be taken or told; None, as nothing is allowed, is the
    narrowest.
    """
    narrowest_last = tuple(Policy)
    narrowest = Policy.SELF_REPORT if policy is None else policy
    return narrowest_last[: narrowest_last.index(narrowest)]


def infers(policy: Policy) -> bool:
    """Whether figures may be made from faces at all."""
    return policy is not Policy.SELF_REPORT


class CourseMode(StrEnum):
    """How a student becomes a participant."""

    ROSTER = "roster"
    """A personal one-time link, or a sign-in."""
    OPEN = "open"
    """The lecture's code and a name; the teacher admits; shown as unverified."""
    ANONYMOUS = "anonymous"
    """The code alone, a pseudonym, class figures only."""


class Choices(Message):
    """What a student agrees to, each on its own."""

    class_mood: bool
    """My numbers count in the class figures. Without it nothing is captured."""
    flags: bool = False
    """My teacher may see my row, and be told to check in with me."""
    ask_first: bool = False
    """Ask me privately before a check-in is shown to my teacher."""
    room: bool = False
    """A camera of the room, or the meeting's gallery view, may read my face among the others'."""
