import numpy as np

from capture_agent.perception.faces import choose_student
from models.inference.face_detector import Detection


def face(x: float, y: float, side: float) -> Detection:
    return Detection(x, y, side, side, 0.9, np.zeros((6, 2)))


def test_the_larger_of_two_near_the_middle_is_the_student() -> None:
    near, behind = face(220, 140, 200), face(400, 150, 80)
    assert choose_student([behind, near], 640, 480) is near


def test_of_two_as_large_the_central_one_is_the_student() -> None:
    at_the_edge, central = face(0, 0, 150), face(250, 170, 150)
    assert choose_student([at_the_edge, central], 640, 480) is central


def test_a_small_face_in_the_very_middle_is_a_poster() -> None:
    poster, student = face(300, 220, 40), face(100, 150, 200)
    assert choose_student([poster, student], 640, 480) is student


def test_nobody_is_nobody() -> None:
    assert choose_student([], 640, 480) is None
