"""The screen as a source: a meeting that holds the camera shows the student on it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import numpy as np

from capture_agent.clock import Clock
from capture_agent.errors import CameraLostError, SettingsError, SourceError
from capture_agent.sources import Frame, Image, Wanted

_LOOK_EVERY_S: Final = 0.05
_LEAST: Final = 32

Region = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the whole desktop."""

Grab = Callable[[], Image]


def read_region(word: str) -> Region | None:
    """The region of ``screen`` (None: the first screen) or ``screen:X,Y,W,H``.

    Raises SettingsError.
    """
    given = word.removeprefix("screen").removeprefix(":")
    if not given:
        return None
    match = re.fullmatch(r"(-?\d{1,5}),(-?\d{1,5}),(\d{1,5}),(\d{1,5})", given.replace(" ", ""))
    if match is None:
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


def open_grabber(region: Region | None) -> tuple[Grab, Callable[[], None]]:
    """How to take one picture of the screen, and how to let go of it. Raises SourceError."""
    import mss
    from mss.exception import ScreenShotError

    try:
        screen = mss.MSS()
        # The first entry is all monitors together.
        where: Any = screen.monitors[1]
    except (ScreenShotError, IndexError, OSError) as error:
        raise SourceError("The screen cannot be read: there is no display here.") from error
    if region is not None:
        where = dict(zip(("left", "top", "width", "height"), region, strict=True))

    def grab() -> Image:
        try:
            shot = screen.grab(where)
        except (ScreenShotError, OSError) as error:
            raise CameraLostError("The screen cannot be read now.") from error
        return np.ascontiguousarray(np.asarray(shot, dtype=np.uint8)[:, :, :3])

    return grab, screen.close


class Screen:
    """A live source. The display is opened with the first picture, and by the thread that asks."""

    def __init__(
        self,
        word: str,
        clock: Clock,
        opener: Callable[[Region | None], tuple[Grab, Callable[[], None]]] = open_grabber,
    ) -> None:
        self._region = read_region(word)
        self._clock = clock
        self._opener = opener
        self._grabber: tuple[Grab, Callable[[], None]] | None = None

    live = True

    @property
    def description(self) -> str:
        """``the screen``, or which part of it."""
        if self._region is None:
            return "the screen"
        left, top, width, height = self._region
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
                self._grabber = self._opener(self._region)
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


def open_screen(word: str, clock: Clock) -> Screen:
    """The screen, or the part of it, that ``word`` names; whether there is a display is tried.

    Raises SettingsError, SourceError.
    """
    screen = Screen(word, clock)
    _, let_go = open_grabber(read_region(word))
    let_go()
    return screen
