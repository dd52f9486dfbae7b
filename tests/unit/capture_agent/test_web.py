"""What browsers are given is what the sources say, in the contract's own terms."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import browser_contract
from tests.builders.places import ROOT

WEB = ROOT / "capture_agent" / "web"
SOURCES = (
    "package-lock.json", "package.json", "public", "src", "tsconfig.json", "vite.config.ts",
)  # fmt: skip


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        # As JavaScript sorts names.
        for one in sorted(place.iterdir(), key=lambda it: it.name):
            yield from _files(one)


def test_it_was_built_of_these_sources() -> None:
    digest = hashlib.sha256()
    for name in SOURCES:
        for path in _files(WEB / name):
            digest.update(f"{path.relative_to(WEB).as_posix()}\n".encode() + path.read_bytes())
    built = (WEB / "built" / "sources.sha256").read_text(encoding="utf-8").strip()
    assert built == digest.hexdigest(), "run `make browser-agent`"


def test_the_types_are_those_of_the_contract() -> None:
    assert browser_contract.main(["--check"]) == 0


def test_where_node_is_the_sources_build_to_the_very_files(tmp_path: Path) -> None:
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    node = shutil.which("node")
    if node is None or not vite.exists():
        # What it was built of is asked above.
        pytest.skip("there is no Node here, or nothing that npm installed (make browser-agent)")
    done = subprocess.run(
        [node, str(vite), "build", "--outDir", str(tmp_path), "--logLevel", "error"],
        cwd=WEB, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in (WEB / "built").iterdir()
    }


@pytest.mark.parametrize("forbidden", ["http://", "https://", "eval(", "localStorage"])
def test_no_source_names_another_host_or_a_way_around(forbidden: str) -> None:
    told = [path for path in _files(WEB / "src") if forbidden in path.read_text(encoding="utf-8")]
    assert told == []
