"""Lectures of an hour with known episodes, as the flag bench plays them.

Thirty students, K = 5 faces of each look a student. A third of the lectures have no episode, the
others two or four, of 10 to 25 minutes, each of a student of its own; besides, students laugh, walk
away, pause and drop out as ``analytics.behaviour`` has it.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.behaviour import Behaviour, Scripted, TrueState
from analytics.buckets import Buckets
from analytics.evidence import Baseline, FlagKind, baselines_of
from analytics.simulate import SimulatedLecture, simulate_lecture, to_columns
from classpulse.bench.faces import Bank, Floats
from classpulse.bench.scores import Stretch
from contract.emotions import BUCKET_SECONDS, SAD

START: Final = 1_700_000_100
HOUR: Final = 3600
STUDENTS: Final = 30
EPISODES: Final = (0, 2, 4)
EPISODE_S: Final = (600, 1500)
MODEL: Final = "bench@1"
_ATTENTIVE: Final = 0.5
"""A second counts as inattentive for the naive rule below this share of its pictures."""

_STATES: Final = {FlagKind.SAD: TrueState.SAD, FlagKind.DISENGAGED: TrueState.DISENGAGED}


@dataclass(frozen=True, eq=False)
class Played:
    """One lecture as rules see it, and its truth."""

    buckets: Buckets
    truth: tuple[Stretch, ...]
    naive: Floats
    """(P, T) share of the last minute's labels that are the kind's; 0 where nothing was seen"""
    baselines: Mapping[Hashable, Baseline] | None
    """from an hour before, with the same faces; None unless asked for"""


def play(
    bank: Bank,
    kind: FlagKind,
    *,
    lectures: int,
    seed: int,
    students: int = STUDENTS,
    faces: int = 5,
    earlier: bool = False,
    all_lecture: bool = False,
    less_seen: float = 0.0,
) -> Iterator[Played]:
    """``lectures`` of an hour, one after another.

    ``earlier`` puts an ordinary hour before each, for baselines. ``all_lecture``: one student looks
    so from the first second to the last, and there are no other episodes. ``less_seen`` is the
    share of ten-second buckets lost at random besides what students do.
    """
    quiet = Behaviour(sad_per_hour=0, disengaged_per_hour=0, faces_per_look=faces)
    before = HOUR if earlier else 0
    for number in range(lectures):
        rng = np.random.default_rng([seed, number])
        script = _script(rng, _STATES[kind], students, before, all_lecture=all_lecture)
        lecture = simulate_lecture(rng, students, before + HOUR, bank, script, quiet)
        grid = Buckets.from_columns(
            to_columns(lecture, START - before, MODEL),
            range(students),
            START - before,
            START + HOUR,
            MODEL,
        )
        if less_seen:
            grid = grid.kept(rng.random(grid.observations.shape) >= less_seen)
        now = grid.window(START - 1, START + HOUR)
        yield Played(
            buckets=now,
            truth=tuple(
                (entry.student, entry.start - before, entry.end - before)
                for entry in script
                if entry.student is not None
            ),
            naive=naive_shares(lecture, kind)[:, before // BUCKET_SECONDS :],
            baselines=_baselines(grid) if earlier else None,
        )


def _baselines(grid: Buckets) -> Mapping[Hashable, Baseline]:
    return baselines_of(grid.window(0, START - BUCKET_SECONDS))


def _script(
    rng: np.random.Generator, state: TrueState, students: int, before: int, *, all_lecture: bool
) -> list[Scripted]:
    count = 1 if all_lecture else int(rng.choice(EPISODES))
    script = []
    for student in rng.choice(students, size=min(count, students), replace=False).tolist():
        length = HOUR if all_lecture else int(rng.integers(EPISODE_S[0], EPISODE_S[1] + 1))
        start = before + int(rng.integers(HOUR - length + 1))
        script.append(Scripted(student, state, start, start + length))
    return script


def naive_shares(lecture: SimulatedLecture, kind: FlagKind) -> Floats:
    """(S, T) at each bucket's end, the share of the last minute's labels that are ``kind``'s."""
    seen = ~np.isnan(lecture.attentive)
    if kind is FlagKind.SAD:
        strongest = np.nan_to_num(lecture.posteriors, nan=-1.0).argmax(axis=2)
        labelled = seen & (strongest == SAD)
    else:
        labelled = seen & (np.nan_to_num(lecture.attentive, nan=1.0) < _ATTENTIVE)
    minute = 60

    def trailing(values: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
        total = np.cumsum(np.pad(values.astype(np.float64), ((0, 0), (minute, 0))), axis=1)
        ends = np.arange(BUCKET_SECONDS, values.shape[1] + 1, BUCKET_SECONDS) + minute - 1
        return np.asarray(total[:, ends] - total[:, ends - minute])

    count = trailing(seen)
    # A share of a few glimpses would flag everybody who comes back.
    return np.where(count >= minute / 2, trailing(labelled) / np.maximum(count, 1), 0.0)
