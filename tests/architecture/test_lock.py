"""Students sit at Windows, macOS and Linux: the lock has a wheel for each, and nothing heavy."""

import tomllib
from functools import cache
from typing import Any

import pytest
from packaging.markers import Marker

from tests.builders.places import ROOT

LOCK = ROOT / "uv.lock"
SYSTEMS = {
    "linux": ({"sys_platform": "linux", "platform_machine": "x86_64"}, "manylinux", "x86_64"),
    "windows": ({"sys_platform": "win32", "platform_machine": "AMD64"}, "win", "amd64"),
    "mac": ({"sys_platform": "darwin", "platform_machine": "arm64"}, "macosx", "arm64"),
    "intel mac": ({"sys_platform": "darwin", "platform_machine": "x86_64"}, "macosx", "x86_64"),
}
HEAVY = {"tensorflow", "tensorflow-cpu", "keras", "dash", "pandas", "sqlalchemy", "scipy", "torch"}


@cache
def locked() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for package in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]:
        found.setdefault(package["name"], []).append(package)
    return found


def needed(system: str, *, extra: str) -> set[str]:
    """Names of all that ``classpulse[extra]`` installs on ``system`` under Python 3.12."""
    environment = SYSTEMS[system][0] | {"python_version": "3.12", "python_full_version": "3.12.0"}

    def applies(dependency: dict[str, Any]) -> bool:
        marker = dependency.get("marker")
        return marker is None or Marker(marker).evaluate({**environment, "extra": ""})

    (ours,) = locked()["classpulse"]
    waiting = [*ours["dependencies"], *ours["optional-dependencies"][extra]]
    names: set[str] = set()
    while waiting:
        dependency = waiting.pop()
        if not applies(dependency) or dependency["name"] in names:
            continue
        names.add(dependency["name"])
        for package in locked()[dependency["name"]]:
            waiting += package.get("dependencies", [])
            for wanted in dependency.get("extra", []):
                waiting += package.get("optional-dependencies", {}).get(wanted, [])
    return names


def fits(url: str, system: str) -> bool:
    name = url.rpartition("/")[2]
    _, platform, machine = SYSTEMS[system]
    if name.endswith("none-any.whl"):
        return True
    if platform not in name:
        return False
    return machine in name or "universal2" in name


# A school's server on an Intel Mac would have to compile two parts; a student's agent must not.
@pytest.mark.parametrize(
    ("extra", "system"),
    [
        *(("agent", system) for system in SYSTEMS),
        *(("server", system) for system in ("linux", "windows", "mac")),
    ],
)
def test_every_dependency_has_a_wheel(system: str, extra: str) -> None:
    without = [
        name
        for name in needed(system, extra=extra)
        if not any(
            fits(wheel["url"], system)
            for package in locked()[name]
            for wheel in package.get("wheels", [])
        )
    ]
    assert not without


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_student_installs_nothing_heavy(system: str) -> None:
    names = needed(system, extra="agent")
    assert {"numpy", "opencv-python", "httpx"} <= names
    assert not names & HEAVY


def test_everything_is_locked_by_its_hash() -> None:
    """Whoever changes a file at the registry, or puts another there first, is noticed."""
    found = [one for named in locked().values() for one in named]
    others = [one for one in found if one["source"] != {"editable": "."}]
    assert len(others) == len(found) - 1
    for one in others:
        assert one["source"] == {"registry": "https://pypi.org/simple"}, one["name"]
        files = [*one.get("wheels", ()), *([one["sdist"]] if "sdist" in one else ())]
        assert files, one["name"]
        for file in files:
            assert file["hash"].startswith("sha256:"), one["name"]
            assert file["url"].startswith("https://files.pythonhosted.org/"), file["url"]
