"""What a picture's file says of itself before anything is decoded: its format and its size."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

Order = Literal["<", ">"]

_HEVC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AV1_BRANDS: Final = frozenset({b"avif", b"avis"})
_LONGEST_BOX: Final = 16 * 2**20
_MOST_SEGMENTS: Final = 10_000
"""Of a JPEG before its size: profiles and thumbnails take some hundreds."""

_SIZE_BOX: Final = re.compile(rb"ispe\0{4}(.{8})", re.DOTALL)
_TURN_BOX: Final = re.compile(rb"\0\0\0\x09irot(.)", re.DOTALL)
_MIRROR_BOX: Final = re.compile(rb"\0\0\0\x09imir(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """Format, and pixels across and down as they are stored; HEIC's are not looked for.

    ``quarters`` anticlockwise, then ``mirrored`` (0: top to bottom, 1: left to right), is how an
    AVIF is to be turned; the other formats leave that to their camera's notes (EXIF).
    """

    format: str
    width: int
    height: int
    quarters: int = 0
    mirrored: int | None = None


def read_header(file: BinaryIO) -> Header | None:
    """The header of a file that begins as a known picture does, and has pixels; else None."""
    start = file.read(32)
    for magic, read in _READERS.items():
        if magic.match(start):
            try:
                header = read(file, start)
            except (struct.error, OverflowError, ValueError):
                # It ends, or leads out of the file, before its size is told.
                return None
            if header is None or header.format == "HEIC":
                return header
            return header if header.width > 0 and header.height > 0 else None
    return None


def _png(_: BinaryIO, start: bytes) -> Header | None:
    return Header("PNG", *struct.unpack_from(">II", start, 16))


def _gif(_: BinaryIO, start: bytes) -> Header | None:
    return Header("GIF", *struct.unpack_from("<HH", start, 6))


def _bmp(_: BinaryIO, start: bytes) -> Header | None:
    (info,) = struct.unpack_from("<I", start, 14)
    width, height = struct.unpack_from("<HH" if info == 12 else "<ii", start, 18)
    # A negative height is one that is counted from the top.
    return Header("BMP", width, abs(height))


def _webp(_: BinaryIO, start: bytes) -> Header | None:
    kind = start[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(start[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", start, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", start, 26))
    else:
        return None
    return Header("WebP", width, height)


def _jpeg(file: BinaryIO, _: bytes) -> Header | None:
    file.seek(2)
    for _segment in range(_MOST_SEGMENTS):
        if file.read(1) != b"\xff":
            return None
        code = file.read(1)
        while code == b"\xff":
            code = file.read(1)
        if code == b"\x01":
            continue
        (length,) = struct.unpack(">H", file.read(2))
        # Of C0 to CF all begin a frame, but tables (C4, CC) and an extension (C8).
        if code and 0xC0 <= code[0] <= 0xCF and code[0] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">xHH", file.read(5))
            return Header("JPEG", width, height)
        if length < 2 or code in (b"", b"\xd9", b"\xda"):
            return None
        file.seek(length - 2, 1)
    return None


def _tiff(file: BinaryIO, start: bytes) -> Header | None:
    order: Order = "<" if start[:1] == b"I" else ">"
    big = struct.unpack_from(order + "H", start, 2)[0] == 43
    (place,) = struct.unpack_from(order + ("Q" if big else "I"), start, 8 if big else 4)
    file.seek(place)
    count, entry = (order + "Q", order + "HHQ8s") if big else (order + "H", order + "HHI4s")
    sides: dict[int, int] = {}
    for _ in range(min(struct.unpack(count, file.read(struct.calcsize(count)))[0], 0xFFFF)):
        tag, kind, _, value = struct.unpack(entry, file.read(struct.calcsize(entry)))
        if tag in (256, 257) and kind in (3, 4):
            sides[tag] = struct.unpack_from(order + ("H" if kind == 3 else "I"), value)[0]
        if len(sides) == 2:
            return Header("TIFF", sides[256], sides[257])
    return None


def _boxes(file: BinaryIO, start: bytes) -> Header | None:
    """HEIC and AVIF share their boxes with MP4: their brands tell them apart."""
    (length,) = struct.unpack_from(">I", start, 0)
    file.seek(8)
    words = file.read(max(0, min(length, 1024) - 8))
    brands = {words[:4], *(words[at : at + 4] for at in range(8, len(words) - 3, 4))}
    if brands & _AV1_BRANDS:
        return _avif(file, length)
    if words[:4] in _HEVC_BRANDS or brands & {b"mif1", b"msf1"}:
        return Header("HEIC", 0, 0)
    return None


def _avif(file: BinaryIO, place: int) -> Header | None:
    while place >= 8:
        file.seek(place)
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"meta":
            inside = file.read(min(max(length - 8, 0), _LONGEST_BOX))
            sizes = [struct.unpack(">II", found) for found in _SIZE_BOX.findall(inside)]
            if not sizes:
                return None
            # The whole picture has a size, and each of its tiles.
            width, height = max(sizes, key=lambda size: int(size[0] * size[1]))
            turn, mirror = _TURN_BOX.search(inside), _MIRROR_BOX.search(inside)
            return Header(
                "AVIF",
                width,
                height,
                quarters=turn[1][0] & 3 if turn else 0,
                mirrored=mirror[1][0] & 1 if mirror else None,
            )
        if length < 8:
            return None
        place += length
    return None


_READERS: Final[dict[re.Pattern[bytes], Callable[[BinaryIO, bytes], Header | None]]] = {
    re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR", re.DOTALL): _png,
    re.compile(rb"\xff\xd8\xff"): _jpeg,
    re.compile(rb"RIFF.{4}WEBP", re.DOTALL): _webp,
    re.compile(rb"GIF8[79]a"): _gif,
    re.compile(rb"BM"): _bmp,
    re.compile(rb"II[*+]\0|MM\0[*+]"): _tiff,
    re.compile(rb".{4}ftyp", re.DOTALL): _boxes,
}
