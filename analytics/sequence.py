"""Persistence: whether a student has changed into looking sad, from the whole course of a lecture.

A sticky hidden Markov model of two states (Rabiner 1989, *A Tutorial on Hidden Markov Models*) in
which each student has a usual score and a sad score of their own, both unknown: a model misreads
some people's ordinary face as sad, and does so all the time, while looking sad begins and ends. The
two unknowns are integrated over a grid, so the filter weighs *this student has such a face* against
*this student has changed*. Only the forward filter is used: what is known at a moment does not
change when the lecture goes on.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from analytics.buckets import Floats, Ints
from analytics.errors import AnalyticsError
from contract.emotions import BUCKET_SECONDS


@dataclass(frozen=True)
class StickyModel:
    """What is expected of scores (``evidence.SadScale``); defaults tuned on PublicTest `[own]`.

    Raises AnalyticsError where a value is not positive or a step is no multiple of a bucket.
    """

    step_s: int = 30
    """Scores are averaged over as much, since the looks of neighbouring seconds are the same."""
    onsets_per_hour: float = 0.06
    """of a student"""
    mean_episode_s: float = 1050.0
    usual_spread: float = 0.3
    """between students, of the score of their ordinary face"""
    sad_spread: float = 0.4
    """between students, of the score of their sad face"""
    noise: float = 0.45
    """of one step around the student's own mean"""
    tails: float = 4.0
    """degrees of freedom of that noise: a single odd step proves little"""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise AnalyticsError(
                    f"A sticky model's {field.name} must be positive, "
                    f"but is {getattr(self, field.name)}."
                )
        if self.step_s % BUCKET_SECONDS:
            raise AnalyticsError(
                f"A sticky model's step must be a multiple of {BUCKET_SECONDS} s, "
                f"but is {self.step_s} s."
            )


_NODES: Final = np.linspace(-2.4, 2.4, 7)
_MASS: Final = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
"""The grid over each student's own level, in spreads, and a normal prior on it."""

_SCALED_EVERY: Final = 8


def changed(
    scores: Floats, starts: Ints, model: StickyModel, usual: Floats, doubt: Floats
) -> Floats:
    """(R, T) P(the student now looks sad | all scores so far), as of the end of each bucket.

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
    on = model.onsets_per_hour * model.step_s / 3600
    off = model.step_s / model.mean_episode_s
    levels = np.stack(
        [
            usual[:, None] + model.usual_spread * doubt[:, None] * _NODES,
            np.broadcast_to(1.0 + model.sad_spread * _NODES, (rows, len(_NODES))),
        ]
    )
    likely = _likelihoods(means, counts, levels, model)
    ordinary = np.tile(np.outer(_MASS, _MASS) * (off / (on + off)), (rows, 1, 1))
    sad = ordinary * (on / off)
    found = np.empty((rows, steps))
    ones = np.ones(len(_NODES) ** 2)
    # In place throughout: a live tick runs hundreds of steps of small arrays.
    began, ended = np.empty_like(sad), np.empty_like(sad)
    for step in range(steps):
        np.multiply(ordinary, on, out=began)
        np.multiply(sad, off, out=ended)
        ordinary -= began
        ordinary += ended
        ordinary *= likely[step, 0, :, :, None]
        sad -= ended
        sad += began
        sad *= likely[step, 1, :, None, :]
        inside = sad.reshape(rows, -1) @ ones
        total = ordinary.reshape(rows, -1) @ ones + inside
        np.divide(inside, total, out=found[:, step])
        # Likelihoods are at most 1, so the sums only shrink, and scaling now and then is enough.
        if step % _SCALED_EVERY == 0:
            ordinary /= total[:, None, None]
            sad /= total[:, None, None]
    return found


def _likelihoods(means: Floats, counts: Ints, levels: Floats, model: StickyModel) -> Floats:
    """(S, 2, R, G) of each step under each level (2, R, G), up to a factor common to all."""
    full = model.step_s / BUCKET_SECONDS
    spread = model.noise * np.sqrt(full / np.maximum(counts, 1))
    away = (means.T[:, None, :, None] - levels) / spread.T[:, None, :, None]
    likely = (1.0 + away**2 / model.tails) ** (-(model.tails + 1.0) / 2.0)
    return np.where((counts > 0).T[:, None, :, None], likely, 1.0)
