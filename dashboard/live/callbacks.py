"""What a teacher does on the live page, and what its browser does by itself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update

from dashboard.auth.signin import current_actor, secured_callback
from dashboard.components import ids, shell, urls
from dashboard.http import untrusted
from dashboard.i18n import text
from dashboard.live import intervals as interval_panel
from dashboard.live import markers, page, panels, parts, room
from dashboard.live.markers import STAYS
from services import taking_back, teaching
from services.access import Action
from services.acting import lookup
from services.context import Services

_FOLLOWED = (
    ids.LIVE_STRIP,
    ids.LIVE_QUEUE,
    ids.LIVE_WAITING,
    ids.LIVE_TILES,
    ids.LIVE_MARKERS,
    ids.LIVE_SAID,
    ids.LIVE_LEGEND,
    ids.LIVE_KEY,
    ids.LIVE_MOOD_TEXT,
    ids.LIVE_ATTENTION_TEXT,
    ids.LIVE_SINCE,
)
"""Whose children the delta feed keeps up to date."""


def register(app: Dash, services: Services) -> None:
    """Give ``app`` the callbacks of ``/live/<lecture>``."""
    markers.register(app, services, _target(services))
    _judging(app, services)
    _looking_closer(app, services)
    _ending(app, services)
    room.register(app, services)
    _in_browser(app)


def _target(services: Services) -> Callable[..., Any]:
    """The lecture that a callback is about, named by its last argument."""

    def target(*arguments: Any) -> Any:
        return lookup.lecture_target(services, arguments[-1])

    return target


def _judging(app: Dash, services: Services) -> None:
    target = _target(services)

    @secured_callback(
        app,
        Action.ACT_ON_FLAG,
        target,
        Output(ids.LIVE_QUEUE, "children", allow_duplicate=True),
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Input(ids.flag_answer(ALL, ALL), "n_clicks"),
        STAYS,
        prevent_initial_call=True,
    )
    def answer(clicks: list[int | None], lecture_id: str) -> Any:
        asked = untrusted.pressed(clicks, "flag", "outcome")
        if asked is None:
            return no_update, no_update
        actor, outcome = current_actor(), asked["outcome"]
        flag_id = lookup.as_uuid(asked["flag"], "flag")
        if outcome == panels.TAKEN_BACK:
            taking_back.reopen_flag(services, actor, lecture_id, flag_id)
            # It is back at the next tick; nobody knows here what the page shows by now.
            return no_update, shell.notice(text("The check-in waits again."), good=True)
        teaching.answer_flag(services, actor, lecture_id, flag_id, outcome)
        snapshot = services.live.snapshot(UUID(lecture_id))
        about = page.flag_among(snapshot, flag_id)
        return page.queue_without(snapshot, flag_id), panels.answered(about, flag_id, outcome)

    @secured_callback(
        app,
        Action.ADMIT,
        target,
        Output(ids.LIVE_WAITING, "children", allow_duplicate=True),
        Output(ids.LIVE_NOTICE, "children", allow_duplicate=True),
        Input(ids.admission(ALL, ALL), "n_clicks"),
        STAYS,
        prevent_initial_call=True,
    )
    def admit(clicks: list[int | None], lecture_id: str) -> Any:
        asked = untrusted.pressed(clicks, "participant", "verdict")
        if asked is None:
            return no_update, no_update
        participant_id = lookup.as_uuid(asked["participant"], "participant")
        if asked["verdict"] == panels.TAKEN_BACK:
            back = taking_back.wait_again(services, current_actor(), lecture_id, participant_id)
            return no_update, panels.judged(back)
        act = teaching.admit if asked["verdict"] == "admit" else teaching.refuse
        judged = act(services, current_actor(), UUID(lecture_id), participant_id)
        left = page.waiting_without(services.live.snapshot(UUID(lecture_id)), participant_id)
        return left, panels.judged(judged)


def _looking_closer(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.VIEW_LIVE,
        _target(services),
        Output(ids.BANDS, "children"),
        Output(ids.BANDS_MODAL, "opened"),
        Input(ids.BANDS_OPEN, "n_clicks"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def intervals(clicks: int | None, lecture_id: str) -> Any:
        if not clicks:
            return no_update, no_update
        lecture, course = lookup.lecture(services, lecture_id)
        points = services.live.timeline_since(lecture.id, None).points
        return interval_panel.content(points, ZoneInfo(course.timezone)), True


def _ending(app: Dash, services: Services) -> None:
    target = _target(services)

    @secured_callback(
        app,
        Action.END_LECTURE,
        target,
        Output(ids.LOCATION, "href", allow_duplicate=True),
        Input(ids.END_CONFIRM, "n_clicks"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def end(clicks: int | None, lecture_id: str) -> Any:
        if not clicks:
            return no_update
        teaching.end_lecture(services, current_actor(), UUID(lecture_id))
        return urls.at(urls.REPORTS)


def _in_browser(app: Dash) -> None:
    """What happens in the browser; of the server it asks only ``feed_route``."""

    # Dash does not type it.
    run: Callable[..., Any] = app.clientside_callback

    def inside(name: str) -> ClientsideFunction:
        return ClientsideFunction(namespace="classpulse", function_name=name)

    shown = [(name, "children") for name in _FOLLOWED]
    shown += [(name, "figure") for name in parts.CHARTS]
    run(
        inside("opened"),
        Output(ids.LIVE_CURSOR, "id"),
        Input(ids.LIVE_CURSOR, "data"),
        State(ids.LIVE_LECTURE, "data"),
        *(State(*part) for part in shown),
    )
    run(
        inside("feed"),
        *(Output(*part, allow_duplicate=True) for part in shown),
        Input(ids.LIVE_TICK, "n_intervals"),
        prevent_initial_call=True,
    )
    run(
        inside("banner"),
        Output(ids.LIVE_AGE, "children"),
        Output(ids.LIVE_AGE, "className"),
        Input(ids.LIVE_SECOND, "n_intervals"),
    )
    for button, modal in (
        (ids.JOIN_OPEN, ids.JOIN_MODAL),
        (ids.ROOM_OPEN, ids.ROOM_MODAL),
        (ids.END_OPEN, ids.END_MODAL),
        (ids.KEYS_OPEN, ids.KEYS_MODAL),
    ):
        run(
            inside("toggle"),
            Output(modal, "opened"),
            Input(button, "n_clicks"),
            State(modal, "opened"),
            prevent_initial_call=True,
        )
    run(
        inside("present"),
        Output(ids.PRESENT, "children"),
        Input(ids.PRESENT, "n_clicks"),
    )
    _keys_in_browser(run, inside)
    run(
        inside("close"),
        Output(ids.END_MODAL, "opened", allow_duplicate=True),
        Input(ids.END_CANCEL, "n_clicks"),
        prevent_initial_call=True,
    )


def _keys_in_browser(run: Callable[..., Any], inside: Callable[[str], ClientsideFunction]) -> None:
    """The switch for the keys, whose state only the browser keeps."""
    run(
        inside("keys_shown"),
        Output(ids.KEYS_ON, "checked"),
        Input(ids.KEYS_MODAL, "opened"),
        prevent_initial_call=True,
    )
    run(
        inside("keys_chosen"),
        Output(ids.KEYS_ON, "id"),
        Input(ids.KEYS_ON, "checked"),
        prevent_initial_call=True,
    )
