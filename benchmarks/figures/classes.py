"""Classes of five minutes with known shares: what the mood bench measures its estimate on.

Each student has shares of their own, drawn from a Dirichlet around the class's; ``likeness`` is the
part of the variance between students (1: each student sticks with one look; .2: each shows most of
them, as published clips of students do). Behind each second stands one of the student's K faces of
the look, so errors on one person's face are not independent.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.mood.mixtures import BETWEEN_PEOPLE, FACES_PER_STUDENT, REST
from analytics.simulation.resting import plain_faces
from benchmarks.figures.faces import Bank, Floats
from contract.looks import LOOKS, SAD

LOOK_COUNT = len(LOOKS)
#  angry disgust fear happy sad surprise neutral
MOSTLY_NEUTRAL: Final = (0.03, 0.01, 0.02, 0.16, 0.0, 0.05, 0.73)
"""What a listening class looks like besides sad, as shares that sum to one."""
VARIED: Final = (0.17, 0.02, 0.17, 0.30, 0.0, 0.13, 0.21)
"""The looks besides sad about as often as among FER2013's faces: more that sad is confused with."""


@dataclass(frozen=True)
class Setting:
    """One kind of class."""

    students: int = 30
    seconds: int = 300
    faces: int = 5
    """K, per student and look"""
    likeness: float = 1.0
    resting: float = BETWEEN_PEOPLE
    """of the scatter of plain faces, the part that differs between people; 0: all are alike, as
    they are where no two show the same face"""
    known: bool = False
    """each student's plain face was seen before"""
    missing: float = 0.0
    """share of the students' time without data, a third of it whole students"""
    shared: bool = True
    """two students may show the same face; else each is one's alone, if a look has so many"""
    rest: tuple[float, ...] = MOSTLY_NEUTRAL
    """what the class looks like besides sad"""


@dataclass(frozen=True, eq=False)
class Classes:
    """N simulated classes: ``truth`` (N, 7) among those seen; ``own`` (N, P, 7) each student's mean
    posterior, NaN unseen; ``labels`` (N, 7) shares of the strongest look, one student one vote;
    ``plain`` (N, P, 7) the mean of five other plain faces of each student, NaN where all are alike.
    """

    truth: Floats
    own: Floats
    labels: Floats
    plain: Floats


def draw(
    rng: np.random.Generator, bank: Bank, share: float, count: int, setting: Setting
) -> Classes:
    """``count`` classes in which ``share`` of the looks is sad on average."""
    shape = (count, setting.students)
    class_shares = np.array(setting.rest) * (1.0 - share) + share * np.eye(LOOK_COUNT)[SAD]
    shares = _own_shares(rng, class_shares, shape, setting.likeness)
    present, seconds = _seen(rng, shape, setting)
    shown = rng.multinomial(seconds, shares)
    shown = np.where(shown.sum(axis=2, keepdims=True) > 0, shown, 0)
    weights = shown / np.maximum(shown.sum(axis=2, keepdims=True), 1)
    own, labels, plain = _replayed(rng, bank, shown, weights, setting)
    present &= shown.sum(axis=2) > 0
    own[~present] = np.nan
    votes = np.maximum(present.sum(axis=1), 1)[:, None]

    def class_mean(values: Floats) -> Floats:
        return np.asarray(np.where(present[..., None], values, 0.0).sum(axis=1) / votes)

    truth = class_mean(weights)
    return Classes(truth=truth, own=own, labels=class_mean(labels), plain=plain)


def _own_shares(
    rng: np.random.Generator, shares: Floats, shape: tuple[int, int], likeness: float
) -> Floats:
    if likeness >= 1.0:
        return np.eye(LOOK_COUNT)[rng.choice(LOOK_COUNT, size=shape, p=shares / shares.sum())]
    own = rng.dirichlet(np.maximum(shares, 1e-9) * (1.0 / likeness - 1.0), size=shape)
    return np.asarray(own / own.sum(axis=-1, keepdims=True))


def _seen(
    rng: np.random.Generator, shape: tuple[int, int], setting: Setting
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Who is there at all, and for how many seconds each."""
    absent = setting.missing / 3
    present = rng.random(shape) >= absent
    present[:, 0] = True
    rate = (1.0 - setting.missing) / (1.0 - absent)
    return present, rng.binomial(setting.seconds, rate, size=shape)


def _replayed(
    rng: np.random.Generator,
    bank: Bank,
    shown: NDArray[np.int64],
    weights: Floats,
    setting: Setting,
) -> tuple[Floats, Floats, Floats]:
    """Each student's mean posterior, label shares and earlier plain faces (N, P, 7), from K faces
    of each look."""
    own, labels = np.zeros(shown.shape), np.zeros(shown.shape)
    plain = np.full(shown.shape, np.nan)
    each = np.full(setting.faces, 1.0 / setting.faces)
    for look, posteriors in enumerate(bank):
        drawn = _drawn(rng, len(posteriors), shown.shape[:2], setting)
        if look == REST and setting.resting and setting.shared:
            wanted = (*drawn.shape[:2], setting.faces + FACES_PER_STUDENT)
            theirs = plain_faces(rng, posteriors, wanted, setting.resting)
            drawn, earlier = theirs[..., : setting.faces], theirs[..., setting.faces :]
            plain = posteriors[earlier].mean(axis=2)
        turns = rng.multinomial(shown[..., look], each)
        part = turns / np.maximum(shown[..., look], 1)[..., None]
        part *= weights[..., look, None]
        own += np.einsum("npk,npkj->npj", part, posteriors[drawn])
        strongest = np.eye(LOOK_COUNT)[posteriors.argmax(axis=1)]
        labels += np.einsum("npk,npkj->npj", part, strongest[drawn])
    return own, labels, plain


def _drawn(
    rng: np.random.Generator, faces: int, shape: tuple[int, int], setting: Setting
) -> NDArray[np.int64]:
    """(N, P, K) which of a look's ``faces`` each student shows."""
    count, students = shape
    if setting.shared:
        return rng.integers(faces, size=(count, students, setting.faces))
    own = max(1, min(setting.faces, faces // students))
    dealt = rng.permuted(np.tile(np.arange(faces), (count, 1)), axis=1)
    dealt = dealt[:, np.arange(students * own) % faces].reshape(count, students, own)
    return dealt[:, :, np.arange(setting.faces) % own]
