from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.buckets import Buckets
from analytics.engagement.figures import engagement
from analytics.mood.class_mood import mood, timeline
from analytics.mood.confusion import Confusion
from analytics.privacy.small_groups import (
    cohorts,
    live_view,
    masked,
    rounded,
    rounded_each,
    step_for,
    told,
)
from contract.policy import Policy

START = 1_700_000_100
HAPPY, SAD, NEUTRAL = np.eye(7)[3], np.eye(7)[4], np.eye(7)[6]
Make = Callable[..., Buckets]


@pytest.fixture(scope="module")
def class_of(make_buckets: Make) -> Callable[..., Buckets]:
    """Ten minutes of n students; ``seen`` is a mask (n, 60)."""

    def make(students: int, seen: object = True, looks: object = None) -> Buckets:
        faces = np.broadcast_to(NEUTRAL, (students, 60, 7)) if looks is None else looks
        return make_buckets(faces, seen=seen, start=START, attentive=0.8)

    return make


def test_aggregate_shows_fixed_windows_of_those_who_were_there(
    class_of: Callable[..., Buckets], perfect: Confusion
) -> None:
    seen = np.ones((8, 60), np.bool_)
    seen[0, :13] = False  # seen 17 of 30 buckets in the first window
    seen[1, :12] = False  # 18 of 30: sixty per cent
    grid = class_of(8, seen)
    groups = cohorts(grid, Policy.AGGREGATE, [], now=START + 600)
    assert groups.step_s == 300
    assert groups.members.sum(axis=0).tolist() == [7, 7]
    assert not groups.members[0].any(), "the eighth would be the difference of two windows"
    line = timeline(masked(grid, groups), perfect, step_s=300)
    assert line.reporting.tolist() == [7, 7]


def test_a_window_that_still_runs_is_not_shown(class_of: Callable[..., Buckets]) -> None:
    grid = class_of(8)
    groups = cohorts(grid, Policy.AGGREGATE, [], now=START + 599)
    assert groups.members.any(axis=0).tolist() == [True, False]


def test_visible_rows_mean_nothing_under_aggregate(class_of: Callable[..., Buckets]) -> None:
    groups = cohorts(class_of(4), Policy.AGGREGATE, range(4), now=START + 600)
    assert not groups.members.any()


def test_self_report_shows_nothing(class_of: Callable[..., Buckets], perfect: Confusion) -> None:
    grid = class_of(30)
    groups = cohorts(grid, Policy.SELF_REPORT, range(30), now=START + 600)
    assert not groups.members.any()
    view = live_view(grid, Policy.SELF_REPORT, range(30), now=START + 600)
    assert mood(view.buckets, perfect, now=view.now, window_s=view.window_s).reporting == 0


def test_four_hidden_students_leave_no_trace_in_class_figures(
    class_of: Callable[..., Buckets], perfect: Confusion
) -> None:
    looks = np.broadcast_to(np.array([HAPPY] * 6 + [SAD] * 4)[:, None], (10, 60, 7))
    grid = class_of(10, looks=looks)
    groups = cohorts(grid, Policy.INDIVIDUAL, range(6), now=START + 600)
    assert timeline(masked(grid, groups), perfect).raw[:, 4].max() == 0
    view = live_view(grid, Policy.INDIVIDUAL, range(6), now=START + 599)
    assert mood(view.buckets, perfect, now=view.now).raw[3] == 1.0
    assert groups.withheld.all(), "and the report says that somebody was left out"


def test_five_hidden_students_count_as_a_group(
    class_of: Callable[..., Buckets], perfect: Confusion
) -> None:
    looks = np.broadcast_to(np.array([HAPPY] * 5 + [SAD] * 5)[:, None], (10, 60, 7))
    view = live_view(class_of(10, looks=looks), Policy.INDIVIDUAL, range(5), now=START + 590)
    now = mood(view.buckets, perfect, now=view.now, window_s=view.window_s)
    assert now.raw[[3, 4]] == pytest.approx([0.5, 0.5])
    assert now.reporting == 10
    assert engagement(view.buckets, [], now=view.now).attentive == pytest.approx(0.8)


def test_a_hidden_students_absence_cannot_be_read_live(
    class_of: Callable[..., Buckets], perfect: Confusion
) -> None:
    """An attack: watch the live figure while one hidden student of five looks away."""
    seen = np.ones((10, 60), np.bool_)
    seen[9, 30:] = False
    looks = np.broadcast_to(np.array([HAPPY] * 5 + [SAD] * 5)[:, None], (10, 60, 7))
    grid = class_of(10, seen, looks)
    figures = []
    for second in range(300, 600, 10):
        view = live_view(grid, Policy.INDIVIDUAL, range(5), now=START + second)
        figures.append(mood(view.buckets, perfect, now=view.now, window_s=view.window_s))
    assert {figure.reporting for figure in figures} == {10, 5}


def test_with_everybody_visible_live_is_the_trailing_minute(
    class_of: Callable[..., Buckets],
) -> None:
    view = live_view(class_of(3), Policy.INDIVIDUAL, range(3), now=START + 333)
    assert (view.now, view.window_s, len(view.buckets.participants)) == (START + 333, 60, 3)


def test_a_live_aggregate_figure_is_the_last_window_of_the_timeline(
    class_of: Callable[..., Buckets], confusion: Confusion
) -> None:
    rng = np.random.default_rng(1)
    grid = class_of(9, looks=rng.dirichlet(np.full(7, 0.5), (9, 60)))
    groups = cohorts(grid, Policy.AGGREGATE, [], now=START + 600)
    line = timeline(masked(grid, groups), confusion, step_s=300)
    for second, step in ((300, 0), (599, 0), (600, 1)):
        view = live_view(grid, Policy.AGGREGATE, [], now=START + second)
        live = mood(view.buckets, confusion, now=view.now, window_s=view.window_s)
        assert live.shares == pytest.approx(line.shares[step], abs=1e-9)


@given(st.integers(0, 1000))
def test_rounded_shares_are_steps_of_five_points_that_sum_to_one(seed: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.full(7, 0.6), 4)
    shown = rounded(shares, coarse=True)
    assert shown.sum(axis=1) == pytest.approx(np.ones(4))
    assert shown / 0.05 == pytest.approx(np.rint(shown / 0.05))
    assert np.abs(shown - shares).max() < 0.05 + 1e-9
    assert rounded(shares, coarse=False) is shares


def test_rounding_keeps_what_is_unknown_unknown() -> None:
    assert np.isnan(rounded(np.full((1, 7), np.nan), coarse=True)).all()
    each = rounded_each(np.array([0.52, np.nan]), coarse=True)
    assert each == pytest.approx([0.5, np.nan], nan_ok=True)
    assert rounded_each(np.array([0.52]), coarse=False).tolist() == [0.52]
    assert [step_for(policy) for policy in (Policy.AGGREGATE, Policy.INDIVIDUAL)] == [300, 60]


@pytest.mark.parametrize(
    ("visible", "hidden", "said"),
    [(0, 0, 0), (0, 1, None), (0, 4, None), (0, 5, 5), (3, 1, 4), (1, 0, 1)],
)
def test_fewer_than_five_students_none_of_them_visible_are_not_counted(
    visible: int, hidden: int, said: int | None
) -> None:
    assert told(visible, hidden) == said
