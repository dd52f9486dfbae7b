"""Column types that mean the same on SQLite and PostgreSQL: UTC moments and compact ids."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, LargeBinary, TypeDecorator
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.types import TypeEngine

from db.errors import StoreError


def utc(value: datetime) -> datetime:
    """``value`` in UTC. Raises StoreError where it is naive: no zone is ever guessed."""
    if value.tzinfo is None:
        raise StoreError(f"A stored time needs its zone, but received the naive {value!r}.")
    return value.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """A UTC moment, ``timestamptz`` on PostgreSQL. Refuses naive times instead of guessing a zone.

    SQLite keeps no zone at all, so every moment is written there in UTC and gets its zone back
    on the way out.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """``value`` in UTC. Raises StoreError where it is naive."""
        if value is None:
            return None
        return utc(value).replace(tzinfo=None) if dialect.name == "sqlite" else utc(value)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """The stored moment, timezone-aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 raw bytes on SQLite. Both sort alike, a UUIDv7 by time."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that ``dialect`` stores."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(PG_UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], Any] | None:
        """What turns a UUID into what the driver takes; nothing where it takes UUIDs."""
        if dialect.name == "postgresql":
            return None
        return lambda value: None if value is None else value.bytes

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], UUID | None] | None:
        """What turns the driver's value into a UUID; nothing where it gives UUIDs."""
        if dialect.name == "postgresql":
            return None
        return lambda value: None if value is None else UUID(bytes=bytes(value))
