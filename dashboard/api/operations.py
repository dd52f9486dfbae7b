"""What a route takes and answers, said once beside it; the OpenAPI document is made from this."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Response, request
from pydantic import BaseModel

from contract.base import Message
from dashboard.http.readable import read_json

View = TypeVar("View", bound=Callable[..., Any])
Body = TypeVar("Body", bound=BaseModel)
_MARK: Final = "classpulse_operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route's contract. ``errors``: the statuses of the problems it may answer."""

    summary: str
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media: str = "application/json"
    status: int = 200
    errors: tuple[int, ...] = ()
    bearer: bool = False
    query: tuple[tuple[str, str], ...] = ()


def operation(**contract: Any) -> Callable[[View], View]:
    """Attach an Operation (its fields by name) to a view."""

    def attach(view: View) -> View:
        setattr(view, _MARK, Operation(**contract))
        return view

    return attach


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """The contract attached to a view; None where it has none."""
    return getattr(view, _MARK, None)


def read_body(kind: type[Body]) -> Body:
    """The request's body. Raises InvalidError or pydantic's ValidationError, which become a 422."""
    raw = request.get_data(cache=False)
    read_json(raw)
    return kind.model_validate_json(raw)


def answer(message: Message | BaseModel, status: int = 200) -> Response:
    """A message as the response. Nothing the API says may lie in a shared cache."""
    response = Response(message.model_dump_json(), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def nothing() -> Response:
    """Done, and there is nothing to say."""
    return Response(status=204)
