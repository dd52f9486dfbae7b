"""The two charts of the live page.

Colours of axes and text come from the page's style sheet, so a chart follows light and dark
without being drawn again; the looks keep their own colours in both.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract import LOOKS, Look
from dashboard.components.theme import (
    ATTENTIVE_COLOUR,
    FONT,
    LOOK_COLOURS,
    PRESENCE_COLOUR,
    STACK,
    translucent,
)
from dashboard.i18n import text, wording
from services.live.values import LivePoint, MarkerPoint

Figure = dict[str, Any]
KEPT_POINTS: Final = 6 * 60 * 8
"""Eight hours of ten-second points; a longer lecture lets go of its beginning."""

_LET_GO: Final = 6 * 60
"""Points let go at once: a chart whose beginning moves is sent whole."""

_CONFIG: Final[dict[str, Any]] = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
    "showTips": False,
}


def config() -> Any:
    """Plotly's configuration for both charts: no tool bar, fits its place."""
    return dict(_CONFIG)


def first_kept(count: int) -> int:
    """Which of ``count`` points is the first that the charts show."""
    return -(-max(0, count - KEPT_POINTS) // _LET_GO) * _LET_GO


def mood_figure(
    points: Sequence[LivePoint], markers: Sequence[MarkerPoint], zone: ZoneInfo
) -> Figure:
    """The stacked looks of the class over time, one trace per look in the order of ``STACK``."""
    x = [local(point.at, zone) for point in points]
    data: list[dict[str, Any]] = []
    for look in STACK:
        index = LOOKS.index(look)
        data.append(
            {
                "type": "scatter",
                "name": wording.LOOK[look],
                "x": x,
                "y": [_share(point, index) for point in points],
                "stackgroup": "looks",
                "mode": "lines",
                "line": {"width": 0.75, "color": "rgba(255,255,255,.55)"},
                "fillcolor": LOOK_COLOURS[look],
                "hovertemplate": "%{y:.0%}",
                "text": [],
            }
        )
    data.append(_marker_trace(markers, zone))
    return {"data": data, "layout": _layout("mood", height=340)}


def band_figure(points: Sequence[LivePoint], looks: Sequence[Look], zone: ZoneInfo) -> Figure:
    """The shares of some looks over time, each a line inside the band of its 90 % interval."""
    data: list[dict[str, Any]] = []
    for look in looks:
        index, colour = LOOKS.index(look), LOOK_COLOURS[look]
        line = {"type": "scatter", "mode": "lines", "x": [local(p.at, zone) for p in points]}
        edge = {"width": 0, "color": colour}
        for bound, filled in (("low", {}), ("high", {"fill": "tonexty"})):
            values = [getattr(point, bound) for point in points]
            data.append(
                {
                    **line,
                    **filled,
                    "y": [None if value is None else round(value[index], 4) for value in values],
                    "line": edge,
                    "fillcolor": translucent(colour, 0.22),
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
        shares = [None if p.shares is None else round(p.shares[index], 4) for p in points]
        data.append(
            {
                **line,
                "name": wording.LOOK[look],
                "y": shares,
                "line": {"width": 2.5, "color": colour},
                "hovertemplate": "%{y:.0%}",
            }
        )
    layout = _layout("bands", height=300)
    legend = {"orientation": "h", "y": 1.12, "x": 0}
    return {"data": data, "layout": {**layout, "showlegend": True, "legend": legend}}


def attention_figure(
    points: Sequence[LivePoint], markers: Sequence[MarkerPoint], zone: ZoneInfo
) -> Figure:
    """How attentive the class looked, and how many were there to be seen, over time."""
    x = [local(point.at, zone) for point in points]
    line = {"type": "scatter", "mode": "lines", "x": x, "hovertemplate": "%{y:.0%}", "text": []}
    data = [
        {
            **line,
            "name": text("in view"),
            "y": [point.presence for point in points],
            "line": {"width": 1.5, "color": PRESENCE_COLOUR, "dash": "dot"},
        },
        {
            **line,
            "name": text("attentive"),
            "y": [point.attentive for point in points],
            "line": {"width": 2.5, "color": ATTENTIVE_COLOUR},
        },
        _marker_trace(markers, zone),
    ]
    return {"data": data, "layout": _layout("attention", height=160)}


@lru_cache(maxsize=16 * KEPT_POINTS)
def local(epoch: int, zone: ZoneInfo) -> str:
    """An epoch second as the school's wall time, without offset: Plotly 7 would drop it unread."""
    return datetime.fromtimestamp(epoch, tz=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _share(point: LivePoint, index: int) -> float:
    # Where nobody was seen the whole stack falls to the floor: a gap that reads as one.
    return 0.0 if point.shares is None else round(point.shares[index], 4)


def _marker_trace(markers: Sequence[MarkerPoint], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": "marker",
        "mode": "markers",
        "x": [local(int(marker.at.timestamp()), zone) for marker in markers],
        "y": [1.0 for _ in markers],
        "text": [marker.label for marker in markers],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        # The arrow's tip stands on the point, so that all of it is above the stack.
        "marker": {"symbol": "arrow", "angle": 180, "size": 11, "color": "#7b7be9"},
        "error_y": {
            "type": "constant",
            "symmetric": False,
            "value": 0,
            "valueminus": 1,
            "thickness": 1.5,
            "width": 0,
            "color": "#7b7be9",
        },
    }


def _layout(name: str, *, height: int) -> dict[str, Any]:
    return {
        "uirevision": name,
        "height": height,
        "margin": {"l": 44, "r": 12, "t": 14, "b": 28},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"namelength": -1},
        "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12},
        "xaxis": {
            "type": "date",
            "tickformat": "%H:%M",
            "hoverformat": "%H:%M:%S",
            "nticks": 8,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            # A little above all of it, where the markers stand.
            "range": [0, 1.05],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1] if height > 200 else [0, 0.5, 1],
            "zeroline": False,
            "fixedrange": True,
        },
    }
