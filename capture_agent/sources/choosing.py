"""Which source of pictures a word on the command line names."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

from capture_agent.clock import Clock
from capture_agent.errors import SourceError
from capture_agent.sources import camera, clips, screen
from capture_agent.sources.frames import Source
from capture_agent.sources.playback import Playback


def open_source(
    word: str,
    clock: Clock,
    *,
    realtime: bool,
    loop: float | None,
    warn: Callable[[str], None] = lambda _: None,
) -> Source:
    """The source that ``word`` names: a camera's number or name, a file, a folder, the
    ``screen`` or a part of it, or ``demo``.

    A file or folder is opened and its first picture read, and the screen's display looked for, so
    that a bad one is told before anybody is asked anything; so is a camera that cannot be there,
    but none is touched before its first frame is asked for. ``warn`` is told of pictures of a
    folder or video that are left out. Raises SourceError, SettingsError.
    """
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
    if _is_there(path):
        return Playback(clips.open_clip(path), clock, realtime=realtime, loop=loop, warn=warn)
    try:
        # A camera's name may well look like a file's: "USB2.0 HD UVC WebCam".
        return camera.Camera(camera.index_by_name(word), clock)
    except SourceError as error:
        if _names_a_file(path):
            raise SourceError(f"There is no file or folder {word}.") from error
        raise


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # A camera's name may be longer than a file's can be.
        return False


def _names_a_file(path: Path) -> bool:
    return len(path.parts) > 1 or re.fullmatch(r"\.[A-Za-z]\w{1,4}", path.suffix) is not None


def _is_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False
