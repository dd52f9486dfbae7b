"""What an admin does about students: lists them, puts them right, takes them off, erases them."""

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboard.auth.signin import current_actor, of_school, secured_callback
from dashboard.components import ids, shell, urls
from dashboard.http import untrusted
from dashboard.http.web import WebServices
from dashboard.i18n import plural, text
from dashboard.pages import contents
from dashboard.pages.admin import places
from dashboard.pages.admin import students as students_page
from services import erasure
from services.access import Action
from services.acting import lookup
from services.errors import InvalidError
from services.reading import people
from services.rosters import enrolment

_SAID = Output(ids.NOTICE, "children", allow_duplicate=True)
_PAGE = Output(ids.CONTENT, "children", allow_duplicate=True)
_ASKED = Output(ids.STUDENT_SURE, "children")
_HERE = State(ids.LOCATION, "pathname")


def register(app: Dash, services: WebServices) -> None:
    """Give ``app`` the callbacks of rosters, of ``/admin/students`` and of one student's page."""
    _listing(app, services)
    _changing(app, services)
    _erasing(app, services)


def _listing(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        lambda _clicks, course, *_: lookup.course_target(services, course),
        _PAGE,
        _SAID,
        Input(ids.STUDENT_ADD, "n_clicks"),
        State(ids.STUDENT_COURSE, "value"),
        State(ids.STUDENT_NAME, "value"),
        State(ids.STUDENT_ID, "value"),
        State(ids.STUDENT_EMAIL, "value"),
        _HERE,
        prevent_initial_call=True,
    )
    def add(clicks: int | None, course: Any, name: Any, key: Any, email: Any, here: Any) -> Any:
        if not clicks:
            return no_update, no_update
        added = enrolment.enrol(
            services,
            current_actor(),
            lookup.course(services, course).id,
            name=untrusted.typed(name),
            external_id=untrusted.typed(key),
            email=untrusted.typed(email),
        )
        said = shell.notice(text("{name} is on the roster.", name=added.name), good=True)
        return _again(services, here), said


def _changing(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        _ASKED,
        Input(ids.PLACES_GRID, "cellRendererData"),
        _HERE,
        prevent_initial_call=True,
    )
    def act(told: Any, here: Any) -> Any:
        pressed = untrusted.chosen(told)
        if pressed is None:
            return no_update, no_update, no_update
        student, actor = enrolment.student(services, pressed[0]), current_actor()
        match pressed[1]:
            case "edit":
                return no_update, no_update, places.edit(student)
            case "off":
                enrolment.take_off(services, actor, student.id)
                said = text("{name} is off the roster, and can be put back.", name=student.name)
            case "back":
                enrolment.put_back(services, actor, student.id)
                said = text("{name} is on the roster again.", name=student.name)
            case _:
                raise InvalidError("This is no button of this page.")
        return _again(services, here), shell.notice(said, good=True), no_update

    @secured_callback(
        app,
        Action.MANAGE_COURSES,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.student_save(ALL), "n_clicks"),
        State(ids.STUDENT_NEW_NAME, "value"),
        State(ids.STUDENT_NEW_ID, "value"),
        State(ids.STUDENT_NEW_EMAIL, "value"),
        _HERE,
        prevent_initial_call=True,
    )
    def save(clicks: list[int | None], name: Any, key: Any, email: Any, here: Any) -> Any:
        pressed = untrusted.pressed(clicks, "student")
        if pressed is None:
            return no_update, no_update
        enrolment.change(
            services,
            current_actor(),
            enrolment.student(services, pressed["student"]).id,
            name=untrusted.typed(name),
            external_id=untrusted.typed(key),
            email=untrusted.typed(email),
        )
        return _again(services, here), shell.notice(text("Saved."), good=True)


def _erasing(app: Dash, services: WebServices) -> None:
    @secured_callback(
        app,
        Action.ERASE,
        of_school,
        Output(ids.PART_SURE, "children"),
        Input(ids.PARTS_GRID, "cellRendererData"),
        prevent_initial_call=True,
    )
    def ask(told: Any) -> Any:
        pressed = untrusted.chosen(told)
        if pressed is None:
            return no_update
        if pressed[1] != "erase":
            raise InvalidError("This is no button of this page.")
        return students_page.one_dialogue(people.part(services, current_actor(), pressed[0]))

    @secured_callback(
        app,
        Action.ERASE,
        of_school,
        _PAGE,
        _SAID,
        Input(ids.person_erase(ALL, ALL), "n_clicks"),
        _HERE,
        prevent_initial_call=True,
    )
    def erase(clicks: list[int | None], here: Any) -> Any:
        pressed = untrusted.pressed(clicks, "who", "reach")
        if pressed is None:
            return no_update, no_update
        actor = current_actor()
        if pressed["reach"] == "one":
            part = people.part(services, actor, pressed["who"])
            erasure.erase(services, actor, part.participant.id)
            said = shell.notice(students_page.kept(part), good=True)
            return _again(services, here), said
        found = people.person(services, actor, pressed["who"])
        removed = erasure.erase_all(services, actor, found.known_as)
        gone = plural(
            "{name}, in {n} lecture. Its report is written anew.",
            "{name}, in {n} lectures. Their reports are written anew.",
            removed.participants,
            name=found.name,
        )
        return students_page.erased(found.waiting, found.name, gone), None


def _again(services: WebServices, here: Any) -> Any:
    """The page that the browser stands on, as it is now."""
    path = urls.within(here) if isinstance(here, str) else ""
    return contents.page(services, current_actor(), path)
