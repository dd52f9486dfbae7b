import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.seeing import agent
from benchmarks.seeing.agent import AgentBenchError, PeerMissingError, bench_agent, peer_python

KEYS = {
    "cpu_share", "rss_mb", "first_observation_s", "frames_per_s", "faces_found", "frames",
    "peer_fer_frames_per_s",
}  # fmt: skip


@pytest.mark.alone
def test_the_agent_is_measured_on_the_demo_and_a_missing_peer_is_null_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere() -> Path:
        raise PeerMissingError("fer could not be installed: no network.")

    monkeypatch.setattr(agent, "peer_python", nowhere)
    monkeypatch.setattr(agent, "MOST_FRAMES", 4)
    told = bench_agent("demo", 2.0)
    assert told.keys() >= KEYS
    assert told["peer_fer_frames_per_s"] is None
    assert told["peer_fer_reason"] == "fer could not be installed: no network."
    assert (told["frames"], told["faces_found"]) == (4, 4)
    assert told["frames_per_s"] > 1
    assert 20 < told["rss_mb"] < 1000
    assert 1 < told["first_observation_s"] < 60
    assert 0 <= told["cpu_share"] < 1


def test_the_peer_is_given_the_same_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept: list[tuple[int, ...]] = []

    def run(command: list[str]) -> dict[str, Any]:
        if "live" in command:
            return {"cpu_share": 0.02}
        if "fast" in command:
            np.save(command[-1], np.zeros((3, 2, 2, 3), np.uint8))
            return {"frames_per_s": 90.0, "frames": 3}
        assert command[0] == str(tmp_path / "python")
        kept.append(np.load(command[-1]).shape)
        return {"frames_per_s": 30.0, "faces_found": 3}

    monkeypatch.setattr(agent, "_run", run)
    monkeypatch.setattr(agent, "peer_python", lambda: tmp_path / "python")
    told = bench_agent("clip.mp4")
    assert kept == [(3, 2, 2, 3)]
    assert (told["frames_per_s"], told["peer_fer_frames_per_s"]) == (90.0, 30.0)
    assert told["peer_fer_reason"] is None


def test_a_clip_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AgentBenchError, match=r"^There is no file or folder .*missing\.mp4\.$"):
        bench_agent(str(tmp_path / "missing.mp4"))


def test_an_installation_that_fails_is_told_and_tried_again_the_next_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(agent.venv, "create", lambda folder, **_: made.append(folder))
    monkeypatch.setattr(agent, "_PEER_NEEDS", (("fer",),))
    for _ in range(2):
        with pytest.raises(PeerMissingError, match="fer could not be installed: "):
            peer_python(tmp_path / "fer")
    assert made == [tmp_path / "fer"] * 2


def test_a_part_that_says_nonsense_or_fails_is_one_sentence() -> None:
    for code, sentence in (
        ("print('nonsense')", "answered 'nonsense"),
        ("print('[1]')", "answered \\[1\\]"),
        ("raise SystemExit(3)", "exit code 3"),
        ("raise ValueError('why')", "^ValueError: why$"),
    ):
        with pytest.raises(AgentBenchError, match=sentence):
            agent._run([sys.executable, "-c", code])
