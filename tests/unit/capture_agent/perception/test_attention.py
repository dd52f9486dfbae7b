import numpy as np
import pytest

from capture_agent.perception.attention import (
    AttentionTracker,
    eye_ratio,
    openness,
    typical_openness,
)
from capture_agent.perception.head_pose import HeadPose

AHEAD = HeadPose(0.0, 0.0, 0.0)


def used_to(yaw: float = 0.0, pitch: float = 0.0, ratio: float = 0.3) -> AttentionTracker:
    """A tracker that has seen this student sit so for fifty seconds."""
    tracker = AttentionTracker()
    for half in range(100):
        tracker.judge(HeadPose(yaw, pitch, 0.0), ratio, half / 2)
    return tracker


@pytest.mark.parametrize(
    ("pose", "attentive"),
    [
        (HeadPose(24, 0, 0), True),
        (HeadPose(26, 0, 0), False),
        (HeadPose(-26, 0, 0), False),
        (HeadPose(0, 19, 0), True),
        (HeadPose(0, -21, 0), False),
        (HeadPose(0, 0, 60), True),
    ],
)
def test_the_head_may_turn_only_so_far(pose: HeadPose, attentive: bool) -> None:
    assert used_to().judge(pose, 0.3, 50.0).attentive is attentive


def test_ahead_is_where_this_student_usually_looks() -> None:
    second_screen = used_to(yaw=40.0)
    assert second_screen.judge(HeadPose(45, 0, 0), 0.3, 50.0).attentive
    assert not second_screen.judge(AHEAD, 0.3, 50.5).attentive


def test_a_blink_is_attentive_and_a_second_of_shut_eyes_is_not() -> None:
    tracker = used_to()
    judged = [tracker.judge(AHEAD, 0.1, 50 + half / 2).attentive for half in range(4)]
    assert judged == [True, True, False, False]
    assert tracker.judge(AHEAD, 0.3, 52.0).attentive


def test_eyes_shut_before_and_after_the_face_was_gone_are_not_one_sleep() -> None:
    tracker = used_to()
    tracker.judge(AHEAD, 0.1, 50.0)
    tracker.no_face()
    assert tracker.judge(AHEAD, 0.1, 60.0).attentive


def test_narrow_eyes_are_open_eyes() -> None:
    assert used_to(ratio=0.18).judge(AHEAD, 0.18, 50.0).eyes_open == 1.0
    assert used_to(ratio=0.36).judge(AHEAD, 0.18, 50.0).eyes_open < 0.25


def test_eyes_shut_from_the_start_do_not_become_the_open_ones() -> None:
    tracker = AttentionTracker()
    judged = [tracker.judge(AHEAD, 0.06, half / 2) for half in range(10)]
    assert judged[0].eyes_open == 0.0
    assert not judged[-1].attentive


def test_the_memory_forgets_how_the_student_sat_long_ago() -> None:
    tracker = AttentionTracker(memory=10)
    for half in range(30):
        tracker.judge(HeadPose(0 if half < 15 else 60, 0, 0), 0.3, half / 2)
    assert tracker.judge(HeadPose(60, 0, 0), 0.3, 15.0).attentive
    assert not tracker.judge(AHEAD, 0.3, 15.5).attentive


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
