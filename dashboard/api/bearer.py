"""Whose agent is asking: the bearer token, looked up once per request."""

from flask import g, request

from dashboard.api.limits import current_limits
from dashboard.http.web import current_services
from db.people import consents
from db.values import AgentContext, ParticipantStatus
from services import access
from services.access import Action, ParticipantActor
from services.errors import ForbiddenError, NotSignedInError


def agent() -> AgentContext:
    """The participant whose token the request bears, withdrawn ones too.

    Raises NotSignedInError where the token is missing, unknown or replaced by another device's,
    TooManyRequestsError where the agent asks too fast. Wrong tokens are not counted: 256 random
    bits cannot be guessed, and one forgotten device must not shut out the school it stands in.
    """
    if (known := g.get("agent_context")) is not None:
        return known  # type: ignore[no-any-return]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedInError("This needs the agent's token, as Authorization: Bearer.")
    found = consents.agent_context(current_services().store, token.strip())
    if found is None:
        raise NotSignedInError("This token is not known, or another device has replaced it.")
    current_limits().agent.take(found.token_id)
    g.agent_context = found
    return found


def actor_of(context: AgentContext) -> ParticipantActor:
    """The bearer as access knows them."""
    return ParticipantActor(context.participant.id, context.lecture.id)


def sender(action: Action) -> AgentContext:
    """The participant who may still send what ``action`` says.

    Raises ForbiddenError, finally, where they withdrew, were refused, or policy takes no such data.
    """
    context = agent()
    target = access.participant_object(context.participant, context.lecture, context.course)
    access.authorize(actor_of(context), action, target)
    if context.withdrawn:
        raise ForbiddenError("You took your agreement back, so nothing more is accepted.")
    if context.participant.status is ParticipantStatus.REFUSED:
        raise ForbiddenError("The teacher did not admit you to this lecture.")
    if action is Action.SEND_OBSERVATIONS and not context.choices.class_mood:
        raise ForbiddenError("You did not agree that your numbers count in the class mood.")
    return context
