"""Files that people hand in: rosters and pictures, whatever their bytes are."""

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import cv2
import numpy as np

from capture_agent.errors import SourceError
from capture_agent.sources.picture_headers import read_header
from capture_agent.sources.pictures import read_picture
from services.errors import InvalidError, RosterError
from services.rosters.files import read_files
from tests.fuzz.kinds import Told
from tests.fuzz.mutations import TEXTS, mutated_bytes

_TODAY: Final = date(2026, 11, 21)
_CASES: Final = Path(__file__).parents[1] / "unit" / "services" / "rosters" / "cases"
_ENDINGS: Final = (".avif", ".bmp", ".gif", ".jpg", ".png", ".tiff", ".webp")
_LARGE: Final = 4_000_000
"""Pixels; what a changed byte makes a giant of is decoded only now and then, for its time."""


@cache
def _rosters() -> tuple[dict[str, bytes], ...]:
    single = [{one.name: one.read_bytes()} for one in sorted(_CASES.glob("*.csv"))]
    single.append({"list.csv": b"name,id,email\nAna,1,a@x\nBen,2,\n"})
    folders = [
        {one.name: one.read_bytes() for one in sorted(folder.glob("*.csv"))}
        for folder in sorted(_CASES.iterdir())
        if folder.is_dir()
    ]
    return (*single, *folders, *({"roster.zip": _zipped(one)} for one in folders[:3]))


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def rosters(random: Random, most: int) -> Told:
    """Lists are read, or refused by a rule."""
    told = Told()
    while told.cases < most:
        files = dict(random.choice(_rosters()))
        name = random.choice(list(files))
        files[name] = mutated_bytes(random, files[name])
        title = random.choice((None, "Maths", random.choice(TEXTS)))
        try:
            read_files(files, title, today=_TODAY)
        except (RosterError, InvalidError):
            told.saw("roster refused", 422)
        except Exception as error:  # noqa: BLE001 - any other is what is looked for
            told.saw("roster", 500)
            told.faults.append(f"{files!r:.3000} {title!r} -> {error!r}")
        else:
            told.saw("roster read", 200)
    return told


@contextmanager
def _quiet() -> Iterator[None]:
    """Decoders in C write of each broken file to standard error, which nobody can ask them not."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@cache
def _pictures() -> tuple[bytes, ...]:
    shades = np.linspace(0, 255, 12 * 16 * 3).reshape(12, 16, 3).astype(np.uint8)
    return tuple(
        cv2.imencode(ending, shades)[1].tobytes()
        for ending in _ENDINGS
        if cv2.haveImageWriter(ending)
    )


def pictures(random: Random, most: int) -> Told:
    """Pictures are decoded, or refused in a sentence."""
    told = Told()
    with tempfile.TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "picture"
        while told.cases < most:
            data = mutated_bytes(random, random.choice(_pictures()))
            try:
                header = read_header(io.BytesIO(data))
                large = header is not None and header.width * header.height > _LARGE
                if not large or random.random() < 0.01:
                    path.write_bytes(data)
                    read_picture(path)
            except SourceError:
                told.saw("picture refused", 422)
            except Exception as error:  # noqa: BLE001 - any other is what is looked for
                told.saw("picture", 500)
                told.faults.append(f"{data!r:.3000} -> {error!r}")
            else:
                told.saw("picture read", 200)
    return told
