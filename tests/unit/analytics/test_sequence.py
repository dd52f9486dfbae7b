from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.sequence import StickyModel, changed

START = 1_700_000_100
MODEL = StickyModel()
Floats = NDArray[np.float64]


def sure(scores: Floats, *, usual: float = 0.0, doubt: float = 1.0, start: int = START) -> Floats:
    rows = np.atleast_2d(np.asarray(scores, np.float64))
    starts = start + 10 * np.arange(rows.shape[1])
    return changed(rows, starts, MODEL, np.full(len(rows), usual), np.full(len(rows), doubt))


def noisy(levels: list[float], seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.repeat(levels, 60) + rng.normal(0, 0.3, 60 * len(levels))


def test_a_change_is_noticed_within_minutes_and_so_is_its_end() -> None:
    course = sure(noisy([0.0, 0.0, 1.0, 1.0, 0.0]))[0]
    assert course[:120].max() < 0.1
    assert course[160:240].min() > 0.9, "seven minutes after the onset"
    assert course[260:].max() < 0.1


def test_who_always_looks_a_little_sad_is_not_one_who_has_changed() -> None:
    """The same level, from the first minute on or suddenly."""
    always, suddenly = sure([noisy([0.4] * 5), noisy([-0.3, -0.3, 0.6, 0.6, 0.6])])
    assert always.max() < 0.5
    assert suddenly[-1] > 0.9


def test_a_known_face_is_judged_by_itself() -> None:
    level = noisy([0.5] * 2)
    assert sure(level, usual=0.5, doubt=0.2).max() < 0.2
    assert sure(level, usual=-0.1, doubt=0.2)[0, -1] > 0.5


def test_a_sad_minute_now_and_then_is_expected_of_everybody() -> None:
    course = noisy([0.0] * 4)
    for minute in (60, 130, 190):
        course[minute : minute + 6] += 1.0
    assert sure(course).max() < 0.5


def test_one_odd_minute_proves_nothing() -> None:
    course = noisy([0.0, 0.0, 0.0])
    course[90:93] = 6.0
    assert sure(course).max() < 0.5


def test_what_is_missing_says_next_to_nothing() -> None:
    course = noisy([0.0, 1.0])
    gone = np.append(course, np.full(18, np.nan))
    found = sure(gone)[0]
    assert found[-1] == pytest.approx(found[119], abs=0.2)
    assert sure(np.full(60, np.nan)).max() < 0.05
    assert sure(np.empty((3, 0))).shape == (3, 0)


@given(seed=st.integers(0, 200), cut=st.integers(1, 239), start=st.sampled_from([0, 10, 20]))
def test_what_was_known_does_not_change_when_the_lecture_goes_on(
    seed: int, cut: int, start: int
) -> None:
    course = noisy([0.0, 1.0, 0.3, 0.8], seed)
    whole, early = sure(course, start=START + start), sure(course[:cut], start=START + start)
    assert early[0] == pytest.approx(whole[0, :cut], abs=1e-12)


def brute(means: Floats, model: StickyModel) -> list[float]:
    """The filter for one student by summing every pair of levels and every path of states."""
    nodes = np.linspace(-2.4, 2.4, 5)
    mass = np.exp(-(nodes**2) / 2)
    on, off = model.onsets_per_hour * model.step_s / 3600, model.step_s / model.mean_episode_s
    anew = model.step_s / model.look_dwell_s
    sad_share = (model.ordinary_share, model.episode_share)

    def drawn(episode: int, look: int) -> float:
        return sad_share[episode] if look else 1 - sad_share[episode]

    def moved(old: tuple[int, int], new: tuple[int, int]) -> float:
        if old[0] != new[0]:
            return (off if old[0] else on) * drawn(*new)
        stays = 1 - off if old[0] else 1 - on
        return stays * ((1 - anew) * (old[1] == new[1]) + anew * drawn(*new))

    def density(value: float, level: float, noise: float) -> float:
        return float((1 + ((value - level) / noise) ** 2 / 4) ** -2.5) / noise

    states = [(episode, look) for episode in (0, 1) for look in (0, 1)]
    result = []
    for length in range(1, len(means) + 1):
        total = [0.0, 0.0]
        for i, j, path in product(range(5), range(5), product(states, repeat=length + 1)):
            levels = (model.usual_spread * nodes[i], 1 + model.sad_spread * nodes[j])
            noises = (model.ordinary_noise, model.sad_noise)
            apart = levels[1] - levels[0] >= model.least_gap
            weight = apart * mass[i] * mass[j] * (on if path[0][0] else off) * drawn(*path[0])
            for old, new, mean in zip(path, path[1:], means, strict=False):
                look = new[1]
                weight *= moved(old, new) * density(mean, levels[look], noises[look])
            total[path[-1][0]] += weight
        result.append(total[1] / sum(total))
    return result


def test_the_filter_is_the_sum_over_everything_that_may_have_happened() -> None:
    means = np.array([0.1, 1.1, 1.4])
    mine = sure(np.repeat(means, 3))[0, 2::3]
    assert mine == pytest.approx(brute(means, MODEL))


def test_an_episode_must_look_sad_more_often_than_an_ordinary_face() -> None:
    with pytest.raises(AnalyticsError, match=r"shares are 0\.1 and 0\.2"):
        StickyModel(episode_share=0.1, ordinary_share=0.2)
