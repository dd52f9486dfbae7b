"""What the class mood says of people who listen: with their resting face known, and without.

Eleven students make one class, one vote each. A student's rest is learnt from the first half of
their pictures, whatever these show; the second half is judged. Without a known rest, random classes
of eight are read twice: their 90 % interval of *sad-looking* must hold what is read with it.
"""

from typing import Any, Final

import numpy as np

from analytics.buckets import Bools, Floats
from analytics.mood.confusion import Confusion
from analytics.mood.estimate import Estimate, estimate
from analytics.mood.intervals import interval
from analytics.mood.rest import Rest, known_rest
from benchmarks.figures.faces import shipped_confusion
from benchmarks.figures.scores import rounded
from benchmarks.real.pictures import Pictures
from contract.looks import LOOKS, SAD, Look

HAPPY: Final = LOOKS.index(Look.HAPPY)
CLASSES: Final = 200
"""Random ones, of whom nothing is known before."""
EIGHT: Final = 8
_AT: Final = tuple(range(0, 101, 10))
"""Percentiles at which classes are drawn."""
_ENGAGED: Final = 2
_SECONDS: Final = 300.0
"""What half of somebody's pictures is worth: minutes of an earlier lecture."""


def mood(listening: Pictures, elearners: Pictures, *, seed: int) -> dict[str, Any]:
    """``sad_engaged sad_disengaged fear_engaged angry_engaged``: shares of one vote a student, rest
    known. ``sad_engaged_without_rest`` and ``interval_holds``: classes of whom nothing is known.
    """
    from models.cards import load_card

    confusion = shipped_confusion(load_card())
    first, second = _halves(listening)
    rest = known_rest(*_means(listening, first), confusion)
    engaged = second & (listening.level >= _ENGAGED)
    looks = _read(listening, engaged, confusion, rest)
    without = _read(listening, engaged, confusion, None)
    turned = _read(listening, second & (listening.level < _ENGAGED), confusion, rest)
    low, high = (ends[0, SAD] for ends in interval(looks))
    ends = [float(end[0, SAD]) for end in interval(without)]
    return {
        "sad_engaged": rounded(float(looks.shares[0, SAD])),
        "sad_engaged_interval": [rounded(float(low)), rounded(float(high))],
        "sad_disengaged": rounded(float(turned.shares[0, SAD])),
        "fear_engaged": rounded(float(looks.shares[0, LOOKS.index(Look.FEAR)])),
        "angry_engaged": rounded(float(looks.shares[0, LOOKS.index(Look.ANGRY)])),
        "sad_engaged_without_rest": rounded(float(without.shares[0, SAD])),
        "sad_engaged_without_rest_interval": [rounded(end) for end in ends],
        **_classes_of_eight(listening, engaged, confusion, rest, seed),
        "counted_sad_engaged": rounded(float(_means(listening, engaged)[0][:, SAD].mean())),
        **_smiles(elearners, confusion, seed),
    }


def _halves(pictures: Pictures) -> tuple[Bools, Bools]:
    """Which pictures are in the first half of their person's, and which in the second."""
    first = np.zeros(len(pictures.person), np.bool_)
    for who in np.unique(pictures.person):
        own = np.flatnonzero(pictures.person == who)
        first[own[: len(own) // 2]] = True
    return first, ~first


def _means(pictures: Pictures, chosen: Bools) -> tuple[Floats, Floats]:
    """(P, 7) each person's mean posterior over the chosen pictures, NaN without one; seconds."""
    people = np.unique(pictures.person)
    means = np.full((len(people), len(LOOKS)), np.nan)
    for row, who in enumerate(people.tolist()):
        own = pictures.posteriors[chosen & (pictures.person == who)]
        if len(own):
            means[row] = own.mean(axis=0)
    return means, np.where(np.isnan(means[:, 0]), 0.0, _SECONDS)


def _read(pictures: Pictures, chosen: Bools, confusion: Confusion, rest: Rest | None) -> Estimate:
    """One class of all people, by the chosen pictures."""
    means, _ = _means(pictures, chosen)
    seen = ~np.isnan(means[:, 0])
    return estimate(np.nan_to_num(means)[None], seen[None], confusion, rest)


def _classes_of_eight(
    pictures: Pictures, chosen: Bools, confusion: Confusion, rest: Rest, seed: int
) -> dict[str, Any]:
    """How many classes' interval without rest holds what is read with it, and all they read."""
    means, _ = _means(pictures, chosen)
    seen = np.flatnonzero(~np.isnan(means[:, 0]))
    rng = np.random.default_rng([seed, 8])
    rows = []
    for _ in range(CLASSES):
        drawn = rng.choice(seen, size=min(EIGHT, len(seen)), replace=False)
        own, all_seen = means[drawn][None], np.ones((1, len(drawn)), np.bool_)
        known = estimate(own, all_seen, confusion, rest.only(drawn)).shares[0, SAD]
        without = estimate(own, all_seen, confusion)
        low, high = (ends[0, SAD] for ends in interval(without))
        rows.append((known, without.shares[0, SAD], low, high))
    known, read, low, high = np.array(rows).T
    names = {"plain faces known": known, "not known": read, "its upper end": high}
    return {
        "interval_holds": rounded(float(np.mean((low <= known + 1e-9) & (known <= high + 1e-9)))),
        "mood_classes": {
            name: [[at, rounded(float(np.percentile(values, at)))] for at in _AT]
            for name, values in names.items()
        },
    }


def _smiles(elearners: Pictures, confusion: Confusion, seed: int) -> dict[str, Any]:
    """Happy among e-learners who look engaged: corrected, by classes of thirty, and counted."""
    posteriors = elearners.posteriors[elearners.level >= _ENGAGED]
    order = np.random.default_rng([seed, 30]).permutation(len(posteriors))
    classes = max(1, len(order) // 30)
    own = posteriors[order[: classes * 30]].reshape(classes, -1, len(LOOKS))
    found = estimate(own, np.ones(own.shape[:2], np.bool_), confusion)
    return {
        "elearners_happy": rounded(float(found.shares[:, HAPPY].mean())),
        "elearners_happy_counted": rounded(float((posteriors[:, HAPPY] >= 0.5).mean())),
        "elearners_sad": rounded(float(found.shares[:, SAD].mean())),
    }
