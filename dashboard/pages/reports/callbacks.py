"""What the page of reports does: it searches, and has a report that was given up written anew."""

from datetime import date
from typing import Any
from uuid import UUID

from dash import MATCH, Dash, Input, Output, State, ctx, no_update

from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.pages.reports import page
from dashboard.pages.reports.rows import shown_reports
from services.access import Action
from services.acting import lookup
from services.acting.typed import LONGEST
from services.errors import InvalidError
from services.reading.lectures import Wanted
from services.reporting.retry import retry


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/reports``."""
    _finding(app, services)

    @secured_callback(
        app,
        Action.DOWNLOAD_REPORT,
        lambda _clicks, button: lookup.lecture_target(
            services, untrusted.button(button, "lecture")["lecture"]
        ),
        Output(ids.report_retried(MATCH), "children"),
        Input(ids.report_retry(MATCH), "n_clicks"),
        State(ids.report_retry(MATCH), "id"),
        prevent_initial_call=True,
    )
    def try_again(clicks: int | None, button: dict[str, str]) -> Any:
        if not clicks:
            return no_update
        retry(services, current_actor(), UUID(button["lecture"]))
        return text("It is tried again now. Open this page anew in a minute.")


def _finding(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.VIEW_HOME,
        of_school,
        Output(ids.REPORTS_GRID, "rowData"),
        Output(ids.REPORTS_FOUND, "children"),
        Output(ids.REPORTS_PAGES, "total"),
        Output(ids.REPORTS_PAGES, "value"),
        Input(ids.REPORTS_TEXT, "value"),
        Input(ids.REPORTS_COURSE, "value"),
        Input(ids.REPORTS_TEACHER, "value"),
        Input(ids.REPORTS_SINCE, "value"),
        Input(ids.REPORTS_UNTIL, "value"),
        Input(ids.REPORTS_PAGES, "value"),
        prevent_initial_call=True,
    )
    def find(
        words: Any, course: Any, teacher: Any, since: Any, until: Any, number: Any
    ) -> tuple[Any, ...]:
        turned = ctx.triggered_id == ids.REPORTS_PAGES
        wanted = Wanted(
            text=untrusted.typed(words)[:LONGEST],
            course=_one_of(course),
            teacher=_one_of(teacher),
            since=_day(since),
            until=_day(until),
            page=number if turned and isinstance(number, int) else 1,
        )
        found = shown_reports(services, current_actor(), wanted)
        return page.grid_rows(found), page.found_words(found), found.pages, found.page


def _one_of(given: Any) -> UUID | None:
    try:
        return UUID(typed) if (typed := untrusted.typed(given)) else None
    except ValueError as error:
        raise InvalidError("This is no choice of this page.") from error


def _day(given: Any) -> date | None:
    """A day as a browser's field for one tells it; nothing while it is not whole."""
    try:
        return date.fromisoformat(typed) if (typed := untrusted.typed(given)) else None
    except ValueError as error:
        raise InvalidError("A day must be one such as 2026-11-21.") from error
