"""Seconds as they are counted while capturing: which pictures of each are looked at, and when one
is over and can be summed up."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

_GRACE_S = 5e-4
"""Time stamps of files are rounded."""


class Seconds:
    """Counts on the monotonic clock from the first picture on, so that a step of the wall clock
    neither doubles nor drops one."""

    def __init__(self, frames_per_second: float) -> None:
        self._rate = frames_per_second
        self._next_rate = frames_per_second
        self._begin: float | None = None
        self._anchor = 0
        self._asked_in = 0
        self._slot = -1

    def set_rate(self, frames_per_second: float) -> None:
        """Look at so many pictures a second, from the next second on."""
        self._next_rate = frames_per_second

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment: the first in each n-th of a second."""
        into = self._since_begin(monotonic)
        if self._rate != self._next_rate and int(into) > self._asked_in:
            self._rate, self._anchor, self._slot = self._next_rate, int(into), -1
        self._asked_in = int(into)
        slot = int((into - self._anchor) * self._rate)
        if slot <= self._slot:
            return False
        self._slot = slot
        return True

    def of(self, monotonic: float) -> tuple[int, float]:
        """Which second that moment is in, and how long after its beginning."""
        into = self._since_begin(monotonic)
        return int(into), max(0.0, into - int(into) - _GRACE_S)

    def restart(self) -> None:
        """What comes next begins a second of its own."""
        self._begin, self._slot = None, -1
        self._anchor = self._asked_in = 0

    def _since_begin(self, monotonic: float) -> float:
        if self._begin is None:
            self._begin = monotonic
        return monotonic - self._begin + _GRACE_S


Reading = TypeVar("Reading")
Notes = TypeVar("Notes")
Summary = TypeVar("Summary")


@dataclass(slots=True)
class Second(Generic[Notes]):
    """The second under way: when it began, how many pictures were looked at, and what they show."""

    index: int
    began_at: datetime
    notes: Notes
    pictures: int = field(default=0)


class BySecond(ABC, Generic[Reading, Notes, Summary]):
    """Gathers the readings of each second, and hands out its summary when the next one begins.

    A second without any picture has none: nothing is known of it.
    """

    def __init__(self, frames_per_second: float) -> None:
        self._seconds = Seconds(frames_per_second)
        self._second: Second[Notes] | None = None

    def set_rate(self, frames_per_second: float) -> None:
        """Look at so many pictures a second, from the next second on."""
        self._seconds.set_rate(frames_per_second)

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment: the first in each n-th of a second."""
        return self._seconds.wants(monotonic)

    def add(self, reading: Reading, captured_at: datetime, monotonic: float) -> Summary | None:
        """Take one picture in; the summary of the second before, where this begins a new one.

        Pictures come in the order they were taken.
        """
        index, into = self._seconds.of(monotonic)
        finished = None
        if self._second is None or index != self._second.index:
            finished = self.finish()
            began_at = captured_at - timedelta(seconds=into)
            self._second = Second(index, began_at, self._blank())
        self._second.pictures += 1
        self._note(self._second.notes, reading, monotonic)
        return finished

    def finish(self) -> Summary | None:
        """The summary of the second that is under way, if it has a picture."""
        second, self._second = self._second, None
        return None if second is None else self._summary(second)

    def pause(self) -> Summary | None:
        """As ``finish``; what comes next begins a second of its own."""
        finished = self.finish()
        self._seconds.restart()
        return finished

    @abstractmethod
    def _blank(self) -> Notes:
        """What a second starts with."""

    @abstractmethod
    def _note(self, notes: Notes, reading: Reading, monotonic: float) -> None:
        """Take one picture of the second into its notes."""

    @abstractmethod
    def _summary(self, second: Second[Notes]) -> Summary | None:
        """What is said of a second, if anything."""
