"""What changed in a lecture and what to try next time, in sentences that claim no more than looks.

A figure tells how faces look and where heads point; why, only the class can say. So a suggestion is
a place to start and never a finding.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from math import isnan
from typing import Final
from zoneinfo import ZoneInfo

from analytics.report.change_points import NOTABLE, Advice, ChangePoint, MarkerChange, Span
from dashboard import i18n
from dashboard.i18n import Said, mark, text, wording
from dashboard.reports.charts import local_time

ADVICE: Final[Mapping[Advice, str]] = Said(
    {
        Advice.AGAIN: mark(
            "If it was something you did, it may be worth doing again. Ask the class what helped."
        ),
        Advice.SHORTER: mark(
            "Next time try a shorter stretch here, or a question in the middle of it, and see "
            "whether attention holds."
        ),
        Advice.BREAK: mark(
            "Nothing was marked here, so recall what was on. A short break or a change of activity "
            "before this time may be worth a try."
        ),
        Advice.ASK: mark(
            "Ask how this part was for them and leave room for questions. A look alone does not "
            "say why."
        ),
        Advice.RECALL: mark("Recall what was on. A look alone does not say why it changed."),
    }
)
"""What to try in the next lesson."""


@dataclass(frozen=True, slots=True)
class ChangePointWords:
    """One change point as the report says it."""

    time: str
    evidence: str
    suggestion: str


def change_point_words(found: Sequence[ChangePoint], zone: ZoneInfo) -> list[ChangePointWords]:
    """The moments worth revisiting, in the reader's language and the school's wall time."""
    return [
        ChangePointWords(
            time=wording.clock(local_time(point.at, zone)),
            evidence=evidence(point),
            suggestion=ADVICE[point.advice],
        )
        for point in found
    ]


def told_change_points(table: bytes) -> list[ChangePointWords]:
    """What a report's ``moments`` table says, in the language it was written in."""
    return [
        ChangePointWords(
            wording.clock(datetime.fromisoformat(row["at"])), row["evidence"], row["suggestion"]
        )
        for row in csv.DictReader(StringIO(table.decode("utf-8"), newline=""))
    ]


def evidence(point: ChangePoint) -> str:
    """E.g. *After group work, attention rose from 52 % to 71 % (likely 64 to 77 %), for 12 min.*"""
    change = _moved(point.look is None, _look_name(point), point.before, point.after, point.span)
    lasted = wording.length(timedelta(seconds=point.lasted_s))
    if point.marker is not None:
        return text(
            "After {marker}, {change}, for {lasted}.",
            marker=point.marker.label,
            change=change,
            lasted=lasted,
        )
    return text("With no marker near, {change}, for {lasted}.", change=change, lasted=lasted)


def change_words(change: MarkerChange) -> str:
    """Before and after the marker, e.g. *After Quiz, attention rose from 52 % to 71 %.*"""
    parts = [*_attention(change), *_look(change)]
    if not parts:
        return text("After {marker}, the mood stayed as it was.", marker=change.marker.label)
    return text(
        "After {marker}, {changes}.", marker=change.marker.label, changes=i18n.listing(parts)
    )


def _attention(change: MarkerChange) -> list[str]:
    before, after = change.attentive_before, change.attentive_after
    if isnan(before) or isnan(after):
        return []
    if abs(after - before) < NOTABLE:
        return [text("attention stayed near {after}", after=i18n.percent(after))]
    return [_moved(True, "", before, after, change.attentive_span)]


def _look(change: MarkerChange) -> list[str]:
    before, after = change.share_before, change.share_after
    if change.look is None or abs(after - before) < NOTABLE:
        return []
    return [_moved(False, wording.LOOK[change.look], before, after, change.share_span)]


def _look_name(point: ChangePoint) -> str:
    return "" if point.look is None else wording.LOOK[point.look]


def _moved(attention: bool, look: str, before: float, after: float, span: Span) -> str:
    values = {"look": look, "before": i18n.percent(before), "after": _likely(after, span)}
    if attention and after > before:
        return text("attention rose from {before} to {after}", **values)
    if attention:
        return text("attention fell from {before} to {after}", **values)
    if after > before:
        return text("{look} rose from {before} to {after}", **values)
    return text("{look} fell from {before} to {after}", **values)


def _likely(after: float, span: Span) -> str:
    """A share with its range, where one is known."""
    if isnan(span[0]) or isnan(span[1]):
        return i18n.percent(after)
    return text(
        "{share} (likely {interval})",
        share=i18n.percent(after),
        interval=wording.between(span[0], span[1]),
    )
