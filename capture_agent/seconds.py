"""Seconds as they are counted while capturing, and which pictures of each are looked at."""

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
        return int(into), into - int(into)

    def restart(self) -> None:
        """What comes next begins a second of its own."""
        self._begin, self._slot = None, -1
        self._anchor = self._asked_in = 0

    def _since_begin(self, monotonic: float) -> float:
        if self._begin is None:
            self._begin = monotonic
        return monotonic - self._begin + _GRACE_S
