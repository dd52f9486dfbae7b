import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta

from analytics.mood.estimate import Estimate
from analytics.mood.intervals import interval

SHARES = np.array([[0.02, 0.01, 0.02, 0.2, 0.1, 0.05, 0.6]])


def around(shares: NDArray[np.float64], variance: float, by_rest: float = 0.0) -> Estimate:
    known = np.where(np.isnan(shares), np.nan, 1.0)
    return Estimate(shares, shares, variance * known, by_rest * known)


def test_the_ends_are_those_of_a_beta_distribution_with_that_mean_and_variance() -> None:
    low, high = interval(around(SHARES, 0.003))
    known = beta(*_parameters(0.2, 0.003))
    assert (known.mean(), known.var()) == pytest.approx((0.2, 0.003))
    assert (low[0, 3], high[0, 3]) == pytest.approx((known.ppf(0.05), known.ppf(0.95)))


def _parameters(mean: float, variance: float) -> tuple[float, float]:
    weight = mean * (1 - mean) / variance - 1
    return mean * weight, (1 - mean) * weight


def test_an_interval_lies_around_its_share_and_widens_with_the_variance() -> None:
    widths = []
    for variance in (1e-5, 1e-3, 0.05, 5.0):
        low, high = interval(around(SHARES, variance))
        assert (low <= SHARES).all()
        assert (high >= SHARES).all()
        assert low.min() >= 0
        assert high.max() <= 1
        widths.append(float((high - low)[0, 6]))
    assert widths == sorted(widths)
    assert widths[0] < 0.02
    assert widths[-1] > 0.9


def test_an_interval_around_a_more_cautious_middle_still_holds_the_share() -> None:
    shares, middles = np.array([[0.0, 1.0]]), np.array([[0.03, 0.97]])
    low, high = interval(Estimate(shares, middles, np.full((1, 2), 1e-5), np.zeros((1, 2))))
    assert low[0, 0] == 0
    assert high[0, 1] == 1


def test_what_is_unknown_of_plain_faces_moves_both_ends_even_of_what_is_nought() -> None:
    shares = np.array([[0.0, 0.2, 0.8]])
    low, high = interval(around(shares, 1e-5))
    wide_low, wide_high = interval(around(shares, 1e-5, by_rest=0.0009))
    assert wide_high[0, 0] == pytest.approx(1.645 * 0.03, abs=0.01)
    assert wide_low[0, 0] == 0
    assert (wide_low < low)[0, 1:].all()
    assert (wide_high > high).all()
    assert interval(around(shares, 5.0, by_rest=5.0))[1].max() <= 1


def test_a_look_nobody_shows_may_be_nought() -> None:
    low, high = interval(around(np.array([[2e-4, 1e-3, 0.9988]]), 1e-4))
    assert low[0, :2].tolist() == [0, 0]
    assert high[0, 1] > 1e-3


def test_what_nobody_reported_has_no_interval() -> None:
    low, high = interval(around(np.vstack([SHARES, np.full((1, 7), np.nan)]), 0.002))
    assert np.isnan(low[1]).all()
    assert np.isnan(high[1]).all()
    assert not np.isnan(low[0]).any()
