"""The true shares of looks in a class, from each student's own mean posterior, and how sure.

The class's mean alone tells the shares by inverting M (``analytics.mood.confusion``), which looks
that are confused make very uncertain. Each student says more: who shows one look for a minute has a
mean that only a few mixtures of looks explain. So the shares are those of the students' mixtures
given what was seen of each, with the class's own habits as their prior: empirical Bayes by EM
(Robbins 1956, *An Empirical Bayes Approach to Statistics*; for shares, Saerens et al. 2002, *Neural
Computation* 14), begun at what M alone says. Where all students mix all looks, mixtures of four
parts are too coarse and each student tells nothing of their own: there M alone has the word, and in
between both. Students are means of many seconds before they come here, so sums per bucket are
enough and the order of anything does not matter.

Defined in ``docs/science.md``, "Class mood".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import LOOK_COUNT, Bools, Floats
from analytics.mood.confusion import Confusion, solve
from analytics.mood.mixtures import (
    FACES_PER_STUDENT,
    REST,
    Mixtures,
    concentration,
    mixtures_of,
    scatter_of,
)
from analytics.mood.rest import Rest, unknown_rest

_ROUNDS: Final = 10
"""From that beginning, twenty rounds found no better shares on PublicTest."""
_CAUTION: Final = 5.0
"""Students added for the interval, the same to each look: that nobody was found who shows a look
does not rule it out. Chosen on PublicTest from 3.5 (Jeffreys' prior), with which too few intervals
held the truth where few look sad, and 5."""
_KEPT: Final = 0.9
"""Of the beginning, so that it rules nothing out either."""
_SAMPLES: Final = 3.0
"""How often a sample of faces as small as M's makes figures uncertain: M is one, those whom it is
used on are another, and the scatter of single faces is known from fewer. Chosen on PublicTest from
2, 3 and 4."""
_SUREST: Final = 0.95
"""Of what is known of the shares, the part that students' mixtures may leave open."""
_LEAST_LIKE: Final = 0.05
_STICKS: Final = 0.85
"""Likeness that counts as 1. It is read with an error and cannot be read above 1, so that students
who stick with one look would pass for some who do not quite, and shares be dragged to the middle,
by .3 to .7 points. Chosen on PublicTest from 1 to .7."""
_ALONE: Final = 0.5
"""How alike students are where there are not two to compare."""
_TINY: Final = 1e-12
_NEVER: Final = 1e-300
_CLOSE: Final = 1e-9
_MOST_CYCLES: Final = 500
_ALIKE: Final = (0.4, 0.8)
"""Likeness up to which M alone has the word, and from which the students have. On PublicTest each
has the smaller error beyond them, by up to twice."""
_LEFT_OPEN: Final = 1 / 3
"""Of what the scatter of students' plain faces does to the class's mean, the part that their
mixtures leave open. Chosen on PublicTest from .02 to .5, with people who differ at rest."""
_DOUBTS: Final = 3
"""Steps of doubt about a student's rest that are told apart."""
_CELLS: Final = 200_000
"""Students × mixtures worked on at once: what a processor's cache holds."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """The looks of S steps; NaN where nobody is seen."""

    shares: Floats
    """(S, 7) sum to one"""
    middles: Floats
    """(S, 7) the same, ruling out no look: what the intervals stand on"""
    variances: Floats
    """(S, 7) of the middles, were the students' plain faces the card's or known"""
    by_rest: Floats
    """(S, 7) variances of the shares by what is not known of the students' plain faces"""

    def values(self) -> tuple[Floats, Floats, Floats, Floats]:
        """All four, in this order."""
        return self.shares, self.middles, self.variances, self.by_rest


def estimate(own: Floats, voted: Bools, confusion: Confusion, rest: Rest | None = None) -> Estimate:
    """The shares in each of S steps from the students' mean posteriors ``own`` (S, P, 7).

    ``voted`` (S, P) says who is seen in a step; what ``own`` holds of the others is ignored, of
    those seen each row sums to one. ``rest`` is what is known of the students' plain faces.
    """
    steps, students = voted.shape
    result = Estimate(*np.full((4, steps, LOOK_COUNT), np.nan))
    rest = rest or unknown_rest(students)
    known = np.flatnonzero(voted.any(axis=1))
    count = voted[known].sum(axis=1).astype(np.float64)[:, None]
    seen_means = np.where(voted[known, :, None], own[known], 0.0).sum(axis=1) / count
    alone = by_mean(seen_means, voted[known] @ rest.shifts / count, confusion)
    size = max(1, _CELLS // (max(1, students) * len(mixtures_of(confusion).parts)))
    for first in range(0, len(known), size):
        part = known[first : first + size]
        seen = voted[part]
        means = np.where(seen[..., None], own[part], 0.0)
        found = _fitted(means, seen, confusion, rest, alone[first : first + size])
        for kept, values in zip(result.values(), found, strict=True):
            kept[part] = values
    return result


def likeness(
    own: Floats, voted: Bools, shares: Floats, confusion: Confusion, doubts: Floats | None = None
) -> Floats:
    """(S,) ρ: 1 where each student sticks with one look, near 0 where all mix alike.

    Read off the variance V between the students' means, which grows with it, by the method of
    moments: V = ρ·V_looks + (1/K) Σⱼ (πⱼ² + ρπⱼ(1 − πⱼ))·σⱼ² `[own]`, in which σ of a plain face
    has what differs between people as far as that is unknown: ``doubts`` (P,) in the mean.
    """
    count = voted.sum(axis=1)
    mean = own.sum(axis=1) / count[:, None]
    apart = np.where(voted[..., None], own - mean[:, None], 0.0)
    between = (apart**2).sum(axis=(1, 2)) / np.maximum(count - 1, 1)
    doubt = 1.0 if doubts is None else (voted @ doubts / count)[:, None]
    known, unknown = (
        np.trace(scatter_of(confusion, some), axis1=1, axis2=2) for some in (0.0, 1.0)
    )
    spread = known + doubt * (unknown - known)
    centred = confusion.matrix - shares[:, None, :] @ confusion.matrix
    looks = (shares * (centred**2).sum(axis=-1)).sum(axis=-1)
    mixed = ((shares - shares**2) * spread).sum(axis=-1)
    found = (between - (shares**2 * spread).sum(axis=-1)) / np.maximum(looks + mixed, _TINY)
    return np.asarray(np.where(count > 1, np.clip(found, _LEAST_LIKE, 1.0), _ALONE))


def _fitted(
    own: Floats, voted: Bools, confusion: Confusion, rest: Rest, alone: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    mixtures = mixtures_of(confusion)
    count = voted.sum(axis=1).astype(np.float64)[:, None]
    shares = _KEPT * alone + (1.0 - _KEPT) / LOOK_COUNT
    # Each as if their plain face were the card's: what is left between them is looks.
    zeroed = own - alone[:, None, REST, None] * rest.shifts
    alike = np.minimum(1.0, likeness(zeroed, voted, shares, confusion, rest.doubts) / _STICKS)
    total = concentration(alike)
    logs = _log_densities(own, confusion, rest)
    fits = np.exp(logs - logs.max(axis=2, keepdims=True)) * voted[..., None]
    for _ in range(_ROUNDS):
        alphas = _alphas(shares, total)
        found, _ = _explained(fits, voted, mixtures.occurrence(alphas))
        shares = mixtures.reweighted(alphas, found)
    cautious = (count * shares + _CAUTION / LOOK_COUNT) / (count + _CAUTION)
    occurrence = mixtures.occurrence(_alphas(cautious, total))
    maybe, per_student = _explained(fits, voted, occurrence)
    each = ((fits * occurrence[:, None]) @ mixtures.parts) * per_student[..., None]
    variances = _variances(maybe, each, occurrence, count, mixtures)
    faces = count * FACES_PER_STUDENT
    variances *= 1.0 + _SAMPLES * faces * (cautious**2 / confusion.counts).sum(axis=1)[:, None]
    by_rest = _by_rest(cautious, count, voted @ rest.doubts, confusion)
    word = np.clip((alike - _ALIKE[0]) / (_ALIKE[1] - _ALIKE[0]), 0.0, 1.0)[:, None]
    apart, cautiously = (some @ mixtures.parts / count for some in (found, maybe))
    left = (1.0 - word) * alone
    return word * apart + left, word * cautiously + left, variances, by_rest


def by_mean(means: Floats, shifts: Floats, confusion: Confusion) -> Floats:
    """(S, 7) the shares behind mean posteriors alone, by M with each one's rest; NaN for NaN.

    ``shifts`` (S, 7): own plain face less the card's.
    """
    found = np.full(means.shape, np.nan)
    known = np.flatnonzero(~np.isnan(means).any(axis=1))
    if not len(known):
        return found
    matrices = np.repeat(confusion.matrix[None], len(known), axis=0)
    plain = np.maximum(matrices[:, REST] + shifts[known], 0.0)
    matrices[:, REST] = plain / plain.sum(axis=1, keepdims=True)
    rows = means[known] / means[known].sum(axis=1, keepdims=True)
    found[known] = solve(rows[:, None], matrices, residual=_CLOSE, most_cycles=_MOST_CYCLES)[:, 0]
    return found


def _log_densities(own: Floats, confusion: Confusion, rest: Rest) -> Floats:
    """(S, P, A) of each student by what is known of their rest, in few steps of doubt."""
    steps = np.rint(rest.doubts * _DOUBTS) / _DOUBTS
    moved = rest.shifts.any(axis=1)
    found = np.empty((*own.shape[:2], len(mixtures_of(confusion).parts)))
    for doubt in np.unique(steps).tolist():
        mixtures = mixtures_of(confusion, doubt)
        for shifted in (False, True):
            some = (steps == doubt) & (moved == shifted)
            if not some.any():
                continue
            means, shifts = (own, rest.shifts) if some.all() else (own[:, some], rest.shifts[some])
            logs = (
                mixtures.log_densities_at(means, shifts)
                if shifted
                else mixtures.log_densities(means)
            )
            if some.all():
                return logs
            found[:, some] = logs
    return found


def _by_rest(shares: Floats, count: Floats, doubt: Floats, confusion: Confusion) -> Floats:
    """(S, 7) variances of the shares by what is not known of the students' plain faces.

    Their mean moves the class's mean, and each share by that over how far its look lies from a
    plain face. ``doubt`` (S,) is summed over the students.
    """
    known, unknown = (np.diag(scatter_of(confusion, some)[REST]) for some in (0.0, 1.0))
    scatter = known * count + (unknown - known) * doubt[:, None]
    apart = np.diag(confusion.matrix) - confusion.matrix[REST]
    apart[REST] = 1.0 - confusion.matrix[:, REST].mean()
    moved = shares[:, REST, None] * scatter / count**2
    return np.asarray(_LEFT_OPEN * moved / np.maximum(apart, 0.1) ** 2)


def _alphas(shares: Floats, total: Floats) -> Floats:
    return np.maximum(shares * total, _TINY)


def _explained(fits: Floats, voted: Bools, occurrence: Floats) -> tuple[Floats, Floats]:
    """(S, A) students found of each mixture, and (S, P) what makes a student count as one."""
    weight = (fits @ occurrence[..., None])[..., 0]
    one = np.where(voted, 1.0 / np.maximum(weight, _NEVER), 0.0)
    return (one[:, None, :] @ fits)[:, 0] * occurrence, one


def _variances(
    found: Floats, each: Floats, occurrence: Floats, count: Floats, mixtures: Mixtures
) -> Floats:
    """(S, 7) variances of the shares, what is not known of the class's habits included.

    Were the habits known, the shares would be as uncertain as the students' mixtures together: C.
    They are learnt from the same students, and the prior covariance B they gave is taken out again:
    (C⁻¹ − B⁻¹)⁻¹, as for a normal model with a flat hyperprior (Morris 1983, *Parametric Empirical
    Bayes Inference*, JASA 78). In the directions of B's root it is d/(1 − d) for each part d of B
    that C leaves open.
    """
    shape = (len(found), LOOK_COUNT, LOOK_COUNT)
    second = (found @ mixtures.pairs).reshape(shape) - np.einsum("spi,spj->sij", each, each)
    left = second / count[..., None] ** 2
    mean = occurrence @ mixtures.parts
    prior = (occurrence @ mixtures.pairs).reshape(shape) - mean[:, :, None] * mean[:, None]
    free = slice(0, LOOK_COUNT - 1)
    spread = (prior / count[..., None])[:, free, free]
    root = np.linalg.cholesky(spread + _TINY * np.eye(LOOK_COUNT - 1))
    back = np.linalg.inv(root)
    open_part, turn = np.linalg.eigh(back @ left[:, free, free] @ back.swapaxes(1, 2))
    open_part = np.clip(open_part, 0.0, _SUREST)
    ways = root @ turn
    # Shares sum to one, so the last look moves against all the others.
    ways = np.concatenate([ways, -ways.sum(axis=1, keepdims=True)], axis=1)
    return np.asarray(np.einsum("sij,sj->si", ways**2, open_part / (1.0 - open_part)))
