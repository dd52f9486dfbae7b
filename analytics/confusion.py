"""The model's known errors, and true shares of looks from what such a model reports."""

from dataclasses import dataclass

from analytics.buckets import Floats


@dataclass(frozen=True, eq=False)
class Confusion:
    """How the model errs, from its card: row j is its mean posterior over faces that truly look j.

    Raises AnalyticsError where a shape is wrong, a row does not sum to one, or a count is not
    positive.
    """

    matrix: Floats
    """(7, 7) rows: true look; columns: posterior. Each row sums to one."""
    counts: Floats
    """(7,) held-out faces behind each row."""
    prior: Floats
    """(7,) shares of the looks in the training data."""


def adjust(means: Floats, confusion: Confusion, *, prior_mass: float = 0.001) -> Floats:
    """True shares π (…, 7) behind one-vote mean posteriors ``means`` (…, 7): m = Mᵀπ."""
    raise NotImplementedError
