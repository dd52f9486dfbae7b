"""Suppression: who may be counted beside all that was shown before, so that nothing subtracts.

Two figures whose groups differ by few students tell those few: by their difference. So a group of
hidden students is shown only if it is one shown before or differs by at least k students from each
of them (secondary suppression; Hundepool et al. 2012, *Statistical Disclosure Control*, ch. 4). It
holds between the windows of a lecture and, for one window, between the moments at which it was
shown: there a student whose data have changed since is a difference too.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import Bools, Ints
from analytics.errors import AnalyticsError
from contract.published_groups import PublishedGroup

K: Final = 5
"""Contributors a figure needs."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """A published group over the P students of a grid."""

    step: int
    """of the grid's steps; -1: of none of them"""
    members: Bools
    """(P,)"""
    counts: Ints
    """(P,) observations it was made of"""
    gone: int
    """members who are none of the P: withdrawn, deleted or forgotten"""


def laid_out(
    published: Sequence[PublishedGroup], participants: Sequence[Hashable], starts: Ints
) -> list[Earlier]:
    """``published`` over the rows ``participants`` (P,) and the steps from ``starts`` (S,)."""
    rows = {name: row for row, name in enumerate(participants)}
    steps = {int(start): step for step, start in enumerate(starts)}
    return [_laid_out(group, rows, steps.get(group.begins, -1)) for group in published]


def _laid_out(group: PublishedGroup, rows: Mapping[Hashable, int], step: int) -> Earlier:
    counts = np.zeros(len(rows), np.int64)
    members = np.zeros(len(rows), np.bool_)
    for name, count in group.members.items():
        if (row := rows.get(name)) is not None:
            members[row], counts[row] = True, count
    return Earlier(step, members, counts, len(group.members) - int(members.sum()))


def suppress(
    contributing: Bools,
    counts: Ints | None = None,
    *,
    k: int = K,
    earlier: Sequence[Earlier] = (),
) -> Bools:
    """(P, S) of the hidden students ``contributing`` (P, S) in each step, those left to be counted.

    ``counts`` (P, S) are their observations, by which data that came late are known. Step by step
    it is the group shown for that step last, if nothing of it changed; else the largest of: a group
    shown before that is wholly there; all who are there, if that differs by at least k from every
    group shown; as many of them as differ so. Else nobody. Raises AnalyticsError where k is below
    one.
    """
    if k < 1:
        raise AnalyticsError(f"A small group's k must be at least 1, but is {k}.")
    made_of = np.zeros(contributing.shape, np.int64) if counts is None else counts
    past = _Past(earlier, len(contributing), k)
    chosen = np.zeros(contributing.shape, np.bool_)
    # A group that is found later may be wholly there earlier: until nothing is new, so that the
    # same data show the same whenever they are asked.
    left, waiting = list(range(contributing.shape[1])), 0
    while len(left) != waiting:
        waiting = len(left)
        for step in left:
            group = past.choose(contributing[:, step], step, made_of[:, step])
            if group is not None:
                chosen[:, step] = group
                past.add(group)
        left = [step for step in left if not chosen[:, step].any()]
    return chosen


class _Past:
    """The distinct groups shown so far, and what was shown of each step at other moments."""

    def __init__(self, earlier: Sequence[Earlier], students: int, k: int) -> None:
        self._k = k
        self._groups = np.zeros((0, students), np.bool_)
        self._gone = np.zeros(0, np.int64)
        self._keys: list[tuple[bytes, int]] = []
        self._steps: dict[int, list[Earlier]] = {}
        for group in earlier:
            self.add(group.members, group.gone)
            self._steps.setdefault(group.step, []).append(group)

    def add(self, members: Bools, gone: int = 0) -> None:
        """Sorted, so that it does not matter in which order groups were shown."""
        key = (members.tobytes(), gone)
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            self._keys.insert(place, key)
            self._groups = np.insert(self._groups, place, members, axis=0)
            self._gone = np.insert(self._gone, place, gone)

    def choose(self, there: Bools, step: int, counts: Ints) -> Bools | None:
        same = self._steps.get(step, [])
        for group in reversed(same):
            if _unchanged(group, there, counts):
                return group.members
        if there.sum() < self._k:
            return None
        candidates = [group for group in self._whole(there) if self._new_here(group, same, counts)]
        if self._differs(there) and self._new_here(there, same, counts):
            candidates.append(there)
        if not candidates:
            return self._thinned(there, same, counts)
        return max(candidates, key=lambda group: int(group.sum()))

    def _whole(self, there: Bools) -> Iterator[Bools]:
        """The groups shown before of which everybody is ``there``."""
        for group, gone in zip(self._groups, self._gone, strict=True):
            if not gone and group.any() and not (group & ~there).any():
                yield group

    def _differs(self, group: Bools) -> bool:
        return bool((_distances(group, self._groups, self._gone) >= self._k).all())

    def _new_here(self, group: Bools, same: Sequence[Earlier], counts: Ints) -> bool:
        return all(_distance_here(group, other, counts) >= self._k for other in same)

    def _thinned(self, there: Bools, same: Sequence[Earlier], counts: Ints) -> Bools | None:
        """``there`` less as few as needed to differ by k from all that was shown; None below k."""
        group = there.copy()
        while group.sum() > self._k:
            distances = _distances(group, self._groups, self._gone)
            here = [_distance_here(group, other, counts) for other in same]
            if here and min(here) <= distances.min():
                nearest = same[int(np.argmin(here))]
                # To leave out who counts as a difference already would win nothing.
                common = group & nearest.members & (nearest.counts == counts)
            else:
                common = group & self._groups[int(np.argmin(distances))]
            if not common.any():
                return None
            group[int(np.argmax(common))] = False
            if self._differs(group) and self._new_here(group, same, counts):
                return group
        return None


def _unchanged(group: Earlier, there: Bools, counts: Ints) -> bool:
    members = group.members
    lacking = group.gone or not members.any() or (members & ~there).any()
    return not lacking and bool((group.counts == counts)[members].all())


def _distances(group: Bools, others: Bools, gone: Ints) -> Ints:
    """(n,) by how many students ``group`` (P,) differs from each of ``others`` (n, P).

    Who is gone may be back under another name, so they are matched with who is new.
    """
    left = (others & ~group).sum(axis=1)
    new = (group & ~others).sum(axis=1)
    return np.asarray(left + np.maximum(gone, new), np.int64)


def _distance_here(group: Bools, other: Earlier, counts: Ints) -> int:
    """The same between two moments of one window."""
    distance = _distances(group, other.members[None], np.array([other.gone]))[0]
    changed = group & other.members & (other.counts != counts)
    return int(distance + changed.sum())
