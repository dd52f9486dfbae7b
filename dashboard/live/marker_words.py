"""Where the words of markers stand over the mood chart: in two rows, each as long as it has room.

The whole words are under the pointer and in the list of markers; what is shortened says so.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.live.values import MarkerPoint

ROWS: Final = (1.085, 1.15)
"""Heights of the rows, in the chart's own scale, whose shares end at 1."""

_ACROSS: Final = 105
"""Letters of ordinary width that a wide chart has room for."""
_LONGEST: Final = 28
_SHORTEST: Final = 4
"""With room for less nothing is written: an arrow alone says more than three letters."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written of one marker, at which height, and on which side of it."""

    text: str
    height: float
    left: bool


def placed(markers: Sequence[MarkerPoint], begin: float, end: float) -> list[Words]:
    """The words of each marker of a chart from ``begin`` to ``end``, in epoch seconds."""
    letters = _ACROSS / max(end - begin, 1.0)
    rows = len(ROWS)
    free = [0.0] * rows
    found = []
    for index, marker in enumerate(markers):
        row, at = index % rows, (marker.at.timestamp() - begin) * letters
        after = markers[index + rows : index + rows + 1]
        limit = (after[0].at.timestamp() - begin) * letters if after else float(_ACROSS)
        right, left = limit - at - 2, at - free[row] - 2
        wanted = min(len(marker.label), _LONGEST)
        aside = not after and right < wanted and left > right
        said = shortened(marker.label, int(min(left if aside else right, _LONGEST)))
        free[row] = at if aside else at + len(said)
        found.append(Words(said, ROWS[row], aside))
    return found


def shortened(label: str, most: int) -> str:
    """``label`` in at most ``most`` letters, the last of them … where it had more; or nothing."""
    if len(label) <= most:
        return label
    if most < _SHORTEST:
        return ""
    end = most - 1
    # No letter loses what belongs to it: an accent, a vowel sign, half of a joined picture.
    while end > 0 and (_joins(label[end]) or label[end - 1] == "\u200d"):
        end -= 1
    return label[:end].rstrip() + "…"


def _joins(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M") or letter == "\u200d"
