"""The two charts of the live page.

Colours of axes and text come from the page's style sheet, so a chart follows light and dark
without being drawn again; the looks keep their own colours in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from contract import BUCKET_SECONDS, LOOKS, Look
from contract.languages import Language
from dashboard import i18n
from dashboard.components import time_axis
from dashboard.components.theme import (
    ATTENTIVE_COLOUR,
    LOOK_COLOURS,
    PRESENCE_COLOUR,
    STACK,
    plotly_template,
    translucent,
)
from dashboard.i18n import text, wording
from dashboard.live import marker_words
from services.live.values import LivePoint, MarkerPoint

Figure = dict[str, Any]
KEPT_POINTS: Final = 6 * 60 * 8
"""Eight hours of ten-second points; a longer lecture lets go of its beginning."""

_LET_GO: Final = 6 * 60
"""Points let go at once: a chart whose beginning moves is sent whole."""

_MARKER_COLOUR: Final = "#7b7be9"

FIRST_S: Final = 300
"""Seconds that a chart shows at least."""

_TOP: Final = 1.05
"""A little above all of it, where the markers stand."""
_TOP_WITH_WORDS: Final = 1.19
_TWO_LINES: Final = 44
"""Margin below a chart whose times are named with their days, in pixels."""

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


@dataclass(frozen=True, slots=True)
class _Span:
    """The time that a chart shows, in epoch seconds, and how it is named on the axis."""

    begin: int
    end: int
    zone: ZoneInfo

    @classmethod
    def of(cls, points: Sequence[LivePoint], zone: ZoneInfo, begin: int | None) -> Self:
        """From the first point, or else the lecture's ``begin``, to the last point."""
        first = points[0].at - BUCKET_SECONDS if points else begin or 0
        return cls(first, points[-1].at if points else first, zone)

    @property
    def shown_until(self) -> int:
        """Where the axis ends: a lecture that has just begun is no chart of one minute."""
        return max(self.end, self.begin + FIRST_S)

    @property
    def clock(self) -> timezone:
        """The clock by which points are placed: one for the whole axis, so that it is straight."""
        return timezone(timedelta(seconds=time_axis.offset(self.begin, self.zone)))

    def times(self, points: Sequence[LivePoint]) -> list[str]:
        """Where the points stand on it."""
        clock = self.clock
        return [local(point.at, clock) for point in points]

    def axis(self) -> dict[str, Any]:
        """What the time axis has that the template has not."""
        found: dict[str, Any] = {}
        if not self.begin:
            return found
        if self.end < self.shown_until:
            found["range"] = [local(at, self.clock) for at in (self.begin, self.shown_until)]
        changes = time_axis.offset(self.shown_until, self.zone) != time_axis.offset(
            self.begin, self.zone
        )
        if changes or time_axis.days_within(self.begin, self.shown_until, self.zone):
            named = time_axis.ticks(self.begin, self.shown_until, self.zone)
            found["tickvals"] = [local(tick.at, self.clock) for tick in named]
            found["ticktext"] = [
                f"{tick.clock}<br>{tick.day}" if tick.day else tick.clock for tick in named
            ]
        if changes:
            # Under the pointer stands the clock of the beginning, and says so.
            found["hoverformat"] = f"%H:%M:%S {self.clock.tzname(None)}"
        return found

    def layout(self, top: float = _TOP) -> dict[str, Any]:
        """The parts of a layout that follow from it. ``top``: the share at its upper edge."""
        axis = self.axis()
        low = {"margin": {"b": _TWO_LINES}} if "tickvals" in axis else {}
        return {"xaxis": axis, "yaxis": {"range": [0, top]}, **low}


def mood_figure(
    points: Sequence[LivePoint],
    markers: Sequence[MarkerPoint],
    zone: ZoneInfo,
    begin: int | None = None,
) -> Figure:
    """The stacked looks of the class over time, one trace per look in the order of ``STACK``.

    ``begin``: when the lecture began, in epoch seconds, for as long as it has no points.
    """
    span = _Span.of(points, zone, begin)
    x = span.times(points)
    looks = (LOOKS.index(look) for look in STACK)
    return _filled(
        _mood(i18n.language()),
        [
            *({"x": x, "y": [_share(point, look) for point in points]} for look in looks),
            _worded(markers, span),
            _marked(markers, span),
        ],
        span.layout(_TOP_WITH_WORDS if markers else _TOP),
    )


def band_figure(points: Sequence[LivePoint], looks: Sequence[Look], zone: ZoneInfo) -> Figure:
    """The shares of some looks over time, each a line inside the band of its 90 % interval."""
    span = _Span.of(points, zone, None)
    x = span.times(points)
    shape = go.Figure([trace for look in looks for trace in _band(look)], _layout("bands", 300))
    shape.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.12, "x": 0})
    ends = ("low", "high", "shares")
    return _filled(
        shape,
        [
            {"x": x, "y": [_rounded(getattr(point, end), LOOKS.index(look)) for point in points]}
            for look in looks
            for end in ends
        ],
        span.layout(),
    )


def attention_figure(
    points: Sequence[LivePoint],
    markers: Sequence[MarkerPoint],
    zone: ZoneInfo,
    begin: int | None = None,
) -> Figure:
    """How attentive the class looked, and how many were there to be seen, over time."""
    span = _Span.of(points, zone, begin)
    x = span.times(points)
    return _filled(
        _attention(i18n.language()),
        [
            {"x": x, "y": [point.presence for point in points]},
            {"x": x, "y": [point.attentive for point in points]},
            _marked(markers, span),
        ],
        span.layout(),
    )


def untold(figure: Figure) -> Figure:
    """``figure`` without what a page that has drawn it once knows already: its template."""
    layout = {name: part for name, part in figure["layout"].items() if name != "template"}
    return {**figure, "layout": layout}


@lru_cache(maxsize=16 * KEPT_POINTS)
@lru_cache(maxsize=16 * KEPT_POINTS)
def local(epoch: int, zone: tzinfo) -> str:
    """An epoch second as wall time, without offset: Plotly 7 would drop it unread.

    Kept, since each tick draws the same points anew.
    """
    return datetime.fromtimestamp(epoch, tz=UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _share(point: LivePoint, index: int) -> float:
    # Where nobody was seen the whole stack falls to the floor: a gap that reads as one.
    return 0.0 if point.shares is None else round(point.shares[index], 4)


def _rounded(shares: tuple[float, ...] | None, index: int) -> float | None:
    return None if shares is None else round(shares[index], 4)


def _worded(markers: Sequence[MarkerPoint], span: _Span) -> dict[str, Any]:
    words = marker_words.placed(markers, span.begin, span.shown_until)
    return {
        "x": [local(int(marker.at.timestamp()), span.clock) for marker in markers],
        "y": [one.height for one in words],
        "text": [one.text for one in words],
        "textposition": [f"middle {'left' if one.left else 'right'}" for one in words],
    }


def _marked(markers: Sequence[MarkerPoint], span: _Span) -> dict[str, Any]:
    return {
        "x": [local(int(marker.at.timestamp()), span.clock) for marker in markers],
        "y": [1.0 for _ in markers],
        "text": [marker.label for marker in markers],
    }


def _filled(
    shape: go.Figure, columns: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]
) -> Figure:
    """``shape`` as JSON, each of its traces with its columns, with ``layout`` beside its own.

    Plotly's objects check and copy whatever they are given, which for eight hours of points would
    be a tenth of a second a tick; so they hold the shape, and the points are poured in afterwards.
    """
    figure: Figure = shape.to_plotly_json()
    for trace, column in zip(figure["data"], columns, strict=True):
        trace.update(column)
    for name, part in layout.items():
        figure["layout"][name] = {**figure["layout"].get(name, {}), **part}
    return figure


@lru_cache(maxsize=len(Language))
def _mood(_: Language) -> go.Figure:
    looks = [
        go.Scatter(
            name=wording.LOOK[look],
            stackgroup="looks",
            line={"width": 0.75, "color": "rgba(255,255,255,.55)"},
            fillcolor=LOOK_COLOURS[look],
        )
        for look in STACK
    ]
    words = go.Scatter(mode="text", cliponaxis=False, hoverinfo="skip", hovertemplate="")
    return go.Figure([*looks, words, _markers()], _layout("mood", 340))


@lru_cache(maxsize=len(Language))
def _attention(_: Language) -> go.Figure:
    in_view = go.Scatter(
        name=text("in view"), line={"width": 1.5, "color": PRESENCE_COLOUR, "dash": "dot"}
    )
    attentive = go.Scatter(name=text("attentive"), line={"width": 2.5, "color": ATTENTIVE_COLOUR})
    return go.Figure([in_view, attentive, _markers()], _layout("attention", 160))


def _band(look: Look) -> list[go.Scatter]:
    """The lower end, the upper one filled down to it, and the share between them."""
    colour = LOOK_COLOURS[look]
    end = {
        "line": {"width": 0, "color": colour},
        "fillcolor": translucent(colour, 0.22),
        "hoverinfo": "skip",
        # The template's would be stronger than the wish to be skipped.
        "hovertemplate": "",
        "showlegend": False,
    }
    return [
        go.Scatter(end),
        go.Scatter(end, fill="tonexty"),
        go.Scatter(name=wording.LOOK[look], line={"width": 2.5, "color": colour}),
    ]


def _markers() -> go.Scatter:
    # The arrow's tip stands on the point, so that all of it is above the stack.
    arrow = {"symbol": "arrow", "angle": 180, "size": 11, "color": _MARKER_COLOUR}
    down = {
        "type": "constant",
        "symmetric": False,
        "value": 0,
        "valueminus": 1,
        "thickness": 1.5,
        "width": 0,
        "color": _MARKER_COLOUR,
    }
    return go.Scatter(
        name="marker",
        mode="markers",
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
        marker=arrow,
        error_y=down,
    )


def _layout(name: str, height: int) -> go.Layout:
    return go.Layout(
        template=plotly_template(),
        uirevision=name,
        height=height,
        yaxis={
            "tickvals": [0, 0.25, 0.5, 0.75, 1] if height > 200 else [0, 0.5, 1],
        },
    )
