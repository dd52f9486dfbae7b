import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.mood.confusion import PRIOR_MASS, Confusion, adjust, solve

Floats = NDArray[np.float64]


def plain_em(means: Floats, matrix: Floats, steps: int = 20_000) -> Floats:
    """The definition, step by step: what the accelerated iteration must agree with."""
    alpha = PRIOR_MASS / 7
    shares = np.full(means.shape, 1 / 7)
    for _ in range(steps):
        mixed = shares @ matrix
        shares = (shares * ((means / mixed) @ matrix.T) + alpha) / (1 + 7 * alpha)
    return shares


def test_the_true_shares_come_back_where_counting_is_biased(confusion: Confusion) -> None:
    truth = np.array([0.02, 0.01, 0.02, 0.2, 0.4, 0.05, 0.3])
    observed = truth @ confusion.matrix
    assert abs(observed[4] - 0.4) > 0.05
    assert adjust(observed, confusion) == pytest.approx(truth, abs=0.005)


def test_with_a_perfect_model_only_the_prior_speaks(perfect: Confusion) -> None:
    means = np.array([0.5, 0.5, 0, 0, 0, 0, 0.0])
    expected = (means + PRIOR_MASS / 7) / (1 + PRIOR_MASS)
    assert adjust(means, perfect) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("concentration", [0.5, 1.0, 5.0])
def test_acceleration_ends_where_plain_em_does(concentration: float) -> None:
    rng = np.random.default_rng(3)
    matrix = 0.5 * np.eye(7) + 0.5 * rng.dirichlet(np.full(7, concentration), 7)
    means = rng.dirichlet(np.full(7, 0.5), 40)
    assert solve(means, matrix) == pytest.approx(plain_em(means, matrix), abs=1e-8)


def test_quapys_pacc_says_the_same() -> None:
    """Its answers are written down by ``tests/oracle``, which asks it anew."""
    said = json.loads(Path(__file__).with_name("quapy_pacc.json").read_text(encoding="utf-8"))
    assert len(said["cases"]) == 12
    for case in said["cases"]:
        confusion = Confusion(np.array(case["matrix"]), np.full(7, 150.0), np.full(7, 1 / 7))
        ours = adjust(np.array(case["mean"]), confusion, prior_mass=0.0)
        assert ours == pytest.approx(case["shares"], abs=2e-4)


@given(st.integers(0, 10_000), st.floats(0.2, 20.0))
def test_shares_lie_on_the_simplex_and_are_the_fixed_point(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.dirichlet(np.full(7, spread), 7) * 0.8 + 0.2 * np.eye(7)
    means = rng.dirichlet(np.full(7, 0.3), 5)
    shares = adjust(means, Confusion(matrix, np.full(7, 50.0), np.full(7, 1 / 7)))
    assert shares.min() >= 0
    assert shares.sum(axis=1) == pytest.approx(np.ones(5))
    again = (shares * ((means / (shares @ matrix)) @ matrix.T) + PRIOR_MASS / 7) / (1 + PRIOR_MASS)
    assert again == pytest.approx(shares, abs=1e-8)


def test_a_look_the_model_never_names_stays_unknown_without_an_error(perfect: Confusion) -> None:
    matrix = np.eye(7)
    matrix[1] = np.eye(7)[0]
    blind = Confusion(matrix, perfect.counts, perfect.prior)
    shares = adjust(np.eye(7)[0], blind)
    assert shares[:2].sum() == pytest.approx(1.0, abs=0.01)


def test_nothing_observed_stays_unknown(confusion: Confusion) -> None:
    means = np.stack([np.full(7, np.nan), np.full(7, 1 / 7)])
    shares = adjust(means, confusion)
    assert np.isnan(shares[0]).all()
    assert shares[1].sum() == pytest.approx(1.0)


def test_rounding_of_sums_is_taken_out_but_nonsense_is_refused(confusion: Confusion) -> None:
    assert adjust(np.full(7, 1 / 7) * 1.001, confusion).sum() == pytest.approx(1.0)
    with pytest.raises(AnalyticsError, match=r"sums to 1\.4000"):
        adjust(np.full(7, 0.2), confusion)
    with pytest.raises(AnalyticsError, match=r"least value is -0\.1"):
        adjust(np.array([-0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2]), confusion)


def test_sad_levels_weigh_the_other_looks_by_the_training_prior() -> None:
    matrix = np.full((7, 7), 0.05) + 0.65 * np.eye(7)
    matrix[6] = [0, 0, 0, 0, 0.3, 0, 0.7]
    prior = np.array([0, 0, 0, 0.25, 0.5, 0, 0.25])
    low, high = Confusion(matrix, np.full(7, 9.0), prior).sad_levels
    assert low == pytest.approx(0.5 * 0.05 + 0.5 * 0.3)
    assert high == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("matrix", "counts", "prior", "message"),
    [
        (np.eye(6), np.ones(7), np.full(7, 1 / 7), r"shape \(7, 7\), but it has \(6, 6\)"),
        (np.eye(7) * 0.9, np.ones(7), np.full(7, 1 / 7), r"sums to 0\.9"),
        (np.eye(7), np.zeros(7), np.full(7, 1 / 7), "at least one face, but one has 0"),
        (np.eye(7), np.ones(7), np.full(7, np.nan), "finite"),
    ],
)
def test_a_broken_card_is_named(
    matrix: Floats, counts: Floats, prior: Floats, message: str
) -> None:
    with pytest.raises(AnalyticsError, match=message):
        Confusion(matrix, counts, prior)
