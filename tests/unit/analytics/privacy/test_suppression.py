"""Groups that cannot be subtracted from each other, whatever happens to a lecture meanwhile."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.privacy.small_groups import cohorts
from analytics.privacy.suppression import Earlier, K, laid_out, suppress
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


def test_fewer_than_five_are_nobody() -> None:
    assert names(suppress(there("abcd", "abcde"))) == ["", "abcde"]


def test_one_who_leaves_cannot_be_had_by_subtraction() -> None:
    shown = names(suppress(there("abcdefghij", "abcdefghi")))
    assert shown == ["abcdefghij", "efghi"], "four more are left out"


def test_one_who_comes_waits_until_four_more_have() -> None:
    shown = names(suppress(there("abcdef", "abcdefg", "abcdefghijk")))
    assert shown == ["abcdef", "abcdef", "abcdefghijk"]


def test_a_group_shown_before_may_be_shown_again() -> None:
    assert names(suppress(there("abcdef", "bcdef", "abcdef"))) == ["abcdef", "", "abcdef"]


def earlier(members: str, *, step: int = -1, gone: int = 0, counts: int = 0) -> Earlier:
    group = there(members)[:, 0]
    return Earlier(step, group, np.where(group, counts, 0), gone)


def test_what_was_shown_elsewhere_counts_too() -> None:
    shown = [earlier("abcdef")]
    assert names(suppress(there("abcdefg"), earlier=shown)) == ["abcdef"]
    assert names(suppress(there("bcdefg"), earlier=shown)) == [""]
    with pytest.raises(AnalyticsError, match="at least 1, but is 0"):
        suppress(there("abc"), k=0)


def test_who_withdraws_withholds_the_window_of_a_small_class() -> None:
    assert names(suppress(there("bcdef"), earlier=[earlier("bcdef", step=0, gone=1)])) == [""]


def test_of_a_large_class_a_withdrawal_leaves_out_four_more() -> None:
    shown = [earlier("bcdefghijkl", step=0, gone=1)]
    assert names(suppress(there("bcdefghijkl"), earlier=shown)) == ["fghijkl"]


def test_who_is_gone_may_be_back_under_another_name() -> None:
    shown = [earlier("abcdef", gone=4)]
    found = suppress(there("abcdefghij"), earlier=shown)
    assert names(found) == ["bcdefghij"], "g to j may be the four who are gone"


def test_a_window_whose_data_changed_is_not_shown_with_the_same_group() -> None:
    shown = [earlier("abcdef", step=0, counts=10)]
    counts = np.where(there("abcdef"), 10, 0)
    assert names(suppress(there("abcdef"), counts, earlier=shown)) == ["abcdef"]
    counts[0] += 1
    assert names(suppress(there("abcdef"), counts, earlier=shown)) == [""]


def test_a_window_shown_once_stays_whoever_comes_late() -> None:
    shown = [earlier("abcdef", step=0), earlier("abcdefghijklm", step=1)]
    found = suppress(there("abcdefghijklm", "abcdefghijklmn"), earlier=shown)
    assert names(found) == ["abcdef", "abcdefghijklm"]


def test_shown_groups_are_laid_over_the_students_of_now() -> None:
    group = PublishedGroup(START, {"a": 7, "x": 3})
    (found,) = laid_out([group], ["b", "a"], np.array([START - 300, START]))
    assert (found.step, found.gone) == (1, 1)
    assert (found.members.tolist(), found.counts.tolist()) == ([False, True], [0, 7])


@given(st.integers(0, 10_000), st.integers(6, 30), st.floats(0.5, 1.0))
def test_no_two_figures_differ_by_fewer_than_k(seed: int, students: int, chance: float) -> None:
    """An attack: subtract every shown group from every other, over any course of a lecture."""
    rng = np.random.default_rng(seed)
    contributing = rng.random((students, 12)) < chance
    groups = suppress(contributing)
    assert not (groups & ~contributing).any(), "nobody counts who was not there"
    shown = [group for group in groups.T if group.any()]
    for one, other in combinations(shown, 2):
        assert one.sum() >= K
        assert (one ^ other).sum() == 0 or (one ^ other).sum() >= K


@given(st.integers(0, 10_000), st.integers(6, 24), st.integers(2, 8))
def test_no_history_of_a_lecture_can_be_subtracted(seed: int, students: int, moments: int) -> None:
    """An attack: keep every figure ever shown while students leave, come, and deliver late."""
    rng = np.random.default_rng(seed)
    seen = rng.random((students, 4, 30)) < rng.choice([0.55, 0.9, 1.0], (students, 1, 1))
    present = rng.random(students) < 0.9
    shown: list[PublishedGroup] = []
    people = [f"student {number}" for number in range(students)]
    for moment in range(moments):
        names_now = [name for name, here in zip(people, present, strict=True) if here]
        grid = lecture_of(seen[present], names_now)
        found = cohorts(grid, Policy.AGGREGATE, [], now=START + 300 * (moment + 1), published=shown)
        again = cohorts(
            grid,
            Policy.AGGREGATE,
            [],
            now=START + 300 * (moment + 1),
            published=[*shown, *found.fresh],
        )
        assert not again.fresh, "what was shown is shown again as it was"
        assert (again.members == found.members).all()
        shown += found.fresh
        for _ in range(rng.integers(0, 3)):
            one = rng.integers(students)
            match rng.integers(3):
                case 0:
                    present[one] = not present[one]
                case 1:
                    seen[one, rng.integers(4)] = True
                case _ if present[one]:
                    forgotten, present[one] = people[one], False
                    shown = [
                        renamed(group, forgotten, f"{forgotten} in {moment}") for group in shown
                    ]
    for one_group, other in combinations(shown, 2):
        assert min(len(one_group.members), len(other.members)) >= K
        differing = one_group.members.keys() ^ other.members.keys()
        if one_group.begins == other.begins:
            both = one_group.members.keys() & other.members.keys()
            differing |= {n for n in both if one_group.members[n] != other.members[n]}
            assert len(differing) >= K, "one figure a group, and another only of k others"
        assert not differing or len(differing) >= K


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
