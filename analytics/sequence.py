"""Persistence: whether a student has changed into looking sad, from the whole course of a lecture.

A hidden Markov model in two storeys (Rabiner 1989, *A Tutorial on Hidden Markov Models*; the
storeys after Fine, Singer & Tishby 1998, *The Hierarchical Hidden Markov Model*). Above, slowly: is
this student within an episode of looking sad or not. Below, within either: does the face of this
half minute look sad; it does now and then in everybody, and not all the time in an episode. So one
sad minute is expected of an ordinary student and proves nothing. Each student's ordinary and sad
score are unknown, because a model misreads some people's ordinary face as sad, and does so all the
time: both are integrated over a grid. Only the forward filter is used: what is known at a moment
does not change when the lecture goes on.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from analytics.buckets import Floats, Ints
from analytics.errors import AnalyticsError
from contract.emotions import BUCKET_SECONDS


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
    episode_share: float = 0.75
    """of the time, within an episode"""
    look_dwell_s: float = 35.0
    """how long one look lasts"""
    usual_spread: float = 0.3
    """between students, of the score of their ordinary face"""
    sad_spread: float = 0.35
    """between students, of the score of their sad face"""
    least_gap: float = 0.15
    """by which anybody's sad face scores above their ordinary one"""
    ordinary_noise: float = 0.65
    """of one step of an ordinary face around the student's own mean"""
    sad_noise: float = 0.55
    """the same of a sad face"""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise AnalyticsError(
                    f"A sticky model's {field.name} must be positive, "
                    f"but is {getattr(self, field.name)}."
                )
        if not self.ordinary_share < self.episode_share < 1:
            raise AnalyticsError(
                "An episode must look sad for more of the time than an ordinary face and less than "
                f"all of it, but the shares are {self.episode_share} and {self.ordinary_share}."
            )
        if self.step_s % BUCKET_SECONDS:
            raise AnalyticsError(
                f"A sticky model's step must be a multiple of {BUCKET_SECONDS} s, "
                f"but is {self.step_s} s."
            )


_NODES: Final = np.linspace(-2.4, 2.4, 5)
_MASS: Final = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
"""The grid over each student's own level, in spreads, and a normal prior on it."""

TAILS: Final = 4
"""Degrees of freedom of the noise (Student's t): a single odd step proves little."""

_SCALED_EVERY: Final = 8
_STATES: Final = 4
"""(outside, ordinary look), (outside, sad look), (within, ordinary look), (within, sad look)"""


def changed(
    scores: Floats, starts: Ints, model: StickyModel, usual: Floats, doubt: Floats
) -> Floats:
    """(R, T) P(within an episode | all scores so far), as of the end of each bucket.

    ``scores`` (R, T) with NaN where nothing was seen, ``starts`` (T,) epoch seconds, ``usual`` (R,)
    where each student's ordinary face is expected, ``doubt`` (R,) 0..1 how uncertain that is as a
    share of the spread between students. Steps are aligned to the epoch, and a step speaks only
    once its last bucket is complete; until then the one before stands, and 0 before the first.
    """
    if not scores.size:
        return np.zeros(scores.shape)
    means, counts, last = _steps(scores, starts, model.step_s)
    filtered = _filtered(means, counts, model, usual, doubt)
    padded = np.concatenate([np.zeros((len(scores), 1)), filtered], axis=1)
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


def _filtered(
    means: Floats, counts: Ints, model: StickyModel, usual: Floats, doubt: Floats
) -> Floats:
    """(R, S) the forward filter: a loop over steps, all students and grid points at once."""
    rows, steps = means.shape
    size = len(_NODES)
    first, move = _chain(model)
    move = np.ascontiguousarray(move.T)
    levels = np.stack(
        [
            usual[:, None] + model.usual_spread * doubt[:, None] * _NODES,
            np.broadcast_to(1.0 + model.sad_spread * _NODES, (rows, size)),
        ]
    )
    likely = _likelihoods(means, counts, levels, model)
    # A student's sad face scores above their ordinary one, whatever both are.
    apart = levels[1][:, None, :] - levels[0][:, :, None] >= model.least_gap
    grid = np.where(apart, np.outer(_MASS, _MASS), 0.0).reshape(rows, -1)
    now = np.multiply.outer(first, (grid / grid.sum(axis=1, keepdims=True)).ravel())
    moved = np.empty_like(now)
    found = np.empty((rows, steps))
    ones = np.ones(size * size)
    # In place throughout: a live tick runs hundreds of steps of small arrays.
    for step in range(steps):
        np.matmul(move, now, out=moved)
        now, moved = moved, now
        by_look = now.reshape(2, 2, rows, size, size)
        by_look[:, 0] *= likely[step, 0, :, :, None]
        by_look[:, 1] *= likely[step, 1, :, None, :]
        mass = (now.reshape(_STATES * rows, -1) @ ones).reshape(_STATES, rows)
        total = mass.sum(axis=0)
        np.divide(mass[2] + mass[3], total, out=found[:, step])
        # Likelihoods are at most 1, so the sums only shrink, and scaling now and then is enough.
        if step % _SCALED_EVERY == 0:
            now.reshape(_STATES, rows, -1)[...] /= total[:, None]
    return found


def _chain(model: StickyModel) -> tuple[Floats, Floats]:
    """(4,) where a lecture begins, and (4, 4) the moves of one step; see ``_STATES``.

    A look is drawn anew once it is over, and where an episode begins or ends.
    """
    on = model.onsets_per_hour * model.step_s / 3600
    off = model.step_s / model.mean_episode_s
    anew = min(1.0, model.step_s / model.look_dwell_s)
    shares = np.array([model.ordinary_share, model.episode_share])
    looks = np.stack([1.0 - shares, shares], axis=1)
    above = np.array([[1.0 - on, on], [off, 1.0 - off]])
    kept = np.eye(2)[:, :, None, None] * (1.0 - anew) * np.eye(2)
    drawn = (np.eye(2) * anew + 1.0 - np.eye(2))[:, :, None, None] * looks[None, :, None, :]
    move = above[:, :, None, None] * (kept + drawn)
    first = np.array([off, on])[:, None] / (on + off) * looks
    # From (episode, look) to (episode, look), both flattened.
    return first.ravel(), move.transpose(0, 2, 1, 3).reshape(_STATES, _STATES)


def _likelihoods(means: Floats, counts: Ints, levels: Floats, model: StickyModel) -> Floats:
    """(S, 2, R, G) of each step under each level (2, R, G), up to a factor common to all."""
    full = model.step_s / BUCKET_SECONDS
    noises = np.array([model.ordinary_noise, model.sad_noise])
    fewer = np.sqrt(full / np.maximum(counts, 1)).T
    spread = (noises[:, None] * fewer[:, None, :])[..., None]
    away = (means.T[:, None, :, None] - levels) / spread
    # (1 + z²/ν) to the power of −(ν + 1)/2, for ν = 4 without the slow general power.
    near = 1.0 / (1.0 + away * away / TAILS)
    likely = near * near * np.sqrt(near)
    likely *= (noises.min() / noises)[:, None, None]
    return np.where((counts > 0).T[:, None, :, None], likely, 1.0)
