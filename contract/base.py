"""The manners of every message: frozen, strict, and closed to fields nobody agreed on."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer


class Message(BaseModel):
    """A value that crosses the network. An unknown field is refused, so nothing else can travel."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="strings"
    )


def _as_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time must lie within the years 1 to 9999 in UTC") from error


def _rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _version_7(value: UUID) -> UUID:
    if value.version != 7:
        raise ValueError(f"an id must be a UUIDv7, but {value} has version {value.version}")
    return value


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_as_utc),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
]
"""A moment, RFC 3339 with its zone on the wire, UTC in memory."""

Uuid7 = Annotated[UUID, AfterValidator(_version_7)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
