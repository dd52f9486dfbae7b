"""What the parts of the server share: made once by ``app``, handed to everything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol, cast
from uuid import UUID

from flask import current_app

from dashboard.live_values import Increment, LiveSnapshot
from dashboard.live_wire import Lines
from dashboard.settings import Settings
from db.store import Store

if TYPE_CHECKING:
    from models.cards import Card

EXTENSION: Final = "classpulse"
"""Under which name the Flask server carries its Services."""


class LiveFigures(Protocol):
    """The running lectures as they stand at the last tick."""

    def snapshot(self, lecture_id: UUID) -> LiveSnapshot | None:
        """The lecture's figures; None where it does not run."""

    def timeline_since(self, lecture_id: UUID, cursor: str | None) -> Increment:
        """What is new in the lecture's timeline since ``cursor``."""


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the settings, the model's card, the live figures, the clock and the live lines."""

    store: Store
    settings: Settings
    card: "Card"
    live: LiveFigures
    clock: Callable[[], datetime]
    lines: Lines = field(default_factory=Lines)
    program_path: str | None = None
    """Where on this server students install the program from."""


def utc_now() -> datetime:
    """The clock of the running server."""
    return datetime.now(UTC)


def current_services() -> Services:
    """The services of the server that is answering this request."""
    return cast(Services, current_app.extensions[EXTENSION])
