from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.flags.hmm import Levels, Memory, StickyModel, changed

START = 1_700_000_100
MODEL = StickyModel()
LEVELS = Levels(baseline_spread=0.25, sad_level=1.2, sad_spread=0.4)
Floats = NDArray[np.float64]


def sure(scores: Floats, *, usual: float = 0.0, doubt: float = 1.0, start: int = START) -> Floats:
    rows = np.atleast_2d(np.asarray(scores, np.float64))
    starts = start + 10 * np.arange(rows.shape[1])
    usuals, doubts = np.full(len(rows), usual), np.full(len(rows), doubt)
    return changed(rows, starts, MODEL, LEVELS, usuals, doubts)


def noisy(levels: list[float], seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.repeat(levels, 60) + rng.normal(0, 0.3, 60 * len(levels))


def test_a_change_is_noticed_within_minutes_and_so_is_its_end() -> None:
    course = sure(noisy([0.0, 0.0, 1.0, 1.0, 0.0]))[0]
    assert course[:120].max() < 0.1
    assert course[160:240].min() > 0.8, "seven minutes after the onset"
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


def raised_after(score: float, *, doubt: float = 1.0) -> float:
    """Seconds until a face that scores the same from the first minute on has been sure of .8."""
    course = sure(np.full(360, score), doubt=doubt)[0]
    return 10.0 * int(np.argmax(course >= 0.8)) if course.max() >= 0.8 else np.inf


def test_the_sadder_a_face_looks_from_the_first_minute_the_sooner_it_is_noticed() -> None:
    """Whatever the grid of levels: one that was coarse noticed some scores never."""
    delays = [raised_after(score) for score in np.arange(0.3, 2.65, 0.05)]
    assert delays == sorted(delays, reverse=True)


def test_who_looks_sad_from_the_first_minute_is_not_taken_for_ordinary() -> None:
    """On average a sad student scores 1 in the model's eyes, and more on clear faces."""
    assert raised_after(1.0) <= 600
    assert raised_after(1.5) <= 300
    assert raised_after(0.9) <= 1800
    assert raised_after(0.4) == np.inf, "a little sad-looking is some people's ordinary face"


@settings(max_examples=60)
@given(data=st.data())
def test_a_memory_changes_nothing_whatever_comes_late_and_in_whatever_order(
    data: st.DataObject,
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    truth = rng.normal(np.repeat([[0.0], [0.9], [0.2]], 120, axis=1), 0.5)
    usual, doubt = np.array([0.0, 0.1, 0.3]), np.array([1.0, 0.4, 1.0])
    starts = START + 10 * np.arange(120)
    memory, known = Memory(data.draw(st.sampled_from([0, 1, 8]))), np.full(truth.shape, np.nan)
    for _ in range(data.draw(st.integers(1, 6))):
        arrived = rng.random(truth.shape) < data.draw(st.sampled_from([0.0, 0.02, 0.5]))
        since = data.draw(st.integers(0, 119))
        known[:, since:] = np.where(arrived[:, since:], truth[:, since:], known[:, since:])
        cut = data.draw(st.integers(1, 120))
        rows = data.draw(st.sampled_from([[0, 1, 2], [0, 1, 2], [2, 0], [1]]))
        given_ = known[rows, :cut], starts[:cut], MODEL, LEVELS, usual[rows], doubt[rows]
        assert changed(*given_, memory).tolist() == changed(*given_).tolist()


def test_a_memory_spares_the_steps_that_are_known() -> None:
    """Of an hour only what comes after the last state kept is filtered again."""
    scores, starts = np.zeros((1, 360)), START + 10 * np.arange(360)
    one = np.zeros(1), np.ones(1)
    memory = Memory()
    changed(scores, starts, MODEL, LEVELS, *one, memory)
    means, counts = np.zeros((1, 120)), np.full((1, 120), 3)
    given_ = (START, MODEL, LEVELS)
    done, _, found = memory.resume(given_, np.stack(one), means, counts)
    assert done == 120
    assert found.shape == (1, 120)
    counts = counts.copy()
    counts[0, 100] = 2
    assert 90 < memory.resume(given_, np.stack(one), means, counts)[0] <= 100
    assert memory.resume((START, MODEL, Levels(1, 1, 1)), np.stack(one), means, counts)[0] == 0


def test_levels_that_make_no_sense_are_named() -> None:
    with pytest.raises(AnalyticsError, match=r"positive sad_spread, but it is 0"):
        Levels(0.2, 1.2, 0)


def brute(means: Floats, model: StickyModel) -> list[float]:
    """The filter for one student by summing every pair of levels and every path of states."""
    ordinary, sad = np.linspace(-2.0, 2.4, 9), np.linspace(-2.2, 2.2, 8)
    on, off = model.onsets_per_hour * model.step_s / 3600, model.step_s / model.mean_episode_s
    anew = model.step_s / model.look_dwell_s
    sad_share = (model.ordinary_share, *model.episode_shares)

    def drawn(place: int, look: int) -> float:
        return sad_share[place] if look else 1 - sad_share[place]

    def moved(old: tuple[int, int], new: tuple[int, int]) -> float:
        if old[0] != new[0]:
            through = 0.0 if old[0] and new[0] else off if old[0] else on / 2
            return through * drawn(*new)
        stays = 1 - off if old[0] else 1 - on
        return stays * ((1 - anew) * (old[1] == new[1]) + anew * drawn(*new))

    def density(value: float, level: float, noise: float) -> float:
        return float((1 + ((value - level) / noise) ** 2 / 4) ** -2.5) / noise

    states = [(place, look) for place in (0, 1, 2) for look in (0, 1)]
    result = []
    for length in range(1, len(means) + 1):
        total = [0.0, 0.0]
        for i, j, path in product(range(9), range(8), product(states, repeat=length + 1)):
            usual = min(0.6, LEVELS.baseline_spread * ordinary[i])
            levels = (usual, LEVELS.sad_level + LEVELS.sad_spread * sad[j])
            noises = (model.ordinary_noise, model.sad_noise)
            apart = levels[1] - levels[0] >= model.least_gap
            prior = np.exp(-(ordinary[i] ** 2 + sad[j] ** 2) / 2)
            weight = apart * prior * (on / 2 if path[0][0] else off) * drawn(*path[0])
            for old, new, mean in zip(path, path[1:], means, strict=False):
                look = new[1]
                weight *= moved(old, new) * density(mean, levels[look], noises[look])
            total[min(1, path[-1][0])] += weight
        result.append(total[1] / sum(total))
    return result


def test_the_filter_is_the_sum_over_everything_that_may_have_happened() -> None:
    means = np.array([0.1, 1.4])
    mine = sure(np.repeat(means, 3))[0, 2::3]
    assert mine == pytest.approx(brute(means, MODEL))


def test_an_episode_must_look_sad_more_often_than_an_ordinary_face() -> None:
    with pytest.raises(AnalyticsError, match=r"shares are \(0\.1, 0\.9\) and 0\.2"):
        StickyModel(episode_shares=(0.1, 0.9), ordinary_share=0.2)
