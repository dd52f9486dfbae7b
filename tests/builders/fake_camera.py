"""A clip for Chromium's fake camera: a real face, as JPEGs one after the other."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.builders.places import ROOT

MEDIA: Final = ROOT.parent / "shared" / "media" / "single_face.mp4"
"""Of a real webcam. It is not the project's to give away, so where it is not, a still must do."""

STILLS: Final = 6
"""Seconds that the clip takes, each of one picture: whoever looks once a second sees all alike."""

_SIZE: Final = 640, 360
_PER_SECOND: Final = 30
Image = NDArray[np.uint8]


def clip(path: Path) -> list[Image]:
    """Write the clip to ``path``, ending in ``.mjpeg``; its pictures as a reader decodes them."""
    pictures = list(_recorded() if MEDIA.exists() else _moved())
    chosen = pictures[:: len(pictures) // STILLS][:STILLS]
    packed = [cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, 95])[1] for one in chosen]
    path.write_bytes(b"".join(one.tobytes() * _PER_SECOND for one in packed))
    return [np.asarray(cv2.imdecode(one, cv2.IMREAD_COLOR), np.uint8) for one in packed]


def _recorded() -> Iterator[Image]:
    film = cv2.VideoCapture(str(MEDIA))
    while True:
        read, picture = film.read()
        if not read:
            film.release()
            return
        yield np.asarray(picture, np.uint8)


def _moved() -> Iterator[Image]:
    """The packaged face, wandering and leaning a little."""
    packed = files("capture_agent").joinpath("assets", "demo_face.jpg").read_bytes()
    face: Any = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_COLOR)
    scale = _SIZE[1] / face.shape[0]
    for step in range(60):
        phase = 2 * np.pi * step / 60
        turn = cv2.getRotationMatrix2D(
            (face.shape[1] / 2, face.shape[0] / 2), 6 * np.sin(phase), scale
        )
        turn[:, 2] += (_SIZE[0] / 2 - face.shape[1] / 2, _SIZE[1] / 2 - face.shape[0] / 2)
        turn[0, 2] += 30 * np.cos(phase)
        yield np.asarray(
            cv2.warpAffine(face, turn, _SIZE, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
