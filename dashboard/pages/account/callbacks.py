"""What somebody does on their own account page."""

from collections.abc import Callable
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, no_update

from dashboard.auth import signin
from dashboard.auth.sealing import server_key
from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids, shell, urls
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import Said, mark, text
from dashboard.pages import contents
from dashboard.pages.account import factor
from services.access import Action, UserActor
from services.accounts import own, second_factor
from services.accounts.second_factor import WrongCodeError
from services.acting import lookup
from services.errors import NotSignedInError

_DONE: Final = Said(
    {
        ids.ACCOUNT_FACTOR_ON: mark("Done. You are asked for a code now."),
        ids.ACCOUNT_FACTOR_OFF: mark("Done. No code is asked for now."),
    }
)
_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)
_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)


def _me() -> UserActor:
    actor = current_actor()
    if not isinstance(actor, UserActor):
        raise NotSignedInError("Your session has ended: sign in again.")
    return actor


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/account``."""
    _sessions(app, services)
    _password(app, services)
    _second_factor(app, services)


def _sessions(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_OWN_SESSIONS,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.own_session(ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def end(clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "session")
        if pressed is None:
            return no_update, no_update
        own.end_session(services, _me(), lookup.as_uuid(pressed["session"], "session"))
        said = shell.notice(text("Done. That browser is signed out."), good=True)
        return contents.own_account(services, _me()), said

    @secured_callback(
        app,
        Action.MANAGE_OWN_SESSIONS,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.ACCOUNT_OTHERS, "n_clicks"),
        prevent_initial_call=True,
    )
    def end_others(clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        own.end_other_sessions(services, _me(), contents.this_session(services))
        said = shell.notice(text("Done. Only this browser is signed in."), good=True)
        return contents.own_account(services, _me()), said


def _second_factor(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_OWN_SESSIONS,
        of_school,
        Output(ids.ACCOUNT_FACTOR, "children"),
        Input(ids.ACCOUNT_FACTOR_BEGIN, "n_clicks"),
        prevent_initial_call=True,
    )
    def begin(clicks: int | None) -> Any:
        if not clicks:
            return no_update
        return factor.enrolment(second_factor.begin(services, _me(), server_key()))

    for button, change in (
        (ids.ACCOUNT_FACTOR_ON, second_factor.confirm),
        (ids.ACCOUNT_FACTOR_OFF, second_factor.turn_off),
    ):
        _by_code(app, services, button, change)


def _by_code(app: Dash, services: WebServices, button: str, change: Callable[..., None]) -> None:
    @secured_callback(
        app,
        Action.MANAGE_OWN_SESSIONS,
        of_school,
        _PAGE,
        _SAID,
        Input(button, "n_clicks"),
        State(ids.ACCOUNT_CODE, "value"),
        prevent_initial_call=True,
    )
    def act(clicks: int | None, code: str | None) -> Any:
        if not clicks:
            return no_update, no_update
        given = untrusted.typed(code)[:40]
        signin.count_wrong(
            _me().user, lambda: change(services, _me(), server_key(), given), WrongCodeError
        )
        return contents.own_account(services, _me()), shell.notice(_DONE[button], good=True)


def _password(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_OWN_SESSIONS,
        of_school,
        Output(ids.LOCATION, "href", allow_duplicate=True),
        Input(ids.ACCOUNT_BUTTON, "n_clicks"),
        State(ids.ACCOUNT_OLD, "value"),
        State(ids.ACCOUNT_NEW, "value"),
        prevent_initial_call=True,
    )
    def change(clicks: int | None, old: str | None, new: str | None) -> Any:
        if not clicks:
            return no_update
        given = [word if isinstance(word, str) else "" for word in (old, new)]
        signin.count_wrong(
            _me().user, lambda: own.change_password(services, _me(), *given), own.WrongPasswordError
        )
        return urls.at(urls.SIGN_IN)
