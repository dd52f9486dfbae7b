"""How well *looks disengaged* tells pictures that annotators saw so from engaged ones.

Of listeners each picture is judged by what the agent knew then: this student's pictures before, and
it. Of e-learners there is one picture each, so that they are judged as somebody unknown. Beside
them stands a logistic regression on the same terms, fitted to nine tenths of the same pictures and
asked about the tenth: what weights would be worth that were fitted to these very people.
"""

from typing import Any, Final

import numpy as np

from analytics.buckets import Bools, Floats
from benchmarks.figures.scores import rounded
from benchmarks.real.pictures import Pictures
from capture_agent.perception.attention import AttentionTracker
from capture_agent.perception.engagement import Face, looks_engaged, mouth_ratio, terms
from contract.looks import SAD

_APART_S: Final = 2.0
"""Pictures of one person are taken for so far apart: more than a blink."""
_TENTHS: Final = 10
_TENTH: Final = np.linspace(0.0, 1.0, 21)
_STEPS: Final = 30
_RIDGE: Final = 1e-3


def engagement(listening: Pictures, elearners: Pictures) -> dict[str, Any]:
    """``engagement_auc_pooled engagement_auc_within elearners_auc`` and the logistic's beside it.

    Listeners: level 1 against 3, pooled and in the mean within a person. E-learners: levels 0 and 1
    against 2 and 3.
    """
    scores, levels = -looked(listening), listening.level
    asked = levels != 2
    within = {
        int(who): rounded(auc(scores[own], levels[own] <= 1))
        for who in np.unique(listening.person)
        for own in [np.flatnonzero(asked & (listening.person == who))]
    }
    known = [value for value in within.values() if value is not None]
    faces = faces_of(elearners)
    against = np.array([terms(face) for face in faces])
    unknown = -np.array([looks_engaged(face) for face in faces])
    low = elearners.level <= 1
    return {
        "engagement_auc_pooled": rounded(auc(scores[asked], levels[asked] <= 1)),
        "engagement_auc_within": rounded(float(np.mean(known))) if known else None,
        "engagement_auc_by_person": within,
        "engagement_by_level": {
            str(level): rounded(float(-scores[levels == level].mean()))
            for level in np.unique(levels).tolist()
        },
        "engagement_curves": {
            "all pictures": curve(scores[asked], levels[asked] <= 1),
            "mean of persons": _mean_curve(scores, listening, asked),
        },
        "elearners_auc": rounded(auc(unknown, low)),
        "elearners_auc_logistic": rounded(auc(left_out(against, low), low)),
    }


def looked(pictures: Pictures) -> Floats:
    """(N,) how engaged each picture looks by what was seen of its person until then."""
    found = np.empty(len(pictures.level))
    trackers: dict[int, AttentionTracker] = {}
    for at, (face, who) in enumerate(
        zip(faces_of(pictures), pictures.person.tolist(), strict=True)
    ):
        tracker = trackers.setdefault(who, AttentionTracker())
        found[at] = tracker.judge(face, at * _APART_S).attentive
    return found


def faces_of(pictures: Pictures) -> list[Face]:
    """What the agent would know of each picture, but for the landmarks' presence: 1."""
    return [
        Face(yaw, pitch, eye, mouth_ratio(points), sad, presence=1.0)
        for yaw, pitch, eye, points, sad in zip(
            pictures.yaw.tolist(), pictures.pitch.tolist(), pictures.eye.tolist(),
            pictures.points, pictures.posteriors[:, SAD].tolist(), strict=True,
        )
    ]  # fmt: skip


def auc(scores: Floats, positive: Bools) -> float:
    """Chance that a positive one scores above a negative one (Mann & Whitney 1947); NaN where one
    of both is missing."""
    others = np.sort(scores[~positive])
    if not len(others) or not positive.any():
        return float("nan")
    below, level = (
        np.searchsorted(others, scores[positive], side=side) for side in ("left", "right")
    )
    return float((below + level).mean() / (2 * len(others)))


def curve(scores: Floats, positive: Bools) -> list[list[float | None]]:
    """(false alarms, hits) as the threshold sinks: the ROC at every tenth of false alarms."""
    found = _hits(scores, positive)
    return [[rounded(float(x)), rounded(float(y))] for x, y in zip(_TENTH, found, strict=True)]


def _mean_curve(scores: Floats, pictures: Pictures, asked: Bools) -> list[list[float | None]]:
    rows = []
    for who in np.unique(pictures.person):
        own = asked & (pictures.person == who)
        low = pictures.level[own] <= 1
        if low.any() and not low.all():
            rows.append(_hits(scores[own], low))
    mean = np.mean(rows, axis=0) if rows else np.full(len(_TENTH), np.nan)
    return [[rounded(float(x)), rounded(float(y))] for x, y in zip(_TENTH, mean, strict=True)]


def _hits(scores: Floats, positive: Bools) -> Floats:
    """Share of the positive ones above the threshold that each share of the others is above."""
    others = np.sort(scores[~positive])[::-1]
    limits = others[np.minimum((_TENTH * len(others)).astype(np.int64), len(others) - 1)]
    hits = np.array([(scores[positive] > limit).mean() for limit in limits])
    return np.append(hits[:-1], 1.0)


def left_out(features: Floats, positive: Bools) -> Floats:
    """(N,) a logistic regression's score of each row, fitted to the nine tenths without it."""
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    rows = np.column_stack([scaled, np.ones(len(scaled))])
    tenths = np.random.default_rng(0).permutation(len(rows)) % _TENTHS
    found = np.empty(len(rows))
    for tenth in range(_TENTHS):
        kept = tenths != tenth
        found[~kept] = rows[~kept] @ _fitted(rows[kept], positive[kept].astype(np.float64))
    return found


def _fitted(rows: Floats, positive: Floats) -> Floats:
    """Newton's method with a little ridge."""
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-rows @ weights))
        bend = (rows.T * (chance * (1.0 - chance))) @ rows + _RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(bend, rows.T @ (positive - chance) - _RIDGE * weights)
    return weights
