"""Joining a lecture: from a code to the notice, and from an agreement to a participant.

The API and the page call the same two steps.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from contract.exchange import (
    ConsentAnswer,
    ConsentRequest,
    JoinAnswer,
    JoinRequest,
    LectureFacts,
    LectureState,
)
from contract.languages import Language
from contract.notice import NOTICE_VERSION, notice_for, version_in
from contract.policy import CourseMode, Policy
from db.engine.secrets import mint
from db.errors import TicketError
from db.people import consents, courses, rostered, school_settings, tickets
from db.teaching import lectures
from db.values import Course, Lecture, ParticipantStatus, PersonalLink, Student
from services import access
from services.access import Action, Actor, Nobody, UserActor
from services.acting import lookup
from services.acting.typed import written
from services.context import Services
from services.errors import ForbiddenError, InvalidError, RefusedError, UnknownObjectError
from services.figures import baselines


class UnknownCodeError(UnknownObjectError):
    """No lecture has that code; whoever sent it may be guessing."""


def ask(services: Services, request: JoinRequest, actor: Actor, language: Language) -> JoinAnswer:
    """What there is to agree to, and a ticket for it. ``actor``: who is signed in, if anybody.

    Raises UnknownCodeError, RefusedError where the lecture has ended, InvalidError, ForbiddenError
    or db's TicketError where this student may not join so.
    """
    lecture = by_code(services, request.code)
    if not lecture.running:
        raise RefusedError("The lecture {title} has ended.", title=repr(lecture.title))
    course = lookup.course(services, lecture.course_id)
    access.authorize(Nobody(), Action.JOIN, access.lecture_object(lecture, course))
    student_id, link_id, name = _who(services, request, lecture, course, actor)
    now = services.clock()
    ticket = mint()
    tickets.issue_ticket(
        services.store,
        ticket,
        lecture_id=lecture.id,
        name=name,
        now=now,
        expires_at=now + services.terms.ticket,
        student_id=student_id,
        link_id=link_id,
    )
    notice = notice_for(lecture.policy, language)
    earlier = None
    if student_id is not None:
        earlier = consents.earlier_choices(services.store, course.id, student_id, notice.version)
    return JoinAnswer(
        lecture=facts(lecture, course),
        policy=lecture.policy,
        notice=notice,
        ticket=ticket,
        consented=earlier,
    )


def by_code(services: Services, code: str) -> Lecture:
    """The lecture of that code, the running one first. Raises UnknownCodeError."""
    found = lectures.by_code(services.store, code)
    if found is None:
        raise UnknownCodeError("No lecture has the code {code}.", code=code[:40])
    return found


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


def on_roster(services: Services, course: Course, actor: Actor) -> Student | None:
    """The student of the course's roster that a signed-in user is.

    Known by the school's own key, which their provider told at the sign-in; never by name or
    e-mail, which others may have too.
    """
    if not isinstance(actor, UserActor) or actor.user.disabled:
        return None
    return rostered.student(services.store, course.id, actor.user.id)


def _who(
    services: Services, request: JoinRequest, lecture: Lecture, course: Course, actor: Actor
) -> tuple[UUID | None, UUID | None, str]:
    """The student's id and link's id, where either proves them, and the name to show."""
    if request.link is not None:
        return _by_link(services, request.link, lecture)
    match course.mode:
        case CourseMode.ROSTER:
            listed = on_roster(services, course, actor)
            if listed is None:
                raise ForbiddenError(
                    "This course has a roster: join with your personal link, not with the "
                    "code alone."
                )
            return listed.id, None, listed.name
        case CourseMode.OPEN:
            name = written(request.name or "")
            if not name:
                raise InvalidError("This course asks for the name that your teacher knows.")
            return None, None, name
        case CourseMode.ANONYMOUS:
            # A typed name is not kept: nothing here may tell who somebody is.
            return None, None, f"Student {secrets.token_hex(2).upper()}"


def usable_link(services: Services, secret: str) -> PersonalLink:
    """The personal link of that secret. Raises db's TicketError where it opens nothing (more)."""
    link = courses.find_link(services.store, secret)
    if link is None:
        raise TicketError("This personal link is not known.")
    if link.used_at is not None:
        raise TicketError("This personal link was used before and works only once.")
    if link.expires_at is not None and link.expires_at <= services.clock():
        raise TicketError(
            "This personal link ended at {at} UTC.", at=format(link.expires_at, "%Y-%m-%d %H:%M")
        )
    return link


def _opening(services: Services, secret: str) -> PersonalLink | None:
    """The personal link of that secret; None where it opens nothing, and so tells no name."""
    try:
        return usable_link(services, secret)
    except TicketError:
        return None


def _by_link(services: Services, secret: str, lecture: Lecture) -> tuple[UUID, UUID, str]:
    link = usable_link(services, secret)
    other_lecture = link.lecture_id not in (None, lecture.id)
    if other_lecture or link.student.course_id != lecture.course_id:
        raise ForbiddenError("This personal link belongs to another lecture.")
    return link.student.id, link.id, link.student.name


def running_lecture(services: Services, secret: str) -> Lecture | Course:
    """The running lecture that a personal link opens; its course, where none runs now.

    Raises db's TicketError where the link is unknown, used or ended.
    """
    link = usable_link(services, secret)
    course = lookup.course(services, link.student.course_id)
    running = [
        one
        for one in lectures.running(services.store)
        if one.course_id == course.id and link.lecture_id in (None, one.id)
    ]
    return max(running, key=lambda one: one.started_at) if running else course


def agree(services: Services, request: ConsentRequest) -> ConsentAnswer:
    """Turn a ticket into an agreement: a token for the agent and a link to the own page.

    Raises db's TicketError, RefusedError where the lecture has ended or the notice is another,
    InvalidError where the school asks for a guardian and none is named.
    """
    ticket = tickets.find_ticket(services.store, request.ticket)
    if ticket is None:
        raise TicketError("This ticket is not known.")
    lecture, course = lookup.lecture(services, ticket.lecture_id)
    guardian = written(request.guardian or "") or None
    _check_agreement(services, request, lecture, guardian)
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
        guardian=guardian,
        token=token,
        recovery=recovery,
        now=services.clock(),
    )
    return ConsentAnswer(
        token=token,
        participant=participant.id,
        recovery_link=f"/me/{recovery}",
        admitted=participant.status is ParticipantStatus.ADMITTED,
        baseline=baselines.wants_baseline(
            services.store, lecture, participant, services.card.model_id
        ),
    )


def _check_agreement(
    services: Services, request: ConsentRequest, lecture: Lecture, guardian: str | None
) -> None:
    if not lecture.running:
        raise RefusedError("The lecture {title} has ended.", title=repr(lecture.title))
    # Whichever language it was read in.
    if request.notice_version not in map(version_in, Language):
        raise RefusedError(
            "The notice now is of version {known}, but the agreement is to "
            "{agreed}: join again to read it.",
            known=NOTICE_VERSION,
            agreed=repr(request.notice_version[:40]),
        )
    if school_settings.school(services.store).guardian_required and guardian is None:
        raise InvalidError("This school asks for the name of the guardian who agrees.")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody may join a lecture without a camera.

    ``known``: the student that the roster proves them to be; ``by_link``: whether they hold a
    personal link; ``guardian``: whether the school asks for one.
    """

    course: Course
    known: Student | None
    by_link: bool
    guardian: bool


def way(services: Services, actor: Actor, lecture: Lecture, link: str | None) -> Way:
    """How ``actor``, who may hold a personal link, may join a lecture."""
    course = lookup.course(services, lecture.course_id)
    access.authorize(Nobody(), Action.JOIN, access.lecture_object(lecture, course))
    found = None if link is None else _opening(services, link)
    student = on_roster(services, course, actor) if found is None else found.student
    return Way(
        course,
        student if student is not None and student.course_id == course.id else None,
        by_link=found is not None,
        guardian=school_settings.school(services.store).guardian_required,
    )
