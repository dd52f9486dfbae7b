"""Where the overlay is shown: a window with keys of its own, and a video file."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import cv2

from capture_agent.sources.frames import Image
from capture_agent.terminal.annotate import AnnotatedVideo
from capture_agent.terminal.overlay import SIZE, Sight, draw

_TITLE: Final = "ClassPulse"
_KIND: Final = cv2.WINDOW_AUTOSIZE | cv2.WINDOW_GUI_NORMAL
"""Without the buttons that some window libraries add: one of them saves the picture."""

_PROBE: Final = "import cv2; cv2.namedWindow('ClassPulse'); cv2.waitKey(1); cv2.destroyAllWindows()"
_PROBE_S: Final = 20.0


class View(Protocol):
    """Something that shows the mirror."""

    def show(self, picture: Image) -> None:
        """Show ``picture``."""

    def pressed(self) -> str:
        """The keys that were pressed in it since the last call."""

    def close(self) -> None:
        """Let go of it; harmless when repeated."""


class Window:
    """A window on the screen. For the main thread alone, as the systems want it."""

    def __init__(self) -> None:
        # The window library of Linux would warn of fonts that it has not, line after line.
        os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
        cv2.namedWindow(_TITLE, _KIND)
        self._open = True
        self._seen = False

    def show(self, picture: Image) -> None:
        """Show ``picture``, unless the student has closed the window."""
        if self._open:
            cv2.imshow(_TITLE, picture)

    def pressed(self) -> str:
        """The key that was pressed, if any. Closing the window is no key: sharing goes on."""
        if not self._open:
            return ""
        code = cv2.waitKey(1)
        # A busy machine takes its time until a window that was asked for is there.
        if cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) >= 1:
            self._seen = True
        elif self._seen:
            self._open = False
        return chr(code) if 0 < code < 128 else ""

    def close(self) -> None:
        """Close the window."""
        if self._open:
            self._open = False
            cv2.destroyWindow(_TITLE)


class Recording:
    """The mirror in an MP4. Raises SourceError where it cannot be written."""

    def __init__(self, path: Path, rate: float) -> None:
        self._video = AnnotatedVideo(path, rate, SIZE)

    def show(self, picture: Image) -> None:
        """Add one picture."""
        self._video.write(picture)

    def pressed(self) -> str:
        """A file has none."""
        return ""

    def close(self) -> None:
        """Finish the file."""
        self._video.close()


class Stage:
    """Draws each sight once, for all views, and gathers their keys; without views, nothing."""

    def __init__(self, views: Sequence[View] = ()) -> None:
        self._views = tuple(views)

    def show(self, sight: Sight) -> None:
        """Show one moment everywhere."""
        if self._views:
            picture = draw(sight)
            for view in self._views:
                view.show(picture)

    def pressed(self) -> str:
        """What was pressed in any view; called often, it keeps a window alive."""
        return "".join(view.pressed() for view in self._views)

    def close(self) -> None:
        """Close every view."""
        for view in self._views:
            view.close()


def can_show_windows() -> bool:
    """Whether a window can be opened here.

    Tried in a process of its own: where there is no display, the window library of Linux does not
    raise an error but ends the process.
    """
    try:
        tried = subprocess.run(  # noqa: S603 - this interpreter and a fixed text
            [sys.executable, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
