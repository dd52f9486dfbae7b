from collections.abc import Callable

import numpy as np
import pytest

from analytics.baselines import Baseline, baselines_of
from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.flags.evidence import (
    BASELINE_WEIGHT,
    SadScale,
    disengaged_evidence,
    doubt,
    sad_evidence,
)
from analytics.flags.hmm import HIGHEST_BASELINE
from analytics.mood.confusion import Confusion

Make = Callable[..., Buckets]
NEUTRAL = np.eye(7)[6].tolist()


SAD = 4


def posterior(sad: float) -> np.ndarray:
    return np.array([0, 0, 0, 0, sad, 0, 1 - sad])


def mixture(confusion: Confusion, sad: float) -> np.ndarray:
    """The mean answer to a student who looks sad that share of the time and else ordinary."""
    ordinary = np.array([0.05, 0.01, 0.05, 0.05, 0.0, 0.05, 0.79])
    mostly = np.array([0, 0, 0, 0, 0.85, 0, 0.15])
    return ((1 - sad) * ordinary + sad * mostly) @ confusion.matrix


def test_evidence_runs_from_an_ordinary_face_to_a_sad_one(
    make_buckets: Make, confusion: Confusion
) -> None:
    cells = [mixture(confusion, sad) for sad in (0.0, 0.25, 1.0, 1.0)]
    grid = make_buckets([cells], face=[[True] * 3 + [False]])
    expected = pytest.approx([0, 0.25, 1, np.nan], abs=1e-4, nan_ok=True)
    assert sad_evidence(grid, confusion)[0] == expected


def test_no_other_look_passes_for_sad(make_buckets: Make, confusion: Confusion) -> None:
    looks = sad_evidence(make_buckets([confusion.matrix]), confusion)[0]
    assert looks[SAD] > 1, "sad all the time, not most of it"
    assert np.delete(looks, SAD).max() < 0.5


def test_the_scale_tells_students_apart_better_than_sad_alone(
    bank: list[np.ndarray], confusion: Confusion
) -> None:
    rng = np.random.default_rng(3)

    def students(look: int) -> np.ndarray:
        return bank[look][rng.integers(400, size=(500, 5))].mean(axis=1)

    sad, neutral = students(SAD), students(6)

    def apart(direction: np.ndarray) -> float:
        a, b = sad @ direction, neutral @ direction
        return float((a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2))

    assert apart(SadScale.of(confusion).weights) > apart(np.eye(7)[SAD]) + 0.3


def test_a_students_own_face_moves_the_lower_end(make_buckets: Make, confusion: Confusion) -> None:
    grid = make_buckets([[mixture(confusion, 0.4)]] * 2, participants=["ana", "ben"])
    usual = {"ana": Baseline(tuple(mixture(confusion, 0.25).tolist()), observations=10_000_000)}
    assert sad_evidence(grid, confusion, usual)[:, 0] == pytest.approx([0.2, 0.4], abs=1e-3)


def test_a_short_baseline_is_shrunk_to_the_card(confusion: Confusion) -> None:
    scale = SadScale.of(confusion)

    def usual(sad: float, seconds: int) -> float:
        return scale.baseline_score(Baseline(tuple(mixture(confusion, sad).tolist()), seconds))

    assert usual(0.3, BASELINE_WEIGHT) == pytest.approx(0.15)
    assert usual(0.3, 0) == pytest.approx(0)
    assert usual(0.9, 10**9) == HIGHEST_BASELINE, "kept clear of a sad face"
    assert doubt(None) == 1
    assert doubt(Baseline(tuple(NEUTRAL), 3 * BASELINE_WEIGHT)) == pytest.approx(0.5)


def test_looking_away_is_evidence_and_being_away_is_not(make_buckets: Make) -> None:
    grid = make_buckets(
        [[posterior(0)] * 3], attentive=[[1.0, 0.2, 0.0]], face=[[True, True, False]]
    )
    assert disengaged_evidence(grid)[0] == pytest.approx([0, 0.8, np.nan], nan_ok=True)


def test_baselines_come_from_an_earlier_lecture(make_buckets: Make) -> None:
    grid = make_buckets(
        [[posterior(0.2), posterior(0.4)], [posterior(0.9)] * 2],
        face=[[True, True], [False, False]],
    )
    ((name, usual),) = baselines_of(grid).items()
    assert (name, usual.observations) == (0, 20)
    assert usual.looks == pytest.approx(posterior(0.3))


def test_a_model_that_cannot_tell_sad_is_refused(make_buckets: Make) -> None:
    blind = Confusion(np.full((7, 7), 1 / 7), np.ones(7), np.full(7, 1 / 7))
    with pytest.raises(AnalyticsError, match=r"gives 0\.143 and 0\.143"):
        sad_evidence(make_buckets([[posterior(0.5)]]), blind)
    with pytest.raises(
        AnalyticsError, match=r"sum to 1 and a count from 0, but received \(0\.5, 1\.0\) and 3"
    ):
        Baseline((0.5, 1.0), 3)
