"""What the pages do when somebody acts: each callback asks ``access`` before anything else."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from dash import (
    ALL,
    MATCH,
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    no_update,
)

from contract import Policy
from dashboard import lookup, office, teaching
from dashboard.access import SCHOOL, Action
from dashboard.errors import InvalidError
from dashboard.i18n import text
from dashboard.pages import forged, ids, live, live_parts, routes, shell, student_callbacks, urls
from dashboard.services import Services
from dashboard.signin import current_actor, current_participant, secured_callback

_FOLLOWED = (
    ids.LIVE_STRIP,
    ids.LIVE_QUEUE,
    ids.LIVE_WAITING,
    ids.LIVE_TILES,
    ids.LIVE_LEGEND,
    ids.LIVE_KEY,
    ids.LIVE_MOOD_TEXT,
    ids.LIVE_ATTENTION_TEXT,
    ids.LIVE_SINCE,
)
"""Whose children the live line keeps up to date."""


def register(app: Dash, services: Services) -> None:
    """Give ``app`` all callbacks of all pages."""
    _routing(app, services)
    _home(app, services)
    _live_actions(app, services)
    _live_browser(app)
    _admin(app, services)
    student_callbacks.register(app, services)


def _routing(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.OPEN_PAGE,
        lambda *_: SCHOOL,
        Output(ids.CONTENT, "children"),
        Output(ids.HEADER, "children"),
        Output(ids.NOTICE, "children"),
        Input(ids.LOCATION, "pathname"),
    )
    def route(pathname: str | None) -> tuple[Any, Any, Any]:
        # Whatever a browser sends as an address: a page has none but text.
        path = pathname if isinstance(pathname, str) and pathname else urls.HOME
        actor = current_actor()
        shown = routes.page(services, actor, current_participant(), path)
        return shown, routes.header(actor, path), None


def _home(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.START_LECTURE,
        lambda _clicks, _title, button: lookup.course_target(
            services, forged.button(button, "course")["course"]
        ),
        Output(ids.LOCATION, "href"),
        Output(ids.start_answer(MATCH), "children"),
        Input(ids.start_button(MATCH), "n_clicks"),
        State(ids.start_title(MATCH), "value"),
        State(ids.start_button(MATCH), "id"),
        prevent_initial_call=True,
    )
    def start(clicks: int | None, title: str | None, button: dict[str, str]) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        if not forged.typed(title):
            return no_update, shell.notice(text("Give the lecture a title first."), good=False)
        course_id = UUID(button["course"])
        lecture = teaching.start_lecture(services, current_actor(), course_id, forged.typed(title))
        return urls.live(lecture.id), None


def _live_actions(app: Dash, services: Services) -> None:
    def target(*arguments: Any) -> Any:
        return lookup.lecture_target(services, arguments[-1])

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
    def mark(clicks: int | None, submits: int | None, label: str | None, lecture_id: str) -> Any:
        if not (clicks or submits) or not forged.typed(label):
            return no_update
        teaching.add_marker(services, current_actor(), UUID(lecture_id), forged.typed(label))
        return ""

    @secured_callback(
        app,
        Action.ACT_ON_FLAG,
        target,
        Output(ids.LIVE_QUEUE, "children", allow_duplicate=True),
        Input(ids.flag_answer(ALL, ALL), "n_clicks"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def answer(clicks: list[int | None], lecture_id: str) -> Any:
        asked = forged.pressed(clicks, "flag", "outcome")
        if asked is None:
            return no_update
        flag_id = lookup.as_uuid(asked["flag"], "flag")
        teaching.answer_flag(services, current_actor(), UUID(lecture_id), flag_id, asked["outcome"])
        return live.queue_without(services.live.snapshot(UUID(lecture_id)), flag_id)

    @secured_callback(
        app,
        Action.ADMIT,
        target,
        Output(ids.LIVE_WAITING, "children", allow_duplicate=True),
        Input(ids.admission(ALL, ALL), "n_clicks"),
        State(ids.LIVE_LECTURE, "data"),
        prevent_initial_call=True,
    )
    def admit(clicks: list[int | None], lecture_id: str) -> Any:
        asked = forged.pressed(clicks, "participant", "verdict")
        if asked is None:
            return no_update
        participant_id = lookup.as_uuid(asked["participant"], "participant")
        act = teaching.admit if asked["verdict"] == "admit" else teaching.refuse
        act(services, current_actor(), UUID(lecture_id), participant_id)
        return live.waiting_without(services.live.snapshot(UUID(lecture_id)), participant_id)

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
        return urls.REPORTS


def _live_browser(app: Dash) -> None:
    """What happens in the browser; of the server it asks only ``live_news``."""

    # Dash does not type it.
    run: Callable[..., Any] = app.clientside_callback

    def inside(name: str) -> ClientsideFunction:
        return ClientsideFunction(namespace="classpulse", function_name=name)

    shown = [(name, "children") for name in _FOLLOWED]
    shown += [(name, "figure") for name in live_parts.CHARTS]
    run(
        inside("opened"),
        Output(ids.LIVE_CURSOR, "id"),
        Input(ids.LIVE_CURSOR, "data"),
        State(ids.LIVE_LECTURE, "data"),
        *(State(*part) for part in shown),
    )
    run(
        inside("news"),
        *(Output(*part, allow_duplicate=True) for part in shown),
        Output(ids.CONTENT, "children", allow_duplicate=True),
        Input(ids.LIVE_TICK, "n_intervals"),
        prevent_initial_call=True,
    )
    run(
        inside("banner"),
        Output(ids.LIVE_AGE, "children"),
        Output(ids.LIVE_AGE, "className"),
        Input(ids.LIVE_SECOND, "n_intervals"),
    )
    for button, modal in ((ids.JOIN_OPEN, ids.JOIN_MODAL), (ids.END_OPEN, ids.END_MODAL)):
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
    run(
        inside("close"),
        Output(ids.END_MODAL, "opened", allow_duplicate=True),
        Input(ids.END_CANCEL, "n_clicks"),
        prevent_initial_call=True,
    )


def _admin(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.SET_POLICY,
        lambda *_: SCHOOL,
        Output(ids.NOTICE, "children", allow_duplicate=True),
        Input(ids.POLICY_BUTTON, "n_clicks"),
        State(ids.POLICY_CHOICE, "value"),
        prevent_initial_call=True,
    )
    def set_policy(clicks: int | None, chosen: str | None) -> Any:
        if not clicks:
            return no_update
        if chosen not in [policy.value for policy in Policy]:
            raise InvalidError(
                text("A policy must be one of the three, but received {given}.", given=repr(chosen))
            )
        office.set_policy(services, current_actor(), Policy(chosen))
        return shell.notice(text("Saved. It holds for lectures that start from now on."), good=True)
