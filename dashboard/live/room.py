"""The room's camera on the live page: the teacher's switch for it, and what it showed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update

from contract import LOOKS, Policy
from contract.observations import ROOM_LEAST
from contract.room import RoomState, RoomWindow
from dashboard import i18n
from dashboard.auth.signin import current_actor, secured_callback
from dashboard.components import ids, parts
from dashboard.http.hosts import public_address
from dashboard.i18n import mark, plural, text, wording
from db.values import Lecture
from services import room_camera
from services.access import Action
from services.acting import lookup
from services.context import Services

TICK_MS = 10_000

_STOPPED = i18n.Said(
    {
        "withdrawn": mark("It ended because somebody took their agreement back."),
        "not agreed": mark("It ended because somebody joined who did not choose it."),
        "erased": mark("It ended because somebody's data were erased."),
        "policy": mark("It ended because the school changed its policy."),
        "stopped": mark("It was ended."),
    }
)


def button(lecture: Lecture) -> list[Any]:
    """What opens the switch; nothing where the policy forbids a room."""
    if lecture.policy is Policy.SELF_REPORT:
        return []
    return [dmc.Button(text("Room camera"), id=ids.ROOM_OPEN, variant="default", n_clicks=0)]


def modal(lecture: Lecture) -> Any:
    """The switch, filled once it is opened."""
    if lecture.policy is Policy.SELF_REPORT:
        return None
    return html.Div(
        [
            dcc.Interval(id=ids.ROOM_TICK, interval=TICK_MS),
            dmc.Modal(
                id=ids.ROOM_MODAL,
                title=text("A camera for the whole room"),
                size="lg",
                centered=True,
                closeButtonProps={"aria-label": text("Close")},
                children=html.Div(
                    [
                        html.P(
                            text(
                                "One camera, or the meeting's gallery view, reads the faces of "
                                "everybody in view. Nobody is told apart, at least five must be "
                                "in view, and you see figures of five minutes only."
                            )
                        ),
                        html.Div(id=ids.ROOM_PANEL, **parts.aria(live="polite")),
                        dmc.Checkbox(
                            id=ids.ROOM_WORD,
                            label=text("Everybody in view has been told of it and has agreed."),
                            checked=False,
                            style={"marginTop": "12px"},
                        ),
                        html.Div(
                            [
                                dmc.Button(text("Allow a room camera"), id=ids.ROOM_ALLOW),
                                dmc.Button(
                                    text("End the room camera"), id=ids.ROOM_STOP, variant="default"
                                ),
                            ],
                            className="cp-buttons",
                            style={"marginTop": "16px"},
                        ),
                    ]
                ),
            ),
        ]
    )


def panel(state: RoomState, command: str | None) -> list[Any]:
    """How the room stands, and the command to start its camera right after it was allowed."""
    told: list[Any] = [html.P(html.Strong(_standing(state)), style={"marginTop": "10px"})]
    if command is not None:
        told.append(html.P(text("Start it where the camera is. The link is shown this once:")))
        told.append(parts.command(command, text("the room camera's command")))
    elif state.allowed:
        told.append(
            parts.quiet(text("Its link was shown once; allow it anew for another, which ends it."))
        )
    return told


def _standing(state: RoomState) -> str:
    everybody = state.agreed + state.missing
    if state.allowed:
        return plural(
            "Allowed now: {n} student chose it.", "Allowed now: {n} students chose it.",
            state.agreed,
        )  # fmt: skip
    ended = _STOPPED[state.stopped] + " " if state.stopped in _STOPPED else ""
    if state.missing:
        return ended + text(
            "Not possible: {missing} of {everybody} students did not choose it.",
            missing=state.missing,
            everybody=everybody,
        )
    return ended + plural(
        "Not allowed. {n} student chose it; five are needed.",
        "Not allowed. {n} students chose it; five are needed.",
        state.agreed,
    )


def figures(state: RoomState, zone: ZoneInfo) -> Any:
    """What the room showed last; nothing where it showed nothing that may be said."""
    if not state.windows:
        return None
    last = state.windows[-1]
    shares = sorted(zip(last.shares, LOOKS, strict=True), key=lambda pair: -pair[0])
    return parts.card(
        html.Ul(
            [
                html.Li(f"{wording.LOOK[look]}: {i18n.percent(share)}")
                for share, look in shares
                if share > 0
            ],
            className="cp-room",
        ),
        parts.quiet(_seen(last, zone)),
        title=text("The room's camera"),
    )


def _seen(window: RoomWindow, zone: ZoneInfo) -> str:
    began = i18n.clock(window.at.astimezone(zone))
    said = text(
        "About {faces} faces in the five minutes from {time}, in steps of 5 points.",
        faces=window.faces,
        time=began,
    )
    if window.attentive is None:
        return said
    attentive = text("Attentive: {share}.", share=i18n.percent(window.attentive))
    return f"{said} {attentive}"


def register(app: Dash, services: Services) -> None:
    """Give ``app`` the callbacks of the room's switch."""

    def target(*arguments: Any) -> Any:
        return lookup.lecture_target(services, arguments[-1])

    @secured_callback(
        app,
        Action.STOP_ROOM,
        target,
        Output(ids.ROOM_FIGURES, "children"),
        Input(ids.ROOM_TICK, "n_intervals"),
        State(ids.LIVE_LECTURE, "data"),
    )
    def follow(_ticks: int | None, lecture_id: str) -> Any:
        state = room_camera.state(services, current_actor(), lecture_id)
        _, course = lookup.lecture(services, lecture_id)
        return figures(state, ZoneInfo(course.timezone))

    _switching(app, services, target)


def _switching(app: Dash, services: Services, target: Callable[..., Any]) -> None:
    def standing(lecture_id: str, command: str | None = None) -> tuple[Any, bool, bool]:
        """The panel, and whether there is nothing to allow and nothing to end."""
        state = room_camera.state(services, current_actor(), lecture_id)
        possible = state.missing == 0 and state.agreed >= ROOM_LEAST
        return panel(state, command), not possible, not state.allowed

    def shown(*, again: bool) -> tuple[Output, ...]:
        return (
            Output(ids.ROOM_PANEL, "children", allow_duplicate=again),
            Output(ids.ROOM_ALLOW, "disabled", allow_duplicate=again),
            Output(ids.ROOM_STOP, "disabled", allow_duplicate=again),
        )

    @secured_callback(
        app,
        Action.STOP_ROOM,
        target,
        *shown(again=False),
        Input(ids.ROOM_OPEN, "n_clicks"),
        Input(ids.ROOM_STOP, "n_clicks"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def open_or_stop(_opened: int | None, stopped: int | None, lecture_id: str) -> Any:
        if ctx.triggered_id == ids.ROOM_STOP and stopped:
            room_camera.stop(services, current_actor(), lecture_id)
        return standing(lecture_id)

    @secured_callback(
        app,
        Action.ALLOW_ROOM,
        target,
        *shown(again=True),
        Input(ids.ROOM_ALLOW, "n_clicks"),
        State(ids.ROOM_WORD, "checked"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def allow(clicks: int | None, word: Any, lecture_id: str) -> Any:
        if not clicks:
            return no_update, no_update, no_update
        told = room_camera.allow(
            services, current_actor(), UUID(lecture_id), everybody_agreed=word is True
        )
        server = public_address()
        line = f'classpulse agent --room --server {server} --join "{server}{told.link}" --source 0'
        return standing(lecture_id, line)
