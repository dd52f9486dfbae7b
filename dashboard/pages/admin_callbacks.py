"""What an admin does on the pages of the office."""

from typing import Any

from dash import Dash, Input, Output, State, no_update

from contract import Policy
from dashboard import office
from dashboard.access import SCHOOL, Action
from dashboard.errors import InvalidError
from dashboard.i18n import text
from dashboard.pages import ids, shell
from dashboard.services import Services
from dashboard.signin import current_actor, secured_callback


def register(app: Dash, services: Services) -> None:
    """Give ``app`` the callbacks of ``/admin``."""
    _admin(app, services)


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
