"""Identity minted once, at capture: UUIDv7 (RFC 9562), whose first 48 bits are the time in ms."""

import secrets
import threading
from datetime import UTC, datetime
from uuid import UUID

from contract.errors import ContractError

_lock = threading.Lock()
_last = 0  # time and random bits of the id minted last


def uuid7(at: datetime) -> UUID:
    """Mint an identifier for something that happened at ``at`` (timezone-aware).

    Ids minted one after the other within one millisecond sort in minting order. Raises
    ContractError where ``at`` is naive.
    """
    if at.tzinfo is None:
        raise ContractError(f"An id needs a time with its zone, but received the naive {at!r}.")
    global _last
    milliseconds = int(at.timestamp() * 1000)
    fresh = (milliseconds << 74) | secrets.randbits(74)
    with _lock:
        if _last >> 74 == milliseconds and fresh <= _last:
            fresh = _last + 1
        _last = fresh
    bits = fresh & ((1 << 74) - 1)
    value = (fresh >> 74) << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & (2**62 - 1)
    return UUID(int=value)


def uuid7_time(identifier: UUID) -> datetime:
    """The UTC time inside ``identifier``, to the millisecond. Raises ContractError if not a v7."""
    if identifier.version != 7:
        raise ContractError(
            f"An id must be a UUIDv7, but {identifier} has version {identifier.version}."
        )
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
