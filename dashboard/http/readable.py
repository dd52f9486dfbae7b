"""Whether a request can be read at all, asked once at the edge: nobody behind it asks again.

What is packed, nested without end, or no text is refused before a route or Dash looks at it.
"""

import math
from functools import cache
from typing import Any, Final

from flask import Flask, request
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from contract.exchange import API
from services.errors import InvalidError

DEEPEST: Final = 32
"""Brackets within brackets: no page and no agent of ours sends half as many."""

_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_LARGEST: Final = 2**63
"""The first whole number that no store keeps."""


def register(flask: Flask) -> None:
    """Ask it of every request of this server, before any route or page."""
    flask.before_request(_require_readable)


def _require_readable() -> None:
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType
    # Whoever asks for the body's value gets it by our reader.
    request.json_module = _Json
    told = [request.path, *request.args, *(value for _, value in request.args.items(multi=True))]
    # The API reads no forms; to look for one would take its body away.
    if request.mimetype in _FORMS and not request.path.startswith(f"{API}/"):
        told += [*request.form, *(value for _, value in request.form.items(multi=True))]
    for one in told:
        require_plain(one)


def read_json(raw: bytes | str) -> Any:
    """The value that a body says.

    Raises InvalidError where it is no JSON in UTF-8 (half of a surrogate pair is none), nested
    deeper than ``DEEPEST``, or holds a NUL or a number that no store keeps.
    """
    try:
        value = _anything().validate_json(raw)
    except ValidationError as error:
        # What pydantic says of it may repeat what was sent.
        raise InvalidError("A body must be JSON in UTF-8.") from error
    level, depth = [value], 0
    while level:
        containers = [one for one in level if isinstance(one, dict | list)]
        if containers and (depth := depth + 1) > DEEPEST:
            raise InvalidError("A body must be nested at most {most} levels deep.", most=DEEPEST)
        for one in level:
            require_plain(one)
        level = [inner for one in containers for inner in _inside(one)]
    return value


def _inside(container: dict[str, Any] | list[Any]) -> list[Any]:
    return container if isinstance(container, list) else [*container, *container.values()]


def require_plain(one: Any) -> None:
    """Raise InvalidError where a decoded value is none that a store keeps."""
    match one:
        case str() if "\0" in one:
            raise InvalidError("A request must be text, without the letter NUL.")
        case float() if not math.isfinite(one):
            raise InvalidError("A number in a body must be finite.")
        case int() if not -_LARGEST <= one < _LARGEST:
            raise InvalidError("A whole number in a body must fit into 64 bits.")


@cache
def _anything() -> TypeAdapter[Any]:
    return TypeAdapter(Any)


class _Json:
    """A JSON module, as far as a request needs one."""

    loads = staticmethod(read_json)
