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


def large_enough(verified: int, unverified: int, k: int) -> bool:
    """Whether so many may be a block: k people, or 2 k unverified ones and nobody verified.

    A verified student is hidden among k verified ones or not counted at all: whoever invents
    students would else choose how few real ones a group has.
    """
    return verified >= k if verified else unverified >= UNVERIFIED_PER_PERSON * k


class Blocks:
    """The blocks of N students: ``people`` (N,) says what each counts as, see ``Counting``.

    ``shown`` (R, N) are the groups that were published. ``seen`` (N,) orders who is left out first
    where a block must be split. Raises AnalyticsError where k is below one.
    """

    def __init__(self, shown: Bools, people: Ints, seen: Ints, k: int = K) -> None:
        if k < 1:
            raise AnalyticsError(f"A small group's k must be at least 1, but is {k}.")
        self._verified = np.asarray(people == Counting.PERSON, np.bool_)
        self._unverified = np.asarray(people == Counting.UNVERIFIED, np.bool_)
        self._k = k
        self._order = np.argsort(seen, kind="stable")
        self._of = _classes(shown, len(people))

    def cover(self, there: Bools) -> Bools:
        """(N,) the largest union of blocks found among those who are ``there`` (N,).

        Blocks are split and founded on the way where that lets more be counted; what is answered
        must be published, or this object thrown away.
        """
        own = self._of + 1
        size = np.bincount(own)
        present = np.bincount(own[there], minlength=len(size))
        whole = present == size
        whole[0] = False
        group = np.asarray(whole[own], np.bool_)
        # What is left out must be a block, and what is counted, too.
        for number in np.flatnonzero(~whole & (present >= self._k) & (size >= 2 * self._k)):
            if number:
                kept = self._kept(own == number, there)
                if kept is not None:
                    group |= kept
                    self._set(kept)
        founded = self._founded(there & (own == 0))
        if founded.any():
            self._set(founded)
        return group | founded

    def _set(self, members: Bools) -> None:
        self._of[members] = self._of.max(initial=-1) + 1

    def _counted(self, group: Bools) -> tuple[int, int]:
        """How many verified and unverified people are in a group."""
        return int((group & self._verified).sum()), int((group & self._unverified).sum())

    def _founded(self, loose: Bools) -> Bools:
        """Of those in no block, the new block that they make; nobody where they are too few."""
        verified, unverified = self._counted(loose)
        if large_enough(verified, unverified, self._k):
            return loose
        if large_enough(0, unverified, self._k):
            return loose & ~self._verified
        return np.zeros(len(loose), np.bool_)

    def _kept(self, block: Bools, there: Bools) -> Bools | None:
        """What of a block may be counted where some of it is not ``there``; None: nothing.

        Who is lacking is filled up to a block of their own by the verified or unverified people
        who were seen least, as they are likeliest to be missing again; whichever leaves out fewer.
        """
        lacking = block & ~there
        verified, unverified = self._counted(block)
        gone, gone_unverified = self._counted(lacking)
        more = max(0, self._k - gone)
        more_unverified = max(0, UNVERIFIED_PER_PERSON * self._k - gone_unverified)
        ways = [(0, 0), (more, 0), (verified - gone, 0)] + ([] if gone else [(0, more_unverified)])
        fitting = [
            (more, also)
            for more, also in ways
            if large_enough(gone + more, gone_unverified + also, self._k)
            and large_enough(verified - gone - more, unverified - gone_unverified - also, self._k)
        ]
        if not fitting:
            return None
        more, also = min(fitting, key=sum)
        present = block & there
        kept = present.copy()
        for kind, number in ((self._verified, more), (self._unverified, also)):
            kept[self._order[(present & kind)[self._order]][:number]] = False
        return kept


def _classes(shown: Bools, students: int) -> Ints:
    """(N,) the number of each student's block; -1: no published group holds them."""
    of = np.full(students, -1, np.int64)
    held = shown.any(axis=0)
    if held.any():
        distinct = list({group.tobytes(): row for row, group in enumerate(shown)}.values())
        # One byte string a student: which of the groups hold them.
        packed = np.packbits(shown[distinct][:, held], axis=0).T
        numbers: dict[bytes, int] = {}
        of[held] = [numbers.setdefault(one.tobytes(), len(numbers)) for one in packed]
    return of
