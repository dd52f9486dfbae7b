"""Errors over HTTP: every one becomes RFC 9457 problem details, none a traceback."""

import math
import secrets
from typing import Final

import structlog
from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from contract.batches import BatchTooLargeError, first_rule
from contract.errors import ClassPulseError, ContractError
from contract.exchange import Problem
from dashboard.errors import TooManyRequestsError
from dashboard.http.error_page import error_html
from dashboard.i18n import Said, mark, text
from dashboard.i18n.error_words import sentence
from db.errors import (
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
    TicketError,
    WithdrawnError,
)
from services.errors import (
    BusyError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
    RefusedError,
    UnknownObjectError,
)

_log = structlog.get_logger(__name__)

_INTERNAL: Final = mark("Internal error")

# The first that fits; what a client should do depends on the status alone, the rest is for people.
_STATUS: Final[tuple[tuple[type[ClassPulseError], int, str], ...]] = (
    (NotSignedInError, 401, mark("Not signed in")),
    (WithdrawnError, 403, mark("Agreement taken back")),
    (ForbiddenError, 403, mark("Not allowed")),
    (TicketError, 403, mark("Ticket or link not valid")),
    (UnknownObjectError, 404, mark("Not found")),
    (NotFoundError, 404, mark("Not found")),
    (RefusedError, 409, mark("Not now")),
    (ConflictError, 409, mark("Not now")),
    (BatchTooLargeError, 413, mark("Too large")),
    (InvalidError, 422, mark("Not valid")),
    (ContractError, 422, mark("Not valid")),
    (TooManyRequestsError, 429, mark("Too many requests")),
    (BusyError, 429, mark("Too many requests")),
    (StoreUnavailableError, 503, mark("Store not available")),
)
_TITLES: Final = Said({title: title for _, _, title in _STATUS} | {"Internal error": _INTERNAL})
_STORE_RETRY_S: Final = 5.0
_HTTP_WORDS: Final = Said(
    {
        404: mark("There is nothing at this address."),
        405: mark("This address does not answer that method."),
        413: mark("The request is larger than this server reads."),
        415: mark("A body must be sent as it is, without a Content-Encoding."),
    }
)


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    instance: str | None = None,
    retry_after: float | None = None,
) -> Response:
    """One problem as a response. ``retry_after`` in seconds."""
    if _a_person_reads():
        response = Response(error_html(_TITLES.get(title, title), detail), status=status)
    else:
        body = Problem(title=title, status=status, detail=detail, instance=instance)
        response = Response(
            body.model_dump_json(exclude_none=True),
            status=status,
            content_type="application/problem+json",
        )
    response.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="classpulse"'
    return response


def _a_person_reads() -> bool:
    """Whether a browser opens this address as a page, rather than a program asking the API."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/problem+json"] and (
        request.headers.get("Sec-Fetch-Dest") in (None, "document")
    )


def from_error(error: ClassPulseError) -> Response:
    """The problem that an error raised on purpose becomes."""
    for kind, status, title in _STATUS:
        if isinstance(error, kind):
            wait = error.retry_after if isinstance(error, TooManyRequestsError) else None
            if isinstance(error, BusyError):
                wait = 1.0
            if status == 503:
                _log.warning("store_unavailable", detail=str(error))
                # The sentence may name the store's address, which is not the public's.
                detail = text("The store does not answer now; nothing was lost on the way.")
                return problem(status, title, detail, retry_after=_STORE_RETRY_S)
            return problem(status, title, sentence(error), retry_after=wait)
    return incident(error)


def incident(error: Exception) -> Response:
    """The problem that an error nobody foresaw becomes: an id here, all the rest in the log."""
    identifier = log_incident(error)
    return problem(
        500,
        _INTERNAL,
        text(
            "Something went wrong here. If it happens again, tell the operator: {incident}.",
            incident=identifier,
        ),
        instance=f"urn:classpulse:incident:{identifier}",
    )


def log_incident(error: Exception) -> str:
    """Log an unforeseen error with its traceback and answer the id it can be found by."""
    identifier = secrets.token_hex(6)
    # The rule of the address and not the address: links have secrets in theirs.
    place = "none" if request.url_rule is None else request.url_rule.rule
    _log.error("incident", incident=identifier, method=request.method, place=place, exc_info=error)
    return identifier


def register(flask: Flask) -> None:
    """Make every error of this server a problem."""
    flask.register_error_handler(ClassPulseError, from_error)
    flask.register_error_handler(ValidationError, _from_validation)
    flask.register_error_handler(HTTPException, _from_http)
    flask.register_error_handler(Exception, incident)


def _from_validation(error: ValidationError) -> Response:
    return problem(
        422, "Not valid", text("The request breaks a rule: {rule}.", rule=first_rule(error))
    )


def _from_http(error: HTTPException) -> Response | AnyResponse:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    detail = _HTTP_WORDS.get(status, error.description or error.name)
    return problem(status, error.name, detail)
