"""Each extra brings what its rooms import and nothing else, so that a student installs little.

deptry asks the whole; here it asks each extra's rooms, with that extra's list alone before it.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builders.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LINE = ["contract/**/*.py", "models/*.py"]
ROOMS = {
    "agent": [*LINE, "capture_agent/**/*.py", "models/inference/**/*.py"],
    "server": [
        *LINE,
        *(f"{room}/**/*.py" for room in ("db", "analytics", "services", "dashboard")),
        "classpulse/demo/**/*.py",
        # The demo's students speak through the agent's own transport.
        "capture_agent/delivery/transport.py",
        "capture_agent/delivery/outbox.py",
    ],
    "train": [*LINE, "models/**/*.py", "classpulse/training.py"],
}


def complaints(
    folder: Path, declared: Sequence[str], rooms: Sequence[str], *, ignored: Sequence[str] = ()
) -> set[tuple[str, str]]:
    """What deptry says of the ``rooms``: its rule's number and the package."""
    settings = PROJECT["tool"]["deptry"]
    ignores, ours = settings["per_rule_ignores"], [*settings["known_first_party"], "tests"]
    (folder / "pyproject.toml").write_text(
        _toml("project", {"name": "rooms", "version": "0", "dependencies": list(declared)})
        # Tests are left out but where they are among the rooms; oracles have an environment of
        # their own, and are run by hand.
        + _toml("tool.deptry", {"known_first_party": ours, "exclude": ["tests/oracle"]})
        + _toml("tool.deptry.package_module_name_map", settings["package_module_name_map"])
        + _toml(
            "tool.deptry.per_rule_ignores", ignores | {"DEP002": [*ignores["DEP002"], *ignored]}
        )
    )
    for file in {file for room in rooms for file in ROOT.glob(room)}:
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    done = subprocess.run(
        [sys.executable, "-m", "deptry", ".", "--json-output", "told.json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (folder / "told.json").exists(), done.stderr
    found: list[dict[str, Any]] = json.loads((folder / "told.json").read_text())
    return {(one["error"]["code"], one["module"]) for one in found}


def _toml(name: str, values: dict[str, Any]) -> str:
    # JSON's strings and lists are TOML's.
    lines = (f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in values.items())
    return f"[{name}]\n{''.join(lines)}\n"


def named(requirement: str) -> str:
    return requirement.split(";")[0].split("[")[0].split(">")[0].split("<")[0].strip()


@pytest.mark.parametrize("extra", ROOMS)
def test_an_extra_is_what_its_rooms_import(extra: str, tmp_path: Path) -> None:
    base = PROJECT["project"]["dependencies"]
    declared = [*base, *EXTRAS[extra]]
    # Not every room needs all that every installation has.
    unused_here = [named(one) for one in base]
    assert complaints(tmp_path, declared, ROOMS[extra], ignored=unused_here) == set()


def test_what_only_developers_need_is_declared_too(tmp_path: Path) -> None:
    declared = [
        *PROJECT["project"]["dependencies"],
        *(one for extra in EXTRAS.values() for one in extra),
        *PROJECT["dependency-groups"]["dev"],
    ]
    rooms = ["tests/**/*.py", "scripts/**/*.py", "benchmarks/**/*.py"]
    unused_here = [named(one) for one in declared]
    assert complaints(tmp_path, declared, rooms, ignored=unused_here) == set()


def test_an_import_of_what_is_not_declared_is_found(tmp_path: Path) -> None:
    without = [one for one in EXTRAS["server"] if named(one) != "sqlalchemy"]
    declared = [*PROJECT["project"]["dependencies"], *without]
    assert ("DEP003", "sqlalchemy") in complaints(tmp_path, declared, ["db/**/*.py"])
