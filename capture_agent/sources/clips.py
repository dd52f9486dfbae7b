"""Clips: a video file, pictures shown one a second, and the packaged demo face that moves."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from capture_agent.errors import SourceError
from capture_agent.sources.frames import Image
from capture_agent.sources.pictures import (
    check_size,
    decoded,
    is_picture,
    pictures_in,
    quiet_decoders,
    read_picture,
)
from capture_agent.sources.playback import Clip, Pictures

_USUAL_FPS: Final = 25.0
_LONGEST_GAP_S: Final = 86_400.0
_DEMO_FPS: Final = 10
_DEMO_SECONDS: Final = 20
_DEMO_SIZE: Final = (640, 480)


def open_clip(path: Path) -> Clip:
    """The clip at ``path``: a folder of pictures, one picture, or a video.

    Its first picture is read, so that an unreadable file is told here. Raises SourceError.
    """
    if path.is_dir():
        return _with_a_picture(PictureClip(pictures_in(path), f"the folder {path}"))
    if is_picture(path):
        return _with_a_picture(PictureClip((path,), str(path)))
    return _with_a_picture(VideoClip(path))


def _with_a_picture(clip: Clip) -> Clip:
    """``clip``, if one of its pictures can be read. Raises SourceError, naming one that cannot."""
    unread: SourceError | None = None
    with closing(clip.play()) as pictures:
        for _, read in pictures:
            try:
                read()
            except SourceError as error:
                unread = unread or error
            else:
                return clip
    raise unread or SourceError(f"No picture could be read from {clip.description}.")


class PictureClip:
    """Pictures as a clip, each for one second."""

    def __init__(self, paths: Sequence[Path], description: str) -> None:
        self._paths = paths
        self.description = description

    @property
    def seconds(self) -> float:
        """One for each picture."""
        return float(len(self._paths))

    def play(self) -> Pictures:
        """The pictures, a second apart."""
        for second, path in enumerate(self._paths):
            yield float(second), lambda path=path: read_picture(path)  # type: ignore[misc]


class VideoClip:
    """A video file, timed by its own time stamps."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.description = str(path)

    @property
    def seconds(self) -> float:
        """Until its last picture has been shown, by its time stamps, or by its header where those
        cannot be read without decoding."""
        capture = self._open(cv2.CAP_PROP_FORMAT, -1)
        try:
            step, last, count = _step(capture), 0.0, 0
            while _grabbed(capture):
                # As they are stored, which is not the order in which they are shown.
                stamp = _asked(capture, cv2.CAP_PROP_POS_MSEC) / 1000.0
                last = stamp if last < stamp < last + _LONGEST_GAP_S else last
                count += 1
            if count:
                return (last or (count - 1) * step) + step
            frames = _asked(capture, cv2.CAP_PROP_FRAME_COUNT)
            return max(0.0, frames * step) if math.isfinite(frames) else 0.0
        finally:
            capture.release()

    def play(self) -> Pictures:
        """One pass. A picture that nobody asks for is decoded, but not converted."""
        capture = self._open()
        try:
            for at in _times(capture):
                yield at, lambda: self._retrieve(capture)
        finally:
            capture.release()

    def _retrieve(self, capture: Any) -> Image:
        try:
            done, image = capture.retrieve()
        except cv2.error:
            done = False
        if not done:
            raise SourceError(f"A picture of {self._path} cannot be decoded.")
        return np.asarray(image, dtype=np.uint8)

    def _open(self, *parameters: int) -> Any:
        quiet_decoders()
        if not self._path.exists():
            raise SourceError(f"There is no file {self._path}.")
        # As bytes, since OpenCV falls over names that are no text; and from the root, lest FFmpeg
        # take what stands before a colon for a protocol.
        name: Any = os.fsencode(self._path.absolute())
        try:
            capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG, parameters)
            if capture.isOpened():
                check_size(
                    self._path,
                    capture.get(cv2.CAP_PROP_FRAME_WIDTH),
                    capture.get(cv2.CAP_PROP_FRAME_HEIGHT),
                )
                return capture
        except cv2.error as error:
            raise SourceError(f"The file {self._path} cannot be read as a video.") from error
        raise SourceError(f"The file {self._path} cannot be read as a video.")


def _times(capture: Any) -> Iterator[float]:
    """Grab one picture after the other: its seconds since the first, rising."""
    step = _step(capture)
    at = -step
    while _grabbed(capture):
        stamp = _asked(capture, cv2.CAP_PROP_POS_MSEC) / 1000.0
        # A gap is time in which nothing was recorded. Some containers stamp every picture 0,
        # and a broken one leads years ahead.
        at = stamp if at < stamp < at + _LONGEST_GAP_S else at + step
        yield max(0.0, at)


def _grabbed(capture: Any) -> bool:
    try:
        return bool(capture.grab())
    except cv2.error:
        return False


def _asked(capture: Any, what: int) -> float:
    try:
        return float(capture.get(what))
    except cv2.error:
        return math.nan


def _step(capture: Any) -> float:
    """Seconds from one picture to the next, where their stamps do not tell."""
    rate = _asked(capture, cv2.CAP_PROP_FPS)
    return 1.0 / (rate if 1.0 / _LONGEST_GAP_S <= rate <= 1000 else _USUAL_FPS)


class DemoClip:
    """The packaged face, swaying and coming nearer as in front of a webcam, 640×480."""

    description = "the packaged demo clip"
    seconds = float(_DEMO_SECONDS)

    def __init__(self) -> None:
        encoded = resources.files("capture_agent").joinpath("assets/demo_face.jpg").read_bytes()
        face = decoded(encoded)
        if face is None:
            raise SourceError("The packaged demo face cannot be read; install the agent again.")
        self._face = face

    def play(self) -> Pictures:
        """Twenty seconds that join seamlessly to themselves."""
        for index in range(_DEMO_SECONDS * _DEMO_FPS):
            at = index / _DEMO_FPS
            yield at, lambda at=at: self._picture(at)  # type: ignore[misc]

    def _picture(self, at: float) -> Image:
        turn = 2 * math.pi * at / _DEMO_SECONDS
        height, width = self._face.shape[:2]
        scale = 1.6 + 0.15 * math.sin(2 * turn)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 4 * math.sin(3 * turn), scale)
        matrix[0, 2] += _DEMO_SIZE[0] / 2 - width / 2 + 30 * math.sin(turn)
        matrix[1, 2] += _DEMO_SIZE[1] / 2 - height / 2 + 30 + 12 * math.cos(turn)
        picture = cv2.warpAffine(self._face, matrix, _DEMO_SIZE, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(picture, dtype=np.uint8)
