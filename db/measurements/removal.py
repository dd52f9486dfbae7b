"""What was forgotten: how much, of which lectures."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Removal:
    """What an erasure or the retention timer removed, and which lectures' reports follow."""

    participants: int
    observations: int
    lectures: tuple[UUID, ...]
    pseudonym: UUID | None = None
    """What the access log calls whoever was erased; nothing else knows it."""
