"""Lectures of an hour with known episodes, as the flag bench plays them.

Thirty students, K = 5 faces of each look a student. A third of the lectures have no episode, the
others two or four of 10 to 25 minutes, each of a student of its own: 1.7 an hour. Within one, 85 %
of the time looks sad, at other times 6 %, and both come in visits of half a minute, as looks do;
one of the K faces stays for some seconds. Besides, students laugh, walk away, pause and drop out as
``analytics.simulation.behaviour`` has it.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from analytics.baselines import Baseline, baselines_of
from analytics.buckets import Buckets
from analytics.flags.hmm import Memory
from analytics.simulation.behaviour import Behaviour, Scripted, TrueState
from analytics.simulation.lectures import SimulatedLecture, simulate_lecture, to_columns
from benchmarks.figures.faces import Bank, Floats
from benchmarks.figures.scores import Stretch
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS, LOOKS, SAD, Look

START: Final = 1_700_000_100
HOUR: Final = 3600
STUDENTS: Final = 30
EPISODES: Final = {0: 20 / 60, 2: 29 / 60, 4: 11 / 60}
"""How many episodes a lecture has, and how often: 1.7 in the mean."""
EPISODE_S: Final = (600, 1500)
JOINING_S: Final = 10
"""Seconds of just looking at the screen that a baseline at joining is taken from."""
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
    baselines: Mapping[Hashable, Baseline] | None = None
    """those that the rule is given"""
    earlier: Mapping[Hashable, Baseline] | None = None
    """baselines from an hour before, with the same faces; None unless asked for"""
    joining: Mapping[Hashable, Baseline] | None = None
    """baselines from ten seconds of that hour; likewise"""
    memory: Memory = field(default_factory=lambda: Memory(most_states=0))
    """so that rules which differ in their thresholds alone filter the lecture once"""


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
    episodes: Mapping[int, float] = EPISODES,
    lasting: tuple[int, int] = EPISODE_S,
    **habits: Any,
) -> Iterator[Played]:
    """``lectures`` of an hour, one after another.

    ``earlier`` puts an ordinary hour before each, for baselines. ``all_lecture``: one student looks
    so from the first second to the last, and there are no other episodes. ``less_seen`` is the
    share of ten-second buckets lost at random besides what students do. ``episodes`` and
    ``lasting`` (seconds) change what happens, ``habits`` how students behave (``Behaviour``).
    """
    quiet = Behaviour(sad_per_hour=0, disengaged_per_hour=0, faces_per_look=faces, **habits)
    before = HOUR if earlier else 0
    for number in range(lectures):
        rng = np.random.default_rng([seed, number])
        count = 1 if all_lecture else int(rng.choice(list(episodes), p=list(episodes.values())))
        span = (HOUR, HOUR) if all_lecture else lasting
        script = _script(rng, _STATES[kind], students, before, count, span)
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
        yield Played(
            buckets=grid.window(START - 1, START + HOUR),
            truth=tuple(
                (entry.student, entry.start - before, entry.end - before)
                for entry in script
                if entry.student is not None
            ),
            naive=naive_shares(lecture, kind)[:, before // BUCKET_SECONDS :],
            earlier=baselines_of(grid.window(0, START - BUCKET_SECONDS)) if earlier else None,
            joining=_at_joining(lecture) if earlier else None,
        )


def _at_joining(lecture: SimulatedLecture) -> dict[Hashable, Baseline]:
    """From the first ten seconds in which each student's face is seen and looks neutral.

    The agent asks for them, so they are seconds at rest and not any ten.
    """
    neutral = (lecture.looks == LOOKS.index(Look.NEUTRAL)) & ~np.isnan(lecture.attentive)
    found: dict[Hashable, Baseline] = {}
    for student, row in enumerate(neutral):
        seconds = np.flatnonzero(row)[:JOINING_S]
        if len(seconds):
            looks = lecture.posteriors[student, seconds].mean(axis=0)
            found[student] = Baseline(tuple((looks / looks.sum()).tolist()), len(seconds))
    return found


def _script(
    rng: np.random.Generator,
    state: TrueState,
    students: int,
    before: int,
    count: int,
    span: tuple[int, int],
) -> list[Scripted]:
    script = []
    for student in rng.choice(students, size=min(count, students), replace=False).tolist():
        length = min(HOUR, int(rng.integers(span[0], span[1] + 1)))
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
