"""How often check-ins were right in life, by what teachers answered and students wished.

The bench measures the rule on faces whose state is known; a course knows better how it does there.
A check-in is right where the teacher checked in, or the student who is asked first said *yes*, and
wrong where the teacher said so. *Not now* says neither. A student's *no* is never told, so it is
not counted: the figure flatters where students are asked first, which is why their part is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scipy.special import betaincinv

LEAST_ANSWERS: Final = 20
"""Below these a share says next to nothing, and points at people: at 15 of 20 right its 90 %
interval is still 57 to 88 %."""
_TAIL: Final = 0.05
_JEFFREYS: Final = 0.5


@dataclass(frozen=True)
class Outcome:
    """What was said of one check-in. ``right`` None: the teacher has not judged it."""

    right: bool | None
    wished: bool = False
    """the student, asked first, said *yes*"""


@dataclass(frozen=True)
class InLife:
    """Of ``answered`` check-ins so many were ``right``, ``wished`` of them by the student."""

    answered: int
    right: int
    wished: int

    @property
    def share(self) -> float:
        """The precision in life, 0..1."""
        return self.right / self.answered

    @property
    def likely(self) -> tuple[float, float]:
        """Its 90 % interval (Jeffreys: Brown, Cai and DasGupta 2001)."""
        a, b = self.right + _JEFFREYS, self.answered - self.right + _JEFFREYS
        return float(betaincinv(a, b, _TAIL)), float(betaincinv(a, b, 1 - _TAIL))


def in_life(outcomes: Iterable[Outcome]) -> InLife | None:
    """How often check-ins were right; None below ``LEAST_ANSWERS``.

    A student's *yes* stands against the teacher's *wrong*: they know better.
    """
    judged = [one for one in outcomes if one.wished or one.right is not None]
    if len(judged) < LEAST_ANSWERS:
        return None
    return InLife(
        answered=len(judged),
        right=sum(one.wished or one.right is True for one in judged),
        wished=sum(one.wished for one in judged),
    )
