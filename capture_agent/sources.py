"""Where pictures come from: the Source every part reads, and which one a word on the line names."""

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capture_agent.clock import Clock
from capture_agent.errors import SourceError

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


def open_source(word: str, clock: Clock, *, realtime: bool, loop: float | None) -> Source:
    """The source that ``word`` names: a camera's number or name, a file, a folder, the
    ``screen`` or a part of it, or ``demo``.

    A file or folder is opened and its first picture read, and the screen's display looked for, so
    that a bad one is told before anybody is asked anything; so is a camera that cannot be there,
    but none is touched before its first frame is asked for. Raises SourceError, SettingsError.
    """
    from capture_agent import camera, clips, screen
    from capture_agent.playback import Playback

    if word == "screen" or word.startswith("screen:"):
        return screen.open_screen(word, clock)
    if word == "demo":
        return Playback(clips.DemoClip(), clock, realtime=realtime, loop=loop)
    if word.isdecimal():
        if not camera.may_exist(int(word)):
            raise SourceError(f"There is no camera {word} on this machine.")
        return camera.Camera(int(word), clock)
    path = Path(word)
    if _is_device(path):
        return camera.Camera(camera.index_of_device(path), clock)
    if path.exists():
        return Playback(clips.open_clip(path), clock, realtime=realtime, loop=loop)
    try:
        # A camera's name may well look like a file's: "USB2.0 HD UVC WebCam".
        return camera.Camera(camera.index_by_name(word), clock)
    except SourceError as error:
        if _names_a_file(path):
            raise SourceError(f"There is no file or folder {word}.") from error
        raise


def _names_a_file(path: Path) -> bool:
    return len(path.parts) > 1 or re.fullmatch(r"\.[A-Za-z]\w{1,4}", path.suffix) is not None


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False
