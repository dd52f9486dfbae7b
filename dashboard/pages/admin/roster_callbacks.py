"""What an admin does with courses: add them, say who teaches, import lists, make links."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids, parts, shell, urls
from dashboard.http import untrusted
from dashboard.http.csv_files import csv_text
from dashboard.http.hosts import public_address
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.i18n.error_words import sentence
from dashboard.pages import contents
from dashboard.pages.admin import courses as admin_courses
from db.people import courses, users
from db.values import Course
from services.access import Action
from services.acting import lookup
from services.errors import InvalidError, RosterError
from services.rosters import files as roster_files
from services.rosters import lists
from services.rosters.roster import Reading

_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)
_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/admin/courses``."""
    _courses(app, services)
    _teachers(app, services)
    _import(app, services)
    _naming(app)
    _acts(app, services)


def _courses(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.COURSE_BUTTON, "n_clicks"),
        State(ids.COURSE_TITLE, "value"),
        State(ids.COURSE_MODE, "value"),
        State(ids.COURSE_ZONE, "value"),
        prevent_initial_call=True,
    )
    def add(clicks: int | None, title: str | None, mode: str | None, zone: str | None) -> Any:
        if not clicks:
            return no_update, no_update
        lists.add_course(
            services,
            current_actor(),
            title=untrusted.typed(title),
            mode=untrusted.course_mode(mode),
            timezone=untrusted.typed(zone),
        )
        page = contents.page(services, current_actor(), urls.ADMIN_COURSES)
        return page, shell.notice(text("Added."), good=True)


def _teachers(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        Output(ids.COURSES_GRID, "rowData"),
        _SAID,
        Input(ids.course_teacher(ALL), "value"),
        prevent_initial_call=True,
    )
    def choose(_: list[Any]) -> Any:
        if not isinstance(ctx.triggered_id, dict) or not ctx.triggered:
            return no_update, no_update
        asked = untrusted.button(ctx.triggered_id, "course")
        course = lookup.course(services, asked["course"])
        chosen = ctx.triggered[0].get("value")
        if not isinstance(chosen, list):
            raise InvalidError("The teachers of a course must be a list.")
        wanted = {lookup.as_uuid(one, "user") for one in chosen}
        known = {user.id for user in courses.teachers_of(services.store, course.id)}
        for user in wanted ^ known:
            lists.set_teaches(services, current_actor(), course.id, user, user in wanted)
        if wanted == known:
            return no_update, no_update
        rows = admin_courses.grid_rows(contents.course_rows(services, current_actor()))
        return rows, shell.notice(text("Saved."), good=True)


def _naming(app: Dash) -> None:
    # Dash does not type it.
    run: Callable[..., Any] = app.clientside_callback
    run(
        ClientsideFunction(namespace="classpulse", function_name="named"),
        Output(ids.ROSTER_FILES, "className"),
        Input(ids.ROSTER_FILES, "id"),
    )


def _import(app: Dash, services: WebServices) -> None:
    files = (
        State(ids.ROSTER_FILES, "contents"),
        State(ids.ROSTER_FILES, "filename"),
        State(ids.ROSTER_COURSE, "value"),
    )

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        Output(ids.ROSTER_PREVIEW, "children"),
        Output(ids.ROSTER_IMPORT, "disabled"),
        Input(ids.ROSTER_FILES, "contents"),
        Input(ids.ROSTER_COURSE, "value"),
        State(ids.ROSTER_FILES, "filename"),
        prevent_initial_call=True,
    )
    def look(uploaded: Any, course: Any, names: Any) -> Any:
        if not uploaded:
            return None, True
        try:
            read = _read(services, uploaded, names, course)
            found = lists.differences(services, current_actor(), read.roster)
        except (RosterError, InvalidError) as error:
            return shell.notice(sentence(error), good=False), True
        nothing = not any(one.added or one.changed or one.course is None for one in found)
        return admin_courses.preview(found, read.remarks), nothing

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.ROSTER_IMPORT, "n_clicks"),
        *files,
        prevent_initial_call=True,
    )
    def take(clicks: int | None, uploaded: Any, names: Any, course: Any) -> Any:
        if not clicks:
            return no_update, no_update
        roster = _read(services, uploaded, names, course).roster
        made = lists.import_roster(services, current_actor(), roster)
        page = contents.page(services, current_actor(), urls.ADMIN_COURSES)
        return page, shell.notice(admin_courses.imported([one for one, _ in made]), good=True)


def _read(services: WebServices, uploaded: Any, names: Any, course: Any) -> Reading:
    """What uploaded files hold, as Dash sends them: data URLs and names side by side."""
    if not isinstance(uploaded, list) or not isinstance(names, list):
        raise RosterError("Choose at least one file.")
    files = {}
    for name, content in zip(names, uploaded, strict=False):
        if not isinstance(name, str) or not isinstance(content, str):
            raise RosterError("A file must have a name and a content.")
        try:
            files[name] = base64.b64decode(content.partition(",")[2], validate=True)
        except binascii.Error as error:
            raise RosterError(
                "The file {name} did not arrive whole.", name=repr(name[:80])
            ) from error
    today = services.clock().date()
    return roster_files.read_files(files, untrusted.typed(course) or None, today=today)


def _acts(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        Output(ids.TEACHERS_PANEL, "children"),
        Output(ids.TEACHERS_MODAL, "opened"),
        Output(ids.COURSES_SURE, "children"),
        Input(ids.COURSES_GRID, "cellRendererData"),
        prevent_initial_call=True,
    )
    def act(told: Any) -> Any:
        pressed = untrusted.chosen(told)
        if pressed is None:
            return no_update, no_update, no_update
        course = lookup.course(services, pressed[0])
        match pressed[1]:
            case "teachers":
                teaching = courses.teachers_of(services.store, course.id)
                everybody = users.list_users(services.store)
                return admin_courses.teachers(course, teaching, everybody), True, no_update
            case "links":
                listed = len(courses.roster(services.store, course.id))
                return no_update, no_update, admin_courses.links_asked(course, listed)
            case _:
                raise InvalidError("This is no button of this page.")

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        Output(ids.LINKS_FILE, "data"),
        Output(ids.COURSES_SURE, "children", allow_duplicate=True),
        Input(ids.course_links(ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def make(clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "course")
        if pressed is None:
            return no_update, no_update
        return _links(services, lookup.course(services, pressed["course"])), None


def _links(services: WebServices, course: Course) -> dict[str, Any]:
    made = lists.personal_links(services, current_actor(), course.id)
    # No lecture's code, for which lecture it opens is known only when one has started.
    rows = (
        [
            student.name,
            student.external_id,
            student.email,
            f"{public_address()}{urls.join_by_link(token)}",
        ]
        for student, token in made
    )
    content = csv_text(["name", "id", "email", "join"], rows)
    return parts.sent(content, f"links-{course.title}.csv")
