"""From an address and whoever asks to the page they may see, and what it is made from."""

from typing import Any
from uuid import UUID

from flask import request

from dashboard.api.limits import address, current_limits
from dashboard.components import shell, urls
from dashboard.errors import TooManyRequestsError
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.live import feed_route
from dashboard.live import page as live
from dashboard.pages import contents, home
from dashboard.pages.join import page as join
from dashboard.pages.join import start
from dashboard.pages.reports import page as reports
from dashboard.pages.student import home as student_home
from dashboard.pages.student import own_page
from dashboard.reports.change_points import told_change_points
from db.people import courses, school_settings
from db.teaching import lectures
from db.teaching import reports as stored_reports
from db.values import Course, Lecture, Role
from services import access, joining, lookup, viewing
from services.access import SCHOOL, Action, Actor, Nobody, ParticipantActor, UserActor, may
from services.errors import UnknownObjectError


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
    here = urls.ADMIN if path.startswith(urls.ADMIN) else path.rstrip("/") or urls.HOME
    return shell.header(links, here, actor.user.name, back=path)


def home_page(services: WebServices, actor: Actor) -> Any:
    """The start page: the courses somebody teaches; for an admin without any, the admin page."""
    access.authorize(actor, Action.VIEW_HOME, SCHOOL)
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(urls.HOME)
    own = courses.list_courses(services.store, teacher_id=actor.user.id)
    if actor.user.role is Role.ADMIN and not own:
        return contents.page(services, actor, urls.ADMIN)
    if actor.user.role is Role.STUDENT:
        return student_home.layout(actor.user.name, _to_join(services, actor))
    return home.layout(
        name=actor.user.name,
        courses=own,
        lectures=lectures.recent(services.store, teacher_id=actor.user.id),
        policy=school_settings.school(services.store).policy,
        now=services.clock(),
    )


def live_page(services: WebServices, actor: Actor, lecture_id: UUID) -> Any:
    """The live page of one lecture."""
    try:
        lecture, course = lookup.lecture(services, lecture_id)
    except UnknownObjectError:
        return shell.not_found(text("There is no such lecture."))
    target = access.lecture_object(lecture, course)
    if not may(actor, Action.VIEW_LIVE, target):
        return shell.not_found(text("There is no such lecture for you."))
    if may(actor, Action.VIEW_STUDENTS, target):
        # Once an opening, not once a tick: the log says who looked, not for how long.
        viewing.lecture(services, actor, Action.VIEW_STUDENTS, lecture_id)
    snapshot = services.live.snapshot(lecture.id)
    timeline = services.live.timeline_since(lecture.id, None)
    _, state = feed_route.standing(services, lecture, course, snapshot, timeline)
    now = services.clock()
    return live.layout(lecture, course, snapshot, timeline, base_url(), now, state.cursor)


def reports_page(services: WebServices, actor: Actor) -> Any:
    """The reports that somebody may read."""
    everything = may(actor, Action.SET_POLICY, SCHOOL) or not isinstance(actor, UserActor)
    teacher = None if everything or not isinstance(actor, UserActor) else actor.user.id
    known = {course.id: course for course in courses.list_courses(services.store)}
    rows = [
        _report_row(services, actor, lecture, known[lecture.course_id])
        for lecture in lectures.recent(services.store, teacher_id=teacher)
        if not lecture.running
    ]
    return reports.layout([row for row in rows if row is not None])


def _to_join(services: WebServices, actor: Actor) -> list[tuple[Lecture, Course]]:
    """The running lectures of the courses whose rosters name a signed-in student."""
    running = [
        (one, lookup.course(services, one.course_id)) for one in lectures.running(services.store)
    ]
    return [pair for pair in running if joining.on_roster(services, pair[1], actor) is not None]


def join_page(services: WebServices, code: str) -> Any:
    """How to join the lecture of that code; a wrong one counts as a guess, as in the API."""
    guesses = current_limits().guesses
    try:
        guesses.check(address())
        lecture = lectures.by_code(services.store, code)
        if lecture is None:
            guesses.take(address())
            return shell.not_found(text("No lecture has the code {code}.", code=code))
    except TooManyRequestsError as error:
        return shell.too_many(error.retry_after)
    return join.layout(
        lecture,
        lookup.course(services, lecture.course_id),
        base_url(),
        services.program_path,
    )


def base_url() -> str:
    """How this server is reached by whoever asks, without a slash at the end."""
    return request.host_url.rstrip("/")


def _report_row(
    services: WebServices, actor: Actor, lecture: Lecture, course: Course
) -> reports.Row | None:
    target = access.lecture_object(lecture, course)
    if not may(actor, Action.VIEW_REPORT, target):
        return None
    report = stored_reports.latest(services.store, lecture.id)
    told = None if report is None else stored_reports.table(services.store, report.id, "moments")
    return reports.Row(
        lecture,
        course,
        report,
        stored_reports.job_of(services.store, lecture.id),
        may(actor, Action.DOWNLOAD_STUDENT_TABLE, target),
        told_change_points(told) if told else (),
    )
