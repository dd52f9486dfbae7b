"""What goes wrong again and again, said once: when it begins, and when it is over."""

import threading
from collections.abc import Hashable

import structlog

from contract.errors import ClassPulseError

_log = structlog.get_logger(__name__)


class Failures:
    """What of something that recurs is failing now. Threads may share it."""

    def __init__(self, event: str, key: str = "what") -> None:
        self._event = event
        self._key = key
        self._lock = threading.Lock()
        self._failing: dict[Hashable, int] = {}
        self.count = 0
        """How often anything has failed since the start."""

    def failed(self, what: Hashable, error: BaseException) -> None:
        """``what`` has failed: one line for the first time, a traceback if nobody foresaw it."""
        with self._lock:
            self.count += 1
            again = what in self._failing
            self._failing[what] = self._failing.get(what, 0) + 1
        if again:
            return
        named = {self._key: str(what)}
        if isinstance(error, ClassPulseError):
            _log.warning(self._event, **named, detail=str(error))
        else:
            _log.error(self._event, **named, exc_info=error)

    def worked(self, what: Hashable) -> None:
        """``what`` works, or works again."""
        if what not in self._failing:
            return
        with self._lock:
            times = self._failing.pop(what, 0)
        _log.info(f"{self._event}_over", **{self._key: str(what)}, times=times)
