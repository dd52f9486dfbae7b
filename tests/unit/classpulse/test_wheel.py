"""The wheel that a server packs of itself is the program that runs."""

import base64
import csv
import hashlib
import io
import subprocess
import zipfile
from importlib.metadata import version

import pytest

from classpulse import wheel
from classpulse.wheel import WheelError, pack_wheel, wheel_name
from tests.builders.places import ROOT


@pytest.fixture(scope="module")
def packed() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(pack_wheel()))


def test_it_is_called_as_installers_want_it() -> None:
    assert wheel_name() == f"classpulse-{version('classpulse')}-py3-none-any.whl"


def test_it_holds_every_module_and_data_file_that_runs(packed: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *wheel.PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    wanted = {name for name in tracked if (ROOT / name).exists()}
    left = {
        name
        for name in wanted
        if name.endswith((".po", ".pot")) or name.startswith("capture_agent/web/")
    }
    assert wanted - left <= set(packed.namelist())
    assert not left & set(packed.namelist())


def test_every_file_is_recorded_with_its_hash_and_size(packed: zipfile.ZipFile) -> None:
    (record,) = (name for name in packed.namelist() if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(io.StringIO(packed.read(record).decode())))
    assert [row[0] for row in rows] == packed.namelist()
    assert rows[-1] == [record, "", ""]
    for name, said, size in rows[:-1]:
        content = packed.read(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        assert (said, int(size)) == (f"sha256={digest}", len(content)), name


def test_it_asks_for_the_same_extras_and_installs_the_same_command(
    packed: zipfile.ZipFile,
) -> None:
    info = f"classpulse-{version('classpulse')}.dist-info"
    assert "Provides-Extra: agent" in packed.read(f"{info}/METADATA").decode()
    assert "classpulse = classpulse.cli:main" in packed.read(f"{info}/entry_points.txt").decode()
    assert b"Apache License" in packed.read(f"{info}/licenses/LICENSE")


def test_the_same_program_makes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "PACKAGES", ("contract",))
    assert pack_wheel() == pack_wheel()


def test_a_program_that_was_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "NAME", "nobody-has-installed-this")
    with pytest.raises(WheelError, match="not installed"):
        wheel_name()
