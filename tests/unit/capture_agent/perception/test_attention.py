from dataclasses import replace

import numpy as np
import pytest

from capture_agent.perception.attention import (
    AttentionTracker,
    eye_ratio,
    openness,
    typical_openness,
)
from capture_agent.perception.engagement import Face, looks_engaged, mouth_ratio
from scripts.engagement_vectors import GOLDEN, text

AHEAD = Face(yaw=0.0, pitch=0.0, eye_ratio=0.3, mouth_ratio=0.05, sad=0.05, presence=1.0)


def used_to(**usual: float) -> AttentionTracker:
    """A tracker that has seen this student sit so for fifty seconds."""
    tracker = AttentionTracker()
    for half in range(100):
        tracker.judge(replace(AHEAD, **usual), half / 2)
    return tracker


@pytest.mark.parametrize(
    ("change", "engaged"),
    [
        ({"yaw": 15.0}, True),
        ({"yaw": 40.0}, False),
        ({"yaw": -40.0}, False),
        ({"pitch": 12.0}, True),
        ({"pitch": -32.0}, False),
        ({"yaw": 30.0, "pitch": -24.0}, False),
        ({"eye_ratio": 0.26}, True),
        ({"eye_ratio": 0.15}, False),
        ({"eye_ratio": 0.2, "sad": 0.6}, False),
        ({"sad": 0.9}, True),
        ({"mouth_ratio": 0.3}, True),
        ({"mouth_ratio": 0.8}, False),
        ({"presence": 0.85}, True),
        ({"presence": 0.55, "pitch": -10.0}, False),
    ],
)
def test_lids_head_yawn_and_cover_speak_against_it(change: dict[str, float], engaged: bool) -> None:
    judged = used_to().judge(replace(AHEAD, **change), 60.0).attentive
    assert (judged > 0.5) is engaged
    assert 0 <= judged <= 1


def test_what_is_usual_looks_engaged_however_it_looks_to_a_stranger() -> None:
    own = {"yaw": 40.0, "pitch": -25.0, "eye_ratio": 0.2, "sad": 0.5}
    assert looks_engaged(replace(AHEAD, **own)) < 0.1
    assert used_to(**own).judge(replace(AHEAD, **own), 60.0).attentive > 0.9
    assert used_to(yaw=40.0).judge(AHEAD, 60.0).attentive < 0.5


@pytest.mark.parametrize("rate", [2, 3, 5])
def test_a_blink_changes_nothing_and_shut_eyes_do(rate: int) -> None:
    tracker = used_to()
    awake = tracker.judge(AHEAD, 50.0).attentive
    for frame in range(1, rate):
        tracker.judge(AHEAD, 50.0 + frame / rate)
    shut = replace(AHEAD, eye_ratio=0.1)
    judged = [tracker.judge(shut, 51.0 + frame / rate).attentive for frame in range(rate)]
    assert judged[0] == pytest.approx(awake, abs=0.02)
    assert judged[-1] < 0.05
    assert tracker.judge(AHEAD, 53.0).attentive > 0.9


def test_lids_before_and_after_the_face_was_gone_are_not_one_second() -> None:
    tracker = used_to()
    tracker.judge(replace(AHEAD, eye_ratio=0.1), 60.0)
    tracker.no_face()
    assert tracker.judge(AHEAD, 60.2).attentive > 0.9
    tracker.judge(AHEAD, 60.4)
    tracker.no_face()
    assert tracker.judge(replace(AHEAD, eye_ratio=0.1), 60.6).attentive < 0.05


def test_only_pictures_before_are_learnt_from() -> None:
    rng = np.random.default_rng(1)
    faces = [
        Face(*rng.normal(0, 10, 2), *rng.uniform(0.1, 0.4, 2), *rng.uniform(0.0, 1.0, 2))
        for _ in range(60)
    ]
    whole, part = AttentionTracker(), AttentionTracker()
    first = [part.judge(face, at / 2) for at, face in enumerate(faces[:30])]
    assert [whole.judge(face, at / 2) for at, face in enumerate(faces)][:30] == first


def test_narrow_eyes_are_open_eyes() -> None:
    narrow = replace(AHEAD, eye_ratio=0.18)
    assert used_to(eye_ratio=0.18).judge(narrow, 50.0).eyes_open == 1.0
    assert used_to(eye_ratio=0.36).judge(narrow, 50.0).eyes_open < 0.25


def test_eyes_shut_from_the_start_do_not_become_the_open_ones() -> None:
    tracker = AttentionTracker()
    judged = [tracker.judge(replace(AHEAD, eye_ratio=0.06), half / 2) for half in range(10)]
    assert judged[0].eyes_open == 0.0
    assert max(it.attentive for it in judged) < 0.05


def test_the_memory_forgets_how_the_student_sat_long_ago() -> None:
    tracker = AttentionTracker(memory=10)
    for half in range(30):
        tracker.judge(replace(AHEAD, yaw=0.0 if half < 15 else 60.0), half / 2)
    assert tracker.judge(replace(AHEAD, yaw=60.0), 15.0).attentive > 0.9
    assert tracker.judge(AHEAD, 15.5).attentive < 0.2


def test_openness_is_bounded() -> None:
    assert openness(0.9, 0.3) == 1.0
    assert openness(0.0, 0.3) == 0.0
    assert openness(0.2, 0.0) == 1.0
    assert typical_openness(0.05) == 0.0 < typical_openness(0.2) < typical_openness(0.4) == 1.0


def eyes(height: float, turn: float = 0.0) -> np.ndarray:
    """Both eyes 30 wide, lids ``height`` apart, the head turned by ``turn`` degrees."""
    points = np.zeros((468, 3))
    for corners, lids in (
        ((33, 133), ((160, 144), (159, 145), (158, 153))),
        ((263, 362), ((387, 373), (386, 374), (385, 380))),
    ):
        points[corners[1], 0] = 30.0
        for upper, lower in lids:
            points[upper, :2], points[lower, :2] = (15, -height / 2), (15, height / 2)
    angle = np.radians(turn)
    points[:, 2] = points[:, 0] * np.sin(angle)
    points[:, 0] *= np.cos(angle)
    return points


def test_the_ratio_is_lid_distance_over_corner_distance_and_a_turned_head_keeps_it() -> None:
    assert eye_ratio(eyes(9.0)) == pytest.approx(0.3)
    assert eye_ratio(eyes(9.0, turn=40)) == pytest.approx(0.3)
    assert eye_ratio(np.zeros((468, 3))) == 0.0


def test_the_mouth_is_lips_apart_over_its_width() -> None:
    points = np.zeros((468, 3))
    points[308, 0], points[14, 1] = 40.0, 24.0
    assert mouth_ratio(points) == pytest.approx(0.6)
    assert mouth_ratio(np.zeros((468, 3))) == 0.0


def test_the_numbers_that_other_agents_are_held_to_are_those_of_this_one() -> None:
    """``python -m scripts.engagement_vectors`` writes them anew."""
    assert GOLDEN.read_text(encoding="utf-8") == text()
