"""Batches: many items in one request, each judged by itself: a bad one spoils no other."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.base import Message
from contract.errors import ContractError

MAX_BATCH: Final = 600
"""Most items one request may carry."""

Item = TypeVar("Item", bound=Message)


class BatchTooLargeError(ContractError):
    """A request carries more items than the agreement allows."""


class MalformedBatchError(ContractError):
    """A request is not ``{"items": […]}`` at all."""


class Batch(Message, Generic[Item]):
    """``{"items": […]}``, what an agent sends. Documented as such in the OpenAPI document."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that breaks a rule of the contract: its id where it has one, and the rule."""

    id: UUID | None
    detail: str


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Any]


def read_batch(raw: bytes, kind: type[Item]) -> list[Item | Unreadable]:
    """The items of a request's body, in order, each valid or with the rule it breaks.

    Raises MalformedBatchError where the body is no batch, BatchTooLargeError over 600 items.
    """
    try:
        batch = _adapter(kind).model_validate_json(raw)
    except ValidationError:
        # Only a batch with something wrong in it pays for being looked at item by item.
        return [_read_item(item, kind) for item in _open_envelope(raw)]
    _check_size(len(batch.items))
    return list(batch.items)


@cache
def _adapter(kind: type[Message]) -> type[Batch[Any]]:
    return Batch[kind]  # type: ignore[valid-type]


def _open_envelope(raw: bytes) -> list[Any]:
    try:
        items = _Envelope.model_validate_json(raw).items
    except ValidationError as error:
        raise MalformedBatchError(
            f'A batch must be JSON of the form {{"items": […]}}: {first_rule(error)}.'
        ) from error
    _check_size(len(items))
    return items


def _check_size(count: int) -> None:
    if count > MAX_BATCH:
        raise BatchTooLargeError(
            f"A batch carries at most {MAX_BATCH} items, but this has {count}."
        )


def _read_item(item: Any, kind: type[Item]) -> Item | Unreadable:
    try:
        return kind.model_validate_json(json.dumps(item))
    except ValidationError as error:
        return Unreadable(id=_id_of(item), detail=first_rule(error))


def _id_of(item: Any) -> UUID | None:
    try:
        return UUID(item["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def first_rule(error: ValidationError) -> str:
    """The first broken rule of a validation error in one line, without the offending payload."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    # What pydantic puts before a rule of our own adds nothing to it.
    rule = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {rule}" if where else rule
