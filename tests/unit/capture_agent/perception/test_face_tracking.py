"""Between two detections a face is followed by its landmarks, and no longer than that holds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capture_agent.perception.face_tracking import DETECT_EVERY_S, LONGEST_GAP_S, moved
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision, load_vision
from capture_agent.sources.clips import DemoClip
from capture_agent.sources.frames import Image
from models.inference.face_detector import Detection


class Counting:
    """The packaged models, and how often the detector was asked."""

    def __init__(self) -> None:
        packaged = load_vision()
        self.detections = 0

        def detect(image: Image) -> list[Detection]:
            self.detections += 1
            return packaged.detect(image)

        self.vision: Vision = replace(packaged, detect=detect)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def clip(seconds: float) -> Iterator[tuple[float, Image]]:
    for at, read in DemoClip().play():
        if at >= seconds - 1e-6:
            return
        yield at, read()


def overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right = min(one[0] + one[2], other[0] + other[2])
    low = min(one[1] + one[3], other[1] + other[3])
    shared = max(0, right - left) * max(0, low - top)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def test_a_followed_face_reads_as_a_detected_one(counting: Counting) -> None:
    following, detecting = Pipeline(counting.vision), Pipeline(load_vision())
    for at, picture in clip(2.0):
        followed = following.read_student(picture, at).student
        detected = detecting.read_student(picture).student
        assert followed is not None
        assert detected is not None
        assert overlap(followed.box, detected.box) > 0.85
        assert np.abs(np.subtract(followed.probabilities, detected.probabilities)).sum() < 0.1
        assert followed.pose is not None
        assert detected.pose is not None
        assert abs(followed.pose.yaw - detected.pose.yaw) < 2
    # Twenty pictures, a tenth of a second apart.
    assert counting.detections == 2.0 / DETECT_EVERY_S


def test_pictures_far_apart_are_each_searched(counting: Counting) -> None:
    pipeline = Pipeline(counting.vision)
    for number, (_, picture) in enumerate(clip(0.4)):
        assert pipeline.read_student(picture, number * (LONGEST_GAP_S + 0.01)).student is not None
    assert counting.detections == 4


def test_a_face_that_has_gone_is_not_followed_into_the_wall(counting: Counting) -> None:
    pipeline = Pipeline(counting.vision)
    (_, face), *_ = clip(0.1)
    wall = np.full_like(face, 90)
    assert pipeline.read_student(face, 0.0).student is not None
    assert pipeline.read_student(wall, 0.1).faces == 0
    assert pipeline.read_student(face, 0.2).student is not None
    assert counting.detections == 3


def test_a_clock_that_runs_back_follows_nothing(counting: Counting) -> None:
    pipeline = Pipeline(counting.vision)
    (_, face), *_ = clip(0.1)
    pipeline.read_student(face, 10.0)
    pipeline.read_student(face, 9.9)
    assert counting.detections == 2


@pytest.mark.parametrize("degrees", [0.0, 25.0, -40.0])
def test_the_box_moves_grows_and_turns_with_the_landmarks(degrees: float) -> None:
    before = np.random.default_rng(1).uniform(100, 200, (468, 3))
    turn = 1.25 * np.exp(1j * np.radians(degrees))
    plane = turn * (before[:, 0] + 1j * before[:, 1]) + (30 - 20j)
    after: Any = np.stack([plane.real, plane.imag, before[:, 2]], axis=1)
    face = Detection(100.0, 110.0, 80.0, 100.0, 0.9, before[:6, :2].copy())
    now = moved(face, before, after)
    centre = turn * (140 + 160j) + (30 - 20j)
    assert (now.x + now.w / 2, now.y + now.h / 2) == pytest.approx((centre.real, centre.imag))
    assert (now.w, now.h, now.score) == pytest.approx((100.0, 125.0, 0.9))
    assert now.keypoints == pytest.approx(after[:6, :2])
