import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.report.change_points import (
    MOST,
    Advice,
    Course,
    Marker,
    change_points,
    marker_changes,
)
from contract.looks import Look

START = 1_700_000_100
STARTS = START + 60 * np.arange(20)
ATTENTIVE = np.array([0.5] * 10 + [0.7] * 10)
SHARES = np.zeros((20, 7))
SHARES[:, 3] = [0.2] * 10 + [0.5] * 10
SHARES[:, 5:] = (1 - SHARES[:, 3:4]) / 2
Floats = NDArray[np.float64]


def course(attentive: Floats = ATTENTIVE, shares: Floats = SHARES) -> Course:
    low, high = np.clip(shares - 0.1, 0, 1), np.clip(shares + 0.1, 0, 1)
    return Course(START + 60 * np.arange(len(attentive)), 60, attentive, shares, low, high)


def noisy(seed: int, steps: int = 60) -> tuple[Floats, Floats]:
    """An hour in which nothing changes, minutes like their neighbours."""
    rng = np.random.default_rng(seed)
    wander = rng.normal(0, 1, (steps, 8))
    for step in range(1, steps):
        wander[step] = 0.4 * wander[step - 1] + 0.9 * wander[step]
    shares = np.abs(np.full((steps, 7), 0.05) + 0.015 * wander[:, 1:])
    shares[:, 6] = 1 - shares[:, :6].sum(axis=1)
    return np.asarray(0.7 + 0.03 * wander[:, 0]), shares


def test_what_changed_is_the_attention_and_the_look_that_moved_most() -> None:
    marker = Marker(START + 600, "group work")
    (change,) = marker_changes(course(), [marker])
    assert (change.attentive_before, change.attentive_after) == pytest.approx((0.5, 0.7))
    assert change.look is Look.HAPPY
    assert (change.share_before, change.share_after) == pytest.approx((0.2, 0.5))


def test_a_step_under_the_marker_belongs_to_neither_side() -> None:
    attentive = ATTENTIVE.copy()
    attentive[9] = 0.0
    (change,) = marker_changes(course(attentive), [Marker(START + 570, "quiz")])
    assert (change.attentive_before, change.attentive_after) == pytest.approx((0.5, 0.7))


def test_a_side_ends_at_the_next_marker() -> None:
    markers = [Marker(START + 600, "break"), Marker(START + 480, "quiz")]
    first, second = marker_changes(course(), markers)
    assert first.marker.label == "quiz"
    assert first.attentive_after == pytest.approx(0.5)
    assert first.attentive_before == pytest.approx(0.5)
    assert second.attentive_after == pytest.approx(0.7)


def test_a_marker_without_both_sides_tells_nothing() -> None:
    assert marker_changes(course(), [Marker(START, "start")]) == ()
    hidden = np.full(20, np.nan), np.full((20, 7), np.nan)
    assert marker_changes(course(*hidden), [Marker(START + 600, "quiz")]) == ()


def test_withheld_steps_are_left_out_and_not_counted_as_nothing() -> None:
    attentive, shares = ATTENTIVE.copy(), SHARES.copy()
    attentive[12], shares[12] = np.nan, np.nan
    (change,) = marker_changes(course(attentive, shares), [Marker(START + 600, "quiz")])
    assert change.attentive_after == pytest.approx(0.7)
    assert change.share_after == pytest.approx(0.5)


def test_the_mood_can_stay_as_it_was() -> None:
    nothing = np.full(20, np.nan)
    (change,) = marker_changes(course(nothing, SHARES * 0 + 1 / 7), [Marker(START + 600, "x")])
    assert np.isnan(change.attentive_before)
    assert change.share_before == pytest.approx(change.share_after)


def test_the_ranges_are_those_of_what_came_after() -> None:
    attentive = ATTENTIVE.copy()
    attentive[10:] += np.tile([0.02, -0.02], 5)
    (change,) = marker_changes(course(attentive), [Marker(START + 600, "quiz")])
    low, high = change.attentive_span
    assert low < change.attentive_after < high
    assert high - low == pytest.approx(2 * 2.132 * attentive[10:15].std(ddof=1) / 5**0.5, rel=1e-3)
    assert change.share_span == pytest.approx((0.4, 0.6))


def test_a_lasting_change_is_a_moment_with_its_marker_and_what_to_try() -> None:
    attentive, shares = noisy(1)
    attentive[30:] -= 0.25
    shares[45:, 4] += 0.2
    shares[45:, 6] -= 0.2
    marker = Marker(START + 29 * 60 + 20, "theory")
    fell, sad = change_points(course(attentive, shares), [marker])
    assert abs(fell.at - (START + 1800)) <= 120
    assert (fell.look, fell.marker, fell.advice) == (None, marker, Advice.SHORTER)
    assert fell.before - fell.after == pytest.approx(0.25, abs=0.05)
    assert fell.span[0] < fell.after < fell.span[1]
    assert abs(sad.at - (START + 2700)) <= 120
    assert (sad.look, sad.marker, sad.advice) == (Look.SAD, None, Advice.ASK)


def test_attention_that_fell_without_a_marker_asks_for_a_break_and_that_rose_for_more() -> None:
    attentive, shares = noisy(2)
    attentive[20:40] -= 0.3
    fell, rose = change_points(course(attentive, shares), [])
    assert (fell.advice, rose.advice) == (Advice.BREAK, Advice.AGAIN)
    assert fell.lasted_s == pytest.approx(1200, abs=120)


def test_an_hour_without_a_change_rarely_has_a_moment() -> None:
    found = [change_points(course(*noisy(seed)), []) for seed in range(100)]
    assert sum(bool(some) for some in found) <= 10


def test_moments_are_few_and_in_the_order_of_time() -> None:
    attentive, shares = noisy(3, steps=180)
    attentive += 0.2 * (np.arange(180) // 15 % 2)
    found = change_points(course(attentive, shares), [])
    assert len(found) == MOST
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)


def test_what_is_withheld_makes_no_moment() -> None:
    attentive, shares = noisy(4)
    attentive[20:40], shares[20:40] = np.nan, np.nan
    assert change_points(course(attentive, shares), []) == ()
    assert change_points(course(np.full(60, np.nan), np.full((60, 7), np.nan)), []) == ()
