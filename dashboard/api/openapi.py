"""The OpenAPI 3.1 document, made from the routes and the pydantic models that they use."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contract.exchange import Problem
from dashboard.api.operations import Operation, operation, operation_of
from dashboard.components import urls
from dashboard.http import cookies

blueprint = Blueprint("openapi", __name__)

_Shown = tuple[type[BaseModel], JsonSchemaMode]

_KEPT: Final = "classpulse-openapi"
_REFS: Final = "#/components/schemas/{model}"
_AT_THE_EDGE: Final = (403, 413, 415, 421, 422, 429)
"""What any request may be answered before it reaches its operation."""

_PROBLEM_WORDS: Final = {
    401: "Not signed in, or the token is unknown or replaced.",
    403: "Not allowed by role, policy or agreement; asking again changes nothing.",
    404: "There is no such thing.",
    409: "The state of things does not allow it.",
    413: "The request is too large: send less at once.",
    415: "The body is packed: send it as it is.",
    421: "This server does not answer to the name that it was asked by.",
    422: "The request breaks a rule of its schema.",
    429: "Too many requests: wait as Retry-After says.",
    503: "The store does not answer now: try again as Retry-After says.",
}


@blueprint.get("/openapi.json")
@operation(summary="This document")
def document() -> Response:
    """``GET /api/openapi.json``."""
    kept: dict[str, str] = current_app.extensions.setdefault(_KEPT, {})
    if not kept:
        # Routes are settled when the first request comes, and to describe them takes long enough
        # that strangers who ask all the time would slow down everybody else.
        kept["text"] = json.dumps(describe(current_app))
    return Response(kept["text"], content_type="application/json")


def routes(flask: Flask) -> Iterator[tuple[str, str, str, Operation | None]]:
    """Method, path, endpoint and contract of every route of the API."""
    for rule in flask.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.endpoint == "no_such_route":
            continue
        view = flask.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint, operation_of(view)


def describe(flask: Flask) -> dict[str, Any]:
    """The document of this server's API."""
    documented = [
        (method, path, endpoint, contract)
        for method, path, endpoint, contract in routes(flask)
        if contract is not None
    ]
    # What is sent is described as it is validated, what is answered as it is written.
    models: set[_Shown] = {(Problem, "serialization")}
    for *_, contract in documented:
        if contract.body is not None:
            models.add((contract.body, "validation"))
        if contract.answer is not None:
            models.add((contract.answer, "serialization"))
    ordered = sorted(models, key=lambda shown: (shown[0].__name__, shown[1]))
    refs, schemas = models_json_schema(ordered, ref_template=_REFS)
    paths: dict[str, Any] = {}
    for method, path, endpoint, contract in documented:
        shown = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
        paths.setdefault(shown, {})[method.lower()] = _operation(endpoint, path, contract, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "ClassPulse", "version": version("classpulse")},
        "servers": [{"url": urls.at("") or "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "agent": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookies.name(cookies.SESSION, flask),
                },
            },
        },
    }


def _operation(
    endpoint: str, path: str, contract: Operation, refs: dict[Any, Any]
) -> dict[str, Any]:
    responses: dict[str, Any] = {str(contract.status): _success(contract, refs)}
    for status in sorted({*contract.errors, *_AT_THE_EDGE}):
        responses[str(status)] = {
            "description": _PROBLEM_WORDS[status],
            "content": {"application/problem+json": {"schema": refs[Problem, "serialization"]}},
        }
    described: dict[str, Any] = {
        "operationId": endpoint.replace(".", "_"),
        "summary": contract.summary,
        "responses": responses,
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(?:\w+:)?(\w+)>", path)
    ] + [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in contract.query
    ]
    if parameters:
        described["parameters"] = parameters
    if contract.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[contract.body, "validation"]}},
        }
    if 401 in contract.errors:
        described["security"] = [{"agent": []}] if contract.bearer else [{"session": []}]
    return described


def _success(contract: Operation, refs: dict[Any, Any]) -> dict[str, Any]:
    if contract.status == 204:
        return {"description": "Done."}
    schema: Any = {"type": "object"}
    if contract.answer is not None:
        schema = refs[contract.answer, "serialization"]
    elif contract.media != "application/json":
        schema = {"type": "string", "contentMediaType": contract.media}
    return {"description": "Done.", "content": {contract.media: {"schema": schema}}}
