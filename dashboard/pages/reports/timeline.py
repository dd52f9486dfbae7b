"""The timeline of a report's page: the charts of the live page over all of it, to zoom into."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from textwrap import wrap
from typing import Any, Final
from zoneinfo import ZoneInfo

from analytics.report.lecture_report import LectureReport, ReportTimeline
from contract import LOOKS, Look
from dashboard.components import time_axis
from dashboard.components.theme import STACK
from dashboard.i18n import text, wording
from dashboard.live import charts
from dashboard.live.charts import Figure, local
from dashboard.reports.change_points import evidence
from dashboard.reports.charts import known, sad_ceiling
from services.live.values import LivePoint, MarkerPoint

_MOMENT_COLOUR: Final = "#d1495b"
_LINE: Final = 58
"""Letters in a line under the pointer."""


def points(line: ReportTimeline) -> list[LivePoint]:
    """Each step as the charts take it, at its beginning, as the table of the timeline has it."""
    return [
        LivePoint(
            at=int(start),
            shares=_shares(line.shares[at]),
            attentive=known(line.attentive[at]),
            presence=known(line.presence[at]),
            reporting=int(line.reporting[at]),
            low=_shares(line.low[at]),
            high=_shares(line.high[at]),
        )
        for at, start in enumerate(line.starts.tolist())
    ]


def _shares(row: Any) -> tuple[float, ...] | None:
    values = [known(value) for value in row]
    return None if None in values else tuple(value for value in values if value is not None)


def mood(report: LectureReport, zone: ZoneInfo) -> Figure:
    """The looks, stacked; under the pointer each share with its interval."""
    told, markers = points(report.timeline), _markers(report)
    figure = charts.mood_figure(told, markers, zone, report.facts.started_at)
    for trace, look in zip(figure["data"], STACK, strict=False):
        trace["customdata"] = [_interval(point, look) for point in told]
        trace["hovertemplate"] = "%{y:.0%} %{customdata}"
    figure["data"].append(_moments(report, zone))
    return _to_zoom(figure, "report-mood")


def attention(report: LectureReport, zone: ZoneInfo) -> Figure:
    """How attentive the class looked, and how much of it was in view."""
    found = charts.attention_figure(
        points(report.timeline), _markers(report), zone, report.facts.started_at
    )
    return _to_zoom(found, "report-attention")


def sad(report: LectureReport, zone: ZoneInfo) -> Figure:
    """The share of sad-looking students within its interval."""
    found = charts.band_figure(points(report.timeline), [Look.SAD], zone)
    found["layout"] |= {"height": 200, "showlegend": False}
    found["layout"]["yaxis"] = {"range": [0, sad_ceiling(report)], "nticks": 5}
    return _to_zoom(found, "report-sad")


def _interval(point: LivePoint, look: Look) -> str:
    if point.low is None or point.high is None:
        return ""
    at = LOOKS.index(look)
    return f"({wording.between(point.low[at], point.high[at])})"


def _markers(report: LectureReport) -> list[MarkerPoint]:
    return [
        MarkerPoint(datetime.fromtimestamp(marker.at, tz=UTC), marker.label)
        for marker in report.markers
    ]


def _moments(report: LectureReport, zone: ZoneInfo) -> Mapping[str, Any]:
    """A sign at the floor for each moment to revisit, which says what changed."""
    clock = timezone(timedelta(seconds=time_axis.offset(report.facts.started_at, zone)))
    found = report.change_points
    return {
        "type": "scatter",
        "name": text("moment"),
        "mode": "markers",
        "x": [local(point.at, clock) for point in found],
        "y": [0.0 for _ in found],
        "text": [_folded(evidence(point)) for point in found],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "symbol": "diamond",
            "size": 13,
            "color": _MOMENT_COLOUR,
            "line": {"width": 1.5, "color": "#fff"},
        },
    }


def _folded(sentence: str) -> str:
    lines: Sequence[str] = wrap(sentence, _LINE)
    return "<br>".join(escape(line) for line in lines)


def _to_zoom(figure: Figure, name: str) -> Figure:
    """The figure, in which a stretch can be drawn out; what was chosen stays while it is open."""
    layout = figure["layout"]
    return {
        **figure,
        "layout": {
            **layout,
            "uirevision": name,
            "dragmode": "zoom",
            "xaxis": {**layout.get("xaxis", {}), "fixedrange": False},
        },
    }
