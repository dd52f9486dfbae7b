"""A covered or black camera: it gives pictures, but there is nothing to see in them."""

from typing import Final

import cv2

from capture_agent.sources.frames import Image

_SMALL: Final = (64, 48)
"""Averaged down to this, the noise of a dark sensor is gone and what it looks at is left."""

_DARK: Final = 10.0
_EVEN: Final = 3.0
_PATIENCE_S: Final = 3.0


def shows_nothing(image: Image) -> bool:
    """Whether ``image`` is almost black, or the same all over as behind a finger or a sticker."""
    small = cv2.resize(image, _SMALL, interpolation=cv2.INTER_AREA)
    mean, deviation = cv2.meanStdDev(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
    return bool(mean[0, 0] < _DARK or deviation[0, 0] < _EVEN)


class OcclusionWatch:
    """Tells a covered camera from a hand that passes: three seconds of nothing make it covered."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._covered = False

    def look(self, image: Image, has_face: bool, monotonic: float) -> bool:
        """Whether the camera counts as covered, now that it gave this picture."""
        if has_face or not shows_nothing(image):
            self._since, self._covered = None, False
        elif self._since is None:
            self._since = monotonic
        else:
            self._covered = self._covered or monotonic - self._since >= _PATIENCE_S
        return self._covered

    def reset(self) -> None:
        """Pictures have been interrupted: what was before says nothing about what comes. A
        camera that was covered stays so until a picture shows something."""
        self._since = None
