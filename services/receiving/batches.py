"""What agents send: whose it is, each item judged by itself, what is good stored once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

from contract.batches import Unreadable
from contract.errors import rule_text
from contract.events import Event
from contract.exchange import Reason
from contract.observations import Observation, RoomObservation
from contract.policy import infers
from db.measurements import ingest, room_figures
from db.people import consents
from db.teaching import rooms
from db.teaching.rooms import RoomContext
from db.values import AgentContext, Lecture
from services import access
from services.access import Action, ParticipantActor
from services.context import Services
from services.errors import ForbiddenError, NotSignedInError
from services.receiving.verdicts import Grounds, judge, misdated, said

Item = TypeVar("Item", Observation, Event, RoomObservation)

_NOT_STUDENTS: Final = 1
"""Faces in a gallery view that no participant agreed for: the teacher's own."""

_NOT_FROM_FACES: Final = rule_text("the school's policy takes nothing from faces since {narrowed}")

_TOO_MANY: Final = rule_text(
    "faces: a room may show as many as agreed and the teacher, {most}, but this has {given}"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item: stored, known before, or rejected on ``grounds``."""

    id: UUID | None
    known: bool = False
    grounds: Grounds | Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Taken(Generic[Item]):
    """The verdicts on a batch, in its order. ``now``: when it was judged."""

    verdicts: tuple[Verdict, ...]
    now: datetime


def sender(services: Services, token: str) -> AgentContext:
    """Whose agent bears ``token``, withdrawn ones too.

    Raises NotSignedInError where it is unknown, or another device's has replaced it.
    """
    found = consents.agent_context(services.store, token)
    if found is None:
        raise NotSignedInError("This token is not known, or another device has replaced it.")
    return found


def actor_of(context: AgentContext) -> ParticipantActor:
    """The bearer as access knows them."""
    return ParticipantActor(context.participant.id, context.lecture.id)


def require_may_send(context: AgentContext, action: Action) -> None:
    """Return if the bearer may still send what ``action`` says.

    Raises ForbiddenError, finally, where they withdrew, were refused, or policy takes no such data.
    """
    lecture = context.lecture
    narrowed = lecture.narrowed_at is not None and not infers(lecture.policy)
    # What waits in outboxes of a lecture that was narrowed is refused item by item.
    if not (narrowed and action is Action.SEND_OBSERVATIONS):
        target = access.participant_object(context.participant, lecture, context.course)
        access.authorize(actor_of(context), action, target)
    access.require_taking_part(context.participant)
    if action is Action.SEND_OBSERVATIONS and not context.choices.class_mood:
        raise ForbiddenError("You did not agree that your numbers count in the class mood.")


def take_observations(
    services: Services, context: AgentContext, items: Sequence[Observation | Unreadable]
) -> Taken[Observation]:
    """Store a student's observations."""

    def store(good: Sequence[Observation], now: datetime) -> list[bool]:
        return ingest.ingest_observations(services.store, context.participant.id, good, now)

    refuse = _no_faces(context.lecture)
    return _take(services, context.lecture, items, lambda item: item.captured_at, store, refuse)


def _no_faces(lecture: Lecture) -> Callable[[Observation], Grounds | None]:
    """Refuses each item by itself where the policy was narrowed while the lecture ran."""
    if infers(lecture.policy):
        return lambda _: None
    since = lecture.narrowed_at or lecture.started_at
    grounds = Grounds(Reason.POLICY, _NOT_FROM_FACES, {"narrowed": said(since)})
    return lambda _: grounds


def take_events(
    services: Services, context: AgentContext, items: Sequence[Event | Unreadable]
) -> Taken[Event]:
    """Store the events of a student's agent."""

    def store(good: Sequence[Event], now: datetime) -> list[bool]:
        return ingest.ingest_events(services.store, context.participant.id, good, now)

    return _take(services, context.lecture, items, lambda item: item.at, store)


def take_room(
    services: Services, context: RoomContext, items: Sequence[RoomObservation | Unreadable]
) -> Taken[RoomObservation]:
    """Store what a room's camera saw, as sums; not where it shows more faces than agreed."""
    most = rooms.agreement(services.store, context.lecture.id).agreed + _NOT_STUDENTS

    def store(good: Sequence[RoomObservation], now: datetime) -> list[bool]:
        return room_figures.ingest_room(services.store, context.room.id, good, now)

    def too_many(item: RoomObservation) -> Grounds | None:
        if len(item.faces) <= most:
            return None
        return Grounds(Reason.INVALID, _TOO_MANY, {"most": most, "given": len(item.faces)})

    return _take(services, context.lecture, items, lambda item: item.captured_at, store, too_many)


def _take(
    services: Services,
    lecture: Lecture,
    items: Sequence[Item | Unreadable],
    moment: Callable[[Item], datetime],
    store: Callable[[Sequence[Item], datetime], list[bool]],
    refuse: Callable[[Item], Grounds | None] = lambda _: None,
) -> Taken[Item]:
    now = services.clock()
    good: list[Item] = []
    grounds: list[Grounds | Unreadable | None] = []
    for item in items:
        if isinstance(item, Unreadable):
            grounds.append(item)
            continue
        at = moment(item)
        why = refuse(item) or misdated(item.id, at) or judge(at, lecture, services.terms, now)
        grounds.append(why)
        if why is None:
            good.append(item)
    new = iter(store(good, now) if good else [])
    return Taken(
        tuple(
            Verdict(item.id, grounds=why) if why else Verdict(item.id, known=not next(new))
            for item, why in zip(items, grounds, strict=True)
        ),
        now,
    )
