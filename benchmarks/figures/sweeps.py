"""What figures depend on: class size, K, missing data, the model's accuracy, and the threshold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from analytics.mood.confusion import Confusion, spread_of
from benchmarks.figures.faces import Bank, FaceSet, accuracy
from benchmarks.figures.flags import run, variant
from benchmarks.figures.lectures import play
from benchmarks.figures.mood import STICKS, measure
from benchmarks.figures.rivals import naively
from contract.flags import FlagKind

Rows = list[dict[str, Any]]

CLASS_SIZES: Final = (10, 20, 30, 60, 100)
FACES: Final = (2, 5, 10, 20)
LOST: Final = (0.0, 0.2, 0.4)
SWAPPED: Final = (0.2, 0.1, 0.0)
"""Share of the faces given to a look they do not show: a worse model by that much."""
THRESHOLDS: Final = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
NAIVE_THRESHOLDS: Final = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
OTHER_CLASSES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("episodes an hour", "0", {"episodes": {0: 1.0}}),
    ("episodes an hour", "0.5", {"episodes": {0: 0.5, 1: 0.5}}),
    ("episodes an hour", "1.7", {}),
    ("episodes an hour", "5", {"episodes": {5: 1.0}}),
    ("an episode's minutes", "10 to 12", {"lasting": (600, 720)}),
    ("an episode's minutes", "10 to 25", {}),
    ("an episode's minutes", "30 to 50", {"lasting": (1800, 3000)}),
    ("looks sad within one", "65 %", {"sad_within": 0.65}),
    ("looks sad within one", "75 %", {"sad_within": 0.75}),
    ("looks sad within one", "85 %", {}),
    ("looks sad within one", "95 %", {"sad_within": 0.95}),
    ("looks sad otherwise", "2 %", {"sad_outside": 0.02}),
    ("looks sad otherwise", "6 %", {}),
    ("looks sad otherwise", "12 %", {"sad_outside": 0.12}),
    ("a look lasts", "6 s", {"look_dwell_s": 6.0}),
    ("a look lasts", "30 s", {}),
    ("a look lasts", "60 s", {"look_dwell_s": 60.0}),
    ("people differ at rest", "no", {}),
    ("people differ at rest", "by a third", {"resting": 1 / 3}),
    ("one face is kept", "1 s", {"face_dwell_s": 1.0}),
    ("one face is kept", "4 s", {}),
    ("one face is kept", "15 s", {"face_dwell_s": 15.0}),
)
"""Classes unlike what the rule expects: what, how much, and how ``lectures.play`` is told."""


def worse(faces: FaceSet, share: float, seed: int) -> FaceSet:
    """The same faces through a model that takes ``share`` of them for faces of any look."""
    rng = np.random.default_rng(seed)

    def swapped(bank: Bank) -> Bank:
        pool = np.concatenate(bank)
        return tuple(
            np.where(
                (rng.random(len(part)) < share)[:, None],
                pool[rng.integers(len(pool), size=len(part))],
                part,
            )
            for part in bank
        )

    everyone, known = swapped(faces.everyone), swapped(faces.known)
    mixed = (1 - share) * faces.confusion.matrix
    mixed += share * np.concatenate(faces.everyone).mean(axis=0)
    return replace(
        faces,
        everyone=everyone,
        clear=swapped(faces.clear),
        known=known,
        confusion=Confusion(mixed, faces.confusion.counts, faces.confusion.prior, spread_of(known)),
        accuracy=accuracy(everyone),
    )


def mood_sweeps(faces: FaceSet, *, lectures: int, seed: int) -> Rows:
    """Mean error of the shares, ours and naive, under each condition."""
    rows: Rows = []

    def add(what: str, value: str, some: FaceSet, **change: Any) -> None:
        found = measure(some, replace(STICKS, **change), lectures, seed)
        rows.append(
            {"what": what, "value": value}
            | {key: found[key] for key in ("mae_adjusted", "mae_adjusted_interval", "mae_naive")}
            | {"coverage": float(np.mean(list(found["coverage_90_by_share"].values())))}
        )

    for what, value, some, change in _conditions(faces, seed, CLASS_SIZES, lost_as="missing"):
        add(what, value, some, **change)
    return rows


def _conditions(
    faces: FaceSet, seed: int, sizes: Sequence[int], *, lost_as: str
) -> Iterator[tuple[str, str, FaceSet, dict[str, Any]]]:
    """What is varied, its value, the faces, and how the bench is told; ``lost_as``: its word."""
    for size in sizes:
        yield "class size", str(size), faces, {"students": size}
    for count in FACES:
        yield "faces per student (K)", str(count), faces, {"faces": count}
    for lost in LOST:
        yield "missing data", f"{lost:.0%}", faces, {lost_as: lost}
    for share in SWAPPED:
        some = worse(faces, share, seed) if share else faces
        yield "model accuracy", f"{some.accuracy:.1%}", some, {}


def flag_sweeps(faces: FaceSet, *, lectures: int, seed: int, tell: Callable[[str], None]) -> Rows:
    """Sad-looking flags on all faces under each condition."""
    rows: Rows = []

    def add(what: str, value: str, some: FaceSet, **change: Any) -> None:
        tell(f"flags by {what}: {value}")
        found = variant(some, "sad_all", lectures, seed, **change)
        rows.append({"what": what, "value": value} | found)

    for what, value, some, change in _conditions(faces, seed, CLASS_SIZES[:4], lost_as="less_seen"):
        add(what, value, some, **change)
    for what, value, change in OTHER_CLASSES:
        add(what, value, faces, **change)
    return rows


def curves(faces: FaceSet, *, lectures: int, seed: int) -> dict[str, Rows]:
    """Precision, recall and delay over the threshold: the rule's, and the naive one's."""
    lessons = list(play(faces.everyone, FlagKind.SAD, lectures=lectures, seed=seed + 9000))
    ours: Rows = []
    for threshold in THRESHOLDS:
        some = replace(faces, rule=replace(faces.rule, sad_raise_at=threshold))
        found = run(lessons, FlagKind.SAD, some).figures()
        ours.append({"threshold": threshold} | found)
    naive = [{"threshold": share} | naively(lessons, share).figures() for share in NAIVE_THRESHOLDS]
    return {"rule": ours, "naive": naive}
