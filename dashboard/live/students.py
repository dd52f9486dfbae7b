"""The students of the live page: who needs a look first, to be searched and sifted at a glance.

Every browser gets the same list, by name; its order by need, the search and the choice are each
viewer's own, and so the browser's work (``assets/classpulse.css``, ``assets/students.js``).
"""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from contract import Policy
from dashboard import i18n
from dashboard.components import ids, parts
from dashboard.i18n import Said, mark, text, wording
from db.values import Lecture
from services.live.values import LiveSnapshot, StudentTile

_STATE_MARK: Final = {
    "reporting": "●",
    "away": "○",
    "paused": "Ⅱ",
    "camera_lost": "⊘",
    "no_data": "–",
}

CHOICES: Final = Said(
    {
        "all": mark("All"),
        "flagged": mark("Check in"),
        "absent": mark("Not reporting"),
        "reporting": mark("Reporting"),
    }
)
"""Which students are shown: the names that ``assets/students.js`` knows."""


def frame(lecture: Lecture, tiles: Any) -> Any:
    """The card around the list: its search and its choices, which no tick touches."""
    chips = [
        html.Button(
            [words, " ", html.Span(className="cp-chip-count")],
            className="cp-chip",
            type="button",
            **{"data-show": name},
            **parts.aria(pressed="true" if name == "all" else "false"),
        )
        for name, words in CHOICES.items()
    ]
    tools = html.Div(
        [
            dmc.TextInput(
                id=ids.STUDENT_SEARCH,
                placeholder=text("Find a student"),
                inputProps={"autoComplete": "off"},
                rightSection=dmc.Kbd("/"),
                **parts.aria(label=text("Find a student")),
            ),
            html.Div(
                chips, className="cp-chips", role="group", **parts.aria(label=text("Show students"))
            ),
        ],
        className="cp-sift",
    )
    return parts.card(
        tools,
        html.Div(tiles, id=ids.LIVE_TILES),
        html.P(text("No student is like that now."), className="cp-none cp-quiet", hidden=True),
        html.Button(
            text("Show all students"),
            className="cp-act cp-more-students",
            type="button",
            hidden=True,
        ),
        title=text("Students"),
        className="cp-students",
        id=ids.LIVE_STUDENTS,
        hidden=lecture.policy is not Policy.INDIVIDUAL,
    )


def tiles(snapshot: LiveSnapshot) -> list[Any]:
    """The students whose rows may be shown, by name, each with a state and never a rank."""
    if snapshot.lecture.policy is not Policy.INDIVIDUAL:
        return []
    if not snapshot.tiles:
        return [
            parts.empty(
                text("No rows to show"),
                text(
                    "Students appear here once they join and agree that you may see their own row."
                ),
            )
        ]
    mixed = any(tile.verified for tile in snapshot.tiles)
    zone = ZoneInfo(snapshot.course.timezone)
    return [
        html.P(_tally(snapshot.tiles), className="cp-tally"),
        html.Ul([_tile(tile, zone, mixed=mixed) for tile in snapshot.tiles], className="cp-tiles"),
    ]


def _tile(tile: StudentTile, zone: ZoneInfo, *, mixed: bool) -> Any:
    name: list[Any] = [html.Span(tile.name, className="cp-name")]
    if not tile.verified and mixed:
        name.append(parts.quiet(" ", text("unverified")))
    flagged = " cp-tile-flagged" if tile.check_in else ""
    return html.Li(
        [
            html.Span(
                _STATE_MARK[tile.state], className="cp-tile-mark", **parts.aria(hidden="true")
            ),
            html.Span(name, className="cp-tile-name"),
            html.Span(_state(tile, zone), className="cp-tile-state"),
            html.Span(text("Check in"), className="cp-tile-flag") if tile.check_in else None,
        ],
        className=f"cp-tile cp-tile-{tile.state}{flagged}",
    )


def _state(tile: StudentTile, zone: ZoneInfo) -> str:
    if tile.since is None:
        return wording.STATE[tile.state]
    return text("No data since {time}", time=wording.clock(tile.since.astimezone(zone)))


def _tally(tiles_shown: Sequence[StudentTile]) -> str:
    there = sum(tile.state == "reporting" for tile in tiles_shown)
    values = {"n": i18n.number(there), "students": wording.students(len(tiles_shown))}
    if any(tile.verified for tile in tiles_shown):
        return text("{n} of {students} reporting", **values)
    return text("{n} of {students} reporting, names not verified", **values)
