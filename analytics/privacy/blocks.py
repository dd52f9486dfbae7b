"""Blocks: what published groups can be taken apart into, and never further.

All groups of hidden students that a lecture's figures have shown are unions of *blocks*: disjoint
sets of students, each of at least k people. Why that is enough, whatever is combined with whatever:

1. A published figure is computed from sums over its group, window by window. A group is a union of
   blocks, so the figure depends on its members' data through nothing that tells two members of one
   block apart: swap the data of two of them, in every window at once, and every figure ever shown
   of the lecture stays what it was.
2. So whatever anybody computes from the figures, linear or not, over any windows, moments, tables
   and files, fits each member of a block equally well. Of linear combinations it says: an indicator
   vector of a union of blocks is constant on each block, so is every vector in the span of several,
   and one that is not zero has at least k people in its support.
3. It stays so. A block may be *split*, where each part has k people: what was shown before is a
   union of the parts. Blocks are never merged, and who is in no block may found one with k others.

The blocks need no store of their own: they are the classes of students whom the very same published
groups hold (the atoms of the field of sets that the groups generate). Student data that changed
after a figure of theirs was shown are never shown again for that window (``suppression``), so that
a window has one set of data in all its figures.

It is secondary suppression (Hundepool et al. 2012, *Statistical Disclosure Control*, ch. 4), made
exact; k, and what counts as people, is our own choice `[own]`.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import numpy as np

from analytics.buckets import Bools, Ints
from analytics.errors import AnalyticsError

K: Final = 5
"""People that a block needs, and with it a figure."""

UNVERIFIED_PER_PERSON: Final = 2
"""Where nobody vouches for anybody, a block needs this many times k `[own]`."""


class Counting(IntEnum):
    """What a student counts as where a group is asked whether it is large enough."""

    NOBODY = 0
    """their own row is or was shown, or they were erased and nobody knows who it was"""
    UNVERIFIED = 1
    """came by a name alone: one person may have come under several"""
    PERSON = 2
    """a roster or the school's sign-in vouches for them"""


def large_enough(group: Bools, people: Ints, k: int) -> bool:
    """Whether ``group`` (N,) may be a block: k people, or 2 k unverified ones and nobody verified.

    A verified student is hidden among k verified ones or not counted at all: whoever invents
    students would else choose how few real ones a group has.
    """
    held = np.bincount(people[group], minlength=len(Counting))
    verified, unverified = held[Counting.PERSON], held[Counting.UNVERIFIED]
    return bool(verified >= k or (not verified and unverified >= UNVERIFIED_PER_PERSON * k))


class Blocks:
    """The blocks of N students: ``people`` (N,) says what each counts as, see ``Counting``.

    ``shown`` (R, N) are the groups that were published. ``seen`` (N,) orders who is left out first
    where a block must be split. Raises AnalyticsError where k is below one.
    """

    def __init__(self, shown: Bools, people: Ints, seen: Ints, k: int = K) -> None:
        if k < 1:
            raise AnalyticsError(f"A small group's k must be at least 1, but is {k}.")
        self._people = people
        self._k = k
        self._order = np.argsort(seen, kind="stable")
        self._of = _classes(shown, len(people))

    def cover(self, there: Bools) -> Bools:
        """(N,) the largest union of blocks found among those who are ``there`` (N,).

        Blocks are split and founded on the way where that lets more be counted; what is answered
        must be published, or this object thrown away.
        """
        group = np.zeros(len(there), np.bool_)
        for block in self._all():
            kept = self._kept(block, there)
            if kept is not None and kept.any():
                group |= kept
                if kept.sum() < block.sum():
                    self._set(kept)
        founded = self._founded(there & (self._of < 0))
        if founded.any():
            self._set(founded)
        return group | founded

    def _all(self) -> Iterator[Bools]:
        for number in range(self._of.max(initial=-1) + 1):
            yield self._of == number

    def _set(self, members: Bools) -> None:
        self._of[members] = self._of.max(initial=-1) + 1

    def _founded(self, loose: Bools) -> Bools:
        """Of those in no block, the new block that they make; nobody where they are too few."""
        unverified = loose & (self._people != Counting.PERSON)
        for members in (loose, unverified):
            if large_enough(members, self._people, self._k):
                return members
        return np.zeros(len(loose), np.bool_)

    def _kept(self, block: Bools, there: Bools) -> Bools | None:
        """What of a block may be counted although some of it is not ``there``; None: nothing."""
        lacking = block & ~there
        if not lacking.any():
            return block
        parts = [block & ~out for out in self._left_out(block, lacking)]
        fitting = [part for part in parts if large_enough(part, self._people, self._k)]
        return max(fitting, key=lambda part: int(part.sum()), default=None)

    def _left_out(self, block: Bools, lacking: Bools) -> Iterator[Bools]:
        """Ways to fill up who is ``lacking`` to a block of their own."""
        present = block & ~lacking
        verified, unverified = (
            self._filled(lacking, present & (self._people == kind), needed)
            for kind, needed in (
                (Counting.PERSON, self._k),
                (Counting.UNVERIFIED, UNVERIFIED_PER_PERSON * self._k),
            )
        )
        everybody = lacking | (present & (self._people == Counting.PERSON))
        for out in (lacking, verified, unverified, everybody):
            if large_enough(out, self._people, self._k):
                yield out

    def _filled(self, lacking: Bools, candidates: Bools, needed: int) -> Bools:
        """``lacking`` with the least seen ``candidates`` until there are ``needed`` of their kind.

        Whoever was seen least is likeliest to be missing again.
        """
        kinds = self._people[candidates]
        has = int((self._people[lacking] == kinds[0]).sum()) if len(kinds) else 0
        chosen = self._order[candidates[self._order]][: max(0, needed - has)]
        filled = lacking.copy()
        filled[chosen] = True
        return filled


def _classes(shown: Bools, students: int) -> Ints:
    """(N,) the number of each student's block; -1: no published group holds them."""
    of = np.full(students, -1, np.int64)
    held = shown.any(axis=0)
    if held.any():
        # One byte string a student: which of the groups hold them.
        packed = np.ascontiguousarray(np.packbits(np.unique(shown, axis=0)[:, held], axis=0).T)
        keys = packed.view([("", packed.dtype)] * packed.shape[1]).ravel()
        of[held] = np.unique(keys, return_inverse=True)[1].ravel()
    return of
