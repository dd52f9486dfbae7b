"""Tails of the Beta distribution: how sure counts of for and against are that a share is high."""

from functools import lru_cache
from typing import Final

import numpy as np

from analytics.buckets import Bools, Floats

_FEWEST: Final = 1e-4
_MOST: Final = 64.0
"""Between these totals of a and b what decides is tabled. Above, each cell is worked out; below, a
Beta distribution is a coin, and what decides moves no more."""
_ROWS: Final = 257
_HALVINGS: Final = 50
_SAFE: Final = 4.0
_BAND: Final = 1e-3
"""Cells so near to what decides are worked out, or this many times the table's own error."""


def exceeds(a: Floats, b: Floats, theta: float, level: float) -> Bools:
    """Whether P(X > ``theta``) ≥ ``level`` for X ~ Beta(a, b), element by element.

    The tail is the regularised incomplete beta function, which costs a hundred times what all else
    does; but for a given a + b it only rises with the mean, so that a table of the mean at which it
    reaches ``level`` decides all cells but the few that lie close to it.
    """
    total = a + b
    mean = a / total
    totals, means, error = _critical(theta, level)
    away = mean - np.interp(total, totals, means)
    result = np.asarray(away > 0.0)
    unsure = (np.abs(away) <= max(_BAND, error)) | (total > _MOST)
    if unsure.any():
        result[unsure] = tail(a[unsure], b[unsure], theta) >= level
    return result


@lru_cache(maxsize=16)
def _critical(theta: float, level: float) -> tuple[Floats, Floats, float]:
    """Totals (n,), the means (n,) at which the tail is ``level``, and a bound on what lies between.

    The bound is some times the error in the middle between each two rows, where it is largest.
    """
    totals = np.geomspace(_FEWEST, _MOST, 2 * _ROWS - 1)
    low, high = np.zeros(len(totals)), np.ones(len(totals))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        enough = tail(middle * totals, (1.0 - middle) * totals, theta) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    rows = slice(None, None, 2)
    error = np.abs(np.interp(totals, totals[rows], high[rows]) - high).max()
    return totals[rows], high[rows], float(_SAFE * error)


def tail(a: Floats, b: Floats, theta: float) -> Floats:
    """P(X > ``theta``) for X ~ Beta(a, b), element by element (SciPy's ``betaincc``)."""
    # SciPy's special functions take half a second to import, which only a running rule should pay.
    from scipy.special import betaincc

    return np.asarray(betaincc(a, b, theta), np.float64)
