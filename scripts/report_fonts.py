"""Take the report's fallback fonts out of their pinned packages, cut to what the report needs.

Run by a developer, never by an installed program: ``python scripts/report_fonts.py``, with npm,
apt-get and dpkg-deb at hand and fontTools installed. The files it writes are
kept in the repository and shipped as package data; ``coverage.json`` beside them says which
characters the report's fonts can set, so that no program needs fontTools to know.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS: Final = Path(__file__).parent.parent / "dashboard" / "reports" / "fonts"
FALLBACK: Final = FONTS / "fallback"


@dataclass(frozen=True)
class Source:
    """One font of one pinned package, and the code points that are kept of it."""

    package: str
    version: str
    sha256: str
    """of the font inside the package"""
    member: str
    unicodes: str = "*"

    def written(self) -> Path:
        """Where the cut font lies."""
        return FALLBACK / (Path(self.member).stem.replace("_400", "-") + ".ttf")


def _google(script: str, version: str, sha256: str, unicodes: str = "*") -> Source:
    name = "".join(part.capitalize() for part in script.split("-"))
    return Source(
        f"@expo-google-fonts/{script}",
        version,
        sha256,
        f"package/400Regular/{name}_400Regular.ttf",
        unicodes,
    )


SOURCES: Final = (
    _google(
        "noto-emoji", "0.4.7", "24aaa2a20c9c06ffe9bf04284bfd1f14376a329d10122f902abe2770817eb504"
    ),
    _google(
        "noto-sans-arabic",
        "0.4.3",
        "252629ca0e87b6233851249b8cbf7b43445211a8caf199f1b306a19202251508",
    ),
    _google(
        "noto-sans-armenian",
        "0.4.2",
        "678a89f5dafb25b71ba5c323b428a579e4e664e9dc8c35b9f1d327d82fc9e5ba",
    ),
    _google(
        "noto-sans-bengali",
        "0.4.4",
        "6826d9667972f0f96e48c46f7a24e70afe97205032e6295cfb1f13fbbb8b90a3",
    ),
    _google(
        "noto-sans-ethiopic",
        "0.4.2",
        "321ff186e0f066a46257c3008e8a22070720350a9d17f8a32d0d3da53f52e7a2",
    ),
    _google(
        "noto-sans-georgian",
        "0.4.3",
        "35b1dc2d78025505b6d4b7977960060fdb0a9a0dfb21c356fe8ca554172e8f00",
    ),
    _google(
        "noto-sans-gujarati",
        "0.4.2",
        "7cc0f340be8ef8b63f92181fd5576a4b19631059fd6576c6fd5fcd40f1543610",
    ),
    _google(
        "noto-sans-gurmukhi",
        "0.4.1",
        "2b0fbe8d4cc2a18aa08c6f21d3924423c113fb7ec6d786a77c30cf1d3153c4c7",
    ),
    _google(
        "noto-sans-hebrew",
        "0.4.1",
        "e0ee753f09733337b9236221018d4bf71fd6d06c87dd76bbc83120514bc55911",
    ),
    _google(
        "noto-sans-kannada",
        "0.4.3",
        "40e8188c98e3913aae2241d570b179fdc29fd90ecb6b5dc4376298bcbe45c38b",
    ),
    _google(
        "noto-sans-khmer",
        "0.4.3",
        "fff6f415386616d8d99c4f64b876e54e6e231dc0c007c87a61b254b3795957f9",
    ),
    _google(
        "noto-sans-lao", "0.4.2", "0fb229c3a29c4c6e916b0ea27cb823aa9d899751c6306b6fca428b83feedf37d"
    ),
    _google(
        "noto-sans-malayalam",
        "0.4.2",
        "68cbfeac7177700d87671f2a3bdb3db70fa26016e41cdac24e20877bf3736485",
    ),
    _google(
        "noto-sans-math",
        "0.4.2",
        "b4a1dfdbfa13b4755e5eac20cb25c1d17ed5a745ceb89639595e8cf45a2b1e07",
        "U+1D400-1D7FF",
    ),
    _google(
        "noto-sans-myanmar",
        "0.4.2",
        "52c27fe2643e3e34bae3b3d8865f6a2400e8c955d1adbe311979ea012116eb13",
    ),
    _google(
        "noto-sans-oriya",
        "0.4.2",
        "ba383a603869b5874d88a51ccd9aa526aefd18130c497bae6ce25db09507dd6e",
    ),
    _google(
        "noto-sans-sinhala",
        "0.4.2",
        "33a77b6965e5245f1bab858ead09e4789aaa8daa918f9e26e924b016a3e1d7bd",
    ),
    _google(
        "noto-sans-symbols",
        "0.4.1",
        "aedeec1cd0514930aeeafc4a88a6deff83cda1e6b58086f0b9bb9c7dd0157578",
    ),
    _google(
        "noto-sans-symbols-2",
        "0.4.1",
        "f67f40c65f929f029827ab37cfdc4897dfd9ae3c28d9e98ba46e0d52e39eb97e",
        "U+2190-2BFF,U+1F100-1F1FF,U+1F780-1F8FF",
    ),
    _google(
        "noto-sans-tamil",
        "0.4.3",
        "f26d8b66bf6f38dd9af6326a52188fa1a8a0b9b2905c4bd7e07c865f65a85d79",
    ),
    _google(
        "noto-sans-telugu",
        "0.4.2",
        "7fcef235380f945d4a97fdfec030952afab6907004cfa37ed664fed8d4962eac",
    ),
    _google(
        "noto-sans-thai",
        "0.4.2",
        "9acb585d8662ca4ed1b1cf5889dfa1393f8555103b3986e1ea1e3af4faef70bd",
    ),
    _google(
        "gothic-a1",
        "0.4.1",
        "8216e3ab56e096a34c88ef18d05407d6c36fd87f288e73aad3b5e1ac60ec7059",
        "U+1100-11FF,U+3130-318F,U+AC00-D7A3",
    ),
    Source(
        "fonts-droid-fallback",
        "1:6.0.1r16-1.1",
        "acb6440a713d880a13a21b468ba7cd43f5a2b2934972e51be791c880730777b8",
        "usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    ),
)


def main() -> None:
    """Fetch, verify, cut and write every font, and say what they cover together."""
    FALLBACK.mkdir(exist_ok=True)
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as scratch:
            content = _fetched(source, Path(scratch))
        found = hashlib.sha256(content).hexdigest()
        if found != source.sha256:
            sys.exit(f"{source.member} must have the SHA-256 {source.sha256}, but has {found}.")
        _cut(content, source)
        print(f"{source.package} {source.version}: {source.written().name}")
    covered: set[int] = set()
    for font in (*FONTS.glob("*Regular.*tf"), *FALLBACK.glob("*.ttf")):
        covered |= set(TTFont(font).getBestCmap())
    (FALLBACK / "coverage.json").write_text(json.dumps(_ranges(covered)) + "\n")


def _fetched(source: Source, folder: Path) -> bytes:
    if source.package.startswith("@"):
        _run(["npm", "pack", "--silent", f"{source.package}@{source.version}"], folder)
        (archive,) = folder.glob("*.tgz")
        _run(["tar", "xzf", archive.name], folder)
    else:
        _run(["apt-get", "download", f"{source.package}={source.version}"], folder)
        (archive,) = folder.glob("*.deb")
        _run(["dpkg-deb", "-x", archive.name, "."], folder)
    return (folder / source.member).read_bytes()


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _cut(content: bytes, source: Source) -> None:
    with tempfile.NamedTemporaryFile(suffix=".ttf") as whole:
        whole.write(content)
        whole.flush()
        arguments = [whole.name, f"--unicodes={source.unicodes}", "--no-hinting"]
        # The time of making would make each run's file another one.
        arguments += ["--layout-features=*", "--no-recalc-timestamp"]
        subset.main([*arguments, f"--output-file={source.written()}"])


def _ranges(points: Iterable[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return ranges


if __name__ == "__main__":
    main()
