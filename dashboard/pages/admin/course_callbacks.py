"""What an admin does on the page of one course: another title, put away, deleted."""

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboard.auth.signin import current_actor, secured_callback
from dashboard.components import ids, shell, urls
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.pages import contents
from dashboard.pages.admin import course as course_page
from services.access import Action, CourseObject
from services.acting import lookup
from services.errors import InvalidError
from services.rosters import courses

_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)
_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)
_NAMED = State(ids.COURSE_NAMED, "data")


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of ``/admin/courses/<id>``."""

    def named(*arguments: Any) -> CourseObject:
        """The course that a page names last."""
        return lookup.course_target(services, arguments[-1])

    _settings(app, services, named)
    _end(app, services, named)


def _settings(app: Dash, services: WebServices, named: Any) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        named,
        _PAGE,
        _SAID,
        Input(ids.COURSE_SAVE, "n_clicks"),
        State(ids.COURSE_NEW_TITLE, "value"),
        State(ids.COURSE_NEW_ZONE, "value"),
        _NAMED,
        prevent_initial_call=True,
    )
    def save(clicks: int | None, title: Any, zone: Any, given: Any) -> Any:
        if not clicks:
            return no_update, no_update
        course = lookup.course(services, given)
        courses.change(
            services,
            current_actor(),
            course.id,
            title=untrusted.typed(title),
            timezone=untrusted.typed(zone),
        )
        return _again(services, given), shell.notice(text("Saved."), good=True)

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        named,
        _PAGE,
        _SAID,
        Input(ids.COURSE_ARCHIVE, "n_clicks"),
        _NAMED,
        prevent_initial_call=True,
    )
    def put(clicks: int | None, given: Any) -> Any:
        if not clicks:
            return no_update, no_update
        course = lookup.course(services, given)
        if course.archived_at is None:
            courses.archive(services, current_actor(), course.id)
            said = text("Archived. It can be brought back at any time.")
        else:
            courses.bring_back(services, current_actor(), course.id)
            said = text("It is back, as it was.")
        return _again(services, given), shell.notice(said, good=True)


def _end(app: Dash, services: WebServices, named: Any) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        named,
        Output(ids.COURSE_SURE, "children"),
        Input(ids.COURSE_ASK, "n_clicks"),
        _NAMED,
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, given: Any) -> Any:
        if not clicks:
            return no_update
        course = lookup.course(services, given)
        return course_page.asked(courses.doomed(services, current_actor(), course.id))

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        named,
        _PAGE,
        _SAID,
        Input(ids.COURSE_DELETE, "n_clicks"),
        State(ids.COURSE_TYPED, "value"),
        _NAMED,
        prevent_initial_call=True,
    )
    def delete(clicks: int | None, typed: Any, given: Any) -> Any:
        if not clicks:
            return no_update, no_update
        course = lookup.course(services, given)
        if untrusted.typed(typed).split() != course.title.split():
            raise InvalidError(
                "Type the course's title, {title}, to delete it.", title=course.title
            )
        courses.delete(services, current_actor(), course.id)
        said = shell.notice(text("{course} is deleted.", course=course.title), good=True)
        return contents.page(services, current_actor(), urls.ADMIN_COURSES), said


def _again(services: WebServices, given: Any) -> Any:
    course = lookup.course(services, given)
    return contents.page(services, current_actor(), urls.course(course.id))
