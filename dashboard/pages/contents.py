"""What the office's pages and a user's own account page are made from."""

from typing import Any
from uuid import UUID

from flask_login import current_user

from dashboard.auth import signin
from dashboard.components import shell, urls
from dashboard.http.hosts import public_address
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.i18n.error_words import sentence
from dashboard.pages.account import page as account_page
from dashboard.pages.admin import course as admin_course
from dashboard.pages.admin import courses as admin_courses
from dashboard.pages.admin import erasure as admin_erasure
from dashboard.pages.admin import log, school
from dashboard.pages.admin import people as admin_people
from dashboard.pages.admin import students as admin_students
from dashboard.pages.setup import wizard
from dashboard.pages.setup.wizard import Step
from services import access
from services.access import SCHOOL, Action, Actor, UserActor
from services.accounts import own
from services.errors import UnknownObjectError
from services.reading import administration, people
from services.reading.administration import FirstSteps


def page(services: WebServices, actor: Actor, path: str) -> Any:
    """The office's room at ``path``; for those it is not for, that it is not."""
    if not access.may(actor, Action.SET_POLICY, SCHOOL):
        return shell.not_found(text("This page is for admins."))
    rooms = {
        urls.ADMIN: _school,
        urls.ADMIN_PEOPLE: _people,
        urls.ADMIN_COURSES: _courses,
        urls.ADMIN_STUDENTS: _students,
        urls.ADMIN_LOG: _log,
        urls.ADMIN_ERASURE: _erasure,
    }
    room = rooms.get(path.rstrip("/"))
    if room is not None:
        return room(services, actor)
    if path.rstrip("/") == urls.SET_UP or urls.below(path, urls.SET_UP):
        return _set_up(services, actor, path)
    try:
        shown = _one(services, actor, path)
    except UnknownObjectError as error:
        return shell.not_found(sentence(error))
    return shown or shell.not_found(text("There is no page at this address."))


def _one(services: WebServices, actor: Actor, path: str) -> Any:
    """The page of one course or student; None where the address names neither."""
    match urls.below(path, urls.ADMIN_COURSES), urls.below(path, urls.ADMIN_STUDENTS):
        case [[course_id], []]:
            found = administration.one_course(services, actor, course_id)
            return admin_course.layout(
                found.waiting, found.course, found.roster, running=found.running
            )
        case [[], [known_as]]:
            return admin_students.person(people.person(services, actor, known_as))
        case [[], [course_id, name]]:
            known = people.person_named(services, actor, course_id, name)
            return admin_students.person(people.person(services, actor, known))
    return None


def first_steps(services: WebServices, actor: Actor) -> FirstSteps:
    """How far the school has been set up."""
    return administration.first_steps(services, actor)


def set_up_page(services: WebServices, actor: Actor, step: Step, told: Any = None) -> Any:
    """One step of setting the school up; ``told``: what is said this once about a new teacher."""
    return wizard.layout(first_steps(services, actor), step, public_address(), told)


def _set_up(services: WebServices, actor: Actor, path: str) -> Any:
    """The step that an address names, or else the first that has not been taken."""
    named = urls.below(path, urls.SET_UP)
    known = [step for step in Step if named == [step.value]]
    step = known[0] if known else wizard.standing(first_steps(services, actor))
    return set_up_page(services, actor, step)


def own_account(services: WebServices, actor: Actor) -> Any:
    """The account page of whoever is signed in."""
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(urls.ACCOUNT)
    found = own.account(services, actor, current_user.get_id(), services.settings.oidc_issuer)
    return account_page.layout(
        actor.user,
        found.sessions,
        found.here,
        found.linked,
        found.school,
        password=found.password,
        provider=signin.provider_label(),
        changed=found.changed,
        factor_since=found.factor_since,
    )


def this_session(services: WebServices) -> UUID | None:
    """The session that is asking."""
    return own.session(services, current_user.get_id())


def log_rows(
    services: WebServices, actor: Actor, who: str | None, what: str | None
) -> list[dict[str, Any]]:
    """The rows of the access log's newest records of that narrowing."""
    of_school, found = administration.narrowed(services, actor, who, what, most=log.SHOWS)
    return log.rows(of_school, found.records, found.names)


def _school(services: WebServices, actor: Actor) -> Any:
    found = administration.school(services, actor)
    return school.layout(found.school, found.waiting)


def people_rows(services: WebServices, actor: Actor) -> list[dict[str, Any]]:
    """Everybody who signs in, and what may be done about them."""
    return _people_rows(administration.people(services, actor), actor)


def _people_rows(found: administration.People, actor: Actor) -> list[dict[str, Any]]:
    oneself = actor.user.id if isinstance(actor, UserActor) else None
    return admin_people.rows(found.users, found.sessions, oneself, found.factors)


def _people(services: WebServices, actor: Actor) -> Any:
    found = administration.people(services, actor)
    return admin_people.layout(found.school, _people_rows(found, actor), found.waiting)


def course_rows(services: WebServices, actor: Actor) -> list[admin_courses.Row]:
    """Every course with who teaches it and how many are on its roster."""
    return _course_rows(administration.all_courses(services, actor))


def _course_rows(found: administration.Courses) -> list[admin_courses.Row]:
    return [admin_courses.Row(one.course, one.teachers, one.students) for one in found.courses]


def _courses(services: WebServices, actor: Actor) -> Any:
    found = administration.all_courses(services, actor)
    return admin_courses.layout(found.school, _course_rows(found), found.waiting)


def _students(services: WebServices, actor: Actor) -> Any:
    found = administration.all_courses(services, actor)
    return admin_students.directory(
        people.everybody(services, actor), [one.course for one in found.courses]
    )


def _log(services: WebServices, actor: Actor) -> Any:
    found = administration.log(services, actor, most=log.SHOWS)
    return log.layout(
        found.school,
        found.newest.records,
        found.newest.names,
        found.users,
        found.actions,
        found.waiting,
    )


def _erasure(services: WebServices, actor: Actor) -> Any:
    return admin_erasure.layout(*administration.erasure(services, actor))
