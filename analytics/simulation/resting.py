"""Plain faces that differ between people, out of a bank in which nobody is known twice."""

from typing import Final

import numpy as np

from analytics.buckets import Floats, Ints

_MOST: Final = 0.9
"""Of the scatter along that axis: people vary as well."""
_TINY: Final = 1e-12


def plain_faces(
    rng: np.random.Generator, posteriors: Floats, shape: tuple[int, ...], resting: float
) -> Ints:
    """(…, K) which of a bank's plain faces ``posteriors`` (n, 7) each person shows, K a person.

    ``resting`` is the part of their scatter that differs between people. Faces are put in order
    along what they differ most in (the first principal axis of their posteriors), and people have
    places in it, about which their faces lie: a Gaussian copula, so that all people's faces
    together are still the bank's `[own]`.
    """
    # Loads a third of a second's worth of libraries, which importing this must not.
    from scipy.special import ndtr

    centred = posteriors - posteriors.mean(axis=0)
    _, spreads, axes = np.linalg.svd(centred, full_matrices=False)
    order = np.argsort(centred @ axes[0])
    # What is asked of all their scatter lies along one axis; of a model that never errs, nowhere.
    along = min(_MOST, resting * (spreads**2).sum() / max(spreads[0] ** 2, _TINY))
    places = np.sqrt(along) * rng.normal(size=(*shape[:-1], 1))
    ranks = ndtr(places + np.sqrt(1.0 - along) * rng.normal(size=shape)) * len(order)
    return np.asarray(order[np.minimum(ranks.astype(np.int64), len(order) - 1)])
