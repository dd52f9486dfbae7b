from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.mood.class_mood import mood
from analytics.mood.confusion import Confusion
from analytics.mood.estimate import by_mean, estimate
from analytics.mood.intervals import interval
from analytics.mood.mixtures import BETWEEN_PEOPLE, REST
from analytics.mood.rest import Rest, known_rest, learnt_rest, unknown_rest
from contract.looks import LOOKS, SAD, Look

Floats = NDArray[np.float64]
HAPPY = LOOKS.index(Look.HAPPY)
HOUR = 3600.0


def leaning(confusion: Confusion, spreads: float) -> Floats:
    """(7,) a plain face that is sadder than the card's by so many deviations between people."""
    sad = np.zeros(7)
    sad[SAD], sad[REST] = 1.0, -1.0
    deviation = np.sqrt(BETWEEN_PEOPLE * sad @ confusion.within[REST] @ sad) / 2
    return np.asarray(confusion.matrix[REST] + spreads * deviation * sad)


def everyone(own: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    return own[None], np.ones((1, len(own)), np.bool_)


def test_of_whom_nothing_was_seen_nothing_is_known(confusion: Confusion) -> None:
    none = known_rest(np.full((3, 7), np.nan), np.zeros(3), confusion)
    assert none.shifts.tolist() == unknown_rest(3).shifts.tolist()
    assert none.doubts.tolist() == [1, 1, 1]


def test_a_sad_resting_face_is_nought_once_it_is_known(confusion: Confusion) -> None:
    """Without it the class is read sadder, and its interval holds what is read with it."""
    own = np.tile(leaning(confusion, 1.0), (12, 1))
    rest = known_rest(own, np.full(12, HOUR), confusion)
    without, known = (estimate(*everyone(own), confusion, some) for some in (None, rest))
    assert known.shares[0, SAD] < 0.5 * without.shares[0, SAD] + 1e-3
    low, high = (ends[0, SAD] for ends in interval(without))
    assert low <= known.shares[0, SAD] <= high
    assert (rest.doubts < 1).all()
    assert np.diff(interval(known), axis=0)[0, 0, SAD] < high - low


@given(seconds=st.floats(1, 40_000), spreads=st.floats(-1.5, 2.5))
def test_longer_tells_more_and_never_more_than_was_seen(
    seconds: float, spreads: float, confusion: Confusion
) -> None:
    own = leaning(confusion, spreads)[None]
    less, more = (known_rest(own, np.array([some]), confusion) for some in (seconds, 2 * seconds))
    away = own[0, SAD] - confusion.matrix[REST, SAD]
    for rest in (less, more):
        assert abs(rest.shifts[0].sum()) < 1e-9
        assert abs(rest.shifts[0, SAD]) <= abs(away) + 0.02
    assert more.doubts[0] <= less.doubts[0] <= 1


def test_a_smile_in_another_lecture_is_no_resting_smile(confusion: Confusion) -> None:
    """Who smiled for a quarter of it would else be read as one who never smiles."""
    share = np.zeros(7)
    share[HAPPY], share[REST] = 0.25, 0.75
    before = (share @ confusion.matrix)[None]
    rest = known_rest(before, np.array([HOUR]), confusion)
    assert rest.shifts[0, HAPPY] < 0.4 * (before[0, HAPPY] - confusion.matrix[REST, HAPPY])


def test_who_looks_sad_from_the_first_minute_is_not_absorbed(confusion: Confusion) -> None:
    """However long the lecture: the class's share and the student's own stay."""
    own = np.vstack([confusion.matrix[SAD], np.tile(confusion.matrix[REST], (9, 1))])
    for hours in (0.2, 1, 8):
        seconds = np.full(len(own), hours * HOUR)
        rest = learnt_rest(unknown_rest(len(own)), own, seconds, confusion)
        found = estimate(*everyone(own), confusion, rest).shares[0, SAD]
        assert found == pytest.approx(0.1, abs=0.035)
        assert by_mean(own[:1], rest.shifts[:1], confusion)[0, SAD] > 0.75


def test_the_lecture_teaches_late_and_only_of_whom_nothing_was_known(confusion: Confusion) -> None:
    own = np.tile(leaning(confusion, 0.8), (3, 1))
    known = Rest(np.full((3, 7), 0.0), np.array([1.0, 1.0, 0.4]))
    taught = learnt_rest(known, own, np.array([60.0, 3600.0, 3600.0]), confusion)
    moved = np.abs(taught.shifts).sum(axis=1)
    assert 0 < moved[0] < 0.1 * moved[1]
    assert moved[2] == 0
    assert taught.doubts.tolist() == known.doubts.tolist()


def test_the_class_mood_takes_what_was_seen_before(
    make_buckets: Callable[..., Buckets], confusion: Confusion
) -> None:
    own = leaning(confusion, 1.0)
    class_ = make_buckets(np.tile(own, (12, 6, 1)))
    now = int(class_.starts[-1])
    looks = tuple(float(value) for value in own / own.sum())
    before = {who: Baseline(looks, 3600) for who in class_.participants}
    without = mood(class_, confusion, now=now)
    known = mood(class_, confusion, now=now, baselines=before)
    assert known.shares[SAD] < without.shares[SAD]
    assert without.low[SAD] <= known.shares[SAD] <= without.high[SAD]


def test_less_is_sure_of_strangers(confusion: Confusion) -> None:
    own = np.tile(confusion.matrix[REST], (8, 1))
    alike = replace(unknown_rest(8), doubts=np.zeros(8))
    stranger, known = (estimate(*everyone(own), confusion, it) for it in (None, alike))
    assert (stranger.by_rest > known.by_rest).all()
    assert interval(stranger)[1][0, SAD] > 0.02
