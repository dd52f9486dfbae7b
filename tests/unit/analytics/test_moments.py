import numpy as np
import pytest

from analytics.moments import Marker, marker_changes
from contract.emotions import Emotion

START = 1_700_000_100
STARTS = START + 60 * np.arange(20)
ATTENTIVE = np.array([0.5] * 10 + [0.7] * 10)
SHARES = np.zeros((20, 7))
SHARES[:, 3] = [0.2] * 10 + [0.5] * 10
SHARES[:, 5:] = (1 - SHARES[:, 3:4]) / 2


def test_what_changed_is_the_attention_and_the_look_that_moved_most() -> None:
    marker = Marker(START + 600, "group work")
    (change,) = marker_changes(STARTS, 60, ATTENTIVE, SHARES, [marker])
    assert (change.attentive_before, change.attentive_after) == pytest.approx((0.5, 0.7))
    assert change.look is Emotion.HAPPY
    assert (change.share_before, change.share_after) == pytest.approx((0.2, 0.5))


def test_a_step_under_the_marker_belongs_to_neither_side() -> None:
    attentive = ATTENTIVE.copy()
    attentive[9] = 0.0
    (change,) = marker_changes(STARTS, 60, attentive, SHARES, [Marker(START + 570, "quiz")])
    assert (change.attentive_before, change.attentive_after) == pytest.approx((0.5, 0.7))


def test_a_side_ends_at_the_next_marker() -> None:
    markers = [Marker(START + 600, "break"), Marker(START + 480, "quiz")]
    first, second = marker_changes(STARTS, 60, ATTENTIVE, SHARES, markers)
    assert first.marker.label == "quiz"
    assert first.attentive_after == pytest.approx(0.5)
    assert first.attentive_before == pytest.approx(0.5)
    assert second.attentive_after == pytest.approx(0.7)


def test_a_marker_without_both_sides_tells_nothing() -> None:
    assert marker_changes(STARTS, 60, ATTENTIVE, SHARES, [Marker(START, "start")]) == ()
    hidden = np.full(20, np.nan), np.full((20, 7), np.nan)
    assert marker_changes(STARTS, 60, *hidden, [Marker(START + 600, "quiz")]) == ()


def test_withheld_steps_are_left_out_and_not_counted_as_nothing() -> None:
    attentive, shares = ATTENTIVE.copy(), SHARES.copy()
    attentive[12], shares[12] = np.nan, np.nan
    (change,) = marker_changes(STARTS, 60, attentive, shares, [Marker(START + 600, "quiz")])
    assert change.attentive_after == pytest.approx(0.7)
    assert change.share_after == pytest.approx(0.5)


def test_the_mood_can_stay_as_it_was() -> None:
    nothing = np.full(20, np.nan)
    (change,) = marker_changes(STARTS, 60, nothing, SHARES * 0 + 1 / 7, [Marker(START + 600, "x")])
    assert np.isnan(change.attentive_before)
    assert change.share_before == pytest.approx(change.share_after)
