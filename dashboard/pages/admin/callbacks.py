"""What an admin does on the pages of the office: school, people, erasure, access log."""

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from contract import Policy
from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids, parts, shell, urls
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.pages import contents
from dashboard.pages.admin import (
    course_callbacks,
    log,
    people,
    roster_callbacks,
    student_callbacks,
)
from db.values import Role, User
from services import administration, erasure
from services.access import Action
from services.acting import lookup
from services.errors import InvalidError
from services.reading import administration as office

_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)
_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/admin`` and what is below it."""
    _school(app, services)
    _people(app, services)
    _adding(app, services)
    _erasure(app, services)
    _log(app, services)
    roster_callbacks.register(app, services)
    course_callbacks.register(app, services)
    student_callbacks.register(app, services)


def _school(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.SET_POLICY,
        of_school,
        _SAID,
        Input(ids.POLICY_BUTTON, "n_clicks"),
        State(ids.POLICY_CHOICE, "value"),
        prevent_initial_call=True,
    )
    def set_policy(clicks: int | None, chosen: str | None) -> Any:
        if not clicks:
            return no_update
        if chosen not in [policy.value for policy in Policy]:
            raise InvalidError(
                "A policy must be one of the three, but received {given}.", given=repr(chosen)
            )
        administration.set_policy(services, current_actor(), Policy(chosen))
        return shell.notice(text("Saved. What it no longer allows has stopped."), good=True)

    @secured_callback(
        app,
        Action.SET_POLICY,
        of_school,
        _SAID,
        Input(ids.SCHOOL_BUTTON, "n_clicks"),
        State(ids.SCHOOL_NAME, "value"),
        State(ids.SCHOOL_ZONE, "value"),
        State(ids.SCHOOL_DAYS, "value"),
        State(ids.SCHOOL_LOG_DAYS, "value"),
        State(ids.SCHOOL_PRESENT, "value"),
        State(ids.SCHOOL_CHECK_INS, "value"),
        State(ids.SCHOOL_GUARDIAN, "checked"),
        prevent_initial_call=True,
    )
    def set_school(
        clicks: int | None,
        name: str | None,
        zone: str | None,
        days: Any,
        log_days: Any,
        present: Any,
        check_ins: Any,
        guardian: bool | None,
    ) -> Any:
        if not clicks:
            return no_update
        if any(not isinstance(it, int) or isinstance(it, bool) for it in (days, log_days)):
            raise InvalidError("The days that data is kept must be a whole number.")
        if not isinstance(present, int) or isinstance(present, bool):
            raise InvalidError("What counts as present must be a whole number of per cent.")
        if not isinstance(check_ins, int) or isinstance(check_ins, bool):
            raise InvalidError("Check-ins an hour must be a whole number.")
        administration.set_school(
            services,
            current_actor(),
            name=untrusted.typed(name),
            timezone=untrusted.typed(zone),
            guardian_required=guardian is True,
            retention_days=days,
            log_days=log_days,
            present_percent=present,
            check_ins_per_hour=check_ins,
        )
        return shell.notice(text("Saved."), good=True)


def _people(app: Dash, services: WebServices) -> None:
    rows = Output(ids.PEOPLE_GRID, "rowData")
    asked = Output(ids.PEOPLE_SURE, "children")

    @secured_callback(
        app,
        Action.MANAGE_USERS,
        of_school,
        rows,
        _SAID,
        asked,
        Input(ids.PEOPLE_GRID, "cellRendererData"),
        prevent_initial_call=True,
    )
    def press(told: Any) -> Any:
        pressed = untrusted.chosen(told)
        if pressed is None:
            return no_update, no_update, no_update
        user = administration.user(services, current_actor(), pressed[0])
        question = people.asked(user, pressed[1])
        if question is not None:
            return no_update, no_update, question
        return *_act(services, user, pressed[1]), None

    @secured_callback(
        app,
        Action.MANAGE_USERS,
        of_school,
        Output(ids.PEOPLE_GRID, "rowData", allow_duplicate=True),
        _SAID,
        Output(ids.PEOPLE_SURE, "children", allow_duplicate=True),
        Input(ids.user_act(ALL, ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def confirm(clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "user", "act")
        if pressed is None:
            return no_update, no_update, no_update
        user = administration.user(services, current_actor(), pressed["user"])
        return *_act(services, user, pressed["act"]), None


def _act(services: WebServices, person: User, word: str) -> tuple[Any, Any]:
    """Do it; the grid's rows after it, and what is said."""
    user, actor = person.id, current_actor()
    match word:
        case "disable" | "enable":
            administration.set_disabled(services, actor, user, word == "disable")
            said = text("Done. Whoever was signed in there no longer is.")
            if word == "enable":
                said = text("Done. They can sign in again.")
        case "admin" | "teacher":
            administration.set_role(services, actor, user, Role(word))
            said = text("Done. It holds from their next click.")
        case "sessions":
            administration.end_sessions(services, actor, user)
            said = text("Done. They are signed out everywhere.")
        case "factor":
            administration.drop_second_factor(services, actor, user)
            said = text("Done. They sign in by the password alone, and are told so then.")
        case "password":
            made = administration.new_password(services, actor, user)
            told = people.told_once(person.name, person.login, made)
            return contents.people_rows(services, actor), shell.notice(told, good=False)
        case _:
            raise InvalidError("This is no button of this page.")
    return contents.people_rows(services, actor), shell.notice(said, good=True)


def _adding(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_USERS,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.USER_BUTTON, "n_clicks"),
        State(ids.USER_NAME, "value"),
        State(ids.USER_LOGIN, "value"),
        State(ids.USER_ROLE, "value"),
        State(ids.USER_WORD, "value"),
        prevent_initial_call=True,
    )
    def add(
        clicks: int | None,
        name: str | None,
        login: str | None,
        role: str | None,
        password: str | None,
    ) -> Any:
        if not clicks:
            return no_update, no_update
        if role not in (Role.TEACHER.value, Role.ADMIN.value):
            raise InvalidError("A role must be teacher or admin.")
        given = password if isinstance(password, str) and password else None
        made = None if given else administration.made_up_password()
        added = administration.add_user(
            services,
            current_actor(),
            login=untrusted.typed(login),
            name=untrusted.typed(name) or untrusted.typed(login),
            role=Role(role),
            password=given or made,
        )
        said = shell.notice(text("Added."), good=True)
        if made is not None:
            told = people.told_once(added.name, added.login, made)
            said = shell.notice(told, good=False)
        return contents.page(services, current_actor(), urls.ADMIN_PEOPLE), said


def _erasure(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.ERASE,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.erasure_act(ALL, ALL), "n_clicks"),
        State(ids.erasure_reason(ALL), "value"),
        State(ids.erasure_reason(ALL), "id"),
        prevent_initial_call=True,
    )
    def answer(clicks: list[int | None], reasons: list[Any], fields: list[Any]) -> Any:
        pressed = untrusted.pressed(clicks, "request", "act")
        if pressed is None:
            return no_update, no_update
        request, actor = lookup.as_uuid(pressed["request"], "request"), current_actor()
        if pressed["act"] == "erase":
            erasure.grant(services, actor, request)
            said = text("Erased. The reports they were in are written anew.")
        else:
            typed = {
                untrusted.button(field, "request")["request"]: untrusted.typed(reason)
                for field, reason in zip(fields, reasons, strict=False)
            }
            erasure.decline(services, actor, request, typed.get(pressed["request"], ""))
            said = text("Declined. The student reads your reason on their page.")
        page = contents.page(services, actor, urls.ADMIN_ERASURE)
        return page, shell.notice(said, good=True)


def _log(app: Dash, services: WebServices) -> None:
    filters = (State(ids.LOG_WHO, "value"), State(ids.LOG_WHAT, "value"))

    @secured_callback(
        app,
        Action.VIEW_ACCESS_LOG,
        of_school,
        Output(ids.LOG_GRID, "rowData"),
        Input(ids.LOG_WHO, "value"),
        Input(ids.LOG_WHAT, "value"),
        prevent_initial_call=True,
    )
    def narrow(who: str | None, what: str | None) -> Any:
        return contents.log_rows(services, current_actor(), *_narrowing(who, what))

    @secured_callback(
        app,
        Action.VIEW_ACCESS_LOG,
        of_school,
        Output(ids.LOG_FILE, "data"),
        Input(ids.LOG_BUTTON, "n_clicks"),
        *filters,
        prevent_initial_call=True,
    )
    def download(clicks: int | None, who: str | None, what: str | None) -> Any:
        if not clicks:
            return no_update
        found = office.taken_log(
            services, current_actor(), *_narrowing(who, what), most=MOST_DOWNLOADED
        )
        return parts.sent(log.as_csv(found.records, found.names), "access-log.csv")


MOST_DOWNLOADED = 100_000


def _narrowing(who: object, what: object) -> tuple[str | None, str | None]:
    """By whom and of what the log is to speak, as it was chosen; None: anybody, anything."""
    return untrusted.typed(who) or None, untrusted.typed(what) or None
