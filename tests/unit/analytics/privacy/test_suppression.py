"""Groups that can be taken apart into blocks of k and no further, whatever happens to a lecture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.privacy.blocks import Counting, K
from analytics.privacy.small_groups import cohorts
from analytics.privacy.suppression import MOST, History, kinds, laid_out, suppress
from contract.policy import Policy
from contract.published_groups import PublishedGroup

LETTERS = "abcdefghijklmnop"
START = 1_700_000_100
Bools = NDArray[np.bool_]


def there(*steps: str) -> Bools:
    """(P, S) from one string a step, a letter for each student who is there."""
    return np.array([[name in step for step in steps] for name in LETTERS])


def names(groups: Bools) -> list[str]:
    return ["".join(np.array(list(LETTERS))[column]) for column in groups.T]


def shown(*groups: str, steps: int = 1, count: int = 0) -> History:
    """What was shown before: ``step:members``, or members alone for a step of no interest."""
    made = []
    for group in groups:
        step, _, members = group.rpartition(":")
        begins = int(step) if step else -1
        made.append(PublishedGroup(begins, dict.fromkeys(members, count)))
    return laid_out(made, list(LETTERS), np.arange(steps))


def test_fewer_than_five_are_nobody() -> None:
    assert names(suppress(there("abcd", "abcde"))) == ["", "abcde"]


def test_one_who_leaves_takes_four_more_along() -> None:
    found = names(suppress(there("abcdefghij", "abcdefghi")))
    assert found == ["abcdefghij", "efghi"], "j and four others are a block of their own"


def test_from_a_block_of_fewer_than_ten_nobody_can_be_left_out() -> None:
    found = names(suppress(there("abcdefghi", "abcdefgh", "abcdefghi")))
    assert found == ["abcdefghi", "", "abcdefghi"]


def test_one_who_comes_waits_until_four_more_have() -> None:
    found = names(suppress(there("abcdef", "abcdefg", "abcdefghijk")))
    assert found == ["abcdef", "abcdef", "abcdefghijk"]


def test_three_groups_that_differ_by_five_each_are_not_enough() -> None:
    """An attack: no two of them differ by fewer than five, yet all three together tell of one."""
    steps = there("abcdefghij", "abcdeklmno", "fghijklmno", "abcdefghijklmnop")
    found = suppress(steps)
    assert independent_of_anybody(found), names(found)


def independent_of_anybody(groups: Bools, k: int = K) -> bool:
    """Whether no vector that the groups (P, n) span lies closer to one student than 1 in k."""
    _, sizes, vectors = np.linalg.svd(groups.T.astype(float), full_matrices=False)
    return bool((vectors[sizes > 1e-9] ** 2).sum(axis=0).max(initial=0) <= 1 / k + 1e-9)


def test_what_was_shown_elsewhere_counts_too() -> None:
    assert names(suppress(there("abcdefg"), history=shown("abcdef"))) == ["abcdef"]
    assert names(suppress(there("bcdefg"), history=shown("abcdef"))) == [""]
    with pytest.raises(AnalyticsError, match="at least 1, but is 0"):
        suppress(there("abc"), k=0)


def test_who_withdraws_withholds_the_window_of_a_small_class() -> None:
    assert names(suppress(there("bcdef"), history=shown("0:bcdefX"))) == [""]


def test_of_a_large_class_a_withdrawal_leaves_out_four_more() -> None:
    before = shown("0:bcdefghijklX")
    assert before.gone == ("X",)
    assert names(suppress(there("bcdefghijkl"), history=before)) == ["fghijkl"]


def test_who_was_erased_counts_for_nobody() -> None:
    before = shown("0:bcdefghijklX")
    people = kinds(list(LETTERS), before, dict.fromkeys(LETTERS, Counting.PERSON))
    assert names(suppress(there("bcdefghijkl"), history=before, people=people)) == ["ghijkl"]


def test_a_window_whose_data_changed_is_not_shown_with_the_same_group() -> None:
    before = shown("0:abcdef", count=10)
    counts = np.where(there("abcdef"), 10, 0)
    assert names(suppress(there("abcdef"), counts, history=before)) == ["abcdef"]
    counts[0] += 1
    assert names(suppress(there("abcdef"), counts, history=before)) == [""]


def test_a_window_shown_once_stays_whoever_comes_late() -> None:
    before = shown("0:abcdef", "1:abcdefghijklm", steps=2)
    found = suppress(there("abcdefghijklm", "abcdefghijklmn"), history=before)
    assert names(found) == ["abcdef", "abcdefghijklm"]


def test_a_window_is_chosen_anew_only_so_often() -> None:
    groups = ["0:abcdefghijklmnop", "0:abcdefghijk", "0:abcdef"]
    before = shown(*groups, *["0:lmnop"] * (MOST - len(groups)))
    assert names(suppress(there("abcdefghijk"), history=before)) == [""]
    assert names(suppress(there("lmnop"), history=before)) == ["lmnop"], "what it showed stays"


def people(**kind: Counting) -> NDArray[np.int64]:
    found = dict.fromkeys(LETTERS, Counting.PERSON)
    for letters, counts_as in kind.items():
        found |= dict.fromkeys(letters, counts_as)
    return np.array([found[letter] for letter in LETTERS])


def test_unverified_students_do_not_make_a_group_large_enough() -> None:
    """An attack: invent four students, and read the fifth, who is real."""
    four = people(bcde=Counting.UNVERIFIED)
    assert names(suppress(there("abcde"), people=four)) == [""]
    assert names(suppress(there("abcdefghi"), people=four)) == ["abcdefghi"]
    assert names(suppress(there("bcdefghi"), people=people(bcdefghi=Counting.UNVERIFIED))) == [""]
    ten = people(bcdefghijk=Counting.UNVERIFIED)
    assert names(suppress(there("abcdefghijk"), people=ten)) == ["bcdefghijk"], "a is not counted"


def test_who_was_shown_makes_no_group_large_enough() -> None:
    seen = people(ab=Counting.NOBODY)
    assert names(suppress(there("abcdef", "abcdefg"), people=seen)) == ["", "abcdefg"]


def test_shown_groups_are_laid_over_the_students_of_now() -> None:
    group = PublishedGroup(START, {"a": 7, "x": 3})
    found = laid_out([group], ["b", "a"], np.array([START - 300, START]))
    assert (found.gone, found.steps.tolist()) == (("x",), [1])
    assert found.members.tolist() == [[False, True, True]]
    assert found.counts.tolist() == [[0, 7, 3]]


@given(st.integers(0, 10_000), st.integers(6, 30), st.floats(0.5, 1.0))
def test_groups_span_nothing_that_speaks_of_fewer_than_k(
    seed: int, students: int, chance: float
) -> None:
    """An attack: combine all shown groups, with any weights, over any course of a lecture."""
    rng = np.random.default_rng(seed)
    contributing = rng.random((students, 12)) < chance
    groups = suppress(contributing)
    assert not (groups & ~contributing).any(), "nobody counts who was not there"
    assert all(group.sum() >= K for group in groups.T if group.any())
    assert independent_of_anybody(groups)


@given(st.integers(0, 10_000), st.integers(6, 24), st.integers(2, 8))
def test_no_history_of_a_lecture_can_be_subtracted(seed: int, students: int, moments: int) -> None:
    """An attack: keep every figure ever shown while students leave, come, and deliver late."""
    rng = np.random.default_rng(seed)
    seen = rng.random((students, 4, 30)) < rng.choice([0.55, 0.9, 1.0], (students, 1, 1))
    present = rng.random(students) < 0.9
    told: list[PublishedGroup] = []
    people = [f"student {number}" for number in range(students)]
    for moment in range(moments):
        names_now = [name for name, here in zip(people, present, strict=True) if here]
        grid = lecture_of(seen[present], names_now)
        found = cohorts(grid, Policy.AGGREGATE, [], now=START + 300 * (moment + 1), published=told)
        again = cohorts(
            grid,
            Policy.AGGREGATE,
            [],
            now=START + 300 * (moment + 1),
            published=[*told, *found.fresh],
        )
        assert not again.fresh, "what was shown is shown again as it was"
        assert (again.members == found.members).all()
        told += found.fresh
        for _ in range(rng.integers(0, 3)):
            one = rng.integers(students)
            match rng.integers(3):
                case 0:
                    present[one] = not present[one]
                case 1:
                    seen[one, rng.integers(4)] = True
                case _ if present[one]:
                    forgotten, present[one] = people[one], False
                    told = [renamed(group, forgotten, f"{forgotten} in {moment}") for group in told]
    assert all(len(group.members) >= K for group in told)
    for group in told:
        for other in told:
            if group.begins == other.begins:
                both = group.members.keys() & other.members.keys() & set(people)
                same = all(group.members[name] == other.members[name] for name in both)
                assert same, "of one window, one set of data of each student is shown"
    everybody = sorted({name for group in told for name in group.members})
    groups = np.array([[name in group.members for group in told] for name in everybody])
    assert independent_of_anybody(groups.reshape(len(everybody), len(told)))


def renamed(group: PublishedGroup, old: str, new: str) -> PublishedGroup:
    """The group with a forgotten member under a random name, as the store keeps it."""
    return PublishedGroup(
        group.begins, {new if name == old else name: count for name, count in group.members.items()}
    )


def lecture_of(seen: Bools, participants: list[str]) -> Buckets:
    """Windows of thirty buckets: (P, 4, 30) whether each student was seen."""
    flat = seen.reshape(len(participants), seen.shape[1] * seen.shape[2]).astype(np.int64)
    nothing = np.zeros_like(flat)
    return Buckets(
        participants=tuple(participants),
        starts=START + 10 * np.arange(flat.shape[1]),
        observations=flat,
        face_observations=flat,
        face_share_sum=flat * 10_000,
        attentive_count=nothing,
        attentive_sum=nothing,
        probability_count=flat,
        probability_sums=np.zeros((*flat.shape, 7), np.int64),
        unknown_model=nothing,
    )
