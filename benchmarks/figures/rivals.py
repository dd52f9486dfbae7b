"""Rules to compare ours with: counting labels, and the discounted Beta-Bernoulli on sad alone."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from analytics.flags.check_ins import episodes_of
from analytics.flags.thresholds import FlagRule
from analytics.flags.traces import BetaTrace
from benchmarks.figures.faces import Floats, SadMeans
from benchmarks.figures.lectures import START, Played
from benchmarks.figures.scores import Raised, Tally
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS, SAD

NAIVE_SHARE: Final = 0.6
QUIET_S: Final = 600
"""No rule names the same student again so soon, which is kind to the naive one."""
_BETA: Final = FlagRule(lecture_share=0.5)


def naively(lessons: Sequence[Played], share: float) -> Tally:
    """Flags wherever the last minute's share of labels rises above ``share``."""
    tally = Tally()
    for lesson in lessons:
        count(tally, lesson, _crossings(lesson.naive, share))
    return tally


def naive_at(lessons: Sequence[Played], flags: int) -> dict[str, Any]:
    """The naive rule at the threshold that comes nearest to ``flags`` in all."""

    def distance(share: float) -> int:
        return abs(sum(len(_crossings(lesson.naive, share)) for lesson in lessons) - flags)

    best = min(np.linspace(0.4, 0.99, 60).tolist(), key=distance)
    return {"threshold": round(best, 3)} | naively(lessons, best).figures()


def by_beta(lessons: Sequence[Played], means: SadMeans) -> Tally:
    """The rule that ours replaced: u = clip((x̄ − m₀)/(m₁ − m₀), 0, 1), P(share > ½) ≥ .9 for 1 min.

    x̄ is a bucket's mean posterior of sad; a and b forget with λ = .96 a bucket, and a mean u of a
    half over thirty observed minutes raises as well.
    """
    tally = Tally()
    for lesson in lessons:
        grid = lesson.buckets
        evidence = (grid.probabilities[..., SAD] - means.others) / (means.sad - means.others)
        trace = BetaTrace.of(np.clip(evidence, 0.0, 1.0), _BETA)
        found = episodes_of(trace, FlagKind.SAD, grid, _BETA)
        count(tally, lesson, [(int(str(f.participant)), f.raised_at - START) for f in found])
    return tally


def count(tally: Tally, lesson: Played, raised: Sequence[Raised], others: int = 0) -> None:
    """Add one lecture's flags to ``tally``; ``others`` are those of the other kind."""
    students, buckets = lesson.buckets.observations.shape
    seconds = buckets * BUCKET_SECONDS
    tally.add(raised, lesson.truth, students=students, seconds=seconds, others=others)


def _crossings(shares: Floats, share: float) -> list[Raised]:
    above = shares > share
    rises = above & ~np.pad(above, ((0, 0), (1, 0)))[:, :-1]
    found: list[Raised] = []
    quiet: dict[int, int] = {}
    for student, column in np.argwhere(rises).tolist():
        second = (column + 1) * BUCKET_SECONDS
        if second >= quiet.get(student, 0):
            found.append((student, second))
            quiet[student] = second + QUIET_S
    return found
