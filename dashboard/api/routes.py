"""All routes of the API, put on a server under ``/api/v1``, and their description."""

from flask import Flask, Response, request

from contract.exchange import API
from dashboard.api import exports, ingest, join, lectures, limits, me, openapi, problems, room
from dashboard.settings import Settings
from services.errors import UnknownObjectError


def register(flask: Flask, settings: Settings) -> None:
    """Add the API, its limits and its problems to ``flask``."""
    flask.extensions[limits.EXTENSION] = limits.limits_from(settings)
    flask.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    problems.register(flask)
    for part in (join, ingest, me, lectures, exports, room):
        flask.register_blueprint(part.blueprint, url_prefix=API)
    # Beside the versions, since it tells which there are.
    flask.register_blueprint(openapi.blueprint, url_prefix="/api")
    # Without it Dash would answer its page to any other address.
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    flask.add_url_rule("/api/<path:rest>", "no_such_route", _no_such_route, methods=methods)


def _no_such_route(rest: str) -> Response:
    raise UnknownObjectError(
        "There is no {method} /api/{given}.", method=request.method, given=rest[:80]
    )
