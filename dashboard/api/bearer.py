"""Whose agent is asking: the bearer token, looked up once per request."""

from flask import g, request

from dashboard.api.limits import current_limits
from dashboard.http.web import current_services
from db.values import AgentContext
from services.access import Action
from services.errors import NotSignedInError
from services.receiving import batches


def agent() -> AgentContext:
    """The participant whose token the request bears, withdrawn ones too.

    Raises NotSignedInError where the token is missing, unknown or replaced by another device's,
    TooManyRequestsError where the agent asks too fast. Wrong tokens are not counted: 256 random
    bits cannot be guessed, and one forgotten device must not shut out the school it stands in.
    """
    if (known := g.get("agent_context")) is not None:
        return known  # type: ignore[no-any-return]
    token = bearer_secret()
    if token is None:
        raise NotSignedInError("This needs the agent's token, as Authorization: Bearer.")
    found = batches.sender(current_services(), token)
    current_limits().agent.take(found.token_id)
    g.agent_context = found
    return found


def bearer_secret() -> str | None:
    """What the request bears as ``Authorization: Bearer``; None where it bears nothing."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def sender(action: Action) -> AgentContext:
    """The participant who may still send what ``action`` says; errors as the use case's."""
    context = agent()
    batches.require_may_send(context, action)
    return context
