"""Taking in what agents send: observations and events, each judged by itself, and self-reports."""

from typing import Any

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
from contract.observations import Observation
from dashboard.api.bearer import agent, sender
from dashboard.api.limits import current_limits
from dashboard.api.operations import answer, nothing, operation, read_body
from dashboard.http.metrics import current_metrics
from dashboard.http.web import current_services
from dashboard.i18n.error_words import rule_words
from db.values import AgentContext, Lecture
from services import my_data
from services.access import Action
from services.errors import InvalidError
from services.figures import flag_log
from services.receiving import batches
from services.receiving.batches import Taken, actor_of
from services.receiving.verdicts import Grounds

blueprint = Blueprint("ingest", __name__)

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
    taken = batches.take_observations(current_services(), context, items)
    captured = [item.captured_at for item in items if isinstance(item, Observation)]
    current_metrics().received(captured, taken.now)
    return answered(taken, context.lecture, admitted=context.admitted, ask=_question(context))


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
    taken = batches.take_events(current_services(), context, items)
    return answered(taken, context.lecture, admitted=context.admitted, ask=_question(context))


def answered(taken: Taken[Any], lecture: Lecture, **also: Any) -> Response:
    """A verdict for each item, in order, and how the lecture stands."""
    return answer(
        BatchAnswer(
            verdicts=tuple(map(_verdict, taken.verdicts)),
            server_time=taken.now,
            lecture=LectureState.RUNNING if lecture.running else LectureState.ENDED,
            ended_at=lecture.ended_at,
            **also,
        )
    )


def _verdict(given: batches.Verdict) -> ItemVerdict:
    match given.grounds:
        case None:
            kind = Verdict.DUPLICATE if given.known else Verdict.ACCEPTED
            return ItemVerdict(id=given.id, verdict=kind)
        case Unreadable(detail=detail):
            reason = Reason.INVALID
        case Grounds(reason=reason, rule=rule, values=values):
            detail = rule_words(rule, values)
    return ItemVerdict(id=given.id, verdict=Verdict.REJECTED, reason=reason, detail=detail)


def _question(context: AgentContext) -> Ask | None:
    store = current_services().store
    flag = flag_log.open_question(store, context.participant, context.lecture)
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
        current_limits().self_reports.take(me)
        my_data.say(services, actor, me, given.mood)
    elif given.mood is None and given.ask is not None and given.answer is not None:
        my_data.answer(services, actor, me, given.ask, given.answer)
    else:
        raise InvalidError("A pulse must be either a mood, or an ask with its answer.")
    return nothing()
