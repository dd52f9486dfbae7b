"""How sure the mood is: 90 % intervals around shares of which the variance is known.

The mood is a statement about the students who reported, so they are not resampled (that would
answer for a wider population and over-cover). What varies is what their faces leave open and how
well the model's errors are known; both are in the variance (``analytics.mood.estimate``). A share
near nought cannot go below it, so the interval is that of the Beta distribution with this mean and
variance `[own]`. A parametric bootstrap would have to fit every replicate anew at every tick.

Defined in ``docs/science.md``, "Class mood".
"""

from typing import Final

import numpy as np

from analytics.buckets import Floats
from analytics.mood.estimate import Estimate

LEVEL: Final = 0.9

_NOUGHT: Final = 0.005
"""What is shown as 0 % is nought: no estimate ever says exactly so."""
_EDGE: Final = 1e-4
"""A Beta distribution needs a mean off the ends."""
_FLATTEST: Final = 0.2
"""Least parameter of a Beta distribution: below, its upper end falls back to nought."""


def interval(found: Estimate) -> tuple[Floats, Floats]:
    """The 90 % intervals (low, high), (S, 7) each, within 0..1 and around ``found.shares``.

    NaN where nobody is seen.
    """
    # Loads a third of a second's worth of libraries, which importing this must not.
    from scipy.special import betaincinv, ndtri

    shares = found.shares
    known = ~np.isnan(shares)
    low, high = np.full(shares.shape, np.nan), np.full(shares.shape, np.nan)
    mean = np.clip(found.middles[known], _EDGE, 1.0 - _EDGE)
    weight = mean * (1.0 - mean) / np.maximum(found.variances[known], _EDGE**2) - 1.0
    weight = np.maximum(weight, _FLATTEST / np.minimum(mean, 1.0 - mean))
    tail = (1.0 - LEVEL) / 2.0
    # What lies below nought is nought, and to work it out costs most.
    seen, first = mean >= _NOUGHT, mean * weight
    bottom = np.zeros(mean.shape)
    bottom[seen] = betaincinv(first[seen], (weight - first)[seen], tail)
    ends = bottom, betaincinv(first, weight - first, 1.0 - tail)
    # Plain faces move a share whichever way, and one at nought as well, of which a Beta would not.
    moved = ndtri(1.0 - tail) ** 2 * found.by_rest[known]
    down = np.minimum(ends[0], shares[known]) - shares[known]
    up = np.maximum(ends[1], shares[known]) - shares[known]
    least = shares[known] - np.sqrt(down**2 + moved)
    low[known] = np.where(least < _NOUGHT, 0.0, least)
    high[known] = np.minimum(1.0, shares[known] + np.sqrt(up**2 + moved))
    low[known] = np.minimum(low[known], shares[known])
    return low, high
