from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.flags.budget import Budget
from analytics.flags.check_ins import Judged, evaluate, judge
from analytics.mood.confusion import Confusion
from contract.flags import FlagKind

START = 1_700_000_100
NEUTRAL = np.eye(7)[6]
Floats = NDArray[np.float64]
Make = Callable[..., Buckets]


@pytest.fixture(scope="module")
def judged(make_buckets: Make, confusion: Confusion) -> Callable[..., Judged]:
    """Students (a row each) whose evidence of disengagement in every bucket is given."""

    def make(
        evidence: Floats,
        budget: Budget | None = None,
        apart: Sequence[int] = (),
        until: int | None = None,
    ) -> Judged:
        grid = make_buckets(
            np.broadcast_to(NEUTRAL, (*evidence.shape, 7)),
            face=np.ones(evidence.shape, np.bool_),
            start=START,
            attentive=1 - evidence,
        )
        now = int(grid.starts[-1]) + 10 if until is None else until
        return judge(grid, confusion, now=now, budget=budget or Budget(), apart=apart)

    return make


def restless(seed: int, students: int = 24, buckets: int = 720) -> Floats:
    """Two hours in which anybody may drift for a while, some of them often."""
    rng = np.random.default_rng(seed)
    found = np.where(rng.random((students, buckets)) < 0.1, 1.0, 0.0)
    for _ in range(30):
        who, first = rng.integers(students), rng.integers(buckets)
        found[who, first : first + rng.integers(20, 120)] = 1.0
    return found


@pytest.mark.parametrize("per_hour", [1, 3, 6])
def test_no_hour_has_more_than_the_budget_and_the_pace_is_kept(
    judged: Callable[..., Judged], per_hour: int
) -> None:
    for seed in range(4):
        at = [one.raised_at for one in judged(restless(seed), Budget(per_hour)).episodes]
        assert at
        for number, moment in enumerate(at, 1):
            assert sum(moment - 3600 < other <= moment for other in at) <= per_hour
            assert number <= per_hour * (moment - START) / 3600 + 1e-6


def test_what_was_raised_stays_raised_whatever_comes_after(judged: Callable[..., Judged]) -> None:
    evidence = restless(5)
    whole = judged(evidence)
    for until in range(START + 900, START + 7200, 610):
        known = judged(evidence, until=until).episodes
        assert [(e.participant, e.raised_at) for e in known] == [
            (e.participant, e.raised_at) for e in whole.episodes if e.raised_at <= until
        ]


def test_raised_and_held_back_are_all_that_the_rule_finds(
    judged: Callable[..., Judged], make_buckets: Make, confusion: Confusion
) -> None:
    evidence = restless(6)
    grid = make_buckets(
        np.broadcast_to(NEUTRAL, (*evidence.shape, 7)),
        face=np.ones(evidence.shape, np.bool_),
        start=START,
        attentive=1 - evidence,
    )
    alone = evaluate(grid, confusion, now=START + 7200)
    found = judged(evidence)
    assert found.held
    assert len(found.episodes) + len(found.held) == len(alone)


def test_the_longest_of_those_that_stand_is_raised(judged: Callable[..., Judged]) -> None:
    evidence = np.zeros((12, 180))
    evidence[3, 80:130] = 1.0
    evidence[7, 60:130] = 1.0
    first = judged(evidence).episodes[0]
    assert (first.participant, first.raised_at - START) == (7, 1200)


def test_when_half_the_class_drifts_one_sentence_says_so(judged: Callable[..., Judged]) -> None:
    evidence = np.zeros((20, 240))
    evidence[:12, 60:140] = 1.0
    found = judged(evidence)
    assert not found.episodes
    (drift,) = found.drifts
    assert (drift.kind, drift.share) == (FlagKind.DISENGAGED, 0.6)
    assert START + 600 < drift.since < START + 900
    assert drift.until is not None
    assert len(found.held) == 12
    # Four people are no class.
    few = judged(evidence[:4])
    assert few.drifts == ()


def test_whoever_is_asked_first_takes_nothing_from_the_teachers_budget(
    judged: Callable[..., Judged],
) -> None:
    evidence = restless(8)
    apart = (3, 4)
    found = judged(evidence, apart=apart)
    told = [one.raised_at for one in found.episodes if one.participant not in apart]
    assert not {one.participant for one in found.held} & set(apart)
    # What they are asked changes nothing of what the teacher is told.
    assert {one.participant for one in found.episodes} & set(apart)
    for number, moment in enumerate(told, 1):
        assert number <= 3 * (moment - START) / 3600 + 1e-6
    assert len(told) >= len(judged(evidence).episodes) - len(apart)


def test_a_budget_that_makes_no_sense_is_refused() -> None:
    for wrong in ({"per_hour": 0}, {"least": 0.0}):
        with pytest.raises(AnalyticsError, match="A budget must allow"):
            Budget(**wrong)
