"""Joining: from a code to the notice, and from an agreement to the agent's token."""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response

from contract.exchange import (
    ConsentAnswer,
    ConsentRequest,
    JoinAnswer,
    JoinRequest,
    LectureFacts,
    LectureState,
)
from contract.notice import notice_for
from contract.policy import CourseMode, Policy
from dashboard import access, lookup
from dashboard.access import Action, Nobody
from dashboard.api.limits import address, current_limits
from dashboard.api.operations import answer, operation, read_body
from dashboard.errors import (
    ForbiddenError,
    InvalidError,
    RefusedError,
    UnknownObjectError,
)
from dashboard.services import Services, current_services
from db import consents, courses, lectures, settings
from db.errors import TicketError
from db.secrets import mint
from db.values import Course, Lecture, ParticipantStatus

blueprint = Blueprint("join", __name__)


@blueprint.post("/join")
@operation(
    summary="Name a lecture's code; answers its facts, the notice, and a ticket to agree with",
    body=JoinRequest,
    answer=JoinAnswer,
    errors=(403, 404, 409, 413, 422, 429, 503),
)
def join() -> Response:
    """``POST /join``."""
    current_limits().guesses.check(address())
    request = read_body(JoinRequest)
    services = current_services()
    lecture = lectures.by_code(services.store, request.code)
    if lecture is None:
        # A code is short enough to be guessed; links and tickets are not.
        current_limits().guesses.take(address())
        raise UnknownObjectError(f"No lecture has the code {request.code}.")
    if not lecture.running:
        raise RefusedError(f"The lecture {lecture.title!r} has ended.")
    course = lookup.course(services, lecture.course_id)
    access.authorize(Nobody(), Action.JOIN, access.lecture_object(lecture, course))
    student_id, link_id, name = _who(services, request, lecture, course)
    now = services.clock()
    ticket = mint()
    consents.issue_ticket(
        services.store,
        ticket,
        lecture_id=lecture.id,
        name=name,
        now=now,
        expires_at=now + timedelta(minutes=services.settings.ticket_minutes),
        student_id=student_id,
        link_id=link_id,
    )
    notice = notice_for(lecture.policy)
    earlier = None
    if student_id is not None:
        earlier = consents.earlier_choices(services.store, course.id, student_id, notice.version)
    return answer(
        JoinAnswer(
            lecture=facts(lecture, course),
            policy=lecture.policy,
            notice=notice,
            ticket=ticket,
            consented=earlier,
        )
    )


def facts(lecture: Lecture, course: Course) -> LectureFacts:
    """What anybody who has the code is told."""
    return LectureFacts(
        id=lecture.id,
        title=lecture.title,
        course=course.title,
        mode=course.mode,
        state=LectureState.RUNNING if lecture.running else LectureState.ENDED,
        started_at=lecture.started_at,
        ended_at=lecture.ended_at,
    )


def _who(
    services: Services, request: JoinRequest, lecture: Lecture, course: Course
) -> tuple[UUID | None, UUID | None, str]:
    """The student's id and link's id, where a personal link proves them, and the name to show."""
    if request.link is not None:
        return _by_link(services, request.link, lecture)
    match course.mode:
        case CourseMode.ROSTER:
            raise ForbiddenError(
                "This course has a roster: join with your personal link, not with the code alone."
            )
        case CourseMode.OPEN:
            name = (request.name or "").strip()
            if not name:
                raise InvalidError("This course asks for the name that your teacher knows.")
            return None, None, name
        case CourseMode.ANONYMOUS:
            # A typed name is not kept: nothing here may tell who somebody is.
            return None, None, f"Student {secrets.token_hex(2).upper()}"


def _by_link(services: Services, secret: str, lecture: Lecture) -> tuple[UUID, UUID, str]:
    link = courses.find_link(services.store, secret)
    if link is None:
        raise TicketError("This personal link is not known.")
    if link.used_at is not None:
        raise TicketError("This personal link was used before and works only once.")
    if link.expires_at is not None and link.expires_at <= services.clock():
        raise TicketError(f"This personal link expired at {link.expires_at:%Y-%m-%d %H:%M} UTC.")
    other_lecture = link.lecture_id not in (None, lecture.id)
    if other_lecture or link.student.course_id != lecture.course_id:
        raise ForbiddenError("This personal link belongs to another lecture.")
    return link.student.id, link.id, link.student.name


@blueprint.post("/consents")
@operation(
    summary="Agree to the notice that was read; answers the agent's token and a recovery link",
    body=ConsentRequest,
    answer=ConsentAnswer,
    status=201,
    errors=(403, 404, 409, 413, 422, 429, 503),
)
def consent() -> Response:
    """``POST /consents``."""
    request = read_body(ConsentRequest)
    services = current_services()
    ticket = consents.find_ticket(services.store, request.ticket)
    if ticket is None:
        raise TicketError("This ticket is not known.")
    lecture, course = lookup.lecture(services, ticket.lecture_id)
    _check_agreement(services, request, lecture)
    choices = request.choices
    if lecture.policy is not Policy.INDIVIDUAL or course.mode is CourseMode.ANONYMOUS:
        # What the policy or the mode never shows is not asked, so a yes to it is not kept.
        choices = choices.model_copy(update={"flags": False, "ask_first": False})
    token, recovery = mint(), mint()
    participant = consents.accept(
        services.store,
        ticket=request.ticket,
        notice_version=request.notice_version,
        choices=choices,
        guardian=request.guardian,
        token=token,
        recovery=recovery,
        now=services.clock(),
    )
    return answer(
        ConsentAnswer(
            token=token,
            participant=participant.id,
            recovery_link=f"/me/{recovery}",
            admitted=participant.status is ParticipantStatus.ADMITTED,
        ),
        201,
    )


def _check_agreement(services: Services, request: ConsentRequest, lecture: Lecture) -> None:
    if not lecture.running:
        raise RefusedError(f"The lecture {lecture.title!r} has ended.")
    notice = notice_for(lecture.policy)
    if request.notice_version != notice.version:
        raise RefusedError(
            f"The notice now is of version {notice.version}, but the agreement is to "
            f"{request.notice_version[:40]!r}: join again to read it."
        )
    if settings.school(services.store).guardian_required and not request.guardian:
        raise InvalidError("This school asks for the name of the guardian who agrees.")
