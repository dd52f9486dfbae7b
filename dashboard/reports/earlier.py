"""A lecture beside the course's earlier ones: the words for what stands out."""

from collections.abc import Sequence
from typing import Final

from analytics.report.comparison import ATTENTIVE, FIGURES, PRESENCE, Compared, Standing
from contract import LOOKS, Look
from dashboard import i18n
from dashboard.i18n import plural, text, wording

_TELLING: Final = 0.03
"""A look that is rarer than this, now and before, is left out."""


def _name(figure: str) -> str:
    """What a compared figure is called in a table."""
    if figure == ATTENTIVE:
        return text("Attentive")
    if figure == PRESENCE:
        return text("In view")
    name = wording.LOOK[_look(figure)]
    return name[:1].upper() + name[1:]


def _look(figure: str) -> Look:
    return LOOKS[FIGURES.index(figure) - 2]


def rows(compared: Sequence[Compared]) -> list[list[str]]:
    """The report's table: figure, this lecture, middle and range of the earlier ones."""
    return [
        [
            _name(one.figure),
            i18n.percent(one.now),
            i18n.percent(one.usual),
            wording.between(one.low, one.high),
        ]
        for one in compared
        if one.figure in (ATTENTIVE, PRESENCE) or max(one.now, one.high) >= _TELLING
    ]


def sentence(compared: Sequence[Compared]) -> str:
    """What stands out, or that nothing does."""
    if not compared:
        return text("There are not yet two earlier lectures of this course to compare with.")
    count = max(one.lectures for one in compared)
    out = [_stands_out(one) for one in compared if one.standing is not Standing.WITHIN]
    said = plural("Beside {n} earlier lecture", "Beside {n} earlier lectures", count)
    if not out:
        return text("{beside}, each figure lies within or near what they showed.", beside=said)
    return text("{beside}: {figures}.", beside=said, figures=i18n.listing(out))


def _stands_out(one: Compared) -> str:
    above, share = one.standing is Standing.ABOVE, i18n.percent(one.now)
    if one.figure == ATTENTIVE and above:
        return text("attention was higher than in any of them ({share})", share=share)
    if one.figure == ATTENTIVE:
        return text("attention was lower than in any of them ({share})", share=share)
    if one.figure == PRESENCE and above:
        return text("students were in view more than in any of them ({share})", share=share)
    if one.figure == PRESENCE:
        return text("students were in view less than in any of them ({share})", share=share)
    look = wording.LOOK[_look(one.figure)]
    if above:
        return text("{look} faces were more common than in any ({share})", look=look, share=share)
    return text("{look} faces were less common than in any ({share})", look=look, share=share)
