"""Suppression: whom each window's figure covers, beside all that was ever shown of the lecture.

What was shown of a window is shown again as it was for as long as all its members are there and
their data have not changed. Else it is the largest union of blocks (``analytics.privacy.blocks``,
which says why nothing can be subtracted from it) of those whose data are what they were. A window
is chosen anew only so often (``MOST``), and then never again.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Bools, Ints
from analytics.privacy.blocks import Blocks, Counting
from analytics.privacy.blocks import K as K
from contract.published_groups import PublishedGroup

MOST: Final = 5
"""Groups that are shown of one window at most, the first included `[own]`. A bound on how much a
window can tell, however often students leave, are let in again, or deliver late."""


@dataclass(frozen=True, eq=False)
class History:
    """R groups that were shown, over the P students of a grid and the G of them who are gone."""

    gone: tuple[Hashable, ...]
    """members who are none of the P: withdrawn, refused, deleted or forgotten"""
    steps: Ints
    """(R,) of the grid's steps, in the order in which they were shown; -1: of none of them"""
    members: Bools
    """(R, P + G)"""
    counts: Ints
    """(R, P + G) observations that each was made of"""


def laid_out(
    published: Sequence[PublishedGroup], participants: Sequence[Hashable], starts: Ints
) -> History:
    """``published`` over the rows ``participants`` (P,) and the steps from ``starts`` (S,)."""
    columns = {name: column for column, name in enumerate(participants)}
    present = len(columns)
    for group in published:
        for name in group.members.keys() - columns.keys():
            columns[name] = len(columns)
    steps = {int(start): step for step, start in enumerate(starts)}
    members = np.zeros((len(published), len(columns)), np.bool_)
    counts = np.zeros(members.shape, np.int64)
    for row, group in enumerate(published):
        own = [columns[name] for name in group.members]
        members[row, own] = True
        counts[row, own] = list(group.members.values())
    return History(
        tuple(columns)[present:],
        np.array([steps.get(group.begins, -1) for group in published], np.int64),
        members,
        counts,
    )


def suppress(
    contributing: Bools,
    counts: Ints | None = None,
    *,
    k: int = K,
    history: History | None = None,
    people: Ints | None = None,
) -> Bools:
    """(P, S) of the hidden students ``contributing`` (P, S) in each step, those left to be counted.

    ``counts`` (P, S) are their observations, by which data that came late are known; ``people``
    (P + G,) what each counts as (``Counting``; default: one person each). Raises AnalyticsError
    where k is below one.
    """
    students, steps = contributing.shape
    past = laid_out((), range(students), np.arange(steps)) if history is None else history
    width = students + len(past.gone)
    made_of = _wide(np.zeros_like(contributing, np.int64) if counts is None else counts, width)
    there = _wide(contributing, width) & ~_changed(past, made_of)
    kinds = np.full(width, Counting.PERSON, np.int64) if people is None else people
    blocks = Blocks(past.members, kinds, made_of.sum(axis=1), k)
    chosen = np.zeros((width, steps), np.bool_)
    last, often = _last(past, chosen.shape)
    whole = often.astype(np.bool_) & ~(last & ~there).any(axis=0)
    chosen[:, whole] = last[:, whole]
    left = np.flatnonzero(~whole & (often < MOST) & (there.sum(axis=0) >= k)).tolist()
    # What is split or founded for a later step may be wholly there in an earlier one: until nothing
    # is new, so that the same data show the same whenever they are asked.
    waiting = 0
    while len(left) != waiting:
        waiting = len(left)
        for step in left:
            chosen[:, step] = blocks.cover(there[:, step])
        left = [step for step in left if not chosen[:, step].any()]
    return chosen[:students]


def kinds(
    participants: Sequence[Hashable], history: History, people: Mapping[Hashable, int] | None
) -> Ints:
    """(P + G,) what each counts as, by ``people`` (None: one person each)."""
    names = (*participants, *history.gone)
    if people is None:
        return np.full(len(names), Counting.PERSON, np.int64)
    return np.array([people.get(name, Counting.NOBODY) for name in names], np.int64)


_Cell = TypeVar("_Cell", bound=np.generic)


def _wide(grid: NDArray[_Cell], width: int) -> NDArray[_Cell]:
    """``grid`` (P, S) with an empty row for each of those who are gone."""
    return np.pad(grid, ((0, width - len(grid)), (0, 0)))


def _changed(past: History, made_of: Ints) -> Bools:
    """(P + G, S) whose data of a step are not those that a figure of theirs was made of."""
    changed = np.zeros(made_of.shape, np.bool_)
    for step, members, counts in zip(past.steps, past.members, past.counts, strict=True):
        if step >= 0:
            changed[:, step] |= members & (counts != made_of[:, step])
    return changed


def _last(past: History, shape: tuple[int, ...]) -> tuple[Bools, Ints]:
    """(P + G, S) the group shown last of each step, and (S,) how many were."""
    last, often = np.zeros(shape, np.bool_), np.zeros(shape[1], np.int64)
    for step, members in zip(past.steps, past.members, strict=True):
        if step >= 0:
            last[:, step] = members
            often[step] += 1
    return last, often
