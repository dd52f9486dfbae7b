"""How sure the shares are: the intervals over time and now, on demand, as a chart and a table."""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from contract import LOOKS, Look
from dashboard.components import ids, parts
from dashboard.components.theme import STACK
from dashboard.i18n import text, wording
from dashboard.live import charts
from services.live.values import LivePoint

DRAWN: Final = 3
"""Bands that can be told apart when they lie over each other."""


def button() -> Any:
    """What opens it."""
    return dmc.Button(
        text("Intervals"),
        id=ids.BANDS_OPEN,
        size="compact-sm",
        variant="default",
        rightSection=dmc.Kbd("I", size="xs"),
    )


def modal() -> Any:
    """The dialogue, whose content is asked for when it is opened."""
    return dmc.Modal(
        id=ids.BANDS_MODAL,
        title=text("How sure the shares are"),
        size="xl",
        centered=True,
        closeButtonProps={"aria-label": text("Close")},
        children=html.Div(id=ids.BANDS),
    )


def content(points: Sequence[LivePoint], zone: ZoneInfo) -> Any:
    """The chart of the looks that matter most now, and all looks in a table."""
    known = [point for point in points if point.low is not None and point.high is not None]
    if not known:
        return parts.empty(
            text("No intervals here"),
            text(
                "They are known once faces have been seen, and are not shown where shares are "
                "rounded to protect single students."
            ),
        )
    newest = known[-1]
    ranked = sorted(STACK, key=lambda look: -_at(newest.shares, look))
    others = [look for look in ranked if look is not Look.SAD]
    drawn = [*others[: DRAWN - 1], Look.SAD]
    named = text("90 % intervals of the shares over the lecture")
    return html.Div(
        [
            html.Div(
                dcc.Graph(
                    figure=charts.band_figure(points, drawn, zone),
                    config=charts.config(),
                    responsive=True,
                    style={"height": "300px"},
                ),
                className="cp-chart",
                role="img",
                **parts.aria(label=named),
            ),
            html.P(
                text(
                    "In nine of ten such minutes the true share of {looks} faces lies inside the "
                    "band; the table has all looks at {time}.",
                    looks=wording.listing([wording.LOOK[look] for look in drawn]),
                    time=charts.local(newest.at, zone)[11:16],
                ),
                className="cp-chart-text",
            ),
            parts.table(
                [text("Look"), text("Share"), text("Likely between")],
                [_row(look, newest) for look in ranked],
                text("Shares and their intervals now"),
                {1, 2},
            ),
        ]
    )


def _row(look: Look, point: LivePoint) -> list[Any]:
    between = wording.between(_at(point.low, look), _at(point.high, look))
    return [wording.LOOK[look], wording.percent(_at(point.shares, look)), between]


def _at(shares: tuple[float, ...] | None, look: Look) -> float:
    return 0.0 if shares is None else shares[LOOKS.index(look)]
