"""Persistence: whether a student has changed into looking sad, from the whole course of a lecture.

A hidden Markov model in two storeys (Rabiner 1989, *A Tutorial on Hidden Markov Models*; the
storeys after Fine, Singer & Tishby 1998, *The Hierarchical Hidden Markov Model*). Above, slowly: is
this student within an episode of looking sad or not. Below, within either: does the face of this
half minute look sad; it does now and then in everybody, and not all the time in an episode. So one
sad minute is expected of an ordinary student and proves nothing. Each student's ordinary and sad
score are unknown, because a model misreads some people's ordinary face as sad, and does so all the
time: both are integrated over a grid, whose prior is what the model's own errors make of people
(``Levels``). Nobody's ordinary face is taken to lie beyond ``HIGHEST_BASELINE``, so that someone
sad from the first minute is not absorbed. Only the forward filter is used: what is known at a
moment does not change when the lecture goes on.

Defined in ``docs/science.md``, "Check-ins".
"""

from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np

from analytics.buckets import Floats, Ints
from analytics.errors import AnalyticsError
from contract.looks import BUCKET_SECONDS

HIGHEST_BASELINE: Final = 0.6
"""An ordinary face is never taken to lie nearer than this to what a sad one gets, 1, whatever a
student's baseline or the lecture says `[own]`."""


@dataclass(frozen=True)
class Levels:
    """How students differ on the scale of scores (``evidence.SadScale``), 0 being ordinary.

    Raises AnalyticsError where a spread is not positive or a sad face scores below an ordinary one.
    """

    baseline_spread: float
    """between students, of the mean score of their ordinary face"""
    sad_level: float
    """mean score of a sad face"""
    sad_spread: float
    """between students, of the mean score of their sad face"""

    def __post_init__(self) -> None:
        for entry in fields(self):
            if not getattr(self, entry.name) > 0:
                raise AnalyticsError(
                    f"Levels need a positive {entry.name}, but it is {getattr(self, entry.name)}."
                )


@dataclass(frozen=True)
class StickyModel:
    """What is expected of scores (``evidence.SadScale``) and of episodes `[own]`.

    The two noises are tuned for each model on PublicTest (``classpulse bench tune``). What is
    expected of episodes is round and wide, and ``docs/analytics.md`` shows what becomes of flags
    where a class is unlike it. Raises AnalyticsError where a value makes no sense.
    """

    step_s: int = 30
    """Scores are averaged over as much, since the looks of neighbouring seconds are the same."""
    onsets_per_hour: float = 0.1
    """of a student: one episode in ten hours"""
    mean_episode_s: float = 900.0
    ordinary_share: float = 0.1
    """of the time in which an ordinary student's face looks sad for a moment"""
    episode_shares: tuple[float, ...] = (0.65, 0.95)
    """of the time, within an episode: in some people's now and then, in others' all the time"""
    look_dwell_s: float = 35.0
    """how long one look lasts"""
    least_gap: float = 0.15
    """by which anybody's sad face scores above their ordinary one"""
    ordinary_noise: float = 0.65
    """of one step of an ordinary face around the student's own mean"""
    sad_noise: float = 0.65
    """the same of a sad face; were it smaller, a face that never changes would count as sad for
    that alone"""

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not isinstance(value, tuple) and value <= 0:
                raise AnalyticsError(
                    f"A sticky model's {entry.name} must be positive, but is {value}."
                )
        shares = self.episode_shares
        if not shares or not self.ordinary_share < min(shares) <= max(shares) < 1:
            raise AnalyticsError(
                "An episode must look sad for more of the time than an ordinary face and less than "
                f"all of it, but the shares are {shares} and {self.ordinary_share}."
            )
        if self.step_s % BUCKET_SECONDS:
            raise AnalyticsError(
                f"A sticky model's step must be a multiple of {BUCKET_SECONDS} s, "
                f"but is {self.step_s} s."
            )


_BASELINE_NODES: Final = np.linspace(-2.0, 2.4, 9)
_SAD_NODES: Final = np.linspace(-2.2, 2.2, 8)
"""The grid over each student's own two levels, in spreads, with a normal prior on both. With five
nodes each whoever lies between two of them was judged by the grid: a face that always looked rather
sad was noticed early at one score and never at a higher one."""
_PRIOR: Final = np.exp(-np.add.outer(_BASELINE_NODES**2, _SAD_NODES**2) / 2)

TAILS: Final = 4
"""Degrees of freedom of the noise (Student's t): a single odd step proves little."""

_SCALED_EVERY: Final = 8
_LOOKS: Final = 2
"""An ordinary look and a sad one. A student's state is where they are, outside an episode or within
one of each kind, times the look."""


@dataclass(eq=False)
class Memory:
    """What the filter found at an earlier moment, so that the next one costs only what is new.

    It never changes a result: all it was found from is kept beside, and from the first step on that
    differs, late data or another student, all is found anew.
    """

    most_states: int = 8
    """States kept to go on from, one at each scaling: half an hour, within which most late data
    come. With none it serves only to find the very same again."""
    _given: tuple[object, ...] = ()
    _people: Floats = field(default_factory=lambda: np.empty((2, 0)))
    _means: Floats = field(default_factory=lambda: np.empty((0, 0)))
    _counts: Ints = field(default_factory=lambda: np.empty((0, 0), np.int64))
    _found: Floats = field(default_factory=lambda: np.empty((0, 0)))
    _states: list[tuple[int, Floats]] = field(default_factory=list)
    """(steps over, state) at some of the last scalings, the oldest first"""

    def resume(
        self, given: tuple[object, ...], people: Floats, means: Floats, counts: Ints
    ) -> tuple[int, Floats | None, Floats]:
        """Steps that need not be done again, the state after them, and what they found (R, s)."""
        same = 0
        if given == self._given and np.array_equal(people, self._people):
            both = min(means.shape[1], self._means.shape[1])
            apart = (means[:, :both] != self._means[:, :both]).any(axis=0)
            apart |= (counts[:, :both] != self._counts[:, :both]).any(axis=0)
            same = int(np.argmax(apart)) if apart.any() else both
        self._states = [kept for kept in self._states if kept[0] <= same]
        self._given, self._people, self._means, self._counts = given, people, means, counts
        if same and same == means.shape[1]:
            return same, None, self._found[:, :same]
        if not self._states:
            return 0, None, np.empty((len(means), 0))
        done, state = self._states[-1]
        return done, state.copy(), self._found[:, :done]

    def keep(self, done: int, state: Floats) -> None:
        """Remember the ``state`` after ``done`` steps, and forget the oldest one where too many."""
        if self.most_states:
            self._states = [*self._states, (done, state.copy())][-self.most_states :]

    def close(self, found: Floats) -> None:
        """Remember what all steps found."""
        self._found = found


def changed(
    scores: Floats,
    starts: Ints,
    model: StickyModel,
    levels: Levels,
    baselines: Floats,
    doubt: Floats,
    memory: Memory | None = None,
) -> Floats:
    """(R, T) P(within an episode | all scores so far), as of the end of each bucket.

    ``scores`` (R, T) with NaN where nothing was seen, ``starts`` (T,) epoch seconds, ``baselines``
    (R,) where each student's ordinary face is expected, ``doubt`` (R,) 0..1 how uncertain that is
    as a share of the spread between students. Steps are aligned to the epoch, and a step speaks
    only once its last bucket is complete; until then the one before stands, and 0 before the first.
    ``memory`` of an earlier moment of the same lecture saves work and changes nothing.
    """
    if not scores.size:
        return np.zeros(scores.shape)
    means, counts, last = _steps(scores, starts, model.step_s)
    memory = Memory() if memory is None else memory
    people = np.stack([baselines, doubt])
    given = (int(starts[0]), model, levels)
    done, state, found = memory.resume(given, people, means, counts)
    if done < means.shape[1]:
        rest = _filtered(means, counts, done, state, _Grid.of(model, levels, people), memory)
        found = np.concatenate([found, rest], axis=1)
    memory.close(found)
    padded = np.concatenate([np.zeros((len(scores), 1)), found], axis=1)
    # How many steps are over at the end of each bucket.
    over = np.searchsorted(last, np.arange(scores.shape[1]), side="right")
    return np.asarray(padded[:, over], np.float64)


def _steps(scores: Floats, starts: Ints, step_s: int) -> tuple[Floats, Ints, Ints]:
    """The mean score (R, S) and seen buckets (R, S) of each step, and its last column (S,)."""
    step = starts // step_s
    firsts = np.flatnonzero(np.diff(step, prepend=step[0] - 1))
    last = np.append(firsts[1:], len(starts)) - 1
    seen = ~np.isnan(scores)
    counts = np.add.reduceat(seen.astype(np.int64), firsts, axis=1)
    sums = np.add.reduceat(np.where(seen, scores, 0.0), firsts, axis=1)
    # A step that is not over yet says nothing, or its word would change with the next bucket.
    whole = (starts[last] + BUCKET_SECONDS) % step_s == 0
    return (sums / np.maximum(counts, 1))[:, whole], counts[:, whole], last[whole]


@dataclass(frozen=True, eq=False)
class _Grid:
    """Every pair of levels that each of R students may have."""

    model: StickyModel
    baseline: Floats
    """(R, U) scores of an ordinary face"""
    sad: Floats
    """(V,) scores of a sad face"""
    prior: Floats
    """(R, U, V) sums to one for each student"""

    @classmethod
    def of(cls, model: StickyModel, levels: Levels, people: Floats) -> "_Grid":
        """The grid around ``people`` (2, R), their baselines and the doubt about them."""
        expected, doubt = people[..., None]
        baseline = expected + levels.baseline_spread * doubt * _BASELINE_NODES
        baseline = np.minimum(baseline, HIGHEST_BASELINE)
        sad = levels.sad_level + levels.sad_spread * _SAD_NODES
        # A student's sad face scores above their ordinary one, whatever both are.
        apart = sad - baseline[:, :, None] >= model.least_gap
        prior = np.where(apart, _PRIOR, 0.0)
        return cls(model, baseline, sad, prior / prior.sum(axis=(1, 2), keepdims=True))


def _filtered(
    means: Floats,
    counts: Ints,
    done: int,
    state: Floats | None,
    grid: _Grid,
    memory: Memory,
) -> Floats:
    """(R, S - done) the forward filter: a loop over steps, all students and grid points at once."""
    rows, steps = means.shape
    first, move = _chain(grid.model)
    move = np.ascontiguousarray(move.T)
    states = len(first)
    now = np.multiply.outer(first, grid.prior.ravel()) if state is None else state
    moved = np.empty_like(now)
    ordinary, sad = _likelihoods(means[:, done:], counts[:, done:], grid)
    found = np.empty((rows, steps - done))
    size = grid.prior[0].size
    ones = np.ones(size)
    # In place throughout: without a memory a live tick runs hundreds of steps of small arrays.
    for step in range(steps - done):
        np.matmul(move, now, out=moved)
        now, moved = moved, now
        by_look = now.reshape(-1, _LOOKS, *grid.prior.shape)
        by_look[:, 0] *= ordinary[step, :, :, None]
        by_look[:, 1] *= sad[step, :, None, :]
        mass = (now.reshape(states * rows, size) @ ones).reshape(states, rows)
        total = mass.sum(axis=0)
        np.divide(mass[_LOOKS:].sum(axis=0), total, out=found[:, step])
        # Likelihoods are at most 1, so the sums only shrink, and scaling now and then is enough.
        if (done + step) % _SCALED_EVERY == 0:
            now.reshape(states, rows, size)[...] /= total[:, None]
            memory.keep(done + step + 1, now)
    return found


def _chain(model: StickyModel) -> tuple[Floats, Floats]:
    """(N,) where a lecture begins, and (N, N) the moves of one step, over N states (place, look).

    A look is drawn anew once it is over, and where an episode begins or ends.
    """
    shares = np.array([model.ordinary_share, *model.episode_shares])
    kinds = len(model.episode_shares)
    on = model.onsets_per_hour * model.step_s / 3600
    off = model.step_s / model.mean_episode_s
    anew = min(1.0, model.step_s / model.look_dwell_s)
    looks = np.stack([1.0 - shares, shares], axis=1)
    place = np.diag([1.0 - on, *[1.0 - off] * kinds])
    place[0, 1:], place[1:, 0] = on / kinds, off
    same = np.eye(len(shares))
    kept = same[:, :, None, None] * (1.0 - anew) * np.eye(_LOOKS)
    drawn = (same * anew + 1.0 - same)[:, :, None, None] * looks[None, :, None, :]
    move = place[:, :, None, None] * (kept + drawn)
    first = np.array([off, *[on / kinds] * kinds])[:, None] / (on + off) * looks
    # From (place, look) to (place, look), both flattened.
    return first.ravel(), move.transpose(0, 2, 1, 3).reshape(first.size, first.size)


def _likelihoods(means: Floats, counts: Ints, grid: _Grid) -> tuple[Floats, Floats]:
    """(S, R, U) and (S, R, V) of each step under each level, up to a factor common to both."""
    model = grid.model
    full = model.step_s / BUCKET_SECONDS
    fewer = np.sqrt(full / np.maximum(counts, 1)).T[..., None]
    unseen = (counts == 0).T[..., None]
    least = min(model.ordinary_noise, model.sad_noise)

    def under(levels: Floats, noise: float) -> Floats:
        away = (means.T[..., None] - levels) / (noise * fewer)
        # (1 + z²/ν) to the power of −(ν + 1)/2, for ν = 4 without the slow general power.
        near = 1.0 / (1.0 + away * away / TAILS)
        return np.where(unseen, 1.0, near * near * np.sqrt(near) * (least / noise))

    return under(grid.baseline, model.ordinary_noise), under(grid.sad, model.sad_noise)
