"""The model's known errors, and the true shares of looks behind what such a model reports.

Counting a noisy classifier's answers is biased, and the bias moves with the class. The one-vote
mean posterior m of a group with true shares π is m = Mᵀπ on average, where row j of M is the mean
posterior over held-out faces that truly look j; solving that for π on the simplex removes the bias.
This is probabilistic adjusted counting (PACC; Bella et al. 2010, *Quantification via Probability
Estimators*), fitted by EM with a Dirichlet prior so small that it only keeps shares
off the exact zero `[own]`. It asks nothing of how students differ; ``analytics.mood.estimate``
begins with it and asks that too.

Defined in ``docs/science.md``, "Class mood".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.buckets import LOOK_COUNT, Floats
from analytics.errors import AnalyticsError
from contract.looks import SAD

PRIOR_MASS: Final = 0.001
"""Of the whole mass. Worth a student (1/30) it drags a share of 40 % down by 8 points."""

_RESIDUAL: Final = 1e-11
_MOST_CYCLES: Final = 1000
_TINY: Final = 1e-300


@dataclass(frozen=True, eq=False)
class Confusion:
    """How the model errs, from its card.

    Raises AnalyticsError where a shape is wrong, a value is negative, a row or the prior does not
    sum to one, or a row has no faces behind it.
    """

    matrix: Floats
    """(7, 7) rows: true look; columns: mean posterior. Each row sums to one."""
    counts: Floats
    """(7,) held-out faces behind each row."""
    prior: Floats
    """(7,) shares of the looks in the training data."""
    within: Floats = field(default_factory=lambda: np.full((LOOK_COUNT,) * 3, np.nan))
    """(7, 7, 7) covariance of one face's posterior within each look (``spread_of``). Left out, it
    is that of hard labels, the widest there can be."""

    def __post_init__(self) -> None:
        one = (LOOK_COUNT,)
        for name, shape in (("matrix", one * 2), ("counts", one), ("prior", one)):
            values = np.asarray(getattr(self, name), np.float64)
            object.__setattr__(self, name, values)
            if values.shape != shape:
                raise AnalyticsError(
                    f"A confusion's {name} must have shape {shape}, but it has {values.shape}."
                )
            if not np.isfinite(values).all() or values.min() < 0:
                raise AnalyticsError(f"A confusion's {name} must be finite and not negative.")
        sums = [*self.matrix.sum(axis=1), self.prior.sum()]
        worst = max(sums, key=lambda value: abs(value - 1))
        if abs(worst - 1) > 1e-3:
            raise AnalyticsError(
                f"Each row of a confusion and its prior must sum to 1, but one sums to {worst:.4f}."
            )
        if self.counts.min() < 1:
            raise AnalyticsError(
                "Each row of a confusion needs at least one face, "
                f"but one has {self.counts.min():g}."
            )
        object.__setattr__(self, "within", self._spread())

    def _spread(self) -> Floats:
        within = np.asarray(self.within, np.float64)
        if within.shape != (LOOK_COUNT, LOOK_COUNT, LOOK_COUNT):
            raise AnalyticsError(
                f"A confusion's within must have shape {(LOOK_COUNT,) * 3}, "
                f"but it has {within.shape}."
            )
        labels = np.einsum("ji,ik->jik", self.matrix, np.eye(LOOK_COUNT))
        labels -= self.matrix[:, :, None] * self.matrix[:, None]
        return np.where(np.isnan(within), labels, within)

    @property
    def sad_levels(self) -> tuple[float, float]:
        """(m₀, m₁): expected posterior of *sad* on not-sad and on sad faces, 0..1.

        Not-sad looks are weighted by the training prior `[own]`.
        """
        weight = np.where(np.arange(LOOK_COUNT) == SAD, 0.0, self.prior)
        if weight.sum() == 0:
            weight = np.where(np.arange(LOOK_COUNT) == SAD, 0.0, 1.0)
        return float(weight @ self.matrix[:, SAD] / weight.sum()), float(self.matrix[SAD, SAD])


def spread_of(bank: Sequence[Floats]) -> Floats:
    """(7, 7, 7) covariance of a face's posterior within each look, from a posterior bank."""
    centred = [faces - faces.mean(axis=0) for faces in checked_bank(bank)]
    return np.array([part.T @ part / len(part) for part in centred])


def checked_bank(bank: Sequence[Floats]) -> list[Floats]:
    """The bank as float arrays; AnalyticsError unless it is seven times (n ≥ 1, 7)."""
    if len(bank) != LOOK_COUNT:
        raise AnalyticsError(
            f"A posterior bank must have {LOOK_COUNT} looks, but it has {len(bank)}."
        )
    faces = [np.asarray(posteriors, np.float64) for posteriors in bank]
    for look, posteriors in enumerate(faces):
        if posteriors.ndim != 2 or posteriors.shape[1] != LOOK_COUNT or not len(posteriors):
            raise AnalyticsError(
                f"A posterior bank needs (n, {LOOK_COUNT}) values for each look, "
                f"but look {look} has shape {posteriors.shape}."
            )
    return faces


def adjust(means: Floats, confusion: Confusion, *, prior_mass: float = PRIOR_MASS) -> Floats:
    """True shares π (…, 7) behind one-vote mean posteriors ``means`` (…, 7).

    Each row of ``means`` must be finite, not negative and sum to one within 1e-2 (rounding of
    integer sums is taken out), else AnalyticsError; a row that holds NaN answers NaN.
    """
    flat = np.atleast_2d(np.asarray(means, np.float64)).reshape(-1, LOOK_COUNT)
    known = ~np.isnan(flat).any(axis=1)
    result = np.full(flat.shape, np.nan)
    if known.any():
        rows = flat[known]
        sums = rows.sum(axis=1)
        if rows.min() < 0 or np.abs(sums - 1).max() > 1e-2:
            raise AnalyticsError(
                "A mean posterior must be seven values from 0 that sum to 1, "
                f"but one sums to {sums[np.abs(sums - 1).argmax()]:.4f} "
                f"and the least value is {rows.min():g}."
            )
        shares = solve(rows / sums[:, None], confusion.matrix, prior_mass=prior_mass)
        result[known] = shares
    return result.reshape(np.shape(means))


def solve(
    means: Floats,
    matrices: Floats,
    *,
    prior_mass: float = PRIOR_MASS,
    residual: float = _RESIDUAL,
    most_cycles: int = _MOST_CYCLES,
) -> Floats:
    """The fixed point of EM: ``means`` (…, n, 7) under ``matrices`` (…, 7, 7) → (…, n, 7).

    EM reads πⱼ ← (πⱼ Σᵢ mᵢ Mⱼᵢ/qᵢ + α) / (1 + 7α), with q = Mᵀπ and α = prior_mass / 7. It creeps
    where looks are confused, so each cycle extrapolates two of its steps (SQUAREM, scheme S3 of
    Varadhan & Roland 2008, *Scandinavian Journal of Statistics* 35). An extrapolation that leaves
    the simplex is not taken, so no cycle does worse than EM. Ends when no step moves any share by
    ``residual``, or after ``most_cycles``.
    """
    alpha = prior_mass / LOOK_COUNT
    back = np.ascontiguousarray(np.swapaxes(matrices, -1, -2))

    def step(shares: Floats) -> Floats:
        # A posterior that no look ever gets would divide by zero; it says nothing about shares.
        mixed = np.maximum(shares @ matrices, _TINY)
        new = (shares * ((means / mixed) @ back) + alpha) / (1.0 + prior_mass)
        return np.asarray(new, np.float64)

    shares = np.full(means.shape, 1.0 / LOOK_COUNT)
    for _ in range(most_cycles):
        first = step(shares)
        second = step(first)
        change = first - shares
        if np.abs(change).max() < residual:
            break
        bend = second - first - change
        length = np.sqrt(_square(change) / np.maximum(_square(bend), _TINY))
        length = np.maximum(length, 1.0)
        leap = shares + 2.0 * length * change + length**2 * bend
        outside = (leap <= 0.0).any(axis=-1, keepdims=True)
        shares = step(np.where(outside, second, leap))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float64)


def _square(values: Floats) -> Floats:
    return np.asarray(np.einsum("...i,...i->...", values, values)[..., None], np.float64)
