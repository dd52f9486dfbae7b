"""What every use case is handed: the store, the model's card, the live figures, terms and clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from db.engine.store import Store
from services.live.values import Increment, LiveSnapshot

if TYPE_CHECKING:
    from models.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long things may take, as the operator has set it."""

    ticket: timedelta
    """A student may read for so long before agreeing."""
    report_grace: timedelta
    """Outboxes are waited for so long after a lecture's end."""
    silence: timedelta
    """A lecture without any data ends after this."""
    late: timedelta
    """A lecture takes what was captured in it for so long after its end."""
    future: timedelta
    """An agent's clock may be ahead by so much."""


class LiveFigures(Protocol):
    """The running lectures as they stand at the last tick."""

    def snapshot(self, lecture_id: UUID) -> LiveSnapshot | None:
        """The lecture's figures; None where it does not run."""

    def timeline_since(self, lecture_id: UUID, cursor: str | None) -> Increment:
        """What is new in the lecture's timeline since ``cursor``."""


class NothingLive:
    """The live figures of a program that follows no lecture."""

    def snapshot(self, lecture_id: UUID) -> LiveSnapshot | None:
        """None: nobody looks at the lecture here."""

    def timeline_since(self, lecture_id: UUID, cursor: str | None) -> Increment:  # noqa: ARG002
        """Nothing new."""
        return Increment(cursor or "", reset=False, points=(), markers=())


@dataclass(frozen=True, kw_only=True)
class Services:
    """Made once by a composition root, handed to every use case."""

    store: Store
    card: "Card"
    live: LiveFigures
    clock: Callable[[], datetime]
    terms: Terms


def utc_now() -> datetime:
    """The clock of a running program."""
    return datetime.now(UTC)
