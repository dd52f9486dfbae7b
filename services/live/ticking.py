"""How the live board's ticks go: how many, how long, how long ago, and what fails."""

from time import monotonic, perf_counter
from typing import Final

from services.failures import Failures


class Ticking:
    """Told by the board's thread, read by whoever asks after its health."""

    def __init__(self) -> None:
        self.failures: Final = Failures("tick_failed")
        self.count = 0
        self.seconds = 0.0
        """What all of them took together."""
        self._began: float | None = None
        self._looked: float | None = None

    @property
    def age(self) -> float | None:
        """Seconds since the board last looked; None where it has not begun to."""
        return None if self._looked is None else monotonic() - self._looked

    def begin(self) -> None:
        """A tick begins."""
        if self._looked is None:
            self._looked = monotonic()
        self._began = perf_counter()

    def worked(self) -> None:
        """It has looked at every lecture."""
        if self._began is not None:
            self.seconds += perf_counter() - self._began
        self.count += 1
        self._looked = monotonic()
        self.failures.worked("tick")
