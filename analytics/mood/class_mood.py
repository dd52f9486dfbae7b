"""Class mood: the true shares of the seven looks among the students now reporting.

One student, one vote: each student's own mean first, so that sums per bucket are enough; then the
class's shares behind all of them, adjusted for the model's known errors, with 90 % intervals.
Raw shares stand beside the adjusted ones, and coverage beside both.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.baselines import Baseline
from analytics.buckets import LOOK_COUNT, Bools, Buckets, Floats, Ints, mean_of
from analytics.errors import AnalyticsError
from analytics.mood.confusion import Confusion
from analytics.mood.estimate import estimate
from analytics.mood.intervals import interval
from analytics.mood.rest import Rest, known_rest, learnt_rest
from contract.looks import BUCKET_SECONDS

LIVE_WINDOW_S: Final = 60
_LONGEST_S: Final = 24 * 3600
"""Of the lecture so far, what may tell of its students' rest: all of it."""


@dataclass(frozen=True, eq=False)
class ClassMood:
    """The mood over one window. Shares are NaN where nobody reports."""

    shares: Floats
    """(7,) adjusted by the model's confusion; sums to one."""
    raw: Floats
    """(7,) the one-vote mean posterior as the model gave it; sums to one."""
    low: Floats
    """(7,) lower end of the 90 % interval"""
    high: Floats
    """(7,) upper end."""
    reporting: int
    """students with at least one judged face in the window"""
    expected: int
    """students who could have reported"""
    unknown: int
    """observations left out because their model is not the card's"""

    @property
    def coverage(self) -> float:
        """Share of the expected students who report, 0..1 (NaN where none is expected)."""
        return self.reporting / self.expected if self.expected else float("nan")


@dataclass(frozen=True, eq=False)
class MoodTimeline:
    """The mood step by step: S steps."""

    starts: Ints
    """(S,) epoch seconds at which each step begins"""
    step_s: int
    shares: Floats
    """(S, 7) adjusted; NaN where nobody reported"""
    raw: Floats
    """(S, 7)"""
    low: Floats
    """(S, 7) lower end of the 90 % interval"""
    high: Floats
    """(S, 7)"""
    reporting: Ints
    """(S,) students with at least one judged face in the step"""
    coverage: Floats
    """(S,) of the expected ones, 0..1"""
    expected: int
    unknown: Ints
    """(S,) observations left out because their model is not the card's"""


def mood(
    buckets: Buckets,
    confusion: Confusion,
    *,
    now: int,
    window_s: int = LIVE_WINDOW_S,
    expected: int | None = None,
    baselines: Mapping[Hashable, Baseline] | None = None,
    learning: bool = False,
) -> ClassMood:
    """The mood over the trailing window: buckets that begin in (now − window, now], epoch seconds.

    ``expected`` is how many students could report (default: the rows), ``baselines`` how some of
    them looked before. Each is read against their own rest, as far as it is known; ``learning``,
    the lecture until ``now`` tells a little of it, and a figure then depends on more than its own
    window: not where windows must look the same whenever they are read.
    """
    before = buckets.window(now - _LONGEST_S, now)
    rest = rest_of(before, confusion, baselines, learning=learning)
    trailing = buckets.window(now - window_s, now)
    whole = _steps(trailing, [0], len(trailing.participants) if expected is None else expected)
    result = _adjusted(whole, confusion, rest)
    return ClassMood(
        shares=result.shares[0],
        raw=result.raw[0],
        low=result.low[0],
        high=result.high[0],
        reporting=int(result.reporting[0]),
        expected=result.expected,
        unknown=int(result.unknown[0]),
    )


def timeline(
    buckets: Buckets,
    confusion: Confusion,
    *,
    step_s: int = 60,
    expected: int | None = None,
    baselines: Mapping[Hashable, Baseline] | None = None,
    learning: bool = False,
) -> MoodTimeline:
    """The mood of every step of ``step_s`` seconds, aligned to the epoch. Others as for ``mood``.

    Raises AnalyticsError where ``step_s`` is no positive multiple of a bucket.
    """
    starts, firsts = step_grid(buckets.starts, step_s)
    people = len(buckets.participants) if expected is None else expected
    votes = _steps(buckets, firsts, people)
    rest = rest_of(buckets, confusion, baselines, learning=learning)
    return _adjusted(votes, confusion, rest, starts=starts, step_s=step_s)


def rest_of(
    buckets: Buckets,
    confusion: Confusion,
    baselines: Mapping[Hashable, Baseline] | None,
    *,
    learning: bool,
) -> Rest:
    """What is known of the students' plain faces: from before, else, ``learning``, a little from
    ``buckets``."""
    means = np.full((len(buckets.participants), LOOK_COUNT), np.nan)
    seconds = np.zeros(len(means))
    for row, name in enumerate(buckets.participants):
        before = baselines.get(name) if baselines else None
        if before is not None:
            means[row], seconds[row] = before.looks, before.observations
    rest = known_rest(means, seconds, confusion)
    if not learning:
        return rest
    seen = buckets.probability_count.sum(axis=1).astype(np.float64)
    return learnt_rest(rest, one_vote_means(buckets), seen, confusion)


def one_vote_means(buckets: Buckets) -> Floats:
    """(P, 7) each student's own mean posterior over all of ``buckets``; NaN without a face."""
    return mean_of(
        buckets.probability_sums.sum(axis=1), buckets.probability_count.sum(axis=1)[:, None]
    )


def step_grid(starts: Ints, step_s: int) -> tuple[Ints, list[int]]:
    """Steps over the buckets ``starts`` (T,): their beginnings (S,), and each one's first column.

    Raises AnalyticsError where ``step_s`` is no positive multiple of a bucket.
    """
    if step_s <= 0 or step_s % BUCKET_SECONDS:
        raise AnalyticsError(
            f"A step must be a positive multiple of {BUCKET_SECONDS} s, but is {step_s} s."
        )
    steps, firsts = np.unique(starts // step_s * step_s, return_index=True)
    return steps, firsts.tolist()


@dataclass(frozen=True, eq=False)
class _Votes:
    own: Floats
    """(S, P, 7) each student's own mean posterior, nought unseen"""
    voted: Bools
    """(S, P)"""
    unknown: Ints
    expected: int


def _steps(buckets: Buckets, firsts: list[int], expected: int) -> _Votes:
    """The votes in the columns from each of ``firsts`` to the next."""
    students = len(buckets.participants)
    if not len(buckets.starts):
        own = np.zeros((len(firsts), students, LOOK_COUNT))
        nobody = np.zeros((len(firsts), students), np.bool_)
        return _Votes(own, nobody, np.zeros(len(firsts), np.int64), expected)
    sums = np.add.reduceat(buckets.probability_sums, firsts, axis=1).swapaxes(0, 1)
    counts = np.add.reduceat(buckets.probability_count, firsts, axis=1).T
    # A student's sums are divided by their own total, so that every vote weighs exactly one.
    totals = sums.sum(axis=2, keepdims=True)
    own = np.divide(sums, totals, out=np.zeros(sums.shape), where=totals > 0)
    unknown = np.add.reduceat(buckets.unknown_model.sum(axis=0), firsts)
    return _Votes(own, counts > 0, unknown, expected)


def _adjusted(
    votes: _Votes,
    confusion: Confusion,
    rest: Rest,
    *,
    starts: Ints | None = None,
    step_s: int = 0,
) -> MoodTimeline:
    reporting = votes.voted.sum(axis=1)
    raw = votes.own.sum(axis=1) / np.where(reporting > 0, reporting, np.nan)[:, None]
    found = estimate(votes.own, votes.voted, confusion, rest)
    low, high = interval(found)
    return MoodTimeline(
        starts=np.zeros(1, np.int64) if starts is None else starts,
        step_s=step_s,
        shares=found.shares,
        raw=raw,
        low=low,
        high=high,
        reporting=reporting,
        coverage=reporting / votes.expected if votes.expected else np.full(len(reporting), np.nan),
        expected=votes.expected,
        unknown=votes.unknown,
    )
