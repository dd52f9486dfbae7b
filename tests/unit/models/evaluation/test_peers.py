"""A peer is asked in a process of its own, measured by our protocol, and absent where it is not."""

import sys
from pathlib import Path

import numpy as np
import pytest

from models.evaluation.peers import PEERS, Peer, PeerAbsentError, measure_peer
from models.training.data.datasets import DataSet, Faces, Split

ASKED = """
import json, sys
import numpy as np
crops = np.load(sys.argv[1])
answers = np.full((len(crops), {columns}), 0.1)
answers[np.arange(len(crops)), crops[:, 0, 0] % 7] = 1.4
np.save(sys.argv[2], answers)
print("chatter of its own")
told = {{"labels": {labels}, "network": {network!r}, "parameters": 7, "ms_per_face": 2.5}}
print(json.dumps(told))
"""
LABELS = ["neutral", "surprise", "sad", "happy", "fear", "disgust", "angry"]
"""The order of FER2013 backwards."""


def _faces(split: Split, greys: list[int], labels: list[int]) -> Faces:
    pixels = np.zeros((len(greys), 48, 48), np.uint8) + np.array(greys, np.uint8)[:, None, None]
    votes = np.eye(7, dtype=np.float32)[labels] * 10
    return Faces(split, pixels, np.array(labels), votes, votes.sum(axis=1))


@pytest.fixture
def data() -> DataSet:
    return DataSet(
        _faces(Split.TRAINING, [2], [4]),
        _faces(Split.PUBLIC_TEST, [0, 1, 2, 3], [6, 5, 4, 0]),
        _faces(Split.PRIVATE_TEST, [0, 1, 2, 2], [6, 5, 4, 3]),
        "0" * 64,
    )


def peer(folder: Path, *, columns: int = 7) -> Peer:
    network = folder / "net.h5"
    network.write_bytes(b"12345")
    script = folder / "ask.py"
    told = {"columns": columns, "labels": LABELS, "network": str(network)}
    script.write_text(ASKED.format(**told), encoding="utf-8")
    return Peer("made-up", script, "made up", "")


def test_its_answers_are_put_in_our_order_and_measured(data: DataSet, tmp_path: Path) -> None:
    found = measure_peer(peer(tmp_path), Path(sys.executable), data, Split.PRIVATE_TEST)

    assert found.accuracy == 0.75
    assert found.accuracy_dedup == pytest.approx(1.0)  # the two faces of grey 2 are in Training
    assert (found.file, found.file_bytes, found.parameters) == ("net.h5", 5, 7)
    assert found.ms_per_face == 2.5
    assert found.mflops is None


def test_its_temperature_is_fitted_on_the_public_test(data: DataSet, tmp_path: Path) -> None:
    """Sure at .7 and right on three of four faces: it should have been a little surer."""
    found = measure_peer(peer(tmp_path), Path(sys.executable), data, Split.PRIVATE_TEST)

    assert max(found.reliability_before.confidence) == pytest.approx(0.7, abs=1e-4)
    assert max(found.reliability.confidence) == pytest.approx(0.75, abs=1e-3)


def test_a_peer_that_fails_is_absent_for_its_own_reason(data: DataSet, tmp_path: Path) -> None:
    absent = peer(tmp_path)
    absent.script.write_text("raise SystemExit('its weights are not here')", encoding="utf-8")
    with pytest.raises(PeerAbsentError, match=r"^its weights are not here$"):
        measure_peer(absent, Path(sys.executable), data, Split.PRIVATE_TEST)


def test_a_peer_without_an_interpreter_is_absent(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(PeerAbsentError, match="made-up did not answer"):
        measure_peer(peer(tmp_path), tmp_path / "python", data, Split.PRIVATE_TEST)


def test_answers_of_another_form_are_refused(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(PeerAbsentError, match=r"must answer \(12, 7\), but answered \(12, 8\)"):
        measure_peer(peer(tmp_path, columns=8), Path(sys.executable), data, Split.PRIVATE_TEST)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("deepface", r"_weights\.h5 are not on this machine"),
        ("faceplugin", r"fr_expression\.onnx is not on this machine"),
    ],
)
def test_a_peer_without_its_weights_is_absent(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    monkeypatch.setenv(f"{name.upper()}_HOME", str(tmp_path))
    with pytest.raises(PeerAbsentError, match=why):
        measure_peer(PEERS[name], Path(sys.executable), data, Split.PRIVATE_TEST)
