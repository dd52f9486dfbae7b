"""Markers on the live page: set by a key or in words, listed, renamed, taken off and put back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboard.auth.signin import current_actor, secured_callback
from dashboard.components import ids, parts, shell
from dashboard.http import untrusted
from dashboard.i18n import Said, mark, text, wording
from db.values import Marker
from services import taking_back, teaching
from services.access import Action
from services.acting import lookup
from services.context import Services
from services.errors import InvalidError
from services.live.values import LiveSnapshot, MarkerPoint

QUICK: Final = Said(
    {
        1: mark("Explanation"),
        2: mark("Group work"),
        3: mark("Questions"),
        4: mark("Break"),
    }
)
"""Markers that take one key: their number."""

STAYS: Final = Input(ids.LIVE_LECTURE, "data")
"""The lecture, for callbacks of buttons of which any number may stand: those run also when none
does, and only an input that is gone keeps them from running once the page has been left."""


def form(listed: Any) -> Any:
    """What sets a marker, and below it the list of those that are set."""
    return html.Div(
        [
            dmc.TextInput(
                id=ids.MARKER_LABEL,
                label=text("Mark this moment"),
                placeholder=text("Group work starts"),
                debounce=True,
                rightSection=dmc.Kbd("M"),
                n_submit=0,
            ),
            dmc.Button(text("Add marker"), id=ids.MARKER_BUTTON, variant="default"),
            html.Div(
                [
                    dmc.Button(
                        words,
                        id=ids.quick_marker(str(number)),
                        size="compact-sm",
                        variant="default",
                        rightSection=dmc.Kbd(str(number), size="xs"),
                        **parts.aria(label=text("Mark now: {words}", words=words)),
                    )
                    for number, words in QUICK.items()
                ],
                className="cp-buttons cp-quick",
            ),
            # What changes stands inside, so that no change folds the list away.
            html.Details(
                [html.Summary(text("Markers")), html.Div(listed, id=ids.LIVE_MARKERS)],
                className="cp-marker-list",
            ),
        ],
        className="cp-marker",
    )


def listed(snapshot: LiveSnapshot | None) -> list[Any]:
    """The markers that are set, in order of time, each to be renamed or taken off."""
    if snapshot is None or not snapshot.markers:
        return []
    zone = ZoneInfo(snapshot.course.timezone)
    return [html.Ul([_line(marker, zone) for marker in snapshot.markers], className="cp-rows")]


def _line(marker: MarkerPoint, zone: ZoneInfo) -> Any:
    def act(name: str, words: str, spoken: str) -> Any:
        return dmc.Button(
            words,
            id=ids.marker_act(marker.id, name),
            size="compact-sm",
            variant="default",
            **parts.aria(label=spoken),
        )

    label = marker.label
    return html.Li(
        [
            html.Span(
                [
                    html.Span(wording.clock(marker.at.astimezone(zone)), className="cp-quiet"),
                    " ",
                    html.Span(label, className="cp-name"),
                ]
            ),
            html.Span(
                [
                    act("rename", text("Rename"), text("Rename {label}", label=label)),
                    act("remove", text("Remove"), text("Remove {label}", label=label)),
                ],
                className="cp-buttons",
            ),
        ]
    )


def modal() -> Any:
    """Where a marker gets other words."""
    return html.Div(
        [
            dcc.Store(id=ids.MARKER_CHOSEN),
            dmc.Modal(
                id=ids.MARKER_MODAL,
                title=text("Rename the marker"),
                centered=True,
                closeButtonProps={"aria-label": text("Close")},
                children=[
                    dmc.TextInput(
                        id=ids.MARKER_WORDS, label=text("Its words"), debounce=True, n_submit=0
                    ),
                    html.Div(
                        dmc.Button(text("Rename"), id=ids.MARKER_RENAME),
                        className="cp-buttons",
                        style={"marginTop": "16px"},
                    ),
                ],
            ),
        ]
    )


def removed(marker: Marker) -> Any:
    """That a marker was taken off, and the way back."""
    back = dmc.Button(
        text("Undo"),
        id=ids.marker_back(marker.at.isoformat(), marker.label),
        size="compact-sm",
        variant="default",
        className="cp-undo",
    )
    return shell.notice(
        [text("Removed the marker {label}.", label=marker.label), " ", back], good=True
    )


def register(app: Dash, services: Services, target: Callable[..., Any]) -> None:
    """Give ``app`` the callbacks of markers. ``target``: the lecture, by the last argument."""
    _setting(app, services, target)
    _changing(app, services, target)


def _setting(app: Dash, services: Services, target: Callable[..., Any]) -> None:
    @secured_callback(
        app,
        Action.ADD_MARKER,
        target,
        Output(ids.MARKER_LABEL, "value"),
        Input(ids.MARKER_BUTTON, "n_clicks"),
        Input(ids.MARKER_LABEL, "n_submit"),
        State(ids.MARKER_LABEL, "value"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def set_marker(
        clicks: int | None, submits: int | None, label: str | None, lecture_id: str
    ) -> Any:
        if not (clicks or submits) or not untrusted.typed(label):
            return no_update
        teaching.add_marker(services, current_actor(), UUID(lecture_id), untrusted.typed(label))
        return ""

    @secured_callback(
        app,
        Action.ADD_MARKER,
        target,
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Input(ids.quick_marker(ALL), "n_clicks"),
        STAYS,
        prevent_initial_call=True,
    )
    def set_quickly(clicks: list[int | None], lecture_id: str) -> Any:
        asked = untrusted.pressed(clicks, "number")
        if asked is None:
            return no_update
        words = {str(number): words for number, words in QUICK.items()}
        if asked["number"] not in words:
            raise InvalidError("This is no marker of this page.")
        said = words[asked["number"]]
        teaching.add_marker(services, current_actor(), UUID(lecture_id), said)
        return shell.notice(text("Marked: {words}", words=said), good=True)


def _changing(app: Dash, services: Services, target: Callable[..., Any]) -> None:
    @secured_callback(
        app,
        Action.ADD_MARKER,
        target,
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Output(ids.MARKER_MODAL, "opened", allow_duplicate=True),
        Output(ids.MARKER_WORDS, "value", allow_duplicate=True),
        Output(ids.MARKER_CHOSEN, "data"),
        Input(ids.marker_act(ALL, ALL), "n_clicks"),
        STAYS,
        prevent_initial_call=True,
    )
    def rename_or_remove(clicks: list[int | None], lecture_id: str) -> Any:
        asked = untrusted.pressed(clicks, "marker", "act")
        if asked is None:
            return no_update, no_update, no_update, no_update
        chosen = asked["marker"]
        if asked["act"] == "remove":
            gone = taking_back.remove_marker(services, current_actor(), lecture_id, chosen)
            return removed(gone), no_update, no_update, no_update
        lecture, _ = lookup.lecture(services, lecture_id)
        label = taking_back.marker_of(services, lecture.id, chosen).label
        return no_update, True, label, chosen

    @secured_callback(
        app,
        Action.ADD_MARKER,
        target,
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Output(ids.MARKER_MODAL, "opened", allow_duplicate=True),
        Input(ids.MARKER_RENAME, "n_clicks"),
        Input(ids.MARKER_WORDS, "n_submit"),
        State(ids.MARKER_WORDS, "value"),
        State(ids.MARKER_CHOSEN, "data"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def rename(
        clicks: int | None, submits: int | None, words: Any, chosen: Any, lecture_id: str
    ) -> Any:
        if not (clicks or submits):
            return no_update, no_update
        marker = taking_back.rename_marker(
            services, current_actor(), lecture_id, chosen or "", untrusted.typed(words)
        )
        return shell.notice(text("Renamed: {words}", words=marker.label), good=True), False

    @secured_callback(
        app,
        Action.ADD_MARKER,
        target,
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Input(ids.marker_back(ALL, ALL), "n_clicks"),
        STAYS,
        prevent_initial_call=True,
    )
    def put_back(clicks: list[int | None], lecture_id: str) -> Any:
        asked = untrusted.pressed(clicks, "at", "label")
        if asked is None:
            return no_update
        label, at = asked["label"], _moment(asked["at"])
        taking_back.restore_marker(services, current_actor(), lecture_id, at, label)
        return shell.notice(text("Marked: {words}", words=label), good=True)


def _moment(told: str) -> datetime:
    try:
        read = datetime.fromisoformat(told)
    except ValueError as error:
        raise InvalidError("This is no marker of this page.") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
