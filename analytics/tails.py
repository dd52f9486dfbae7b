"""Tails of the Beta distribution: how sure counts of for and against are that a share is high."""

import numpy as np

from analytics.buckets import Bools, Floats


def exceeds(a: Floats, b: Floats, theta: float, level: float) -> Bools:
    """Whether P(X > ``theta``) ≥ ``level`` for X ~ Beta(a, b), element by element.

    The tail is the regularised incomplete beta function, but most cells are decided by Cantelli's
    inequality, P(|X − μ| ≥ t on one side) ≤ σ²/(σ² + t²), which costs a hundredth of it.
    """
    total = a + b
    mean = a / total
    variance = mean * (1.0 - mean) / (total + 1.0)
    squared = (theta - mean) ** 2
    bound = variance / (variance + squared + np.finfo(np.float64).tiny)
    below, above = mean < theta, mean > theta
    surely_not = below & (bound < level)
    surely = above & (1.0 - bound > level)
    result = surely.copy()
    unsure = ~(surely_not | surely)
    result[unsure] = tail(a[unsure], b[unsure], theta) >= level
    return result


def tail(a: Floats, b: Floats, theta: float) -> Floats:
    """P(X > ``theta``) for X ~ Beta(a, b), element by element (SciPy's ``betaincc``)."""
    # SciPy's special functions take half a second to import, which only a running rule should pay.
    from scipy.special import betaincc  # type: ignore[import-untyped]

    return np.asarray(betaincc(a, b, theta), np.float64)
