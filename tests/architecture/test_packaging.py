"""What is installed is what was written: flat packages, every data file, nobody else's names."""

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions

import pytest

from tests.builders.places import ROOT

PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"][
    "targets"
]["wheel"]["packages"]


def test_no_dependency_brings_a_package_of_our_names() -> None:
    found = packages_distributions()
    strangers = {
        name: found[name] for name in PACKAGES if set(found.get(name, [])) - {"classpulse"}
    }
    assert not strangers


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_the_wheel_holds_every_module_and_data_file(wheel: set[str]) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    missing = {name for name in tracked if (ROOT / name).exists()} - wheel
    assert not missing


def test_the_wheel_is_light_enough_for_a_student(wheel: set[str]) -> None:
    assert not [name for name in wheel if name.startswith(("tests/", "scripts/", "docs/"))]
