from itertools import product
from math import lgamma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.mood.confusion import Confusion
from analytics.mood.mixtures import FACES_PER_STUDENT, PARTS, concentration, mixtures_of

Floats = NDArray[np.float64]


def test_a_mixture_is_four_parts_of_at_most_three_looks(confusion: Confusion) -> None:
    parts = mixtures_of(confusion).parts
    assert parts.shape == (175, 7)
    assert len(np.unique(parts, axis=0)) == 175
    assert np.isin(parts * PARTS, range(PARTS + 1)).all()
    assert parts.sum(axis=1) == pytest.approx(np.ones(175))
    assert (parts > 0).sum(axis=1).max() == 3


@pytest.mark.parametrize("doubt", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("shifted", [0.0, 1.0])
def test_densities_are_those_of_normal_distributions(
    doubt: float, shifted: float, confusion: Confusion
) -> None:
    """A plain face scatters by what differs between people, too, about the student's own rest."""
    mixtures = mixtures_of(confusion, doubt)
    rng = np.random.default_rng(1)
    means = rng.dirichlet(np.full(7, 0.6), 20)
    shifts = shifted * (rng.dirichlet(np.full(7, 9.0), 20) - 1 / 7)
    found = mixtures.log_densities_at(means[None], shifts)[0]
    if not shifted:
        assert mixtures.log_densities(means) == pytest.approx(found)
    for index in (0, 60, 174):
        parts = mixtures.parts[index]
        scatter = confusion.within / FACES_PER_STUDENT
        scatter[6] = confusion.within[6] * (doubt / 3 + 2 / 3 / FACES_PER_STUDENT)
        spread = (parts[:, None, None] ** 2 * scatter).sum(axis=0)
        spread = spread[:6, :6] + 0.002 * np.eye(6)
        away = (means - parts @ confusion.matrix - parts[6] * shifts)[:, :6]
        squares = (away @ np.linalg.inv(spread) * away).sum(axis=1)
        expected = -0.5 * (squares + np.linalg.slogdet(spread)[1])
        assert found[:, index] == pytest.approx(expected)


def test_occurrence_is_the_dirichlet_multinomial(confusion: Confusion) -> None:
    mixtures = mixtures_of(confusion)
    alphas = np.array([0.2, 0.1, 0.1, 0.9, 0.5, 0.1, 2.0])
    logs = [
        lgamma(PARTS + 1)
        - sum(lgamma(n + 1) for n in row)
        + sum(lgamma(n + a) - lgamma(a) for n, a in zip(row, alphas, strict=True))
        for row in mixtures.parts * PARTS
    ]
    expected = np.exp(logs) / np.exp(logs).sum()
    assert mixtures.occurrence(alphas[None])[0] == pytest.approx(expected)


@given(seed=st.integers(0, 500), total=st.floats(0.02, 30))
def test_reweighting_stays_where_occurrence_is_already_right(seed: int, total: float) -> None:
    """Over every mixture of the seven looks the shares that made them are the fixed point."""
    rng = np.random.default_rng(seed)
    shares = np.zeros(7)
    shares[rng.permutation(7)[:3]] = rng.dirichlet(np.ones(3))
    bare = Confusion(np.eye(7), np.full(7, 9.0), np.full(7, 1 / 7))
    mixtures = mixtures_of(bare)
    alphas = np.maximum(shares * total, 1e-9)[None]
    again = mixtures.reweighted(alphas, 30 * mixtures.occurrence(alphas))
    assert again[0] == pytest.approx(shares, abs=1e-6)


def test_concentration_runs_from_one_look_each_to_all_alike() -> None:
    totals = concentration(np.array([1.0, 0.7, 0.5, 0.3, 0.2, 0.05]))[:, 0]
    assert totals[0] < 0.05
    assert (np.diff(totals) >= 0).all()
    assert totals[-1] == totals[-2] > 20


@pytest.mark.parametrize("likeness", [0.4, 0.6, 0.9])
def test_students_are_as_alike_as_the_concentration_was_asked_for(likeness: float) -> None:
    bare = Confusion(np.eye(7), np.full(7, 9.0), np.full(7, 1 / 7))
    mixtures = mixtures_of(bare)
    shares = np.array([0, 0, 0, 0.5, 0.3, 0, 0.2])
    alphas = np.maximum(shares * concentration(np.array([likeness])), 1e-9)
    often = mixtures.occurrence(alphas)[0]
    mean = often @ mixtures.parts
    variance = often @ mixtures.parts**2 - mean**2
    assert mean == pytest.approx(shares, abs=1e-6)
    looks = [3, 4, 6]
    assert variance[looks] == pytest.approx(likeness * (shares * (1 - shares))[looks], rel=1e-3)


def test_what_is_possible_is_all_there(confusion: Confusion) -> None:
    rows = {tuple(row) for row in mixtures_of(confusion).parts.tolist()}
    for looks in product(range(7), repeat=PARTS):
        if len(set(looks)) <= 3:
            assert tuple((np.bincount(looks, minlength=7) / PARTS).tolist()) in rows
