"""A thousand classes, attacked: by toggling who counts, by random releases, by invented students.

What is attacked is the function that live page, report, tables and exports all choose their groups
by, and everything it ever answered is given to the attacker. They are given more than they have:
every student looks the same all lecture, of the students they invented they know each look, and
where it helps them the figures are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.privacy.blocks import Counting, K
from analytics.privacy.noise import shift
from analytics.privacy.small_groups import cohorts, rounded
from contract.policy import Policy
from contract.published_groups import PublishedGroup

CLASSES: Final = 1000
MOMENTS: Final = 6
WINDOWS: Final = 5
START: Final = 1_700_000_100
USUAL: Final = np.array([0.03, 0.01, 0.03, 0.2, 0.13, 0.05, 0.55])
"""How often students look so; the rest is chance."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Attacked:
    """A class, and all that was shown of it. The first ``real`` of the students are."""

    real: int
    people: Mapping[int, Counting]
    looks: Floats
    """(N, 7) the truth"""
    groups: list[PublishedGroup]

    @property
    def held(self) -> Floats:
        """(R, N) whom each published figure covered."""
        held = np.zeros((len(self.groups), len(self.looks)))
        for row, group in enumerate(self.groups):
            held[row, list(group.members)] = 1
        return held


def attack(rng: np.random.Generator) -> Attacked:
    """A class of 6 to 60, at whose every moment the attacker chooses anew who counts."""
    real = int(rng.integers(6, 61))
    invented = int(rng.choice([0, 4, 9, 20], p=[0.4, 0.2, 0.2, 0.2]))
    known = 1.0 if not invented else rng.choice([0.0, 0.5, 1.0])
    kinds = np.where(rng.random(real + invented) < known, Counting.PERSON, Counting.UNVERIFIED)
    kinds[real:] = Counting.UNVERIFIED
    people = {one: Counting(kind) for one, kind in enumerate(kinds.tolist())}
    usually = rng.choice([0.55, 0.9, 1.0], (len(kinds), 1), p=[0.1, 0.3, 0.6])
    seen = rng.random((len(kinds), WINDOWS * 30)) < usually
    admitted, gone = np.ones(len(kinds), np.bool_), np.zeros(len(kinds), np.bool_)
    groups: list[PublishedGroup] = []
    for moment in range(MOMENTS):
        toggled = rng.integers(len(kinds), size=rng.integers(1, 5))
        admitted[toggled] = ~admitted[toggled]
        gone[rng.integers(real)] |= rng.random() < 0.2
        seen[rng.integers(len(kinds)), rng.integers(seen.shape[1])] = True
        rows = np.flatnonzero(admitted & ~gone)
        now = START + 300 * min(WINDOWS, 2 * (moment + 1))
        found = cohorts(
            lecture(seen[rows], rows),
            Policy.AGGREGATE,
            [],
            now=now,
            published=groups,
            people=people,
        )
        groups += found.fresh
    mood = np.maximum(rng.dirichlet(USUAL * 8), 1e-3)
    return Attacked(real, people, rng.dirichlet(mood * rng.choice([0.7, 2, 6]), len(kinds)), groups)


def lecture(seen: NDArray[np.bool_], rows: NDArray[np.intp]) -> Buckets:
    counts = seen.astype(np.int64) * 10
    nothing = np.zeros_like(counts)
    return Buckets(
        participants=tuple(rows.tolist()),
        starts=START + 10 * np.arange(counts.shape[1]),
        observations=counts,
        face_observations=counts,
        face_share_sum=nothing,
        attentive_count=nothing,
        attentive_sum=nothing,
        probability_count=counts,
        probability_sums=np.zeros((*counts.shape, 7), np.int64),
        unknown_model=nothing,
    )


@pytest.fixture(scope="module")
def classes() -> list[Attacked]:
    rng = np.random.default_rng(17)
    return [attack(rng) for _ in range(CLASSES)]


def test_no_exact_figures_together_come_closer_to_anybody_than_one_in_five(
    classes: list[Attacked],
) -> None:
    """How much of one student's own figure lies in all that the shown ones span: 1 is all of it."""
    shown, closest = 0, 0.0
    for one in classes:
        held = np.unique(one.held[:, : one.real], axis=0)
        verified = [one.people[who] is Counting.PERSON for who in range(one.real)]
        if not len(held) or not any(verified):
            continue
        shown += 1
        _, sizes, spanned = np.linalg.svd(held, full_matrices=False)
        near = (spanned[sizes > 1e-9] ** 2).sum(axis=0)
        closest = max(closest, float(near[verified].max()))
    assert shown > CLASSES / 2, "and most classes are shown something"
    assert closest <= 1 / K + 1e-9


def test_swapping_two_of_a_block_changes_nothing_that_was_shown(classes: list[Attacked]) -> None:
    """Whatever is computed from the figures, by whatever means, fits both of them as well."""
    for one in classes:
        verified = [who for who in range(one.real) if one.people[who] is Counting.PERSON]
        held = one.held[:, verified].astype(np.bool_)
        alike, sizes = np.unique(held[:, held.any(axis=0)], axis=1, return_counts=True)
        assert not alike.size or sizes.min() >= K


@dataclass(frozen=True)
class Guesses:
    """How many of each class's students (C,) were told within 5 points, and whose most common look
    was guessed: from the class figure alone, from all figures together, and by whoever is told
    the exact mean of each block besides."""

    students: Floats
    near: Mapping[str, Floats]
    top: Mapping[str, Floats]


@pytest.fixture(scope="module")
def guesses(classes: list[Attacked]) -> Guesses:
    near: dict[str, list[float]] = {}
    top: dict[str, list[float]] = {}
    students = []
    for one in classes:
        if not one.groups:
            continue
        truth = one.looks[: one.real]
        students.append(float(one.real))
        for name, guess in guessed(one).items():
            within = np.abs(guess - truth).max(axis=1) <= 0.05
            near.setdefault(name, []).append(float(within.sum()))
            right = guess.argmax(axis=1) == truth.argmax(axis=1)
            top.setdefault(name, []).append(float(right.sum()))
    said = [{name: np.array(found) for name, found in some.items()} for some in (near, top)]
    return Guesses(np.array(students), *said)


def guessed(one: Attacked) -> dict[str, Floats]:
    """(n, 7) of each real student, by what the attacker has."""
    held = one.held
    shown = np.asarray(rounded(held @ one.looks / held.sum(axis=1, keepdims=True), coarse=True))
    weights = held / held.sum(axis=1, keepdims=True)
    mine, theirs = weights[:, : one.real], weights[:, one.real :]
    left = shown - theirs @ one.looks[one.real :]
    largest = int(held[:, : one.real].sum(axis=1).argmax())
    mean = np.clip(left[largest] / max(mine[largest].sum(), 1e-9), 0, None)
    mean = mean / mean.sum() if mean.sum() else np.full(7, 1 / 7)
    apart, *_ = np.linalg.lstsq(mine, left - mine.sum(axis=1, keepdims=True) * mean, rcond=1e-6)
    class_alone = np.tile(mean, (one.real, 1))
    return {
        "class": class_alone,
        "all": mean + apart,
        # Rounded figures are trusted half: of the weights tried, the best for guessing.
        "all, carefully": mean + apart / 2,
        "blocks": _told_blocks(one, class_alone),
    }


def _told_blocks(one: Attacked, otherwise: Floats) -> Floats:
    guess = otherwise.copy()
    columns = one.held[:, : one.real]
    _, block = np.unique(columns, axis=1, return_inverse=True)
    for number in range(block.max() + 1):
        own = block == number
        if columns[:, own].any():
            guess[own] = one.looks[: one.real][own].mean(axis=0)
    return guess


def interval(guesses: Guesses, more: Floats, less: Floats) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares of students: classes are drawn anew."""
    rng = np.random.default_rng(1)
    drawn = rng.integers(len(more), size=(2000, len(more)))
    differences = (more - less)[drawn].sum(axis=1) / guesses.students[drawn].sum(axis=1)
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)


@pytest.mark.parametrize("by", ["all", "all, carefully"])
def test_nobody_is_told_within_five_points_but_by_chance(guesses: Guesses, by: str) -> None:
    low, high = interval(guesses, guesses.near[by], guesses.near["class"])
    assert low <= 0, "no more than the class alone would"
    assert high <= 0.01


@pytest.mark.parametrize("by", ["all", "all, carefully"])
def test_a_look_is_guessed_no_better_than_blocks_of_five_tell(guesses: Guesses, by: str) -> None:
    """A block is a small class, and tells a little more of its members than a large one does. That
    is all: whoever is told each block's mean itself, without rounding, guesses better than whoever
    has combined all figures, and of one block everybody is guessed the same.
    """
    low, _ = interval(guesses, guesses.top["blocks"], guesses.top[by])
    assert low > 0
    _, high = interval(guesses, guesses.top[by], guesses.top["class"])
    assert high <= 0.015


def test_of_one_block_everybody_is_guessed_the_same(classes: list[Attacked]) -> None:
    for one in classes:
        if not one.groups:
            continue
        _, block = np.unique(one.held[:, : one.real], axis=1, return_inverse=True)
        guess = guessed(one)["all"]
        for number in range(block.max() + 1):
            assert np.ptp(guess[block == number], axis=0).max() < 1e-9


@pytest.mark.parametrize("windows", [1, 12])
def test_among_nine_invented_students_the_real_one_is_not_read(windows: int) -> None:
    """An attack: nobody vouches for anybody, nine students' looks are chosen, and one is real.

    Over ``windows`` the nine look differently each time, so that rounding averages out.
    """
    rng = np.random.default_rng(windows)
    near, top, usual = [], [], []
    people = np.full(10, Counting.UNVERIFIED, np.int64)
    all_of_them = np.ones((10, windows), np.bool_)
    for secret in range(CLASSES):
        mood = np.maximum(rng.dirichlet(USUAL * 8), 1e-3)
        truth = rng.dirichlet(mood * rng.choice([0.7, 2, 6]))
        chosen = rng.dirichlet(np.ones(7), windows)
        moved = shift(range(10), people, all_of_them, all_of_them, secret)
        shown = rounded(moved.shares((9 * chosen + truth) / 10), coarse=True)
        found = (10 * shown - 9 * chosen).mean(axis=0)
        near.append(np.abs(found - truth).max() <= 0.05)
        # What is usual weighs as much as so uncertain a figure leaves it.
        guess = USUAL + (found - USUAL) * 0.09 / (0.09 + 10 * 0.3**2)
        top.append(guess.argmax() == truth.argmax())
        usual.append(USUAL.argmax() == truth.argmax())
    assert np.mean(near) <= 0.005
    assert np.mean(top) <= np.mean(usual) + 0.03


def test_a_students_noise_is_the_same_in_every_figure_and_another_in_every_lecture() -> None:
    people = np.array([Counting.UNVERIFIED] * 10 + [Counting.PERSON] * 5)
    groups = np.ones((15, 2), np.bool_)
    names = list(range(15))
    first, second = (shift(names, people, groups, groups, secret) for secret in (1, 2))
    assert (first.by[0] == first.by[1]).all()
    assert (first.by[0] != second.by[0]).all()
    vouched = shift(names, np.full(15, Counting.PERSON), groups, groups, 1)
    shares = np.full((2, 7), 1 / 7)
    assert (vouched.by == 0).all()
    assert (vouched.shares(shares) == shares).all()
    assert first.shares(shares).sum(axis=1) == pytest.approx([1, 1])
