"""What the office's pages and a user's own account page are made from."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_login import current_user

from dashboard.auth import signin
from dashboard.components import shell, urls
from dashboard.http.web import WebServices
from dashboard.i18n import text
from dashboard.pages.account import page as account_page
from dashboard.pages.admin import courses as admin_courses
from dashboard.pages.admin import erasure as admin_erasure
from dashboard.pages.admin import log, school
from dashboard.pages.admin import people as admin_people
from db.people import audit, consents, courses, erasure_requests, identities, school_settings, users
from db.teaching import lectures
from db.values import AccessRecord, ErasureRequest
from services import access, accounts
from services.access import SCHOOL, Action, Actor, UserActor


def page(services: WebServices, actor: Actor, path: str) -> Any:
    """The office's room at ``path``; for those it is not for, that it is not."""
    if not access.may(actor, Action.SET_POLICY, SCHOOL):
        return shell.not_found(text("This page is for admins."))
    rooms = {
        urls.ADMIN: _school,
        urls.ADMIN_PEOPLE: _people,
        urls.ADMIN_COURSES: _courses,
        urls.ADMIN_LOG: _log,
        urls.ADMIN_ERASURE: _erasure,
    }
    room = rooms.get(path.rstrip("/"))
    if room is None:
        return shell.not_found(text("There is no page at this address."))
    return room(services, actor)


def own_account(services: WebServices, actor: Actor) -> Any:
    """The account page of whoever is signed in."""
    if not isinstance(actor, UserActor):
        return shell.sign_in_first(urls.ACCOUNT)
    return account_page.layout(
        actor.user,
        accounts.sessions(services, actor),
        this_session(services),
        [
            known
            for known in identities.of_user(services.store, actor.user.id)
            if known.issuer == services.settings.oidc_issuer
        ],
        school_settings.school(services.store),
        password=accounts.has_password(services, actor.user.login),
        provider=signin.provider_label(),
    )


def this_session(services: WebServices) -> UUID | None:
    """The session that is asking."""
    return users.session_id(services.store, current_user.get_id())


def log_table(services: WebServices, records: Sequence[AccessRecord]) -> Any:
    """The access log's records with the names of whom they speak of."""
    return log.table(
        school_settings.school(services.store), records, names_in(services, records[: log.SHOWS])
    )


def names_in(services: WebServices, records: Sequence[AccessRecord]) -> dict[str, str]:
    """What the ids in records are called, by how the log writes them."""
    store = services.store
    names = {f"user:{user.id}": user.name for user in users.list_users(store)}
    names |= {f"course:{one.id}": one.title for one in courses.list_courses(store)}
    for record in records:
        for written in (record.actor, record.object, str(record.subject)):
            kind, _, identifier = written.rpartition(":")
            if written in names or kind not in ("", "participant", "lecture"):
                continue
            found = _name(services, kind, identifier)
            if found is not None:
                names[written] = found
    return names


def _name(services: WebServices, kind: str, identifier: str) -> str | None:
    try:
        known = UUID(identifier)
    except ValueError:
        return None
    if kind == "lecture":
        lecture = lectures.lecture(services.store, known)
        return None if lecture is None else lecture.title
    participant = consents.participant(services.store, known)
    if participant is not None:
        return participant.name
    student = courses.student(services.store, known)
    return None if student is None else student.name


def _waiting(services: WebServices) -> int:
    return sum(one.verdict is None for one in erasure_requests.requests(services.store))


def _school(services: WebServices, _: Actor) -> Any:
    return school.layout(school_settings.school(services.store), _waiting(services))


def _people(services: WebServices, actor: Actor) -> Any:
    store = services.store
    open_now = users.open_sessions(store, services.clock())
    return admin_people.layout(
        school_settings.school(store),
        users.list_users(store),
        Counter(one.user_id for one in open_now),
        actor.user.id if isinstance(actor, UserActor) else None,
        _waiting(services),
    )


def _courses(services: WebServices, _: Actor) -> Any:
    store = services.store
    rows = [
        admin_courses.Row(
            course,
            courses.teachers_of(store, course.id),
            len(courses.roster(store, course.id)),
        )
        for course in courses.list_courses(store)
    ]
    return admin_courses.layout(
        school_settings.school(store), rows, users.list_users(store), _waiting(services)
    )


def _log(services: WebServices, _: Actor) -> Any:
    store = services.store
    records = audit.records(store, limit=log.SHOWS)
    return log.layout(
        school_settings.school(store),
        records,
        names_in(services, records),
        users.list_users(store),
        audit.actions(store),
        _waiting(services),
    )


def _erasure(services: WebServices, _: Actor) -> Any:
    asked = [_asked(services, one) for one in erasure_requests.requests(services.store)]
    return admin_erasure.layout(school_settings.school(services.store), asked)


def _asked(services: WebServices, one: ErasureRequest) -> admin_erasure.Asked:
    lecture = lectures.lecture(services.store, one.lecture_id)
    return admin_erasure.Asked(
        one,
        _name(services, "participant", str(one.participant_id)),
        "" if lecture is None else lecture.title,
    )
