"""How much one picture looks as if its student were engaged, 0 to 1, from the whole face.

Five terms, of which a sum of 1 makes it even, against the student's own habit: lids that narrow, a
head that turns or sinks, a face that looks sadder than at rest, a yawn, and something before the
face. Their sum goes through a logistic. Weights are round and set by reasoning `[own]`:
the box of ±25° and ±20° is where gaze at a screen ends and is kept as the head's unit; lids that
are down by a fifth of the own open eyes are what raters of drowsiness call heavy (PERCLOS counts
from there on; Wierwille & Ellsworth 1994, *Accident Analysis & Prevention* 26); lips apart by .6 of
the mouth's width are a yawn (Abtahi et al. 2014, *YawDD*). Nothing is fitted to anybody.

There is no term for gaze: the mesh in use has no iris. Lids sink with a gaze that goes down.
Everything is in ``VALUES``, so that another agent can be held to the same (``docs/agent.md``).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LIPS: Final = (13, 14)
_MOUTH: Final = (78, 308)
"""Landmarks of the inner lips: above and below, corner and corner."""


@dataclass(frozen=True, slots=True)
class Values:
    """Every number that the judgement stands on."""

    memory: int = 7_200
    """pictures that a habit remembers: an hour at two a second"""
    open_quantile: float = 0.9
    """of the own eyes: how wide they are when wide open"""
    least_open: float = 0.16
    """nobody's open eyes are taken for narrower, so that eyes shut from the start count as shut"""
    frontal: float = 30.0
    """degrees from the own median of yaw up to which eyes count for the own reference"""
    blink_s: float = 1.0
    """lids are the upper median of the pictures of so long: a blink takes a third of it"""
    rest_pictures: int = 10
    """what the usual face weighs, in pictures, before the own is known"""
    usual_sad: float = 0.05
    """how sad the usual face looks to the model"""
    lids_usual: float = 0.9
    """of the own widest: how wide eyes are as a rule"""
    lids_unit: float = 0.2
    lids_least: float = -0.5
    lids_most: float = 2.5
    yaw_unit: float = 25.0
    pitch_unit: float = 20.0
    pose_most: float = 2.0
    sad_unit: float = 0.3
    sad_least: float = -0.5
    sad_most: float = 0.5
    """a face that looks sad is no disengaged one by that alone"""
    yawn_from: float = 0.4
    yawn_unit: float = 0.2
    yawn_most: float = 2.0
    covered_from: float = 0.9
    """presence of the landmarks from which the face is whole"""
    covered_unit: float = 0.3
    covered_most: float = 1.0
    middle: float = 1.0
    """sum of the terms at which it is even"""
    steepness: float = 4.0


VALUES: Final = Values()


@dataclass(frozen=True, slots=True)
class Face:
    """What one picture shows of a face."""

    yaw: float
    pitch: float
    """degrees"""
    eye_ratio: float
    """lid distance over corner distance"""
    mouth_ratio: float
    """distance of the lips over the mouth's width"""
    sad: float | None
    """the model's probability of *sad*, 0..1; None where the look cannot be read"""
    presence: float
    """how sure the landmarks are of a face, 0..1"""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a student usually holds the head, opens the eyes and looks at rest."""

    yaw: float = 0.0
    pitch: float = -4.0
    """a camera at the screen's upper edge looks down on a face that looks at its middle"""
    open_ratio: float = 0.3
    sad: float = VALUES.usual_sad


USUAL: Final = Habit()
"""Of whom nothing is known."""


def looks_engaged(face: Face, habit: Habit = USUAL) -> float:
    """The probability that the picture looks engaged, 0..1."""
    excess = VALUES.steepness * (sum(terms(face, habit)) - VALUES.middle)
    return 1.0 / (1.0 + math.exp(excess))


def terms(face: Face, habit: Habit = USUAL) -> tuple[float, float, float, float, float]:
    """Lids, pose, expression, yawn and cover: what speaks against it, each in its own unit."""
    v = VALUES
    opened = face.eye_ratio / max(habit.open_ratio, v.least_open)
    turned, sunk = (face.yaw - habit.yaw) / v.yaw_unit, (face.pitch - habit.pitch) / v.pitch_unit
    sadder = 0.0 if face.sad is None else (face.sad - habit.sad) / v.sad_unit
    return (
        _within((v.lids_usual - opened) / v.lids_unit, v.lids_least, v.lids_most),
        min(math.hypot(turned, sunk), v.pose_most),
        _within(sadder, v.sad_least, v.sad_most),
        _within((face.mouth_ratio - v.yawn_from) / v.yawn_unit, 0.0, v.yawn_most),
        _within((v.covered_from - face.presence) / v.covered_unit, 0.0, v.covered_most),
    )


def mouth_ratio(points: NDArray[np.floating]) -> float:
    """Distance of the inner lips over that of the mouth's corners; ``points`` (468, 3)."""
    width = float(np.linalg.norm(points[_MOUTH[0]] - points[_MOUTH[1]]))
    apart = float(np.linalg.norm(points[_LIPS[0]] - points[_LIPS[1]]))
    return apart / width if width > 0 else 0.0


def _within(value: float, least: float, most: float) -> float:
    return min(most, max(least, value))
