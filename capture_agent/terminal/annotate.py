"""Pictures with what was read drawn on them: a box around each face, and what it looks like."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from capture_agent.errors import SourceError
from capture_agent.sources.frames import Image
from capture_agent.sources.pictures import quiet_decoders

Label = tuple[tuple[int, int, int, int], str, float]
"""Box, look and how sure, 0 to 1."""

_INK: Final = (255, 255, 255)
_PAPER: Final = (96, 64, 16)
"""Dark blue, in blue-green-red: white on it reads at 9 : 1."""

_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_LEAST_TEXT_PX: Final = 14


def annotate(image: Image, labels: Sequence[Label]) -> Image:
    """A copy of ``image`` with a box and a line such as ``looks happy 83 %`` for every label.

    The line stands above its box, or inside where the picture ends, and is kept whole within the
    picture's width; its height follows the picture's, never below 14 pixels.
    """
    drawn = image.copy()
    height, width = drawn.shape[:2]
    text_px = max(_LEAST_TEXT_PX, height // 32)
    line = max(1, text_px // 8)
    for (left, top, across, down), _, _ in labels:
        cv2.rectangle(drawn, (left, top), (left + across, top + down), _PAPER, line + 2)
        cv2.rectangle(drawn, (left, top), (left + across, top + down), _INK, line)
    for (left, top, _, _), look, sure in labels:
        text = f"looks {look} {sure:.0%}".replace("%", " %")
        scale = cv2.getFontScaleFromHeight(_FONT, text_px * 2 // 3, line)
        (text_width, text_height), below = cv2.getTextSize(text, _FONT, scale, line)
        x = max(0, min(left, width - text_width - 8))
        y = max(text_height + below + 4, min(top - 4, height - below - 4))
        cv2.rectangle(
            drawn, (x, y - text_height - 4), (x + text_width + 8, y + below + 2), _PAPER, cv2.FILLED
        )
        cv2.putText(drawn, text, (x + 4, y), _FONT, scale, _INK, line, cv2.LINE_AA)
    return drawn


def write_picture(path: Path, image: Image) -> None:
    """Write ``image`` as PNG. Raises SourceError."""
    try:
        cv2.imencode(".png", image)[1].tofile(path)
    except cv2.error as error:
        raise SourceError(f"The picture {path} cannot be encoded.") from error
    except OSError as error:
        raise SourceError(f"The picture {path} cannot be written: {error.strerror}.") from error


class AnnotatedVideo:
    """An MP4 that grows frame by frame."""

    def __init__(self, path: Path, rate: float, size: tuple[int, ...]) -> None:
        self.path = path
        self._size = (size[1], size[0])
        quiet_decoders()
        # Plain MPEG-4: the wheel of OpenCV has no H.264 encoder on any system.
        fourcc = cv2.VideoWriter.fourcc(*"mp4v")
        # As bytes, since OpenCV falls over names that are no text.
        name: Any = os.fsencode(path.absolute())
        try:
            self._writer = cv2.VideoWriter(name, cv2.CAP_FFMPEG, fourcc, rate, self._size)
            opened = self._writer.isOpened()
        except cv2.error:
            opened = False
        if not opened:
            # Its folder may be missing, or the picture too small or large for a video.
            raise SourceError(f"The video {path} cannot be written ({size[1]}×{size[0]} pixels).")

    def write(self, image: Image) -> None:
        """Add one frame; one of another size is brought to the first one's."""
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        self._writer.write(image)

    def close(self) -> None:
        """Finish the file."""
        self._writer.release()
