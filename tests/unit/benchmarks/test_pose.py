"""Rendered heads, whose turn is known, are read as they are turned."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.seeing import pose
from benchmarks.seeing.head import PEOPLE, SIZE, render
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import load_vision
from capture_agent.sources.clips import DemoClip


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(load_vision())


def one_sided(picture: np.ndarray) -> float:
    """How far a picture is from its own mirror image."""
    return float(np.abs(picture.astype(int) - picture[:, ::-1]).mean())


def test_a_head_that_looks_ahead_is_even_and_a_turned_one_is_not() -> None:
    ahead = render(0, 0, 0)
    assert ahead.shape == (*SIZE, 3)
    assert ahead.dtype == np.uint8
    # The light comes from one side.
    assert one_sided(render(30, 0, 0)) > 1.5 * one_sided(ahead)


@pytest.mark.parametrize("turn", [(25.0, 0.0, 0.0), (-25.0, 0.0, 0.0), (0.0, 0.0, 20.0)])
def test_a_known_turn_is_read(turn: tuple[float, float, float], pipeline: Pipeline) -> None:
    face = pipeline.read_student(render(*turn)).student
    assert face is not None
    assert face.pose is not None
    read = (face.pose.yaw, face.pose.pitch, face.pose.roll)
    assert np.abs(np.subtract(read, turn)).mean() < 5
    assert np.argmax(np.abs(read)) == np.argmax(np.abs(turn))


def test_shut_eyes_are_told_from_open_ones(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pose, "PEOPLE", PEOPLE[:1])
    monkeypatch.setattr(pose, "_EYE_TURNS", ((0.0, 0.0, 0.0),))
    told = pose.bench_eyes(pipeline=pipeline)
    assert told["separated"] == 1.0
    assert told["shut"]["ratio"][1] < 0.85 * told["open"]["ratio"][0]


def test_the_errors_are_of_every_head_and_their_page_says_so(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pose, "PEOPLE", PEOPLE[1:2])
    monkeypatch.setattr(pose, "_ALONE", ((0.0, 0.0, 0.0),))
    monkeypatch.setattr(pose, "_TOGETHER", 1)
    told = pose.bench_pose(pipeline=pipeline)
    assert told["heads"] == told["found"] == 2
    assert told["mean_error"] < 8
    eyes = {
        "separated": 1.0,
        "shut": {"faces": 1, "ratio": [0.18, 0.2], "openness": [0.1, 0.2]},
        "open": {"faces": 1, "ratio": [0.3, 0.32], "openness": [0.9, 1.0]},
    }
    page = pose.pose_section(told, eyes)
    assert "2 of 2 rendered heads were found" in page
    assert "computed, not photographed" in page


def test_somebody_who_looks_ahead_is_attentive(pipeline: Pipeline, tmp_path: Path) -> None:
    for number, (_, read) in enumerate(DemoClip().play()):
        if number == 3:
            break
        cv2.imwrite(str(tmp_path / f"{number}.png"), read())
    assert pose.attentive_share(tmp_path, pipeline=pipeline) == {
        "pictures": 3, "faces": 3, "attentive": pytest.approx(1.0, abs=0.01),
    }  # fmt: skip
