"""What the pages do when somebody acts: each callback asks ``access`` before anything else."""

from typing import Any
from uuid import UUID

from dash import (
    MATCH,
    Dash,
    Input,
    Output,
    State,
    no_update,
)

from dashboard import lookup, teaching
from dashboard.access import SCHOOL, Action
from dashboard.i18n import text
from dashboard.pages import (
    account_callbacks,
    admin_callbacks,
    forged,
    ids,
    live_callbacks,
    routes,
    shell,
    student_callbacks,
    urls,
)
from dashboard.services import Services
from dashboard.signin import current_actor, current_participant, secured_callback


def register(app: Dash, services: Services) -> None:
    """Give ``app`` all callbacks of all pages."""
    _routing(app, services)
    _home(app, services)
    live_callbacks.register(app, services)
    admin_callbacks.register(app, services)
    account_callbacks.register(app, services)
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
        State(ids.LOCATION, "search"),
    )
    def route(pathname: str | None, search: str | None) -> tuple[Any, Any, Any]:
        # Whatever a browser sends as an address: a page has none but text.
        path = pathname if isinstance(pathname, str) and pathname else urls.HOME
        actor = current_actor()
        shown = routes.page(services, actor, current_participant(), path, search)
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
