"""A lecture beside the course's earlier ones: what their reports showed, and the words for it.

Read out of the reports' own tables, which the same readers may see, so that nothing is compared
that was not shown.
"""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Final

from analytics.comparison import ATTENTIVE, FIGURES, PRESENCE, Compared, Standing
from contract import EMOTIONS, Emotion, Policy
from dashboard import i18n, wording
from dashboard.i18n import plural, text
from db import queries, reports
from db.store import Store
from db.values import Lecture

MOST: Final = 5
"""As many of the newest are a course's habit."""
_TELLING: Final = 0.03
"""A look that is rarer than this, now and before, is left out."""


def earlier_figures(store: Store, lecture: Lecture, model: str) -> list[Mapping[str, float]]:
    """The class figures of the course's last reports before ``lecture``, newest first.

    Only under the same policy, whose rules shaped them alike, and shares only of the same
    ``model`` (``name@version``).
    """
    if lecture.policy is Policy.SELF_REPORT:
        return []
    found: list[Mapping[str, float]] = []
    for other in queries.lectures_of_course(store, lecture.course_id):
        over = other.ended_at is not None and other.ended_at <= lecture.started_at
        if len(found) == MOST or not over or other.policy is not lecture.policy:
            continue
        report = reports.latest(store, other.id)
        table = None if report is None else reports.table(store, report.id, "summary")
        if table is not None:
            found.append(_figures(table, model))
    return found


def _figures(table: bytes, model: str) -> Mapping[str, float]:
    rows = dict(row[:2] for row in csv.reader(StringIO(table.decode("utf-8"))) if len(row) >= 2)
    wanted = {ATTENTIVE: rows.get(ATTENTIVE), PRESENCE: rows.get(PRESENCE)}
    if rows.get("model") == model:
        wanted |= {look.value: rows.get(f"{look.value}_share") for look in EMOTIONS}
    return {name: float(value) for name, value in wanted.items() if value}


def _name(figure: str) -> str:
    """What a compared figure is called in a table."""
    if figure == ATTENTIVE:
        return text("Attentive")
    if figure == PRESENCE:
        return text("In view")
    name = wording.LOOK[_look(figure)]
    return name[:1].upper() + name[1:]


def _look(figure: str) -> Emotion:
    return EMOTIONS[FIGURES.index(figure) - 2]


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
        return text("{beside}, nothing stands out.", beside=said)
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
