"""What the reports of a course's earlier lectures showed, for a lecture to be compared with.

Read out of the reports' own tables, which the same readers may see, so that nothing is compared
that was not shown.
"""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Final

from analytics.report.comparison import ATTENTIVE, PRESENCE
from contract import LOOKS, Policy
from db.engine.store import Store
from db.measurements import queries
from db.teaching import reports
from db.values import Lecture

MOST: Final = 5
"""As many of the newest are a course's habit."""


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
        wanted |= {look.value: rows.get(f"{look.value}_share") for look in LOOKS}
    return {name: float(value) for name, value in wanted.items() if value}
