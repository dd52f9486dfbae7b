"""The screen as a source: a meeting that holds the camera shows the student on it."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np

from capture_agent.clock import Clock
from capture_agent.errors import CameraLostError, SettingsError, SourceError
from capture_agent.sources.frames import Frame, Image, Wanted
from capture_agent.sources.window_places import (
    Listing,
    find,
    missing,
    open_windows,
    screen_is_denied,
)

_LOOK_EVERY_S: Final = 0.05
_LEAST: Final = 32

Region = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the whole desktop."""

Target = Region | str | None
"""A part of the desktop, the title of a window, or the first screen."""

Grab = Callable[[], Image]


def read_target(word: str) -> Target:
    """The target of ``screen``, ``screen:X,Y,W,H`` or ``screen:window title``.

    What holds no letter is meant to be numbers. Raises SettingsError.
    """
    given = word.removeprefix("screen").removeprefix(":").strip()
    if not given:
        return None
    match = re.fullmatch(r"(-?\d{1,5}),(-?\d{1,5}),(\d{1,5}),(\d{1,5})", given.replace(" ", ""))
    if match is None:
        if any(sign.isalpha() for sign in given):
            return given
        raise SettingsError(
            f"A part of the screen is four numbers, X,Y,WIDTH,HEIGHT, but this is {given!r}."
        )
    left, top, width, height = map(int, match.groups())
    if width < _LEAST or height < _LEAST:
        raise SettingsError(
            f"A part of the screen has at least {_LEAST} pixels each way, but this is "
            f"{width}×{height}."
        )
    return left, top, width, height


def check_allowed(
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
    denied: Callable[[str], bool] = screen_is_denied,
) -> None:
    """Raise SourceError where the system lets no program read the screen, with what helps."""
    if platform == "linux" and (
        environ.get("XDG_SESSION_TYPE") == "wayland" or environ.get("WAYLAND_DISPLAY")
    ):
        raise SourceError(
            "Wayland lets no program read the screen; sign in with Xorg instead, or give the "
            "camera as the source."
        )
    if denied(platform):
        raise SourceError(
            "macOS does not let this program read the screen; allow it under System Settings, "
            "Privacy & Security, Screen Recording, then start again."
        )


def open_grabber(
    target: Target, listing: Listing = open_windows
) -> tuple[Grab, Callable[[], None]]:
    """How to take one picture of the target, and how to let go of it. Raises SourceError."""
    import mss
    from mss.exception import ScreenShotError

    check_allowed()
    try:
        screen = mss.MSS()
        # The first entry is all monitors together.
        desktop, first = screen.monitors[0], screen.monitors[1]
    except (ScreenShotError, IndexError, OSError) as error:
        raise SourceError("The screen cannot be read: there is no display here.") from error

    def where() -> Any:
        if target is None:
            return first
        if not isinstance(target, str):
            return _box(target)
        # A window may be moved at any time.
        window = find(target, listing())
        if window is None:
            raise CameraLostError(f"No window with {target!r} in its title is on the screen.")
        return _within(_box(window.place), desktop)

    def grab() -> Image:
        try:
            shot = screen.grab(where())
        except (ScreenShotError, OSError) as error:
            raise CameraLostError("The screen cannot be read now.") from error
        return np.ascontiguousarray(np.asarray(shot, dtype=np.uint8)[:, :, :3])

    return grab, screen.close


def _box(region: Region) -> dict[str, int]:
    return dict(zip(("left", "top", "width", "height"), region, strict=True))


def _within(box: dict[str, int], desktop: Mapping[str, int]) -> dict[str, int]:
    """The part of a window that is on the desktop; some systems read nothing beyond its edge."""
    left, top = max(box["left"], desktop["left"]), max(box["top"], desktop["top"])
    right = min(box["left"] + box["width"], desktop["left"] + desktop["width"])
    bottom = min(box["top"] + box["height"], desktop["top"] + desktop["height"])
    if right - left < _LEAST or bottom - top < _LEAST:
        raise CameraLostError("The window lies beyond the screen's edge.")
    return _box((left, top, right - left, bottom - top))


class Screen:
    """A live source. The display is opened with the first picture, and by the thread that asks."""

    def __init__(
        self,
        word: str,
        clock: Clock,
        opener: Callable[[Target], tuple[Grab, Callable[[], None]]] = open_grabber,
    ) -> None:
        self._target = read_target(word)
        self._clock = clock
        self._opener = opener
        self._grabber: tuple[Grab, Callable[[], None]] | None = None

    live = True

    @property
    def description(self) -> str:
        """``the screen``, or which part or window of it."""
        if self._target is None:
            return "the screen"
        if isinstance(self._target, str):
            return f"the window {self._target!r}"
        left, top, width, height = self._target
        return f"the screen's {width}×{height} pixels at {left},{top}"

    def frames(
        self,
        wanted: Wanted,
        since: datetime | None = None,  # noqa: ARG002 - its pictures are of now
    ) -> Iterator[Frame]:
        """The wanted moments of the screen; of the others none is read.

        Raises SourceError where there is no display, CameraLostError while a display that was
        there cannot be read.
        """
        while not self._clock.stopping.is_set():
            if self._grabber is None:
                self._grabber = self._opener(self._target)
            monotonic, now = self._clock.monotonic(), self._clock.now()
            if wanted(monotonic):
                yield Frame(self._grabber[0](), now, monotonic)
            if self._clock.wait(_LOOK_EVERY_S):
                return

    def close(self) -> None:
        """Let go of the display."""
        if self._grabber is not None:
            self._grabber[1]()
            self._grabber = None


def open_screen(word: str, clock: Clock, listing: Listing = open_windows) -> Screen:
    """The screen, or the part or window of it, that ``word`` names; whether it is there is tried.

    Raises SettingsError, SourceError.
    """
    screen = Screen(word, clock)
    target = read_target(word)
    _, let_go = open_grabber(target, listing)
    let_go()
    if isinstance(target, str) and find(target, windows := listing()) is None:
        raise SourceError(missing(target, windows))
    return screen
