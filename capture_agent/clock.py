"""Time: the machine's clocks as values passed in, and the correction of a wrong one."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERATED: Final = timedelta(seconds=2)
"""A clock further off than this is corrected."""

_WORTH_CHANGING: Final = timedelta(seconds=1)
_SLOW_ANSWER_S: Final = 4.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """UTC for the record, monotonic seconds for durations, and a wait that can be interrupted.

    ``wait(seconds)`` answers True as soon as the agent is asked to stop, else False after
    ``seconds``.
    """

    now: Callable[[], datetime] = _utc_now
    # Not time.monotonic: on Windows that moves in steps as long as looking at a picture takes.
    monotonic: Callable[[], float] = time.perf_counter
    stopping: threading.Event = field(default_factory=threading.Event)
    wait_for: Callable[[threading.Event, float], bool] = threading.Event.wait

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` or until asked to stop; True when asked to stop."""
        return self.wait_for(self.stopping, max(0.0, seconds))


class ClockCorrection:
    """How far this machine's clock is from the server's, learned from its answers.

    Small differences are left alone: correcting them would only move times about by the network's
    own jitter. Safe to use from several threads.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._lock = threading.Lock()
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """What is added to this machine's time; zero while its clock is right."""
        with self._lock:
            return self._offset

    @property
    def offset_ms(self) -> int:
        """The offset in whole milliseconds."""
        return round(self.offset / timedelta(milliseconds=1))

    def learn(self, server_time: datetime, sent: datetime, received: datetime) -> bool:
        """Take in one answer; True where the correction changed.

        ``sent`` and ``received`` are this machine's times around the request. An answer that took
        long says little about when it was written, and is passed over.
        """
        if not 0 <= (received - sent).total_seconds() <= _SLOW_ANSWER_S:
            return False
        measured = server_time - (sent + (received - sent) / 2)
        wanted = measured if abs(measured) > TOLERATED else timedelta(0)
        with self._lock:
            if abs(wanted - self._offset) < _WORTH_CHANGING:
                return False
            self._offset = wanted
            return True

    def assume(self, offset: timedelta) -> None:
        """Start from what an earlier run has learned."""
        with self._lock:
            self._offset = offset

    def correct(self, at: datetime) -> tuple[datetime, int]:
        """The corrected time and the correction in milliseconds."""
        offset_ms = self.offset_ms
        return at + timedelta(milliseconds=offset_ms), offset_ms

    def local(self, at: datetime) -> datetime:
        """The same moment by this machine's own clock: the inverse of ``correct``."""
        return at - timedelta(milliseconds=self.offset_ms)
