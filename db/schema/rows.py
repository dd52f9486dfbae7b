"""From rows to values: the one place that knows which columns make which value."""

from typing import Any, Final

from sqlalchemy import Row

from contract.policy import Choices, CourseMode, Policy
from db.schema.tables import CHOICES, courses, lectures
from db.values import (
    AgentContext,
    Consent,
    Course,
    Lecture,
    Participant,
    ParticipantStatus,
    Role,
    Student,
    User,
)

AnyRow = Row[Any]


def user(row: AnyRow) -> User:
    """A row of ``users``."""
    return User(
        id=row.id, login=row.login, name=row.name, role=Role(row.role), disabled=row.disabled
    )


def course(row: AnyRow) -> Course:
    """A row of ``courses``."""
    return Course(
        id=row.id,
        title=row.title,
        mode=CourseMode(row.mode),
        timezone=row.timezone,
        archived_at=row.archived_at,
    )


COURSE_BESIDE: Final = (
    courses.c.title.label("course_title"),
    courses.c.mode,
    courses.c.timezone,
    courses.c.archived_at,
)
"""What a query of lectures also selects, so that ``course_beside`` finds the course."""


def course_beside(row: AnyRow) -> Course:
    """The course in a row that also holds a lecture."""
    return Course(
        id=row.course_id,
        title=row.course_title,
        mode=CourseMode(row.mode),
        timezone=row.timezone,
        archived_at=row.archived_at,
    )


def student(row: AnyRow) -> Student:
    """A row of ``students``."""
    return Student(
        id=row.id,
        course_id=row.course_id,
        name=row.name,
        external_id=row.external_id,
        email=row.email,
        left_at=row.left_at,
    )


def lecture(row: AnyRow) -> Lecture:
    """A row of ``lectures``."""
    return Lecture(
        id=row.id,
        course_id=row.course_id,
        title=row.title,
        code=row.code,
        policy=Policy(row.policy),
        started_at=row.started_at,
        ended_at=row.ended_at,
        narrowed_at=row.narrowed_at,
    )


LECTURE_BESIDE: Final = tuple(column for column in lectures.c if column.name != "id")
"""What a query of participants also selects, so that ``lecture_beside`` finds the lecture."""


def lecture_beside(row: AnyRow) -> Lecture:
    """The lecture in a row that also holds a participant."""
    return Lecture(
        id=row.lecture_id,
        course_id=row.course_id,
        title=row.title,
        code=row.code,
        policy=Policy(row.policy),
        started_at=row.started_at,
        ended_at=row.ended_at,
        narrowed_at=row.narrowed_at,
    )


def choices(row: AnyRow) -> Choices:
    """The choice columns of a participant or consent."""
    return Choices(
        class_mood=row.choice_class_mood,
        flags=row.choice_flags,
        ask_first=row.choice_ask_first,
        room=row.choice_room,
    )


def choice_columns(chosen: Choices) -> dict[str, bool]:
    """The reverse of ``choices``."""
    return {f"choice_{name}": getattr(chosen, name) for name in CHOICES}


def participant(row: AnyRow) -> Participant:
    """A row of ``participants``."""
    return Participant(
        id=row.id,
        lecture_id=row.lecture_id,
        student_id=row.student_id,
        name=row.name,
        status=ParticipantStatus(row.status),
        verified=row.verified,
        choices=choices(row),
        joined_at=row.joined_at,
        withdrawn_at=row.withdrawn_at,
    )


def consent(row: AnyRow) -> Consent:
    """A row of ``consents``."""
    return Consent(
        id=row.id,
        participant_id=row.participant_id,
        notice_version=row.notice_version,
        choices=choices(row),
        guardian=row.guardian,
        at=row.at,
        withdrawn_at=row.withdrawn_at,
    )


def agent_context(row: AnyRow) -> AgentContext:
    """A token's row joined with its participant, lecture and course (``db.people.consents``)."""
    return AgentContext(
        token_id=row.token_id,
        participant=participant(row),
        lecture=lecture_beside(row),
        course=course_beside(row),
    )
