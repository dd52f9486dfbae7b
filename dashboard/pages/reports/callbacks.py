"""What the page of reports does: a report that was given up is written once more."""

from typing import Any
from uuid import UUID

from dash import MATCH, Dash, Input, Output, State, no_update

from dashboard.auth.signin import current_actor, secured_callback
from dashboard.components import ids
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from services.access import Action
from services.acting import lookup
from services.reporting.retry import retry


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/reports``."""

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
