"""Mixtures of looks: how a student's mean posterior would scatter, were this or that mixture true.

A student's window is read as four parts, each one of the seven looks, of at most three different
ones: 175 mixtures from *all sad* to *half neutral, a quarter happy, a quarter sad* `[own]`. Of each
the mean posterior is known from the model's confusion, and its scatter from that of single faces:
a student has K = 5 faces of a look, because errors on one person's face are not independent. Plain
faces differ between people besides, for good (``analytics.mood.rest``): a mixture scatters by that,
too, as far as a student's own rest is unknown, so that no look within it stands out. How often
each mixture occurs in a class follows a Dirichlet-multinomial around the class's shares (Minka
2000, *Estimating a Dirichlet distribution*), whose concentration says how alike students are: at 0
each sticks with one look, at infinity all mix like the class.

Defined in ``docs/science.md``, "Class mood".
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import lgamma
from typing import Final

import numpy as np

from analytics.buckets import LOOK_COUNT, Floats
from analytics.mood.confusion import Confusion
from contract.looks import LOOKS, Look

FACES_PER_STUDENT: Final = 5
BETWEEN_PEOPLE: Final = 1 / 3
"""Of the scatter of single plain faces, the part that differs between people
(``analytics.mood.rest`` says whence)."""
REST: Final = LOOKS.index(Look.NEUTRAL)
PARTS: Final = 4
_MOST_LOOKS: Final = 3
_FREE: Final = LOOK_COUNT - 1
"""A posterior sums to one: its last value says nothing new."""
_SQUARES: Final = _FREE * _FREE
_BLUR: Final = 0.002
"""Variance added in every direction: what M itself and five faces cannot tell. Chosen on
PublicTest from .0005 to .005."""
_LEAST_TOTAL: Final = 0.01
_MOST_TOTAL: Final = 50.0
"""Beyond these a Dirichlet hardly changes."""
_TINY: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Mixtures:
    """The A mixtures, made once for a model."""

    parts: Floats
    """(A, 7) how much of each look; each row sums to one"""
    pairs: Floats
    """(A, 49) products of each two of them"""
    densities: Floats
    """(F, A) weights of a mean's features, the squares first, that give log densities"""
    held: Floats
    """(7 · 5, A) 1 where a mixture has exactly so many parts of the look"""
    ways: Floats
    """(A,) log of the orders in which the parts may stand"""

    def log_densities(self, means: Floats) -> Floats:
        """(…, A) log density, up to a constant, of each of ``means`` (…, 7) under each mixture."""
        return np.asarray(_features(means) @ self.densities)

    def log_densities_at(self, means: Floats, shifts: Floats) -> Floats:
        """(S, P, A) the same of students whose plain faces lie ``shifts`` (P, 7) from the card's.

        A shift adds to the log density what is linear in the mean, and a constant.
        """
        found = self.log_densities(means)
        first = int(np.searchsorted(self.parts[:, REST], 0.0, side="right"))
        plain, own = self.parts[first:, REST], shifts[:, :_FREE]
        bend = self.densities[:_SQUARES, first:].reshape(_FREE, _FREE, -1)
        pull = plain * np.einsum("pi,ija->pja", own, bend)
        still = plain * np.einsum("pj,pja->pa", own, pull)
        still -= plain * (own @ self.densities[_SQUARES:-1, first:])
        moved = means[..., :_FREE].swapaxes(0, 1) @ (-2.0 * pull)
        found[..., first:] += (moved + still[:, None]).swapaxes(0, 1)
        return found

    def occurrence(self, alphas: Floats) -> Floats:
        """(S, A) how often each mixture occurs under Dirichlets ``alphas`` (S, 7); sums to one."""
        steps = np.log(alphas[..., None] + np.arange(PARTS))
        rising = np.zeros((len(alphas), LOOK_COUNT, PARTS + 1))
        np.cumsum(steps, axis=-1, out=rising[..., 1:])
        logs = rising.reshape(len(alphas), -1) @ self.held + self.ways
        logs -= np.log(alphas.sum(axis=1)[:, None] + np.arange(PARTS)).sum(axis=1)[:, None]
        weights = np.exp(logs)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def reweighted(self, alphas: Floats, found: Floats) -> Floats:
        """(S, 7) shares that explain better how many students ``found`` (S, A) of each mixture.

        One fixed-point step of Minka's for the Dirichlet-multinomial.
        """
        terms = np.zeros((len(alphas), LOOK_COUNT, PARTS + 1))
        np.cumsum(1.0 / (alphas[..., None] + np.arange(PARTS)), axis=-1, out=terms[..., 1:])
        counts = (found @ self.held.T).reshape(terms.shape)
        shares = alphas * (counts * terms).sum(axis=-1)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def scatter_of(confusion: Confusion, doubt: float) -> Floats:
    """(7, 7, 7) covariance of a student's mean over faces of one look.

    ``doubt``: of what differs between people at rest, the part that is not known of this one, 0..1.
    """
    scatter = confusion.within / FACES_PER_STUDENT
    own = doubt * BETWEEN_PEOPLE + (1.0 - BETWEEN_PEOPLE) / FACES_PER_STUDENT
    scatter[REST] = own * confusion.within[REST]
    return np.asarray(scatter)


@lru_cache(maxsize=32)
def mixtures_of(confusion: Confusion, doubt: float = 1.0) -> Mixtures:
    """The mixtures as ``confusion``'s model would see them of somebody whose rest is unknown.

    ``doubt``: how far it is, 0..1.
    """
    counts = _counts()
    parts = counts / PARTS
    scatter = scatter_of(confusion, doubt)[:, :_FREE, :_FREE]
    spreads = np.einsum("aj,jkl->akl", parts**2, scatter) + _BLUR * np.eye(_FREE)
    sharpness = np.linalg.inv(spreads)
    centres = (parts @ confusion.matrix)[:, :_FREE]
    linear = np.einsum("aik,ak->ai", sharpness, centres)
    constant = np.einsum("ai,ai->a", linear, centres) + np.linalg.slogdet(spreads)[1]
    squares = sharpness.reshape(len(counts), -1)
    held = (counts[:, :, None] == np.arange(PARTS + 1)).reshape(len(counts), -1)
    return Mixtures(
        parts=parts,
        pairs=np.einsum("ai,aj->aij", parts, parts).reshape(len(parts), -1),
        densities=np.concatenate([-squares / 2, linear, -constant[:, None] / 2], axis=1).T.copy(),
        held=held.T.astype(np.float64),
        ways=np.array([lgamma(PARTS + 1) - sum(lgamma(n + 1) for n in row) for row in counts]),
    )


def _features(means: Floats) -> Floats:
    """(…, F) what log densities are linear in: squares first, then the values, then one."""
    free = means[..., :_FREE]
    found = np.empty((*free.shape[:-1], _SQUARES + _FREE + 1))
    squares = found[..., :_SQUARES].reshape(*free.shape, _FREE)
    np.multiply(free[..., None], free[..., None, :], out=squares)
    found[..., _SQUARES:-1] = free
    found[..., -1] = 1.0
    return found


def _counts() -> Floats:
    """(A, 7) parts of each look, whole numbers that sum to four, the least at rest first."""
    rows = [
        np.bincount(parts, minlength=LOOK_COUNT)
        for parts in combinations_with_replacement(range(LOOK_COUNT), PARTS)
        if len(set(parts)) <= _MOST_LOOKS
    ]
    # By parts of rest: those whom a student's own plain face moves alike stand together.
    return np.array(sorted(map(list, rows), key=lambda row: row[REST]), np.float64)


def concentration(likeness: Floats) -> Floats:
    """(S, 1) the Dirichlet's total that makes students as alike as ``likeness`` (S,) says.

    Of four parts, students who all mix alike still differ by a quarter of what pure ones do.
    """
    over = likeness * PARTS - 1.0
    total = (1.0 - likeness) * PARTS / np.maximum(over, _TINY)
    return np.asarray(
        np.clip(np.where(over > 0, total, np.inf), _LEAST_TOTAL, _MOST_TOTAL)[:, None]
    )
