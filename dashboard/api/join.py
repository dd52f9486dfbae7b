"""``POST /join`` and ``POST /consents``: the steps of ``services.joining`` over HTTP."""

from flask import Blueprint, Response

from contract.exchange import ConsentAnswer, ConsentRequest, JoinAnswer, JoinRequest
from dashboard import i18n
from dashboard.api.operations import answer, operation, read_body
from dashboard.auth import codes, signin
from dashboard.http.web import current_services
from services import joining

blueprint = Blueprint("join", __name__)


@blueprint.post("/join")
@operation(
    summary="Name a lecture's code; answers its facts, the notice, and a ticket to agree with",
    body=JoinRequest,
    answer=JoinAnswer,
    errors=(403, 404, 409, 413, 422, 429, 503),
)
def join() -> Response:
    """``POST /join``."""
    request, actor = read_body(JoinRequest), signin.current_actor()
    # Links and tickets cannot be guessed.
    return answer(
        codes.guessed(lambda: joining.ask(current_services(), request, actor, i18n.language()))
    )


@blueprint.post("/consents")
@operation(
    summary="Agree to the notice that was read; answers the agent's token and a recovery link",
    body=ConsentRequest,
    answer=ConsentAnswer,
    status=201,
    errors=(403, 404, 409, 413, 422, 429, 503),
)
def consent() -> Response:
    """``POST /consents``."""
    return answer(joining.agree(current_services(), read_body(ConsentRequest)), 201)
