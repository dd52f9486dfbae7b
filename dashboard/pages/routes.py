"""From an address and whoever asks to the page they may see, and what it is made from."""

from typing import Any
from uuid import UUID

from dashboard.auth import codes
from dashboard.components import shell, urls
from dashboard.errors import TooManyRequestsError
from dashboard.http.hosts import public_address
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.live import feed_route
from dashboard.live import page as live
from dashboard.pages import contents, home
from dashboard.pages.join import page as join
from dashboard.pages.join import start
from dashboard.pages.reports import one as one_report
from dashboard.pages.reports import page as reports
from dashboard.pages.reports.rows import shown_reports
from dashboard.pages.student import home as student_home
from dashboard.pages.student import own_page
from db.values import Role
from services import joining
from services.access import SCHOOL, Action, Actor, Nobody, ParticipantActor, UserActor, may
from services.acting import lookup, viewing
from services.errors import ForbiddenError, NotSignedInError, UnknownObjectError
from services.live.values import fitting
from services.reading import lectures


def page(
    services: WebServices,
    actor: Actor,
    student: ParticipantActor | Nobody,
    path: str,
    search: object = None,
) -> Any:
    """The page at ``path`` for ``actor``; ``student`` is who the recovery link says they are."""
    if path.rstrip("/") == urls.JOIN:
        return start.page(services, search)
    if (code := urls.join_code(path)) is not None:
        return join_page(services, code)
    if path.rstrip("/") == urls.ME:
        return own_page.page(services, student)
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(path)
    if (lecture_id := urls.live_lecture(path)) is not None:
        return live_page(services, actor, lecture_id)
    if (lecture_id := urls.report_lecture(path)) is not None:
        return report_page(services, actor, lecture_id)
    if path.startswith(urls.ADMIN):
        return contents.page(services, actor, path)
    makers = {
        urls.HOME: home_page,
        urls.REPORTS: reports_page,
        urls.ACCOUNT: contents.own_account,
    }
    maker = makers.get(path.rstrip("/") or urls.HOME)
    if maker is None:
        return shell.not_found(text("There is no page at this address."))
    return maker(services, actor)


def header(actor: Actor, path: str) -> list[Any]:
    """The header for ``actor``, with the links that lead somewhere for them."""
    if not isinstance(actor, UserActor):
        return shell.header((), path, None)
    links = [(text("Home"), urls.HOME)]
    if actor.user.role is not Role.STUDENT:
        links.append((text("Reports"), urls.REPORTS))
    if may(actor, Action.SET_POLICY, SCHOOL):
        links.append((text("Admin"), urls.ADMIN))
    rooms = (urls.ADMIN, urls.REPORTS)
    here = next((room for room in rooms if path.startswith(room)), path.rstrip("/") or urls.HOME)
    return shell.header(links, here, actor.user.name, back=path)


def home_page(services: WebServices, actor: Actor) -> Any:
    """The start page: the courses somebody teaches; for an admin without any, the admin page."""
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(urls.HOME)
    if actor.user.role is Role.STUDENT:
        return student_home.layout(actor.user.name, lectures.to_join(services, actor))
    if actor.user.role is Role.ADMIN and not actor.courses:
        return contents.page(services, actor, urls.ADMIN)
    found = lectures.home(services, actor)
    return home.layout(
        name=actor.user.name,
        courses=found.courses,
        lectures=found.lectures,
        policy=found.policy,
        now=services.clock(),
    )


def live_page(services: WebServices, actor: Actor, lecture_id: UUID) -> Any:
    """The live page of one lecture."""
    try:
        lecture, course = viewing.opened(services, actor, lecture_id)
    except UnknownObjectError:
        return shell.not_found(text("There is no such lecture."))
    except (ForbiddenError, NotSignedInError):
        return shell.not_found(text("There is no such lecture for you."))
    snapshot = fitting(services.live.snapshot(lecture.id), lecture)
    timeline = services.live.timeline_since(lecture.id, None)
    _, state = feed_route.standing(services, lecture, course, snapshot, timeline)
    now = services.clock()
    return live.layout(lecture, course, snapshot, timeline, public_address(), now, state.cursor)


def reports_page(services: WebServices, actor: Actor) -> Any:
    """The reports that somebody may read."""
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(urls.REPORTS)
    places = lectures.places_of_reports(services, actor)
    return reports.layout(shown_reports(services, actor), places.courses, places.teachers)


def report_page(services: WebServices, actor: Actor, lecture_id: UUID) -> Any:
    """The report of one lecture, to be read."""
    try:
        found = lectures.report(services, actor, lecture_id)
    except UnknownObjectError:
        return shell.not_found(text("There is no such lecture."))
    except (ForbiddenError, NotSignedInError):
        return shell.not_found(text("There is no such lecture for you."))
    return one_report.layout(found, services.card)


def join_page(services: WebServices, code: str) -> Any:
    """How to join the lecture of that code; a wrong one counts as a guess, as in the API."""
    try:
        lecture = codes.lecture_of(services, code)
    except joining.UnknownCodeError:
        return shell.not_found(text("No lecture has the code {code}.", code=code))
    except TooManyRequestsError as error:
        return shell.too_many(error.retry_after)
    return join.layout(
        lecture,
        lookup.course(services, lecture.course_id),
        public_address(),
        services.program_path,
        in_browser=services.browser_agent is not None,
    )
