import itertools

import numpy as np
import pytest

from capture_agent.perception.head_pose import CANONICAL, head_pose, pose_of, rotation_of

WIDTH, HEIGHT = 640, 480


def project(
    yaw: float, pitch: float, roll: float, *, place: tuple[float, float], focal: float
) -> np.ndarray:
    """The canonical face, turned, half a metre before a camera of ``focal`` pixels."""
    turned = np.array(list(CANONICAL.values())) @ rotation_of(yaw, pitch, roll).T
    camera = turned * (1, -1, -1) + (place[0], place[1], 50.0)
    points = np.zeros((468, 3))
    points[list(CANONICAL), 0] = focal * camera[:, 0] / camera[:, 2] + WIDTH / 2
    points[list(CANONICAL), 1] = focal * camera[:, 1] / camera[:, 2] + HEIGHT / 2
    return points


TURNS = list(itertools.product((-40, -20, 0, 20, 40), (-25, 0, 25), (-30, 0, 30)))


def test_known_turns_are_found_within_five_degrees_whatever_the_camera() -> None:
    errors = []
    for (yaw, pitch, roll), focal in itertools.product(TURNS, (450.0, 640.0, 900.0)):
        pose = head_pose(project(yaw, pitch, roll, place=(3, -2), focal=focal), WIDTH, HEIGHT)
        assert pose is not None
        errors.append(np.abs([pose.yaw - yaw, pose.pitch - pitch, pose.roll - roll]))
    assert np.mean(errors, axis=0).max() < 5.0
    assert np.median(errors) < 2.0


def test_half_a_pixel_of_noise_costs_little() -> None:
    rng = np.random.default_rng(3)
    errors = []
    for yaw, pitch, roll in TURNS:
        points = project(yaw, pitch, roll, place=(0, 0), focal=640.0)
        points[:, :2] += rng.normal(0, 0.5, (468, 2))
        pose = head_pose(points, WIDTH, HEIGHT)
        assert pose is not None
        errors.append(np.abs([pose.yaw - yaw, pose.pitch - pitch, pose.roll - roll]))
    assert np.mean(errors, axis=0).max() < 3.0


@pytest.mark.parametrize(
    ("turn", "tells"),
    [((30, 0, 0), "yaw"), ((0, 20, 0), "pitch"), ((0, 0, 20), "roll")],
)
def test_signs_are_the_contracts(turn: tuple[float, float, float], tells: str) -> None:
    points = project(*turn, place=(0, 0), focal=640.0)
    nose, chin_side = points[4], points[168]
    if tells == "yaw":  # to the student's left, which is the right of the picture
        assert nose[0] > chin_side[0]
    elif tells == "pitch":  # upwards, which is less y
        frontal = project(0, 0, 0, place=(0, 0), focal=640.0)
        assert nose[1] < frontal[4][1]
    else:  # clockwise as seen: the brow moves to the right of the nose
        assert points[10][0] > nose[0]
    pose = head_pose(points, WIDTH, HEIGHT)
    assert pose is not None
    assert getattr(pose, tells) == pytest.approx(sum(turn), abs=0.5)


def test_taking_apart_undoes_putting_together() -> None:
    pose = pose_of(rotation_of(35, -15, 12))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((35, -15, 12))


def test_points_that_are_no_numbers_have_no_pose() -> None:
    assert head_pose(np.full((468, 3), np.nan), WIDTH, HEIGHT) is None
