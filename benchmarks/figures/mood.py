"""``bench mood``: how far class shares are from the truth, and how often intervals hold it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from analytics.buckets import Bools
from analytics.mood.confusion import adjust
from analytics.mood.estimate import Estimate, estimate
from analytics.mood.intervals import interval
from analytics.mood.rest import known_rest
from benchmarks.figures.classes import VARIED, Classes, Setting, draw
from benchmarks.figures.faces import Bank, FaceSet, Floats
from benchmarks.figures.scores import resampled, rounded
from contract.looks import SAD

SHARES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
"""True shares of sad at which classes are drawn; a lecture's truth is what it then shows."""
STICKS: Final = Setting()
MIXES: Final = replace(STICKS, likeness=0.2)
SETTINGS: Final = {
    "k20": replace(STICKS, faces=20),
    "rest_known": replace(STICKS, known=True),
    "alike_at_rest": replace(STICKS, resting=0.0),
    "missing_40": replace(STICKS, missing=0.4),
    "varied": replace(STICKS, rest=VARIED),
    "own_faces": replace(STICKS, shared=False),
    "mixed": MIXES,
    "mixed_k20": replace(MIXES, faces=20),
}
"""Measured beside 30 students who each stick with one look, K = 5, and differ at rest."""


def bench_mood(
    faces: FaceSet, *, lectures: int, seed: int, settings: dict[str, Setting] | None = None
) -> dict[str, Any]:
    """The promised keys for 30 students, K = 5, and the same under each of ``settings``.

    ``lectures`` are drawn at every true share. Errors and biases are in points of the sad share.
    """
    found = measure(faces, STICKS, lectures, seed)
    found["lectures"] = lectures * len(SHARES)
    found |= provenance(faces, seed)
    for name, setting in (SETTINGS if settings is None else settings).items():
        found[name] = measure(faces, setting, lectures, seed)
    return found


def provenance(faces: FaceSet, seed: int) -> dict[str, Any]:
    """Whose figures these are."""
    return {
        "faces": faces.source,
        "model": faces.model,
        "model_accuracy": round(faces.accuracy, 4),
        "model_sha256": faces.model_hash,
        "data_sha256": faces.data_hash,
        "seed": seed,
    }


def measure(faces: FaceSet, setting: Setting, lectures: int, seed: int) -> dict[str, Any]:
    """One setting at every true share: errors in points of the sad share, 90 % intervals of all."""
    judged = []
    for at, share in enumerate(SHARES):
        rng = np.random.default_rng([seed, at])
        judged.append(_judged(draw(rng, faces.everyone, share, lectures, setting), faces, setting))
    adjusted, by_mean, naive, inside, width, looks, looks_by_mean = zip(*judged, strict=True)
    by_share = {f"{share:g}": at for at, share in enumerate(SHARES)}

    def each(rows: Sequence[Floats]) -> dict[str, float | None]:
        return {name: rounded(float(rows[at].mean())) for name, at in by_share.items()}

    def intervals(rows: Sequence[Floats]) -> dict[str, list[float | None]]:
        return {name: resampled(rows[at], _mean) for name, at in by_share.items()}

    return {
        "mae_adjusted": rounded(float(np.abs(adjusted).mean())),
        "mae_adjusted_interval": resampled(np.abs(adjusted).T, _mean),
        "mae_class_mean": rounded(float(np.abs(by_mean).mean())),
        "mae_class_mean_interval": resampled(np.abs(by_mean).T, _mean),
        "mae_naive": rounded(float(np.abs(naive).mean())),
        "mae_naive_interval": resampled(np.abs(naive).T, _mean),
        "mae_all_looks": rounded(float(np.mean(looks))),
        "mae_all_looks_class_mean": rounded(float(np.mean(looks_by_mean))),
        "bias_by_share": each(adjusted),
        "bias_by_share_interval": intervals(adjusted),
        "bias_class_mean_by_share": each(by_mean),
        "bias_naive_by_share": each(naive),
        "coverage_90_by_share": each(inside),
        "coverage_90_by_share_interval": intervals(inside),
        "interval_width_by_share": each(width),
    }


REDRAWN: Final = 24
"""Times that the faces are drawn anew for what chance of faces does to a bias."""
_LONG: Final = 300.0
"""Seconds that tell somebody's rest as well as any time."""
_NINETY: Final = 1.645


def by_chance(
    faces: FaceSet, known: Bank, *, lectures: int, seed: int
) -> dict[str, list[float | None]]:
    """At every true share the 90 % range of the bias over other faces of the same kinds, in points.

    Both are drawn anew with replacement: the faces that are replayed, and those ``known`` that M
    was measured on (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*).
    """
    biases = []
    for turn in range(REDRAWN):
        rng = np.random.default_rng([seed, 40, turn])
        shown, measured = (
            tuple(part[rng.integers(len(part), size=len(part))] for part in bank)
            for bank in (faces.everyone, known)
        )
        matrix = np.array([part.mean(axis=0) for part in measured])
        drawn = replace(faces, everyone=shown, confusion=replace(faces.confusion, matrix=matrix))
        biases.append(
            [
                _judged(draw(rng, shown, share, lectures, STICKS), drawn)[0].mean()
                for share in SHARES
            ]
        )
    middle, spread = np.mean(biases, axis=0), np.std(biases, axis=0, ddof=1)
    ends = (middle - _NINETY * spread, middle + _NINETY * spread)
    return {
        f"{share:g}": [rounded(float(end[at])) for end in ends] for at, share in enumerate(SHARES)
    }


def _judged(classes: Classes, faces: FaceSet, setting: Setting = STICKS) -> tuple[Floats, ...]:
    """For each class: errors of ours, of M on the class's mean alone and of naive counting, in
    points; whether the interval holds the truth; its width in points; and the mean error over all
    seven looks, ours and of M alone."""
    present = ~np.isnan(classes.own[..., 0])
    own = np.where(present[..., None], classes.own, 0.0)
    found = (
        _estimated(own, present, classes, faces)
        if setting.known
        else estimate(own, present, faces.confusion)
    )
    low, high = (ends[:, SAD] for ends in interval(found))
    truth = classes.truth[:, SAD]
    means = own.sum(axis=1) / present.sum(axis=1)[:, None]
    held = (low <= truth + 1e-9) & (truth <= high + 1e-9)
    misses = [
        100 * (some - classes.truth)
        for some in (found.shares, adjust(means, faces.confusion), classes.labels)
    ]
    errors = [some[:, SAD] for some in misses]
    every = [np.abs(some).mean(axis=1) for some in misses[:2]]
    return (*errors, held.astype(np.float64), 100 * (high - low), *every)


def _estimated(own: Floats, present: Bools, classes: Classes, faces: FaceSet) -> Estimate:
    """Class by class, with what each one's students showed at rest."""
    parts = []
    for at, plain in enumerate(classes.plain):
        rest = known_rest(plain, np.full(len(plain), _LONG), faces.confusion)
        parts.append(estimate(own[at : at + 1], present[at : at + 1], faces.confusion, rest))
    return Estimate(
        *(np.concatenate(rows) for rows in zip(*(part.values() for part in parts), strict=True))
    )


def _mean(values: Floats) -> float:
    return float(values.mean())
