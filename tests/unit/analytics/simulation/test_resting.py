import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.simulation.behaviour import Behaviour
from analytics.simulation.lectures import simulate_lecture
from analytics.simulation.resting import plain_faces

SAD, NEUTRAL = 4, 6


@pytest.fixture(scope="module")
def bank() -> NDArray[np.float64]:
    """Plain faces that a model takes for sad more or less."""
    return np.random.default_rng(3).dirichlet([0.2, 0.1, 0.1, 0.3, 1.0, 0.2, 5.0], 900)


@pytest.mark.parametrize("resting", [0.0, 1 / 3])
def test_people_differ_by_so_much_and_all_together_are_the_bank(
    resting: float, bank: NDArray[np.float64]
) -> None:
    shown = bank[plain_faces(np.random.default_rng(1), bank, (4000, 20), resting)]
    assert shown.mean(axis=(0, 1)) == pytest.approx(bank.mean(axis=0), abs=0.01)
    within = shown.var(axis=1, ddof=1).mean(axis=0).sum()
    between = shown.mean(axis=1).var(axis=0).sum() - within / 20
    assert between / (between + within) == pytest.approx(resting, abs=0.04)


def test_a_lecture_shows_each_student_with_a_rest_of_their_own(
    bank: NDArray[np.float64],
) -> None:
    faces = [np.eye(7)[look][None] for look in range(6)] + [bank]

    def apart(resting: float) -> float:
        """How far students' means over plain faces lie from each other, in all five minutes."""
        lecture = simulate_lecture(
            np.random.default_rng(2), 60, 300, faces, behaviour=Behaviour(resting=resting)
        )
        plain = (lecture.looks == NEUTRAL)[..., None]
        means = np.nanmean(np.where(plain, lecture.posteriors, np.nan), axis=1)
        return float(np.nanvar(means[:, NEUTRAL]))

    assert apart(1 / 3) > 1.5 * apart(0.0)
