"""What an admin does while the school is set up: a step at a time."""

from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from contract import Policy
from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.pages import contents
from dashboard.pages.admin import people
from dashboard.pages.setup import law, wizard
from dashboard.pages.setup.wizard import Step
from db.people import courses as known_courses
from services import administration, teaching
from services.access import Action, UserActor
from services.acting import lookup
from services.errors import InvalidError, RefusedError
from services.rosters import courses, lists
from services.rosters.courses import NewTeacher

_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)
_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/admin/setup``."""
    _school(app, services)
    _policy(app, services)
    _course(app, services)
    _try(app, services)


def _school(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.SET_POLICY,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.SET_UP_SCHOOL, "n_clicks"),
        State(ids.SET_UP_NAME, "value"),
        State(ids.SET_UP_ZONE, "value"),
        prevent_initial_call=True,
    )
    def take(clicks: int | None, name: Any, zone: Any) -> Any:
        if not clicks:
            return no_update, no_update
        actor = current_actor()
        before = contents.first_steps(services, actor).school
        administration.set_school(
            services,
            actor,
            name=untrusted.typed(name),
            timezone=untrusted.typed(zone),
            guardian_required=before.guardian_required,
            retention_days=before.retention_days,
        )
        return contents.set_up_page(services, actor, Step.POLICY), None


def _policy(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.SET_POLICY,
        of_school,
        Output(ids.SET_UP_LAW, "children"),
        Input(ids.SET_UP_REGION, "value"),
        prevent_initial_call=True,
    )
    def tell(region: Any) -> Any:
        return law.said(_region(region)) if region else no_update

    @secured_callback(
        app,
        Action.SET_POLICY,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.SET_UP_POLICY_BUTTON, "n_clicks"),
        State(ids.SET_UP_REGION, "value"),
        State(ids.SET_UP_POLICY, "value"),
        State(ids.SET_UP_CHECKED, "checked"),
        prevent_initial_call=True,
    )
    def take(clicks: int | None, region: Any, chosen: Any, checked: Any) -> Any:
        if not clicks:
            return no_update, no_update
        allowed = law.offered(_region(region))
        if chosen not in [policy.value for policy in allowed]:
            raise InvalidError(
                "A policy must be one that is offered for the region, but received {given}.",
                given=repr(chosen),
            )
        if chosen != Policy.SELF_REPORT.value and checked is not True:
            raise InvalidError("Tick that you made sure of the law, or choose self-report.")
        administration.set_policy(services, current_actor(), Policy(chosen))
        return contents.set_up_page(services, current_actor(), Step.COURSE), None


def _region(given: Any) -> law.Region:
    if given not in [region.value for region in law.Region]:
        raise InvalidError("Say where your students are first.")
    return law.Region(given)


def _course(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.SET_UP_COURSE, "n_clicks"),
        State(ids.SET_UP_TITLE, "value"),
        State(ids.SET_UP_MODE, "value"),
        State(ids.SET_UP_WHO, "value"),
        State(ids.SET_UP_TEACHER_NAME, "value"),
        State(ids.SET_UP_TEACHER_LOGIN, "value"),
        prevent_initial_call=True,
    )
    def take(clicks: int | None, title: Any, mode: Any, who: Any, name: Any, login: Any) -> Any:
        if not clicks:
            return no_update, no_update
        teacher = None
        if who == wizard.ELSE:
            made = administration.made_up_password()
            teacher = NewTeacher(untrusted.typed(name), untrusted.typed(login), made)
        actor = _somebody()
        courses.add_taught(
            services,
            actor,
            title=untrusted.typed(title),
            mode=untrusted.course_mode(mode),
            teacher=teacher or actor.user.id,
        )
        told = None
        if teacher is not None:
            told = people.told_once(teacher.name or teacher.login, teacher.login, teacher.password)
        return contents.set_up_page(services, _anew(services, actor), Step.TRY, told), None


def _try(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.set_up_try(ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def start(clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "course")
        if pressed is None:
            return no_update, no_update
        course, actor = lookup.course(services, pressed["course"]), _somebody()
        if course.id not in actor.courses:
            lists.set_teaches(services, actor, course.id, actor.user.id, teaches=True)
            actor = _anew(services, actor)
        teaching.start_lecture(services, actor, course.id, text("A first try"))
        return contents.set_up_page(services, actor, Step.TRY), None


def _somebody() -> UserActor:
    """The admin who is signed in: a command sets nothing up by these pages."""
    actor = current_actor()
    if not isinstance(actor, UserActor):
        raise RefusedError("Only somebody who signed in can take these steps.")
    return actor


def _anew(services: WebServices, actor: UserActor) -> UserActor:
    """The same user with the courses that they teach by now."""
    return replace(actor, courses=known_courses.taught_by(services.store, actor.user.id))
