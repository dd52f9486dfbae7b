"""Pictures as every part of the agent reads them, and the Source that gives them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture, (height, width, 3) uint8, blue-green-red as OpenCV has it."""

Wanted = Callable[[float], bool]
"""Asked with a picture's monotonic seconds: is it to be looked at? Each picture is asked once."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, when it was taken (UTC, for the record), and the same in monotonic seconds.

    Of a file that is read faster than its own speed, ``monotonic`` is time within the material:
    what lasts a second there is judged as a second.
    """

    image_bgr: Image
    captured_at: datetime
    monotonic: float


class Source(Protocol):
    """Something that gives pictures until it ends or the agent is asked to stop."""

    @property
    def live(self) -> bool:
        """Whether its pictures come as time passes, and not as fast as they are looked at."""

    @property
    def description(self) -> str:
        """What it is, for people."""

    def frames(self, wanted: Wanted, since: datetime | None = None) -> Iterator[Frame]:
        """The wanted pictures, in order. Raises SourceError, CameraLostError.

        ``since``: when the lecture began; a source that dates its pictures back goes no further.
        """

    def close(self) -> None:
        """Let go of the device or file; harmless when repeated."""
