"""A clock that stands still until it is turned."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """What it says when called is ``now``, until the test turns it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Turn it on by a ``timedelta`` of these words."""
        self.now += timedelta(**span)
        return self.now


class RealClock(Clock):
    """What the machine's own says: for programs that keep time by themselves."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)
