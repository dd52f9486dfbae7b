"""Writes down for the operator who signed in, who could not, and who was refused what.

By place and status alone: no login that was typed (it may be a password in the wrong field), no
address of a caller, and no path, since links have secrets in theirs. Students stand there by a mark
that means nothing elsewhere, and nothing after a restart: an erasure cannot reach a log.
"""

import hmac
import secrets
from functools import cache
from typing import Final
from uuid import UUID

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user

from db.values import AgentContext, Role
from services.access import Actor, ParticipantActor, UserActor

_log = structlog.get_logger(__name__)

_SIGN_INS: Final = {
    "signin.sign_in": "password",
    "signin.give_code": "code",
    "oidc.come_back": "provider",
}
"""The routes that may end in a session, and by what somebody shows there who they are."""
_REFUSED: Final = frozenset({401, 403, 413, 421, 429})


def register(flask: Flask) -> None:
    """Look at every answer of this server."""
    flask.after_request(_look)


def _look(response: Response) -> Response:
    by = _SIGN_INS.get(request.endpoint or "")
    if by is not None:
        _sign_in(by, response.status_code)
    elif response.status_code in _REFUSED:
        _log.info(
            "refused",
            status=response.status_code,
            method=request.method if request.url_rule is not None else "OTHER",
            place=place(),
            who=_who(),
        )
    return response


def _sign_in(by: str, status: int) -> None:
    if status >= 400:
        _log.info("sign_in_failed", by=by, status=status)
    elif current_user.is_authenticated:
        _log.info("signed_in", who=_named(UserActor(current_user.user)), by=by)
    else:
        # The password was right, and a code is asked for.
        _log.info("sign_in_goes_on", by=by)


def place() -> str:
    """Which address was asked for, by its rule, in which nothing is filled in."""
    return "none" if request.url_rule is None else request.url_rule.rule


def _who() -> str | None:
    """Whoever has shown who they are, by id, or a student's mark."""
    actor: Actor | None = g.get("actor")
    agent: AgentContext | None = g.get("agent_context")
    if agent is not None:
        return _mark(agent.participant.id)
    return None if actor is None else _named(actor)


def _named(actor: Actor) -> str:
    match actor:
        case ParticipantActor(participant_id=student):
            return _mark(student)
        case UserActor(user=user) if user.role is Role.STUDENT:
            return _mark(user.id)
    return actor.name


def _mark(student: UUID) -> str:
    """By which the lines about one student are known as one student's."""
    return f"student:{hmac.digest(_key(), student.bytes, 'sha256')[:4].hex()}"


@cache
def _key() -> bytes:
    """Of this run of the server; it is written nowhere."""
    return secrets.token_bytes(32)
