from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.mood.class_mood import mood, timeline
from analytics.mood.confusion import Confusion

START = 1_700_000_000
HAPPY, SAD, NEUTRAL = np.eye(7)[3], np.eye(7)[4], np.eye(7)[6]
Make = Callable[..., Buckets]


def test_one_student_one_vote(make_buckets: Make, perfect: Confusion) -> None:
    quiet_and_happy = make_buckets(
        [[HAPPY] * 6, [SAD] * 6, [SAD] * 6],
        seen=[[True] * 6, [True] + [False] * 5, [True] + [False] * 5],
    )
    now = mood(quiet_and_happy, perfect, now=START + 59)
    assert now.raw[3] == pytest.approx(1 / 3)
    assert now.raw[4] == pytest.approx(2 / 3)
    assert now.shares == pytest.approx(now.raw, abs=0.001)
    assert (now.reporting, now.expected, now.coverage) == (3, 3, 1.0)


def test_a_student_is_the_mean_of_their_own_minute(make_buckets: Make, perfect: Confusion) -> None:
    mixed = make_buckets([[HAPPY, HAPPY, SAD, HAPPY, HAPPY, HAPPY], [NEUTRAL] * 6])
    assert mood(mixed, perfect, now=START + 59).raw[[3, 4, 6]] == pytest.approx(
        [5 / 12, 1 / 12, 1 / 2]
    )


def test_the_window_trails_and_then_lets_go(make_buckets: Make, perfect: Confusion) -> None:
    turned = make_buckets([[SAD] * 6 + [HAPPY] * 6])
    assert mood(turned, perfect, now=START + 55).raw[4] == 1.0
    assert mood(turned, perfect, now=START + 85).raw[4] == pytest.approx(0.5)
    assert mood(turned, perfect, now=START + 119).raw[3] == 1.0
    assert mood(turned, perfect, now=START + 119, window_s=120).raw[3] == pytest.approx(0.5)


def test_nobody_is_not_zero(make_buckets: Make, confusion: Confusion) -> None:
    away = make_buckets([[HAPPY] * 6] * 3, face=False)
    for now in (START + 59, START + 9_999):
        nobody = mood(away, confusion, now=now, expected=8)
        assert np.isnan(nobody.shares).all()
        assert np.isnan(nobody.raw).all()
        assert (nobody.reporting, nobody.expected, nobody.coverage) == (0, 8, 0.0)
    assert np.isnan(mood(away.only([]), confusion, now=START).coverage)


def test_unknown_models_are_counted(make_buckets: Make, confusion: Confusion) -> None:
    grid = make_buckets([[HAPPY] * 12])
    strange = replace(grid, unknown_model=np.arange(12).reshape(1, 12))
    assert mood(strange, confusion, now=START + 119).unknown == sum(range(6, 12))


@given(seed=st.integers(0, 1000))
def test_shares_sum_to_one_and_do_not_depend_on_who_comes_first(
    seed: int, make_buckets: Make, confusion: Confusion
) -> None:
    rng = np.random.default_rng(seed)
    posteriors = rng.dirichlet(np.full(7, 0.4), (6, 9))
    seen = rng.random((6, 9)) < 0.6
    order = rng.permutation(6)
    results = [
        mood(make_buckets(posteriors[rows], seen=seen[rows]), confusion, now=START + 89)
        for rows in (np.arange(6), order)
    ]
    assert results[0].shares == pytest.approx(results[1].shares, abs=1e-9, nan_ok=True)
    if results[0].reporting:
        assert results[0].shares.sum() == pytest.approx(1.0)
        assert results[0].raw.sum() == pytest.approx(1.0)
        assert results[0].shares.min() >= 0


def test_the_timeline_is_the_mood_of_each_step(make_buckets: Make, confusion: Confusion) -> None:
    rng = np.random.default_rng(1)
    start = START // 60 * 60
    grid = make_buckets(
        rng.dirichlet(np.full(7, 0.4), (5, 18)), seen=rng.random((5, 18)) < 0.5, start=start
    )
    # Of whom enough is known the lecture teaches nothing: it would be more with each step.
    known = {
        who: Baseline((0.04, 0.01, 0.02, 0.05, 0.1, 0.03, 0.75), 300) for who in grid.participants
    }
    line = timeline(grid, confusion, baselines=known)
    assert line.starts.tolist() == [start, start + 60, start + 120]
    for step, begins in enumerate(line.starts.tolist()):
        alone = mood(grid, confusion, now=begins + 59, baselines=known)
        assert line.shares[step] == pytest.approx(alone.shares, abs=1e-8)
        assert line.reporting[step] == alone.reporting
    assert line.coverage == pytest.approx(line.reporting / 5)


def test_steps_are_aligned_to_the_epoch_and_gaps_stay_open(
    make_buckets: Make, perfect: Confusion
) -> None:
    start = START // 60 * 60 + 50
    seen = np.array([[True] + [False] * 6 + [True]])
    line = timeline(make_buckets([[HAPPY] * 8], seen=seen, start=start), perfect)
    assert line.starts.tolist() == [start - 50, start + 10, start + 70]
    assert line.reporting.tolist() == [1, 0, 1]
    assert np.isnan(line.shares[1]).all()
    with pytest.raises(AnalyticsError, match="multiple of 10 s, but is 15 s"):
        timeline(make_buckets([[HAPPY]]), perfect, step_s=15)
