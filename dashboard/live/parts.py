"""What the live page shows, as the parts that its line follows: by element, as JSON trees."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash.development.base_component import Component

from contract import BUCKET_SECONDS
from dashboard.components import ids, parts
from dashboard.i18n import text, wording
from dashboard.live import charts as live_charts
from dashboard.live import markers, self_reports, students
from dashboard.live import panels as live_panels
from dashboard.live.delta_feed import Parts
from db.values import Course, Lecture
from services.live.values import Increment, LiveSnapshot

NEWEST: Final = "newest"
"""The part that no element shows: until when there is data, in epoch seconds, or None."""

CHARTS: Final = (ids.LIVE_MOOD, ids.LIVE_ATTENTION)


def panels(snapshot: LiveSnapshot | None) -> dict[str, Any]:
    """The children of each panel, by its element's id; before the first tick, that it comes."""
    if snapshot is None:
        return _starting()
    return {
        ids.LIVE_STRIP: live_panels.strip(snapshot),
        ids.LIVE_QUEUE: live_panels.queue(snapshot),
        ids.LIVE_WAITING: live_panels.waiting(snapshot),
        ids.LIVE_TILES: students.tiles(snapshot),
        ids.LIVE_MARKERS: markers.listed(snapshot),
        ids.LIVE_SAID: self_reports.panel(snapshot),
        ids.LIVE_LEGEND: live_panels.legend(snapshot.mood),
        ids.LIVE_KEY: live_panels.attention_key(snapshot),
        ids.LIVE_MOOD_TEXT: live_panels.mood_sentence(snapshot),
        ids.LIVE_ATTENTION_TEXT: live_panels.attention_sentence(snapshot),
    }


def figures(lecture: Lecture, timeline: Increment, zone: ZoneInfo) -> dict[str, live_charts.Figure]:
    """Both charts with all that ``timeline`` holds, by their elements' ids."""
    begin = int(lecture.started_at.timestamp())
    points = timeline.points[live_charts.first_kept(len(timeline.points)) :]
    return {
        ids.LIVE_MOOD: live_charts.mood_figure(points, timeline.markers, zone, begin),
        ids.LIVE_ATTENTION: live_charts.attention_figure(points, timeline.markers, zone, begin),
    }


def since(lecture: Lecture, now: datetime) -> str:
    """How long the lecture has been running."""
    return text("running for {span}", span=wording.length(now - lecture.started_at))


def newest(snapshot: LiveSnapshot | None) -> int | None:
    """The end of the last ten seconds of which there is data of anybody, in epoch seconds."""
    if snapshot is None or snapshot.newest is None:
        return None
    # While data flows the newest is now: said at each tick, it would be all that an answer says.
    return -(-int(snapshot.newest.timestamp()) // BUCKET_SECONDS) * BUCKET_SECONDS


def followed(
    lecture: Lecture,
    course: Course,
    snapshot: LiveSnapshot | None,
    timeline: Increment,
    now: datetime,
) -> Parts:
    """Every part of the page that changes while it is open, as its browser holds them."""
    shown = {name: plain(panel) for name, panel in panels(snapshot).items()}
    charts = figures(lecture, timeline, ZoneInfo(course.timezone))
    return {
        **shown,
        **{name: shared_times(figure) for name, figure in charts.items()},
        ids.LIVE_SINCE: since(lecture, now),
        NEWEST: newest(snapshot),
    }


def plain(part: Any) -> Any:
    """Components as the JSON that Dash sends of them."""
    if isinstance(part, Component):
        told: Any = part
        return plain(told.to_plotly_json())
    if isinstance(part, Mapping):
        return {name: plain(value) for name, value in part.items()}
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [plain(value) for value in part]
    return part


def shared_times(figure: live_charts.Figure) -> live_charts.Figure:
    """``figure`` with its traces' times told once, 0 standing for those of the first trace, and
    without its template, which the page was drawn with.

    ``assets/delta_feed.js`` does the same to what it draws, and undoes it to draw.
    """
    first, *others = figure["data"]
    told = [{**trace, "x": 0} if trace["x"] == first["x"] else trace for trace in others]
    return {**live_charts.untold(figure), "data": [first, *told]}


def _starting() -> dict[str, Any]:
    wait = parts.empty(text("Starting"), text("The first figures appear within a few seconds."))
    return {
        ids.LIVE_STRIP: [
            parts.stat(label, "–")
            for label in (
                text("The class looks"),
                text("Attentive"),
                text("Over 5 minutes"),
                text("Reporting"),
            )
        ],
        ids.LIVE_QUEUE: [wait],
        ids.LIVE_WAITING: [],
        ids.LIVE_TILES: [],
        ids.LIVE_MARKERS: [],
        ids.LIVE_SAID: [],
        ids.LIVE_LEGEND: live_panels.legend(None),
        ids.LIVE_KEY: live_panels.attention_key(None),
        ids.LIVE_MOOD_TEXT: text("No faces have been seen yet."),
        ids.LIVE_ATTENTION_TEXT: text("Nobody is in view yet."),
    }
