from collections.abc import Callable

import numpy as np
import pytest

from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision

PICTURE = np.zeros((480, 640, 3), dtype=np.uint8)
MIDDLE, EDGE = (240.0, 160.0, 160.0, 160.0), (0.0, 0.0, 60.0, 60.0)


def test_the_student_is_read_and_others_are_only_counted(
    make_vision: Callable[..., Vision],
) -> None:
    seen = Pipeline(make_vision(EDGE, MIDDLE)).read_student(PICTURE)
    assert seen.faces == 2
    assert seen.student is not None
    assert seen.student.box == (240, 160, 160, 160)
    assert sum(seen.student.probabilities) == pytest.approx(1.0, abs=1e-12)


def test_all_faces_come_from_left_to_right(make_vision: Callable[..., Vision]) -> None:
    boxes = [face.box for face in Pipeline(make_vision(MIDDLE, EDGE)).read_all(PICTURE)]
    assert boxes == [(0, 0, 60, 60), (240, 160, 160, 160)]


def test_what_the_landmarks_do_not_take_for_a_face_is_none(
    make_vision: Callable[..., Vision],
) -> None:
    pipeline = Pipeline(make_vision(MIDDLE, presence=0.5))
    assert pipeline.read_student(PICTURE).faces == 0
    assert pipeline.read_all(PICTURE) == []


def test_an_empty_picture_is_read_as_empty(make_vision: Callable[..., Vision]) -> None:
    pipeline = Pipeline(make_vision())
    assert pipeline.read_student(PICTURE).student is None
    assert pipeline.read_all(PICTURE) == []
