"""How many pictures a second are looked at: more where one costs little, fewer under load."""

from typing import Final

_COMFORT: Final = 0.05
"""Of the time, spent on pictures beyond the usual number: nobody notices that much."""

_LIMIT: Final = 0.2
"""Of the time, spent on pictures at all: where the usual number takes more, it is lowered."""

_LEAST: Final = 1.0
_MEMORY: Final = 0.2
"""Weight of the newest picture: a change of load shows within three seconds."""


class RateControl:
    """Pictures a second between one and ``most``, ``usual`` until it is known what one costs."""

    def __init__(self, usual: float, most: float) -> None:
        self._usual = usual
        self._most = max(usual, most)
        self._cost: float | None = None

    def took(self, seconds: float) -> None:
        """Learn that looking at one picture took ``seconds``, with whatever else was running."""
        if seconds > 0:
            before = seconds if self._cost is None else self._cost
            self._cost = before + _MEMORY * (seconds - before)

    @property
    def rate(self) -> float:
        """Pictures a second from now on; a whole number above one, to make all seconds alike."""
        if self._cost is None:
            return self._usual
        easy = min(self._most, _COMFORT / self._cost)
        bearable = min(self._usual, _LIMIT / self._cost)
        rate = max(easy, bearable, min(self._usual, _LEAST))
        return float(int(rate + 1e-9)) if rate > self._usual or rate > _LEAST else rate
