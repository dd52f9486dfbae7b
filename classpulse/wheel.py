"""The wheel of the running version, packed from what runs, so that students install from their
school and get exactly what its server speaks to.

Nothing is built: the program's packages, wherever they were imported from, and the metadata they
were installed with, are put together as the wheel format wants it (PyPA, *Binary distribution
format*). The same files always make the same bytes.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from contract import ClassPulseError

NAME: Final = "classpulse"
PACKAGES: Final = (
    "analytics", "capture_agent", "classpulse", "contract", "dashboard", "db", "models", "services",
)  # fmt: skip
_LEFT_OUT: Final = (".pyc", ".pyo", ".po", ".pot")
"""Compiled, or of use to those alone who work on the program."""
_SERVED: Final = "capture_agent/web/"
"""What browsers load from the school's server is of no use on a student's machine."""

_WHEEL: Final = (
    "Wheel-Version: 1.0\nGenerator: classpulse\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
)
_MOMENT: Final = (2020, 1, 1, 0, 0, 0)


class WheelError(ClassPulseError):
    """The program that runs cannot be packed."""


def wheel_name() -> str:
    """``classpulse-1.2.3-py3-none-any.whl``. Raises WheelError where nothing is installed."""
    return f"{NAME}-{_installed().version}-py3-none-any.whl"


def pack_wheel() -> bytes:
    """The wheel. Raises WheelError where the program runs without having been installed."""
    installed = _installed()
    info = f"{NAME}-{installed.version}.dist-info"
    record: list[str] = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*_modules(), *_metadata(installed, info)):
            _put(archive, name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            record.append(f"{name},sha256={digest.decode()},{len(content)}")
        record.append(f"{info}/RECORD,,")
        _put(archive, f"{info}/RECORD", "\n".join([*record, ""]).encode())
    return packed.getvalue()


def _installed() -> Distribution:
    try:
        return distribution(NAME)
    except PackageNotFoundError as error:
        raise WheelError("The program is not installed, so it cannot be offered.") from error


def _modules() -> Iterator[tuple[str, bytes]]:
    root = Path(__file__).parents[1]
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            name = path.relative_to(root)
            hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
            served = name.as_posix().startswith(_SERVED)
            if path.is_file() and not (hidden or served or path.name.endswith(_LEFT_OUT)):
                yield name.as_posix(), path.read_bytes()


def _metadata(installed: Distribution, info: str) -> Iterator[tuple[str, bytes]]:
    for name in ("METADATA", "entry_points.txt"):
        text = installed.read_text(name)
        if text is None:
            raise WheelError(f"The installed program has no {name}, so it cannot be offered.")
        yield f"{info}/{name}", text.encode()
    yield f"{info}/WHEEL", _WHEEL.encode()
    for file in sorted(installed.files or (), key=str):
        folder, _, licence = file.as_posix().partition(".dist-info/")
        if folder and licence.startswith("licenses/"):
            yield f"{info}/{licence}", file.read_binary()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
