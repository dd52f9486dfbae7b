"""Still pictures: which files are some, what is refused before it is decoded, and decoding."""

import os
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from capture_agent.errors import SourceError
from capture_agent.sources.frames import Image
from capture_agent.sources.picture_headers import Header, read_header

PICTURES: Final = frozenset(
    {".avif", ".bmp", ".heic", ".heif", ".hif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""What pictures' names end in. HEIC is not read, but told of: it must not be passed over."""

MOST_PIXELS: Final = 120_000_000
"""More than the 108 megapixels of telephones; decoded they are 360 MB."""
_MOST_BYTES: Final = 8 * MOST_PIXELS
"""Of a file: its pixels with sixteen bits a colour, and transparency."""


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The pictures of a folder, by name; not of the folders in it.

    Raises SourceError where it holds none.
    """
    try:
        found = sorted(item for item in folder.iterdir() if item.suffix.lower() in PICTURES)
    except OSError as error:
        raise SourceError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    pictures = tuple(item for item in found if not item.is_dir())
    if not pictures:
        raise SourceError(f"The folder {folder} holds no picture ({', '.join(sorted(PICTURES))}).")
    return pictures


def is_picture(path: Path) -> bool:
    """Whether the file is a still picture, by its name's end; HEIC and AVIF by their content, as
    they would pass for videos."""
    if path.suffix.lower() in PICTURES:
        return True
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            header = read_header(file)
    except OSError:
        return False
    return header is not None and header.format in ("AVIF", "HEIC")


def read_picture(path: Path) -> Image:
    """One picture in colour, turned as its camera says. Raises SourceError."""
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for.
            raise SourceError(f"The picture {path} cannot be read: it is no file.")
        with path.open("rb") as file:
            header = read_header(file)
            if header is None:
                raise SourceError(f"The file {path} is not a picture that can be read.")
            _check(path, header, os.fstat(file.fileno()).st_size)
            file.seek(0)
            # Not imread: it cannot open every name that Windows allows.
            encoded = file.read()
    except OSError as error:
        raise SourceError(f"The picture {path} cannot be read: {error.strerror}.") from error
    image = decoded(encoded, turned=header.format != "AVIF")
    if image is None:
        raise SourceError(f"The file {path} is not a picture that can be read.")
    return _turned(image, header)


def check_size(path: Path, width: float, height: float) -> None:
    """Raise SourceError where a picture has more pixels than are read."""
    if width * height > MOST_PIXELS:
        raise SourceError(
            f"{path} has {width:.0f}×{height:.0f} pixels, and at most "
            f"{MOST_PIXELS // 1_000_000} million are read: make it smaller."
        )


def decoded(encoded: bytes, *, turned: bool = True) -> Image | None:
    """The picture in colour, ``turned`` as its camera noted; None where it cannot be decoded."""
    quiet_decoders()
    flags = cv2.IMREAD_COLOR if turned else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, dtype=np.uint8)


def quiet_decoders() -> None:
    """The decoders' own words about a broken file would bury our one sentence."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _check(path: Path, header: Header, size: int) -> None:
    if header.format == "HEIC":
        raise SourceError(
            f"The picture {path} is HEIC, which cannot be read: export it as JPEG or PNG."
        )
    check_size(path, header.width, header.height)
    if size > _MOST_BYTES:
        raise SourceError(
            f"The file {path} has {size // 1_000_000} MB, and at most "
            f"{_MOST_BYTES // 1_000_000} are read."
        )


def _turned(image: Image, header: Header) -> Image:
    if header.quarters:
        image = np.rot90(image, header.quarters)
    if header.mirrored is not None:
        image = np.flip(image, header.mirrored)
    return np.ascontiguousarray(image)
