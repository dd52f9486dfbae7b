"""The student's camera, by number or name, through the back end of their system."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from capture_agent.clock import Clock
from capture_agent.errors import CameraLostError, SourceError
from capture_agent.sources.frames import Frame, Wanted

_SIZE: Final = (640, 480)
_TRIES: Final = 10
_BETWEEN_TRIES_S: Final = 0.1
_LINUX_NAMES: Final = Path("/sys/class/video4linux")


def open_capture(index: int) -> Any:
    """OpenCV's capture of camera ``index``, or None where there is none or it is busy."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    # Media Foundation looks for hardware that changes pictures, half a minute with some cameras.
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    for backend in _backends(sys.platform):
        capture = cv2.VideoCapture(index, backend)
        if capture.isOpened():
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, _SIZE[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _SIZE[1])
            return capture
        capture.release()
    return None


def _backends(platform: str) -> tuple[int, ...]:
    if platform == "win32":
        # Media Foundation is the newer one; some older cameras only speak DirectShow.
        return (cv2.CAP_MSMF, cv2.CAP_DSHOW)
    if platform == "darwin":
        return (cv2.CAP_AVFOUNDATION,)
    return (cv2.CAP_V4L2,)


def may_exist(
    index: int,
    platform: str = sys.platform,
    devices: Path = Path("/dev"),
    known: Callable[[], Mapping[int, str] | None] | None = None,
) -> bool:
    """False where it is certain that there is no camera ``index``."""
    if platform == "linux":
        return (devices / f"video{index}").exists()
    cameras = (known or known_cameras)()
    return cameras is None or index in cameras


class Camera:
    """A live camera. It is opened when the first picture is asked for, never before."""

    def __init__(
        self,
        index: int,
        clock: Clock,
        opener: Callable[[int], Any] = open_capture,
        may_exist: Callable[[int], bool] = may_exist,
    ) -> None:
        self._index = index
        self._clock = clock
        self._opener = opener
        self._may_exist = may_exist
        self._capture: Any = None
        self._worked = False

    live = True

    @property
    def description(self) -> str:
        """``camera 0``."""
        return f"camera {self._index}"

    def frames(
        self,
        wanted: Wanted,
        since: datetime | None = None,  # noqa: ARG002 - its pictures are of now
    ) -> Iterator[Frame]:
        """Live pictures until the agent stops.

        Every picture is fetched, so that the wanted one is fresh and not the oldest of a queue;
        only wanted ones are converted. Raises SourceError where there is no such camera,
        CameraLostError where it is busy, denied, or gives no more pictures; a later call opens it
        anew.
        """
        while not self._clock.stopping.is_set():
            # Whoever takes the pictures may close the camera between two of them.
            self._open()
            if not self._grab():
                if self._clock.stopping.is_set():
                    return
                self.close()
                raise CameraLostError(f"The {self.description} gives no more pictures.")
            monotonic, now = self._clock.monotonic(), self._clock.now()
            if not wanted(monotonic):
                continue
            done, image = self._capture.retrieve()
            if done:
                self._worked = True
                yield Frame(np.asarray(image, dtype=np.uint8), now, monotonic)

    def close(self) -> None:
        """Turn the camera off."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open(self) -> None:
        if self._capture is not None:
            return
        self._capture = self._opener(self._index)
        if self._capture is not None:
            return
        if self._worked:
            raise CameraLostError(f"The {self.description} is not back yet.")
        if not self._may_exist(self._index):
            raise SourceError(f"There is no {self.description} on this machine.")
        raise CameraLostError(
            f"The {self.description} cannot be opened: another program uses it, or this program "
            "may not use it."
        )

    def _grab(self) -> bool:
        for _ in range(_TRIES):
            if self._capture.grab():
                return True
            if self._clock.wait(_BETWEEN_TRIES_S):
                break
        return False


def index_of_device(path: Path) -> int:
    """The number of ``/dev/video2``, 2. Raises SourceError for other devices."""
    if match := re.fullmatch(r"video(\d+)", path.name):
        return int(match[1])
    raise SourceError(f"{path} is not a camera.")


def index_by_name(name: str, known: Callable[[], Mapping[int, str] | None] | None = None) -> int:
    """The number of the first camera whose name holds ``name``, whatever the case.

    Raises SourceError, naming the cameras there are; where no names can be had, it says that a
    number is needed.
    """
    cameras = (known or known_cameras)()
    if cameras is None:
        raise SourceError(
            f"There is no file {name!r}, and no camera can be found by that name here; "
            "give the camera's number, such as 0."
        )
    for index, found in sorted(cameras.items()):
        if name.casefold() in found.casefold():
            return index
    there = ", ".join(f"{index} ({found})" for index, found in sorted(cameras.items())) or "none"
    raise SourceError(f"No camera is called {name!r}; cameras found: {there}.")


def known_cameras(
    platform: str = sys.platform, listing: Path = _LINUX_NAMES
) -> Mapping[int, str] | None:
    """Number and name of every camera, numbered as the back end that opens it does.

    None where the system does not tell.
    """
    if platform == "linux":
        return _listed(listing) if listing.is_dir() else None
    try:
        from cv2_enumerate_cameras import enumerate_cameras
    except ImportError:
        return None
    # Of the back ends that will be tried, the first numbers them.
    return {int(it.index): str(it.name) for it in enumerate_cameras(_backends(platform)[0])}


def _listed(listing: Path) -> dict[int, str]:
    return {
        index_of_device(item): (item / "name").read_text(encoding="utf-8").strip()
        for item in sorted(listing.iterdir())
        if (item / "name").is_file()
    }
