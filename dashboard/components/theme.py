"""How ClassPulse looks: one theme for light and dark, and one fixed colour for each look."""

from functools import cache
from typing import Any, Final

from contract import Look

STACK: Final[tuple[Look, ...]] = (
    Look.NEUTRAL,
    Look.HAPPY,
    Look.SURPRISE,
    Look.FEAR,
    Look.DISGUST,
    Look.ANGRY,
    Look.SAD,
)
"""Bottom to top, always. The two that matter most lie on a straight edge: *neutral* stands on the
floor of the chart and *sad* hangs from its ceiling, so that both can be read without a ruler."""

LOOK_COLOURS: Final[dict[Look, str]] = {
    Look.NEUTRAL: "#9BA3AF",
    Look.HAPPY: "#E69F00",
    Look.SURPRISE: "#56B4E9",
    Look.FEAR: "#CC79A7",
    Look.DISGUST: "#009E73",
    Look.ANGRY: "#D55E00",
    Look.SAD: "#0072B2",
}
"""Okabe and Ito's palette (2008), which people with any common colour blindness can tell apart."""

ATTENTIVE_COLOUR: Final = "#5656CF"
PRESENCE_COLOUR: Final = "#8A93A3"

FONT: Final = (
    "Inter, 'Noto Sans Devanagari', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', "
    "sans-serif"
)

_IRIS: Final = [
    "#f3f3ff",
    "#e4e4fd",
    "#c7c7f8",
    "#ababf3",
    "#9393ee",
    "#7b7be9",
    "#6a6ae0",
    "#5656cf",
    "#4a4ab4",
    "#3e3e99",
]

_NIGHT: Final = [
    "#eceef4",
    "#c9ccd8",
    "#a9afbf",
    "#6b7180",
    "#434856",
    "#353945",
    "#262932",
    "#1b1d25",
    "#16181e",
    "#101116",
]

MANTINE: Final[dict[str, Any]] = {
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "650"},
    "colors": {"iris": _IRIS, "dark": _NIGHT},
    "primaryColor": "iris",
    # White on shade 7 has a contrast of 5.8 in both colour schemes.
    "primaryShade": {"light": 7, "dark": 7},
    "defaultRadius": "md",
    "cursorType": "pointer",
    # Rounder than this, a box to tick looks like one of several to choose from.
    "components": {"Checkbox": {"defaultProps": {"radius": "sm"}}},
    "fontSmoothing": True,
}


PLOTLY: Final = "classpulse"
"""The name of the template of all figures."""


@cache
def plotly_template() -> str:
    """Register what all figures share, at the first call; answers its name.

    It has no colour of paper, text or grid: those come from the style sheet, in light and dark.
    """
    import plotly.graph_objects as go
    import plotly.io

    plotly.io.templates[PLOTLY] = go.layout.Template(
        layout=go.Layout(
            margin={"l": 44, "r": 12, "t": 14, "b": 28},
            showlegend=False,
            hovermode="x unified",
            hoverlabel={"namelength": -1},
            dragmode=False,
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            font={"family": FONT, "size": 12},
            colorway=[LOOK_COLOURS[look] for look in STACK],
            xaxis={
                "type": "date",
                "tickformat": "%H:%M",
                "hoverformat": "%H:%M:%S",
                "nticks": 8,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            yaxis={"tickformat": ".0%", "zeroline": False, "fixedrange": True},
        ),
        data={"scatter": [go.Scatter(mode="lines", hovertemplate="%{y:.0%}")]},
    )
    return PLOTLY


def translucent(colour: str, alpha: float) -> str:
    """``#RRGGBB`` as ``rgba(…)`` with ``alpha`` in 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
