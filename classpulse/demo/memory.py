"""What the demo's folder remembers between two starts: who sits in which running lecture."""

import os
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from classpulse.demo.plot import Script
from classpulse.demo.students import Seat
from contract.base import Instant, Message

_PRIVATE: Final = 0o600


class Remembered(Message):
    """A lecture of simulated students, as far as the store does not know it.

    The script is drawn from a fixed seed, so its name and size are enough to go on with it.
    """

    lecture: UUID
    script: Script
    students: int
    origin: Instant
    seats: tuple[Seat, ...]


def remember(path: Path, kept: Remembered) -> None:
    """Write it down, whole or not at all, for this user's eyes: there are tokens in it."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w") as file:
        file.write(kept.model_dump_json())
    fresh.replace(path)


def recall(path: Path) -> Remembered | None:
    """What was written down last; None where nothing was, or by another version."""
    try:
        return Remembered.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
