"""A room is spoken of in five minutes, five faces and five points, or not at all."""

from typing import Any

import numpy as np
import pytest

from analytics.mood.confusion import Confusion
from analytics.mood.room import RoomFigure, room_figures

HAPPY, NEUTRAL = 3, 6
EXACT = Confusion(matrix=np.eye(7), counts=np.full(7, 1000.0), prior=np.full(7, 1 / 7))
LATE = 10**6


def columns(
    *windows: tuple[int, float], seconds: int = 300, model: str = "net@1"
) -> dict[str, Any]:
    """Windows of five minutes, each (faces, share of happy ones), in buckets of ten seconds."""
    rows = [
        (300 * number + 10 * step, faces, happy)
        for number, (faces, happy) in enumerate(windows)
        for step in range(seconds // 10)
    ]
    sums = np.zeros((len(rows), 7), np.int64)
    sums[:, HAPPY] = [round(10 * faces * happy * 10_000) for _, faces, happy in rows]
    sums[:, NEUTRAL] = [round(10 * faces * (1 - happy) * 10_000) for _, faces, happy in rows]
    return {
        "bucket": np.array([start for start, _, _ in rows], np.int64),
        "model": np.array([model] * len(rows), dtype=object),
        "observations": np.full(len(rows), 10, np.int64),
        "faces": np.array([10 * faces for _, faces, _ in rows], np.int64),
        "attentive_count": np.array([10 * faces for _, faces, _ in rows], np.int64),
        "attentive_sum": np.array([10 * faces * 8_300 for _, faces, _ in rows], np.int64),
        "probability_sums": sums,
    }


def shown(
    found: dict[str, Any], *, now: int = LATE, visible: int = 0, hidden: int = 30
) -> list[RoomFigure]:
    return room_figures(found, EXACT, "net@1", now=now, visible=visible, hidden=hidden)


def test_a_window_in_steps_of_five_points() -> None:
    (figure,) = shown(columns((20, 0.33)))
    assert (figure.begins, figure.faces) == (0, 20)
    assert figure.shares[HAPPY] == pytest.approx(0.35)
    assert figure.shares[NEUTRAL] == pytest.approx(0.65)
    assert figure.attentive == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("windows", "faces"),
    [
        ([(20, 0.3), (20, 0.4)], [20, 20]),
        ([(20, 0.3), (21, 0.4)], [20]),
        ([(20, 0.3), (16, 0.4), (20, 0.2)], [20, 20]),
        ([(20, 0.3), (15, 0.4)], [20, 15]),
        ([(4, 0.3), (5, 0.4)], [5]),
    ],
)
def test_no_two_windows_can_be_subtracted_to_fewer_than_five(
    windows: list[tuple[int, float]], faces: list[int]
) -> None:
    assert [figure.faces for figure in shown(columns(*windows))] == faces


@pytest.mark.parametrize(
    ("visible", "hidden", "said"), [(0, 8, True), (3, 5, True), (4, 4, False), (8, 0, True)]
)
def test_the_students_whose_rows_are_seen_cannot_be_taken_away(
    visible: int, hidden: int, said: bool
) -> None:
    assert bool(shown(columns((8, 0.5)), visible=visible, hidden=hidden)) is said


def test_a_window_that_was_hardly_seen_or_is_not_over_is_not_shown() -> None:
    assert shown(columns((20, 0.3), seconds=170)) == []
    assert len(shown(columns((20, 0.3), seconds=180))) == 1
    assert shown(columns((20, 0.3)), now=329) == []
    assert len(shown(columns((20, 0.3)), now=330)) == 1


def test_another_models_numbers_are_left_out() -> None:
    assert shown(columns((20, 0.3), model="net@2")) == []
    assert shown(columns()) == []
