"""What the pages do when somebody acts: each callback asks ``access`` before anything else."""

from datetime import UTC, datetime
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

from dashboard import i18n
from dashboard.auth.news import news
from dashboard.auth.signin import (
    current_actor,
    current_participant,
    secured_callback,
)
from dashboard.components import ids, shell, sure, urls
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.live import callbacks as live_callbacks
from dashboard.pages import routes
from dashboard.pages.account import callbacks as account_callbacks
from dashboard.pages.admin import callbacks as admin_callbacks
from dashboard.pages.reports import callbacks as reports_callbacks
from dashboard.pages.setup import callbacks as setup_callbacks
from dashboard.pages.student import callbacks as student_callbacks
from services import teaching
from services.access import SCHOOL, Action
from services.acting import lookup


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` all callbacks of all pages."""
    sure.register(app)
    _routing(app, services)
    _home(app, services)
    live_callbacks.register(app, services)
    student_callbacks.register(app, services)
    admin_callbacks.register(app, services)
    setup_callbacks.register(app, services)
    account_callbacks.register(app, services)
    reports_callbacks.register(app, services)


def _routing(app: Dash, services: WebServices) -> None:
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
        path = urls.within(pathname) if isinstance(pathname, str) and pathname else urls.HOME
        actor = current_actor()
        shown = routes.page(services, actor, current_participant(), path, search)
        return shown, routes.header(actor, path), _news()


def _news() -> Any:
    """What somebody must be told at their first page after a sign-in; mostly nothing."""
    untold = news()
    said = []
    if untold.password_changed is not None:
        changed = text(
            "Your password was changed on {when} (UTC). If that was not you, tell an admin now.",
            when=_day_and_clock(untold.password_changed),
        )
        said.append(changed)
    if untold.factor_dropped is not None:
        dropped = text(
            "The school's office turned your second factor off on {when} (UTC). If you did not "
            "ask for that, tell an admin now. On your account page you set up a new one.",
            when=_day_and_clock(untold.factor_dropped),
        )
        said.append(dropped)
    return [shell.notice(one, good=False) for one in said] or None


def _day_and_clock(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{i18n.full_day(utc)}, {i18n.clock(utc)}"


def _home(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.START_LECTURE,
        lambda _clicks, _title, button: lookup.course_target(
            services, untrusted.button(button, "course")["course"]
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
        if not untrusted.typed(title):
            return no_update, shell.notice(text("Give the lecture a title first."), good=False)
        course_id = UUID(button["course"])
        lecture = teaching.start_lecture(
            services, current_actor(), course_id, untrusted.typed(title)
        )
        return urls.at(urls.live(lecture.id)), None
