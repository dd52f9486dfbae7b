import cv2
import numpy as np
import pytest

from capture_agent.perception.occlusion import OcclusionWatch, shows_nothing
from capture_agent.sources.clips import DemoClip
from capture_agent.sources.frames import Image


def noisy(level: float, noise: float = 6.0) -> Image:
    """What a sensor gives of something that is the same all over."""
    rng = np.random.default_rng(1)
    return np.clip(rng.normal(level, noise, (480, 640, 3)), 0, 255).astype(np.uint8)


def face(light: float = 1.0) -> Image:
    _, read = next(iter(DemoClip().play()))
    return np.asarray(cv2.convertScaleAbs(read(), alpha=light), dtype=np.uint8)


@pytest.mark.parametrize("level", [0, 5, 60, 200, 255])
def test_black_and_evenly_covered_cameras_show_nothing(level: float) -> None:
    assert shows_nothing(noisy(level))


@pytest.mark.parametrize("light", [1.0, 0.5, 0.2])
def test_a_student_in_a_dim_room_is_something(light: float) -> None:
    assert not shows_nothing(face(light))


def test_a_hand_that_passes_covers_nothing_but_three_seconds_do() -> None:
    watch, black = OcclusionWatch(), noisy(0)
    assert not any(watch.look(black, False, at) for at in (0.0, 1.0, 2.5))
    assert not watch.look(face(), False, 2.8)
    assert [watch.look(black, False, 3.0 + at) for at in (0.0, 2.9, 3.0, 9.0)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert not watch.look(face(), True, 13.0)


def test_a_face_is_never_covered_and_an_interruption_counts_anew() -> None:
    watch, black = OcclusionWatch(), noisy(0)
    assert not any(watch.look(black, True, at) for at in (0.0, 4.0, 8.0))
    watch.look(black, False, 9.0)
    watch.reset()
    assert not watch.look(black, False, 20.0)
    assert watch.look(black, False, 23.0)
    watch.reset()
    assert watch.look(black, False, 40.0), "it stays covered until something is seen"
