"""Each request has an id, which every line that it logs and its answer bear."""

import re
import secrets
from typing import Final

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, unbind_contextvars

HEADER: Final = "X-Request-Id"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def register(flask: Flask, *, believed: bool) -> None:
    """Number this server's requests; ``believed``: a proxy in front has numbered them already."""

    def begin() -> None:
        given = request.headers.get(HEADER, "") if believed else ""
        g.request_id = given if _PLAIN.fullmatch(given) else secrets.token_hex(8)
        bind_contextvars(request=g.request_id)

    def finish(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        return response

    flask.before_request(begin)
    flask.after_request(finish)
    # A thread works on one request after the other.
    flask.teardown_request(lambda _: unbind_contextvars("request"))
