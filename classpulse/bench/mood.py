"""``bench mood``: how far class shares are from the truth, and how often intervals hold it."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from analytics.confusion import adjust
from analytics.intervals import Bootstrap
from classpulse.bench.classes import Classes, Setting, draw
from classpulse.bench.faces import FaceSet, Floats
from classpulse.bench.scores import resampled, rounded
from contract.emotions import SAD

SHARES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
"""True shares of sad at which classes are drawn; a lecture's truth is what it then shows."""
STICKS: Final = Setting()
MIXES: Final = replace(STICKS, likeness=0.2)
SETTINGS: Final = {
    "k20": replace(STICKS, faces=20),
    "missing_40": replace(STICKS, missing=0.4),
    "mixed": MIXES,
    "mixed_k20": replace(MIXES, faces=20),
}
"""Measured beside 30 students who each stick with one look, K = 5."""


def bench_mood(
    faces: FaceSet, *, lectures: int, seed: int, settings: dict[str, Setting] | None = None
) -> dict[str, Any]:
    """The promised keys for 30 students, K = 5, and the same under each of ``settings``.

    ``lectures`` are drawn at every true share. Errors and biases are in points of the sad share.
    """
    bootstrap = Bootstrap.prepare(faces.known, faces.confusion, seed=seed)
    found = measure(faces, bootstrap, STICKS, lectures, seed)
    found["lectures"] = lectures * len(SHARES)
    found |= provenance(faces, seed)
    for name, setting in (SETTINGS if settings is None else settings).items():
        found[name] = measure(faces, bootstrap, setting, lectures, seed)
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


def measure(
    faces: FaceSet, bootstrap: Bootstrap, setting: Setting, lectures: int, seed: int
) -> dict[str, Any]:
    """One setting at every true share: errors in points of the sad share, 90 % intervals of all."""
    adjusted, naive, inside, width = [], [], [], []
    for at, share in enumerate(SHARES):
        rng = np.random.default_rng([seed, at])
        classes = draw(rng, faces.everyone, share, lectures, setting)
        errors, held, wide = _judged(classes, faces, bootstrap)
        adjusted.append(errors)
        naive.append(100 * (classes.labels - classes.truth)[:, SAD])
        inside.append(held)
        width.append(wide)
    by_share = {f"{share:g}": at for at, share in enumerate(SHARES)}

    def each(rows: list[Floats]) -> dict[str, float | None]:
        return {name: rounded(float(rows[at].mean())) for name, at in by_share.items()}

    def intervals(rows: list[Floats]) -> dict[str, list[float | None]]:
        return {name: resampled(rows[at], _mean) for name, at in by_share.items()}

    return {
        "mae_adjusted": rounded(float(np.abs(adjusted).mean())),
        "mae_adjusted_interval": resampled(np.abs(adjusted).T, _mean),
        "mae_naive": rounded(float(np.abs(naive).mean())),
        "mae_naive_interval": resampled(np.abs(naive).T, _mean),
        "bias_by_share": each(adjusted),
        "bias_by_share_interval": intervals(adjusted),
        "bias_naive_by_share": each(naive),
        "coverage_90_by_share": each(inside),
        "coverage_90_by_share_interval": intervals(inside),
        "interval_width_by_share": each(width),
    }


def _judged(
    classes: Classes, faces: FaceSet, bootstrap: Bootstrap
) -> tuple[Floats, Floats, Floats]:
    """Errors in points, whether the interval holds the truth, and its width in points."""
    present = ~np.isnan(classes.own[..., 0])
    means = np.where(present[..., None], classes.own, 0.0).sum(axis=1)
    means /= present.sum(axis=1)[:, None]
    shares = adjust(means, faces.confusion)
    between: Floats = np.nanvar(classes.own, axis=1, ddof=1).sum(axis=1)
    low, high = bootstrap.interval(shares, present.sum(axis=1), between)
    truth: Floats = classes.truth[:, SAD]
    held = np.asarray((low[:, SAD] <= truth + 1e-9) & (truth <= high[:, SAD] + 1e-9))
    errors = 100 * (shares - classes.truth)[:, SAD]
    return errors, held.astype(np.float64), 100 * (high - low)[:, SAD]


def _mean(values: Floats) -> float:
    return float(values.mean())
