"""A personal baseline: ten seconds of looking at the screen; from them a face is learned."""

from typing import Final

from contract.events import EventKind

SECONDS: Final = 10.0
QUESTION: Final = (
    "May the first ten seconds, in which you just look at the screen, show how your face looks "
    "at rest?"
)


class Baseline:
    """Marks the ten seconds by events. They begin with the first picture that shows the face."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._began: float | None = None

    def at(self, monotonic: float, has_face: bool) -> EventKind | None:
        """What this picture's moment is for the baseline: its start, its end or neither."""
        if self._began is not None:
            return self.interrupt() if monotonic - self._began >= SECONDS else None
        if not (self._wanted and has_face):
            return None
        self._began = monotonic
        return EventKind.BASELINE_START

    def interrupt(self) -> EventKind | None:
        """The end, where it is under way; a pause or a lost camera ends it early, for good."""
        if self._began is None:
            return None
        self._wanted, self._began = False, None
        return EventKind.BASELINE_END
