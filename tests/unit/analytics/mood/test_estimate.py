from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.mood.confusion import Confusion, adjust, spread_of
from analytics.mood.estimate import Estimate, estimate, likeness
from analytics.mood.intervals import interval
from analytics.mood.mixtures import BETWEEN_PEOPLE, REST

Floats = NDArray[np.float64]
#  angry disgust fear happy sad surprise neutral
SHARES = np.array([0.02, 0.01, 0.02, 0.2, 0.1, 0.05, 0.6])


@pytest.fixture(scope="module")
def bank() -> list[Floats]:
    """Answers as unsure and as scattered as a real model's to single faces."""
    rng = np.random.default_rng(7)
    return [rng.dirichlet(0.15 + 1.4 * np.eye(7)[look], 600) for look in range(7)]


@pytest.fixture(scope="module")
def confusion(bank: list[Floats]) -> Confusion:
    matrix = np.array([faces.mean(axis=0) for faces in bank])
    return Confusion(matrix, np.full(7, 600.0), np.full(7, 1 / 7), spread_of(bank))


def shown(
    rng: np.random.Generator, bank: list[Floats], own: Floats, faces: int = 5, resting: float = 0.0
) -> NDArray[np.float64]:
    """(…, 7) what students with shares ``own`` (…, 7) look like through K faces of each look.

    Each plain face is the student's own resting face with a chance of √``resting``, so that two of
    them have so much of their variance in common.
    """
    drawn = [rng.integers(len(part), size=(*own.shape[:-1], faces)) for part in bank]
    at_rest = rng.random(drawn[REST].shape) < np.sqrt(resting)
    drawn[REST] = np.where(at_rest, drawn[REST][..., :1], drawn[REST])
    means = np.stack(
        [part[which].mean(axis=-2) for part, which in zip(bank, drawn, strict=True)], axis=-2
    )
    return np.asarray(np.einsum("...k,...kj->...j", own, means))


def sticky(rng: np.random.Generator, shape: tuple[int, ...], shares: Floats = SHARES) -> Floats:
    return np.eye(7)[rng.choice(7, size=shape, p=shares)]


def mixing(rng: np.random.Generator, shape: tuple[int, ...], like: float) -> Floats:
    return rng.dirichlet(SHARES * (1 / like - 1), size=shape)


@pytest.mark.parametrize("like", [1.0, 0.7, 0.2])
def test_students_tell_at_least_what_their_mean(
    like: float, bank: list[Floats], confusion: Confusion
) -> None:
    rng = np.random.default_rng(2)
    truth = sticky(rng, (200, 30)) if like == 1 else mixing(rng, (200, 30), like)
    own = shown(rng, bank, truth)
    by_mean = np.abs(adjust(own.mean(axis=1), confusion) - truth.mean(axis=1)).mean()
    found = estimate(own, np.ones((200, 30), np.bool_), confusion)
    error = np.abs(found.shares - truth.mean(axis=1)).mean()
    assert error < {1.0: 0.5, 0.7: 0.9, 0.2: 1.01}[like] * by_mean


def test_with_a_perfect_model_nothing_is_left_to_guess(perfect: Confusion) -> None:
    truth = sticky(np.random.default_rng(3), (4, 30))
    found = estimate(truth, np.ones((4, 30), np.bool_), perfect)
    assert found.shares == pytest.approx(truth.mean(axis=1), abs=0.002)
    assert found.variances.max() < 1e-4


@given(seed=st.integers(0, 400), students=st.integers(1, 12))
def test_shares_sum_to_one_whoever_comes_first_and_whatever_the_unseen_hold(
    seed: int, students: int, confusion: Confusion
) -> None:
    rng = np.random.default_rng(seed)
    own = rng.dirichlet(np.full(7, 0.3), (3, students))
    voted = rng.random((3, students)) < 0.7
    found = estimate(own, voted, confusion)
    seen = voted.any(axis=1)
    assert found.shares[seen].sum(axis=1) == pytest.approx(np.ones(seen.sum()))
    assert found.middles[seen].sum(axis=1) == pytest.approx(np.ones(seen.sum()))
    assert (found.shares[seen] >= 0).all()
    assert (found.variances[seen] >= 0).all()
    assert np.isnan(found.shares[~seen]).all()
    order = rng.permutation(students)
    noise = np.where(voted[..., None], own, rng.dirichlet(np.ones(7), (3, students)))
    again = estimate(noise[:, order], voted[:, order], confusion)
    for name in ("shares", "middles", "variances"):
        assert getattr(again, name) == pytest.approx(getattr(found, name), abs=1e-8, nan_ok=True)


def test_a_step_stands_alone_however_many_are_asked_for(confusion: Confusion) -> None:
    rng = np.random.default_rng(4)
    own, voted = rng.dirichlet(np.full(7, 0.4), (90, 25)), rng.random((90, 25)) < 0.8
    whole = estimate(own, voted, confusion)
    for step in (0, 44, 89):
        alone = estimate(own[step : step + 1], voted[step : step + 1], confusion)
        assert alone.shares[0] == pytest.approx(whole.shares[step], abs=1e-9)
        assert alone.variances[0] == pytest.approx(whole.variances[step], abs=1e-9)


def test_nobody_and_one_student(confusion: Confusion) -> None:
    none = estimate(np.zeros((2, 0, 7)), np.zeros((2, 0), np.bool_), confusion)
    assert np.isnan(none.shares).all()
    one = estimate(confusion.matrix[4][None, None], np.ones((1, 1), np.bool_), confusion)
    assert one.shares[0].argmax() == 4
    low, high = interval(one)
    assert high[0, 4] - low[0, 4] > 0.1


@pytest.mark.parametrize("like", [0.1, 0.4, 1.0])
def test_how_alike_students_are_is_read_off_their_spread(
    like: float, bank: list[Floats], confusion: Confusion
) -> None:
    """Many students, each with shares, a resting face and five faces of each look of their own."""
    rng = np.random.default_rng(6)
    truth = sticky(rng, (1, 4000)) if like == 1 else mixing(rng, (1, 4000), like)
    own = shown(rng, bank, truth, resting=BETWEEN_PEOPLE)
    found = likeness(own, np.ones((1, 4000), np.bool_), SHARES[None], confusion)
    assert found[0] == pytest.approx(like, abs=0.06)


def test_who_sticks_with_one_look_is_not_dragged_to_the_middle(
    bank: list[Floats], confusion: Confusion
) -> None:
    """Where nearly half look one way, that half must not be read as less."""
    rng = np.random.default_rng(8)
    shares = np.array([0.02, 0.01, 0.02, 0.1, 0.42, 0.03, 0.4])
    truth = sticky(rng, (600, 30), shares)
    found = estimate(shown(rng, bank, truth), np.ones((600, 30), np.bool_), confusion)
    bias = 100 * (found.shares - truth.mean(axis=1)).mean(axis=0)
    assert np.abs(bias).max() < 0.5


def test_a_model_known_from_fewer_faces_is_less_sure(
    bank: list[Floats], confusion: Confusion
) -> None:
    rng = np.random.default_rng(5)
    own = shown(rng, bank, sticky(rng, (1, 30)))
    everyone = np.ones((1, 30), np.bool_)
    less = estimate(own, everyone, replace(confusion, counts=np.full(7, 40.0)))
    assert (less.variances > estimate(own, everyone, confusion).variances).all()


def held(found: Estimate, truth: Floats) -> Floats:
    low, high = interval(found)
    return np.asarray(((low <= truth + 1e-9) & (truth <= high + 1e-9)).mean(axis=0))


@pytest.mark.parametrize("like", [1.0, 0.3])
def test_intervals_hold_the_truth_nine_times_in_ten(
    like: float, bank: list[Floats], confusion: Confusion
) -> None:
    rng = np.random.default_rng(7)
    truth = sticky(rng, (400, 30)) if like == 1 else mixing(rng, (400, 30), like)
    found = estimate(shown(rng, bank, truth), np.ones((400, 30), np.bool_), confusion)
    inside = held(found, truth.mean(axis=1))[[3, 4, 6]]
    assert inside.min() > 0.85
