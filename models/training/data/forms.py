"""The forms in which FER2013 is shared, each read into the same rows.

Sheets: lossless WebP sheets of faces beside a ``labels.csv`` with FER2013 labels and FER+ votes.
Kaggle's table: ``fer2013.csv`` (emotion, pixels, Usage), and beside it, where it is there, FER+'s
``fer2013new.csv`` with the votes in the same order. Kaggle's folders: ``train/<emotion>/*.jpg`` and
``test/<emotion>/*.jpg``, whose file names carry the official split; no votes belong to them.

Somebody's own faces are square pictures of any size. To measure a model on they come as
``<emotion>/*.jpg``, all of one split; to train one, as ``train/``, ``validation/`` and ``test/``,
each with ``<emotion>/*.jpg``.
"""

import csv
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import DataSetError

SIDE: Final = 48
"""Faces are SIDE × SIDE grey pixels."""
USAGES: Final = ("Training", "PublicTest", "PrivateTest")
SHEET_LABELS: Final = "labels.csv"
TABLES: Final = ("fer2013.csv", "icml_face_data.csv")
VOTES: Final = "fer2013new.csv"
EXPECTED: Final = (
    f"{SHEET_LABELS} beside faces_00.webp and on, {TABLES[0]}, train/<emotion>/*.jpg with "
    "test/<emotion>/*.jpg, or faces of your own in train, validation and test"
)

_FACES_PER_ROW: Final = 50
_FACES_PER_SHEET: Final = 2000
_FERPLUS: Final = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
_ELSEWHERE: Final = ("contempt", "unknown", "not_a_face")
_FOLDERS: Final = {
    **{look: label for label, look in enumerate(LOOKS)},
    **{noun: look for look, noun in enumerate(_FERPLUS)},
    "disgusted": 1,
    "fearful": 2,
    "surprised": 5,
}
_PARTS: Final = {
    "train": "Training",
    "training": "Training",
    "val": "PublicTest",
    "validation": "PublicTest",
    "publictest": "PublicTest",
    "test": "",
    "privatetest": "PrivateTest",
}
"""Folder → its split; a plain ``test`` holds both test splits, told apart by file names, unless a
folder of validation stands beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A whole data set, row by row.

    ``pixels`` (n, 48, 48) uint8 · ``usage`` (n,) the split's official name · ``labels`` (n,) int64
    in FER2013 order · ``votes`` (n, 7) and ``others`` (n,) float32 FER+ votes, for the seven looks
    and for anything else · ``sha256`` names exactly this data · ``source`` for messages · ``own``:
    somebody's own faces, not FER2013's.
    """

    pixels: NDArray[np.uint8]
    usage: NDArray[np.str_]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]
    others: NDArray[np.float32]
    sha256: str
    source: Path
    own: bool = False


def read_rows(place: Path) -> Rows:
    """Read FER2013 at ``place``, a folder or a table, in whichever form it is.

    Raises DataSetError, in one sentence that says what was expected, for anything else.
    """
    if place.is_file():
        return _read_file(place)
    if not place.is_dir():
        raise DataSetError(
            f"the data must be a folder or a file with FER2013 in it, but {place} is none"
        )
    if (place / SHEET_LABELS).is_file():
        return _read_sheets(place)
    for name in TABLES:
        if (place / name).is_file():
            return _read_table(place / name)
    parts = [part for part in sorted(place.iterdir()) if part.is_dir() and _part(part) in _PARTS]
    if parts:
        return _read_folders(place, parts)
    if (place / VOTES).is_file():
        raise _votes_alone(place / VOTES)
    raise DataSetError(f"a FER2013 folder must hold {EXPECTED}, but {place} holds none of them")


def is_labelled(place: Path) -> bool:
    """Whether ``place`` is a folder of faces sorted by look, ``<emotion>/*.jpg``, and nothing else
    that is known here."""
    if not place.is_dir():
        return False
    names = [each.name.lower() for each in place.iterdir() if each.is_dir()]
    return any(name in _FOLDERS for name in names)


def read_labelled(place: Path) -> Rows:
    """Read the faces in ``place/<emotion>``, square pictures brought to 48 × 48.

    Raises DataSetError for a folder that is no look's, or a picture that is none or not square.
    """
    pixels, labels, digest = [], [], hashlib.sha256()
    for picture, look in _pictures(place):
        face = _face(picture)
        pixels.append(face)
        labels.append(look)
        digest.update(f"{look} ".encode() + face.tobytes())
    if not pixels:
        raise DataSetError(
            f"{place} must hold faces as <emotion>/*.jpg, but there is not one picture"
        )
    return _unvoted(pixels, [""] * len(labels), labels, digest.hexdigest(), place, own=True)


def _unvoted(
    pixels: list[NDArray[np.uint8]],
    usage: list[str],
    labels: list[int],
    sha256: str,
    place: Path,
    *,
    own: bool,
) -> Rows:
    """Rows of faces that no crowd was asked about."""
    votes, others = _no_votes(len(labels))
    stacked, looks = np.stack(pixels), np.array(labels, np.int64)
    return Rows(stacked, np.array(usage), looks, votes, others, sha256, place, own)


def _read_file(file: Path) -> Rows:
    header = _header(file)
    if {"emotion", "pixels"} <= set(header):
        return _read_table(file)
    if {"image name", "nf"} <= {name.lower() for name in header}:
        raise _votes_alone(file)
    if "ferplus_known" in header:
        return _read_sheets(file.parent)
    raise DataSetError(
        f"a FER2013 table must have the columns emotion, pixels and Usage, but {file} begins with "
        f"{', '.join(header[:4]) or 'nothing'}"
    )


def _votes_alone(file: Path) -> DataSetError:
    return DataSetError(
        f"FER+ votes must lie beside the faces they are of, but {file} has no {TABLES[0]} beside it"
        if not (file.parent / TABLES[0]).is_file()
        else f"FER+ votes hold no faces: name {TABLES[0]} or its folder rather than {file}"
    )


def _header(file: Path) -> list[str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            first = next(csv.reader(stream), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataSetError(f"{file} must be a CSV table, but cannot be read: {error}") from error
    return [name.strip() for name in first]


def _table(file: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV with at least the columns ``needed``, names stripped."""
    header = _header(file)
    missing = [name for name in needed if name not in header]
    if missing:
        raise DataSetError(
            f"{file} must have the columns {', '.join(needed)}, but lacks {', '.join(missing)}"
        )
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            next(stream)
            rows = list(csv.DictReader(stream, fieldnames=header, restval=""))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataSetError(f"{file} must be a CSV table, but cannot be read: {error}") from error
    if not rows:
        raise DataSetError(f"{file} must name at least one face, but has no rows")
    return rows


def _labels(values: Sequence[str], file: Path) -> NDArray[np.int64]:
    known = {str(look): look for look in range(len(LOOKS))}
    for row, value in enumerate(values):
        if value not in known:
            raise DataSetError(
                f"the column emotion of {file} must hold 0 to {len(LOOKS) - 1}, but face {row} "
                f"has {value!r}"
            )
    return np.array([known[value] for value in values], dtype=np.int64)


def _counts(
    rows: Sequence[dict[str, str]], names: Sequence[str], file: Path
) -> NDArray[np.float32]:
    try:
        return np.array([[float(row[name] or 0) for name in names] for row in rows], np.float32)
    except ValueError as error:
        raise DataSetError(f"the votes in {file} must be numbers: {error}") from error


def _hash(pixels: NDArray[np.uint8], *files: Path) -> str:
    digest = hashlib.sha256(pixels.tobytes())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _read_sheets(folder: Path) -> Rows:
    file = folder / SHEET_LABELS
    looks, elsewhere = ([f"ferplus_{name}" for name in names] for names in (_FERPLUS, _ELSEWHERE))
    rows = _table(file, ("index", "usage", "emotion", "ferplus_known", *looks, *elsewhere))
    pixels = np.concatenate([_read_sheet(sheet) for sheet in _sheet_files(folder, len(rows))])
    if len(pixels) < len(rows):
        raise DataSetError(
            f"the sheets must hold a face for each of the {len(rows)} rows of {file}, but they "
            f"hold {len(pixels)}"
        )
    known = np.array([row["ferplus_known"] == "1" for row in rows])[:, None]
    return Rows(
        pixels=pixels[_places(rows, len(pixels), file)],
        usage=np.array([row["usage"] for row in rows]),
        labels=_labels([row["emotion"] for row in rows], file),
        votes=_counts(rows, looks, file) * known,
        others=(_counts(rows, elsewhere, file) * known).sum(axis=1),
        sha256=_hash(pixels, file),
        source=file,
    )


def _places(rows: Sequence[dict[str, str]], faces: int, file: Path) -> list[int]:
    """Where each row's face lies among those of all sheets."""
    for row in rows:
        if not row["index"].isascii() or not row["index"].isdigit() or int(row["index"]) >= faces:
            raise DataSetError(
                f"the column index of {file} must count the {faces} places of the sheets from 0, "
                f"but one row has {row['index']!r}"
            )
    return [int(row["index"]) for row in rows]


def _sheet_files(folder: Path, faces: int) -> list[Path]:
    count = -(-faces // _FACES_PER_SHEET)
    sheets = [folder / f"faces_{number:02d}.webp" for number in range(count)]
    for sheet in sheets:
        if not sheet.is_file():
            raise DataSetError(
                f"{faces} faces need the sheets faces_00.webp to faces_{count - 1:02d}.webp, but "
                f"{folder} has no {sheet.name}"
            )
    return sheets


def _read_sheet(sheet: Path) -> NDArray[np.uint8]:
    """The faces of one sheet, (k, 48, 48), row by row; empty places at the end come along."""
    grey = cv2.imread(str(sheet), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataSetError(f"{sheet} must be a readable WebP sheet of faces, but is not")
    height, width = grey.shape
    if width != SIDE * _FACES_PER_ROW or height % SIDE:
        raise DataSetError(
            f"a sheet must be {SIDE * _FACES_PER_ROW} pixels wide and a multiple of {SIDE} high, "
            f"but {sheet} is {width} × {height}"
        )
    tiles = grey.reshape(height // SIDE, SIDE, _FACES_PER_ROW, SIDE).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(-1, SIDE, SIDE), dtype=np.uint8)


def _read_table(file: Path) -> Rows:
    rows = _table(file, ("emotion", "pixels", "Usage"))
    pixels = np.stack([_pixels(row["pixels"], number, file) for number, row in enumerate(rows)])
    beside = file.with_name(VOTES)
    votes, others = _read_votes(beside, len(rows)) if beside.is_file() else _no_votes(len(rows))
    return Rows(
        pixels=pixels,
        usage=np.array([row["Usage"].strip() for row in rows]),
        labels=_labels([row["emotion"].strip() for row in rows], file),
        votes=votes,
        others=others,
        sha256=_hash(pixels, file, *([beside] if beside.is_file() else [])),
        source=file,
    )


def _pixels(text: str, row: int, file: Path) -> NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            # NumPy warns of text that it cannot read to its end, rather than raising.
            warnings.simplefilter("error")
            values = np.fromstring(text, dtype=np.int64, sep=" ")
    except (DeprecationWarning, ValueError):
        values = np.empty(0, np.int64)
    if len(values) != SIDE * SIDE or values.min() < 0 or values.max() > 255:
        raise DataSetError(
            f"the column pixels of {file} must hold {SIDE * SIDE} grey levels of 0 to 255, but "
            f"face {row} does not"
        )
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def _read_votes(file: Path, faces: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """FER+'s own table, whose rows go with the face table's; a face taken out has no name."""
    elsewhere = ("contempt", "unknown", "NF")
    rows = _table(file, ("Usage", "Image name", *_FERPLUS, *elsewhere))
    if len(rows) != faces:
        raise DataSetError(
            f"{file} must have a row for each of the {faces} faces beside it, but has {len(rows)}"
        )
    named = np.array([bool(row["Image name"].strip()) for row in rows])[:, None]
    votes = _counts(rows, _FERPLUS, file) * named
    return votes, (_counts(rows, elsewhere, file) * named).sum(axis=1)


def _no_votes(faces: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.zeros((faces, len(LOOKS)), np.float32), np.zeros(faces, np.float32)


def _part(folder: Path) -> str:
    return folder.name.lower().replace("_", "").replace("-", "")


def _face(picture: Path, *, own: bool = True) -> NDArray[np.uint8]:
    """The face (48, 48) of a picture: FER2013's is of that size, somebody's own of any, square."""
    face = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    if face is None or len(set(face.shape) if own else {SIDE, *face.shape}) > 1:
        size = "no picture" if face is None else f"{face.shape[1]} × {face.shape[0]}"
        wanted = "square picture" if own else f"picture of {SIDE} × {SIDE} pixels"
        raise DataSetError(f"a face must be a {wanted}, but {picture} is {size}")
    way = cv2.INTER_AREA if len(face) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(face, (SIDE, SIDE), interpolation=way), dtype=np.uint8)


def _read_folders(place: Path, parts: Sequence[Path]) -> Rows:
    splits = {part: _PARTS[_part(part)] for part in parts}
    own = "PublicTest" in splits.values() and any(_part(part) == "test" for part in parts)
    if own:
        splits = {part: split or "PrivateTest" for part, split in splits.items()}
    pixels, usage, labels, digest = [], [], [], hashlib.sha256()
    for part in parts:
        for picture, look in _pictures(part):
            face = _face(picture, own=own)
            pixels.append(face)
            usage.append(_usage(splits[part], picture))
            labels.append(look)
            digest.update(f"{usage[-1]} {look} ".encode() + face.tobytes())
    if not pixels:
        raise DataSetError(
            f"{place} must hold faces as train/<emotion>/*.jpg, but there is not one picture"
        )
    return _unvoted(pixels, usage, labels, digest.hexdigest(), place, own=own)


def _pictures(part: Path) -> Iterator[tuple[Path, int]]:
    """Every picture below one part's emotion folders, with its look."""
    for folder in sorted(each for each in part.iterdir() if each.is_dir()):
        look = _FOLDERS.get(folder.name.lower())
        if look is None:
            raise DataSetError(
                f"the folders in {part} must be named after the emotions {', '.join(LOOKS)}, "
                f"but one is called {folder.name!r}"
            )
        for picture in sorted(folder.iterdir()):
            if picture.suffix.lower() in {".jpg", ".jpeg", ".png"}:
                yield picture, look


def _usage(split: str, picture: Path) -> str:
    """The split: by the file's name where it says, else that of its folder."""
    for usage in USAGES:
        if picture.name.startswith(f"{usage}_"):
            return usage
    if split:
        return split
    raise DataSetError(
        f"the faces in {picture.parents[1]} must be named PublicTest_… or PrivateTest_…, which is "
        "how their official split is known, or have a folder called validation beside theirs, but "
        f"one is called {picture.name}"
    )
