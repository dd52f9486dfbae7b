"""The model's known errors, and the true shares of looks behind what such a model reports.

Counting a noisy classifier's answers is biased, and the bias moves with the class. The one-vote
mean posterior m of a group with true shares π is m = Mᵀπ on average, where row j of M is the mean
posterior over held-out faces that truly look j; solving that for π on the simplex removes the bias.
This is probabilistic adjusted counting (PACC; Bella et al. 2010, *Quantification via Probability
Estimators*), fitted by maximum likelihood with a Dirichlet prior so small that it only keeps shares
off the exact zero (SCIENCE, *Class mood*).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import LOOKS, Bools, Floats
from analytics.errors import AnalyticsError
from contract.emotions import SAD

PRIOR_MASS: Final = 0.001
"""Of the whole mass. Worth a student (1/30) it drags a share of 40 % down by 8 points."""

_GAP: Final = 1e-12
_MAX_STEPS: Final = 60


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

    def __post_init__(self) -> None:
        for name, shape in (("matrix", (LOOKS, LOOKS)), ("counts", (LOOKS,)), ("prior", (LOOKS,))):
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

    @property
    def sad_levels(self) -> tuple[float, float]:
        """(m₀, m₁): expected posterior of *sad* on not-sad and on sad faces, 0..1.

        Not-sad looks are weighted by the training prior (SCIENCE, *Persistent flags*).
        """
        weight = np.where(np.arange(LOOKS) == SAD, 0.0, self.prior)
        if weight.sum() == 0:
            weight = np.where(np.arange(LOOKS) == SAD, 0.0, 1.0)
        return float(weight @ self.matrix[:, SAD] / weight.sum()), float(self.matrix[SAD, SAD])


def adjust(means: Floats, confusion: Confusion, *, prior_mass: float = PRIOR_MASS) -> Floats:
    """True shares π (…, 7) behind one-vote mean posteriors ``means`` (…, 7).

    Each row of ``means`` must be finite, not negative and sum to one within 1e-2 (rounding of
    integer sums is taken out), else AnalyticsError; a row that holds NaN answers NaN.
    """
    flat = np.atleast_2d(np.asarray(means, np.float64)).reshape(-1, LOOKS)
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
        shares = solve(rows / sums[:, None], confusion.matrix[None], prior_mass=prior_mass)
        result[known] = shares
    return result.reshape(np.shape(means))


def solve(
    means: Floats, matrices: Floats, *, prior_mass: float = PRIOR_MASS, gap: float = _GAP
) -> Floats:
    """The fixed point of EM for each row: ``means`` (n, 7), ``matrices`` (n or 1, 7, 7) → (n, 7).

    EM (πⱼ ← (πⱼ Σᵢ mᵢ Mⱼᵢ/qᵢ + α) / (1 + 7α) with q = Mᵀπ and α = prior_mass / 7) creeps where
    looks are confused, so its fixed point is found by a primal-dual Newton iteration instead:
    stationarity reads Σᵢ mᵢ Mⱼᵢ/qᵢ + zⱼ = 1 + 7α with πⱼ zⱼ = α, quadratic at the end, some ten
    steps in all. Rows leave the iteration as they converge to ``gap``.
    """
    alpha = prior_mass / LOOKS
    shares = np.full(means.shape, 1.0 / LOOKS)
    duals = np.ones(means.shape)
    matrices = np.broadcast_to(matrices, (len(means), LOOKS, LOOKS))
    active = np.arange(len(means))
    for _ in range(_MAX_STEPS):
        share, dual, done = _newton_step(
            means[active], matrices[active], shares[active], duals[active], alpha, gap
        )
        shares[active], duals[active] = share, dual
        active = active[~done]
        if not active.size:
            break
    else:
        raise AnalyticsError(
            f"The adjustment must settle within {_MAX_STEPS} steps, but {active.size} rows did not."
        )
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float64)


def _newton_step(
    means: Floats, matrices: Floats, shares: Floats, duals: Floats, alpha: float, gap: float
) -> tuple[Floats, Floats, Bools]:
    mixed = np.einsum("nj,nji->ni", shares, matrices)
    # A look that no face of any kind is ever taken for has mean 0 and weight 0.
    weight = np.divide(means, mixed, out=np.zeros_like(means), where=mixed > 0)
    slope = np.einsum("nji,ni->nj", matrices, weight)
    level = 1.0 + LOOKS * alpha
    product = shares * duals
    # Aim between here and the target, as far as the last steps went well (Mehrotra's centring).
    centre = np.maximum(alpha, 0.1 * product.mean(axis=1, keepdims=True))
    stationary = level - slope - duals
    curve = np.divide(weight, mixed, out=np.zeros_like(means), where=mixed > 0)
    hessian = np.einsum("nji,ni,nki->njk", matrices, curve, matrices)
    hessian[:, np.arange(LOOKS), np.arange(LOOKS)] += duals / shares
    right = centre / shares - duals - stationary
    step = np.linalg.solve(hessian, right[..., None])[..., 0]
    dual_step = (centre - product - duals * step) / shares
    room = np.minimum(_room(shares, step), _room(duals, dual_step))
    done = np.asarray(
        (np.abs(step).max(axis=1) < gap) & (np.abs(centre - alpha) <= alpha * 1e-9)[:, 0], np.bool_
    )
    return shares + room * step, duals + room * dual_step, done


def _room(values: Floats, step: Floats) -> Floats:
    """(n, 1) how far ``values`` (> 0) may go along ``step`` and stay positive, at most 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = np.where(step < 0, -values / step, np.inf)
    return np.asarray(np.minimum(1.0, 0.99 * limit.min(axis=1, keepdims=True)), np.float64)
