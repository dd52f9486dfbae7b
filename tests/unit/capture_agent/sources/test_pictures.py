import base64
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture_agent.errors import SourceError
from capture_agent.sources.clips import open_clip
from capture_agent.sources.picture_headers import read_header
from capture_agent.sources.pictures import is_picture, pictures_in, read_picture

ENDINGS: Final = tuple(
    ending
    for ending in (".avif", ".bmp", ".gif", ".jpg", ".png", ".tiff", ".webp")
    if cv2.haveImageWriter(ending)
)
SHADES: Final = np.linspace(0, 255, 20 * 30 * 3).reshape(20, 30, 3).astype(np.uint8)

TURNED_AVIF: Final = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAD1bWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAA"
    "AAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEdAAAAJAAAAChpaW5mAAAAAAABAAAA"
    "GmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAAB0aXBycAAAAFRpcGNvAAAAFGlzcGUAAAAAAAAAEAAAABgAAAAQcGl4aQAA"
    "AAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAAAlpcm90AwAAABhpcG1hAAAAAAAAAAEAAQUBAoME"
    "hQAAACxtZGF0EgAKCRgNPu0QENBoQDIVRrHh4XhzDDDAoAAgqlVlmczkcVTgsQ=="
)
"""16×24 pixels, the upper half white, to be turned once clockwise: then the right half is."""


def encoded(ending: str) -> bytes:
    return cv2.imencode(ending, SHADES)[1].tobytes()


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def heif(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", b"".join((major, b"\0\0\0\0", *compatible)))


HUGE: Final[dict[str, Callable[[int], bytes]]] = {
    "avif": lambda side: (
        heif(b"avif", b"mif1") + box(b"meta", box(b"ispe", struct.pack(">III", 0, side, side)))
    ),
    "bmp": lambda side: b"BM" + bytes(12) + struct.pack("<Iii", 40, side, -side),
    "gif": lambda side: b"GIF89a" + struct.pack("<HH", side, side),
    "jpeg": lambda side: (
        b"\xff\xd8\xff\xe0\0\x04no\xff\xff\xc2\0\x11\x08" + struct.pack(">HH", side, side)
    ),
    "png": lambda side: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", side, side),
    "tiff, little end first": lambda side: struct.pack(
        "<2sHIHHHIIHHII", b"II", 42, 8, 2, 256, 4, 1, side, 257, 4, 1, side
    ),
    "tiff, big end first": lambda side: struct.pack(
        ">2sHIHHHIHHHHIHH", b"MM", 42, 8, 2, 256, 3, 1, side, 0, 257, 3, 1, side, 0
    ),
    "tiff of more than 4 GB": lambda side: struct.pack(
        "<2sHHHQQHHQQHHQQ", b"II", 43, 8, 0, 16, 2, 256, 4, 1, side, 257, 4, 1, side
    ),
    "webp": lambda side: (
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (side - 1).to_bytes(3, "little") * 2
    ),
}
"""The first bytes of a square picture in each format, with nothing of the picture itself."""

MAGICS: Final = (
    b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff", b"\xff\xd8\xff\xc0",
    b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L", b"RIFF\0\0\0\0WEBPVP8X", b"GIF87a", b"GIF89a",
    b"BM", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0", heif(b"avif"), heif(b"heic", b"mif1"),
    heif(b"isom", b"mp42"), b"RIFF\0\0\0\0AVI LIST", b"\x1aE\xdf\xa3", b"\0\0\x01\xba",
)  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_header_tells_the_size_that_decoding_gives(ending: str, tmp_path: Path) -> None:
    header = read_header(io.BytesIO(encoded(ending)))
    assert header is not None
    assert (header.width, header.height) == (30, 20)
    # Whatever the file is called.
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(ending))
    assert read_picture(path).shape == (20, 30, 3)


@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE)
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    make: Callable[[int], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(make(40_000))
    with pytest.raises(SourceError, match="40000×40000 pixels, and at most 120 million are read"):
        read_picture(path)
    # One within the ceiling gets as far as the decoder, which finds nothing of it.
    path.write_bytes(make(10_000))
    with pytest.raises(SourceError, match="is not a picture that can be read"):
        read_picture(path)


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg", "photo.mp4", "photo"])
@pytest.mark.parametrize("brands", [(b"heic", b"mif1"), (b"mif1", b"heic"), (b"heix",)])
def test_heic_is_refused_by_its_content_with_what_to_do(
    brands: tuple[bytes, ...], name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(heif(*brands) + bytes(200))
    with pytest.raises(SourceError, match=r"is HEIC, .*: export it as JPEG or PNG\."):
        open_clip(path)


@pytest.mark.parametrize("brands", [(b"isom", b"mp42"), (b"qt  ",), (b"M4V ", b"avc1")])
def test_a_video_is_not_taken_for_a_picture(brands: tuple[bytes, ...], tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    path.write_bytes(heif(*brands))
    assert not is_picture(path)


def test_avif_is_turned_as_its_boxes_say_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(TURNED_AVIF)
    assert is_picture(path)
    if not cv2.haveImageReader(str(path)):
        with pytest.raises(SourceError, match="is not a picture that can be read"):
            read_picture(path)
        return
    image = read_picture(path)
    assert image.shape == (16, 24, 3)
    assert image[:, 14:].mean() > 200
    assert image[:, :10].mean() < 50


def test_a_folders_pictures_come_by_name_without_its_folders(tmp_path: Path) -> None:
    for name in ("b.PNG", "c.heic", "a.jpg", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "inner.png").mkdir()
    (tmp_path / "inner.png" / "d.png").touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.jpg", "b.PNG", "c.heic"]
    with pytest.raises(SourceError, match="not_there cannot be read"):
        pictures_in(tmp_path / "not_there")
    (tmp_path / "empty.png").mkdir()
    with pytest.raises(SourceError, match="holds no picture"):
        pictures_in(tmp_path / "empty.png")


def read_or_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        for _, read in open_clip(path).play():
            assert read().ndim == 3
    except SourceError as error:
        said = str(error)
        assert said.endswith(".")
        assert "\n" not in said
        assert path.name in said


@given(magic=st.sampled_from(MAGICS), rest=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_bytes_after_any_magic_are_read_or_refused_in_a_sentence(
    magic: bytes, rest: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name in ("any.png", "any.mp4"):
        read_or_refused(folder / name, magic + rest)


@given(ending=st.sampled_from(ENDINGS), data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_picture_is_read_or_refused_in_a_sentence(
    ending: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(encoded(ending))
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(places)
    read_or_refused(tmp_path_factory.getbasetemp() / "damaged.png", bytes(content[: cut + 1]))
