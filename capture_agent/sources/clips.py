"""Clips: a video file, pictures shown one a second, and the packaged demo face that moves."""

import math
import os
from collections.abc import Sequence
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from capture_agent.errors import SourceError
from capture_agent.sources.frames import Image
from capture_agent.sources.playback import Clip, Pictures

PICTURES: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_USUAL_FPS: Final = 25.0
_DEMO_FPS: Final = 10
_DEMO_SECONDS: Final = 20
_DEMO_SIZE: Final = (640, 480)


def open_clip(path: Path) -> Clip:
    """The clip at ``path``: a folder of pictures, one picture, or a video.

    Its first picture is read, so that an unreadable file is told here. Raises SourceError.
    """
    clip: Clip
    if path.is_dir():
        clip = PictureClip(pictures_in(path), f"the folder {path}")
    elif path.suffix.lower() in PICTURES:
        clip = PictureClip((path,), str(path))
    else:
        clip = VideoClip(path)
    with closing(clip.play()) as pictures:
        for _, read in pictures:
            read()
            return clip
    raise SourceError(f"No picture could be read from {clip.description}.")


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The pictures of a folder, by name. Raises SourceError where it holds none."""
    try:
        found = tuple(sorted(item for item in folder.iterdir() if item.suffix.lower() in PICTURES))
    except OSError as error:
        raise SourceError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise SourceError(f"The folder {folder} holds no picture ({', '.join(sorted(PICTURES))}).")
    return found


def read_picture(path: Path) -> Image:
    """One picture in colour, turned as its camera says. Raises SourceError."""
    try:
        # Not imread: it cannot open every name that Windows allows.
        encoded = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise SourceError(f"The picture {path} cannot be read: {error.strerror}.") from error
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if image is None:
        raise SourceError(f"The file {path} is not a picture that can be read.")
    return np.asarray(image, dtype=np.uint8)


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
        """Frames by frame rate, as the file's header has them; 0 where it has none."""
        capture = self._open()
        try:
            frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
            return max(0.0, frames / _rate(capture)) if math.isfinite(frames) else 0.0
        finally:
            capture.release()

    def play(self) -> Pictures:
        """One pass. A picture that nobody asks for is decoded, but not converted."""
        capture = self._open()
        try:
            step = 1.0 / _rate(capture)
            at = -step
            while capture.grab():
                stamp = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
                # Some containers stamp every picture 0, or leave gaps where nothing was recorded.
                at = stamp if at < stamp < at + 60.0 else at + step
                yield max(0.0, at), lambda: self._retrieve(capture)
        finally:
            capture.release()

    def _retrieve(self, capture: Any) -> Image:
        done, image = capture.retrieve()
        if not done:
            raise SourceError(f"A picture of {self._path} cannot be decoded.")
        return np.asarray(image, dtype=np.uint8)

    def _open(self) -> Any:
        # FFmpeg's own words about a broken file would bury our one sentence.
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        if not self._path.exists():
            raise SourceError(f"There is no file {self._path}.")
        try:
            capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        except cv2.error as error:
            raise SourceError(f"The file {self._path} cannot be read as a video.") from error
        if not capture.isOpened():
            capture.release()
            raise SourceError(f"The file {self._path} cannot be read as a video.")
        return capture


def _rate(capture: Any) -> float:
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if math.isfinite(rate) and 0.1 <= rate <= 1000 else _USUAL_FPS


class DemoClip:
    """The packaged face, swaying and coming nearer as in front of a webcam, 640×480."""

    description = "the packaged demo clip"
    seconds = float(_DEMO_SECONDS)

    def __init__(self) -> None:
        encoded = resources.files("capture_agent").joinpath("assets/demo_face.jpg").read_bytes()
        face = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
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
