"""Comparison: one lecture's class figures beside those that the course's earlier lectures showed.

Made of shown figures alone, so it can tell nothing that their own reports do not.

What ``[own]`` marks: ``docs/science.md``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from statistics import median
from typing import Final

from analytics.report.change_points import NOTABLE
from contract.looks import LOOKS

ATTENTIVE: Final = "attentive"
PRESENCE: Final = "presence"
FIGURES: Final = (ATTENTIVE, PRESENCE, *(look.value for look in LOOKS))
"""What is compared, by name: two indices and the seven shares, each 0..1."""

LEAST: Final = 2
"""Fewer earlier lectures than this are no habit of a course `[own]`."""


class Standing(StrEnum):
    """Where a figure lies beside those of the earlier lectures."""

    ABOVE = "above"
    """more than in each of them, by a notable step"""
    BELOW = "below"
    WITHIN = "within"


@dataclass(frozen=True)
class Compared:
    """One figure, 0..1, of this lecture and of the earlier ones that showed it."""

    figure: str
    """one of ``FIGURES``"""
    now: float
    usual: float
    """median of the earlier ones"""
    low: float
    """least of them"""
    high: float
    lectures: int
    """how many of them"""
    standing: Standing


def compare(
    now: Mapping[str, float], earlier: Sequence[Mapping[str, float]]
) -> tuple[Compared, ...]:
    """Each of ``FIGURES`` that this lecture and enough earlier ones show; NaN counts as not shown.

    ``now`` and each of ``earlier`` give figures by name; a missing one is not shown.
    """
    found = []
    for figure in FIGURES:
        own = now.get(figure, float("nan"))
        before = [value for one in earlier if not isnan(value := one.get(figure, float("nan")))]
        if isnan(own) or len(before) < LEAST:
            continue
        low, high = min(before), max(before)
        standing = Standing.WITHIN
        if own > high + NOTABLE:
            standing = Standing.ABOVE
        elif own < low - NOTABLE:
            standing = Standing.BELOW
        found.append(Compared(figure, own, median(before), low, high, len(before), standing))
    return tuple(found)
