"""Taking in what agents send: observations and events, each item judged by itself, and pulses."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, request

from contract.batches import Batch, Unreadable, read_batch
from contract.events import Event
from contract.exchange import (
    Ask,
    BatchAnswer,
    ItemVerdict,
    LectureState,
    Pulse,
    Reason,
    Verdict,
)
from contract.observations import Observation, RoomObservation
from dashboard.api.bearer import actor_of, agent, sender
from dashboard.api.limits import current_limits
from dashboard.api.operations import answer, nothing, operation, read_body
from dashboard.http.web import current_services
from db.engine.store import Store
from db.measurements import ingest as store_ingest
from db.teaching import flags
from db.values import AgentContext, Lecture
from services import my_data
from services.access import Action
from services.context import Services
from services.errors import InvalidError
from services.verdicts import Tolerance, judge, misdated

blueprint = Blueprint("ingest", __name__)

Item = TypeVar("Item", Observation, Event, RoomObservation)
Ingest = Callable[[Store, UUID, Sequence[Item], datetime], list[bool]]

_ASK_TEXT = "Would you like your teacher to check in with you?"


class ObservationBatch(Batch[Observation]):
    """``{"items": […]}`` of observations, at most 600."""


class EventBatch(Batch[Event]):
    """``{"items": […]}`` of events, at most 600."""


_ERRORS = (401, 403, 413, 422, 429, 503)


@blueprint.post("/observations")
@operation(
    summary="Store observations; each item gets its own verdict, in the order of the request",
    body=ObservationBatch,
    answer=BatchAnswer,
    errors=_ERRORS,
    bearer=True,
)
def observations() -> Response:
    """``POST /observations``."""
    context = sender(Action.SEND_OBSERVATIONS)
    items = read_batch(request.get_data(cache=False), Observation)
    return _take(context, items, lambda item: item.captured_at, store_ingest.ingest_observations)


@blueprint.post("/events")
@operation(
    summary="Store events of an agent; verdicts as for observations",
    body=EventBatch,
    answer=BatchAnswer,
    errors=_ERRORS,
    bearer=True,
)
def events() -> Response:
    """``POST /events``."""
    context = sender(Action.SEND_EVENTS)
    items = read_batch(request.get_data(cache=False), Event)
    return _take(context, items, lambda item: item.at, store_ingest.ingest_events)


def _take(
    context: AgentContext,
    items: Sequence[Item | Unreadable],
    moment: Callable[[Item], datetime],
    ingest: Ingest[Item],
) -> Response:
    """Judge every item, store those that may be, and answer a verdict for each, in order."""
    services = current_services()
    now = services.clock()
    verdicts, good = judged(items, moment, context.lecture, services, now)
    new = ingest(services.store, context.participant.id, good, now) if good else []
    return answer(
        BatchAnswer(
            verdicts=with_stored(verdicts, good, new),
            server_time=now,
            lecture=LectureState.RUNNING if context.lecture.running else LectureState.ENDED,
            ended_at=context.lecture.ended_at,
            admitted=context.admitted,
            ask=_question(services, context),
        )
    )


def judged(
    items: Sequence[Item | Unreadable],
    moment: Callable[[Item], datetime],
    lecture: Lecture,
    services: Services,
    now: datetime,
) -> tuple[list[ItemVerdict | None], list[Item]]:
    """A verdict for each item that may not be stored, None for each that may; and those."""
    tolerance = _tolerance(services)
    verdicts: list[ItemVerdict | None] = []
    good: list[Item] = []
    for item in items:
        if isinstance(item, Unreadable):
            verdicts.append(rejected(item.id, Reason.INVALID, item.detail))
        elif (apart := misdated(item.id, moment(item))) is not None:
            verdicts.append(rejected(item.id, Reason.INVALID, apart))
        elif (why := judge(moment(item), lecture, tolerance, now)) is not None:
            verdicts.append(rejected(item.id, *why))
        else:
            verdicts.append(None)
            good.append(item)
    return verdicts, good


def with_stored(
    verdicts: Sequence[ItemVerdict | None], good: Sequence[Item], new: Sequence[bool]
) -> tuple[ItemVerdict, ...]:
    """All verdicts, where ``new`` says of each of the ``good`` items whether it was not known."""
    stored = zip(good, new, strict=True)
    return tuple(given or _stored(*next(stored)) for given in verdicts)


def _tolerance(services: Services) -> Tolerance:
    return Tolerance(future=services.terms.future, late=services.terms.late)


def rejected(identifier: UUID | None, reason: Reason, detail: str) -> ItemVerdict:
    """The verdict on an item that is not stored."""
    return ItemVerdict(id=identifier, verdict=Verdict.REJECTED, reason=reason, detail=detail)


def _stored(item: Observation | Event | RoomObservation, new: bool) -> ItemVerdict:
    return ItemVerdict(id=item.id, verdict=Verdict.ACCEPTED if new else Verdict.DUPLICATE)


def _question(services: Services, context: AgentContext) -> Ask | None:
    """What this student is asked privately, if they chose to be asked first."""
    if not (context.choices.ask_first and context.admitted and context.lecture.running):
        return None
    flag = flags.open_ask(services.store, context.participant.id)
    return None if flag is None else Ask(id=flag.id, text=_ASK_TEXT)


@blueprint.post("/pulse")
@operation(
    summary="Report one's own mood, or answer yes or no to a question",
    body=Pulse,
    status=204,
    errors=(401, 403, 404, 409, 413, 422, 429, 503),
    bearer=True,
)
def pulse() -> Response:
    """``POST /pulse``."""
    context = agent()
    given = read_body(Pulse)
    services, actor, me = current_services(), actor_of(context), context.participant.id
    if given.mood is not None and given.ask is None and given.answer is None:
        current_limits().pulses.take(me)
        my_data.say(services, actor, me, given.mood)
    elif given.mood is None and given.ask is not None and given.answer is not None:
        my_data.answer(services, actor, me, given.ask, given.answer)
    else:
        raise InvalidError("A pulse must be either a mood, or an ask with its answer.")
    return nothing()
