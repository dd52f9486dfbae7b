"""From a ticket to an agreement: participants, their choices, tokens and recovery links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from contract.ids import uuid7
from contract.policy import Choices, CourseMode
from db.engine.secrets import digest
from db.engine.store import Store
from db.errors import ConflictError
from db.people.agreements import change_in, locked_in, log_in, narrow_in, newest_in
from db.people.tickets import use_ticket
from db.schema import rows
from db.schema.tables import (
    agent_tokens,
    consents,
    courses,
    lectures,
    own_pages,
    participants,
    recovery_links,
)
from db.teaching.rooms import stop_in
from db.teaching.self_reports import take_back_in
from db.values import (
    AgentContext,
    Consent,
    Course,
    Lecture,
    Participant,
    ParticipantStatus,
)


def accept(
    store: Store,
    *,
    ticket: str,
    notice_version: str,
    choices: Choices,
    guardian: str | None,
    token: str,
    recovery: str,
    now: datetime,
) -> Participant:
    """Turn a ticket into an agreement, and answer the participant.

    ``token`` (the agent's) and ``recovery`` are fresh secrets of the caller's; a token given
    before to the same student in this lecture stops working. A rostered student is admitted at
    once and verified; of an open course, waiting; of an anonymous one, admitted. Agreeing again
    after a withdrawal begins anew. Raises TicketError where the ticket or its personal link is
    unknown, used or expired; nothing has changed then.
    """

    def work(connection: Connection) -> Participant:
        row = use_ticket(connection, digest(ticket), now)
        participant = _admit(connection, row, choices, now)
        log_in(connection, participant, notice_version, guardian, now)
        connection.execute(
            update(agent_tokens)
            .where(
                agent_tokens.c.participant_id == participant.id,
                agent_tokens.c.replaced_at.is_(None),
            )
            .values(replaced_at=now)
        )
        for table, secret in ((agent_tokens, token), (recovery_links, recovery)):
            connection.execute(
                insert(table).values(
                    id=uuid7(now),
                    hash=digest(secret),
                    participant_id=participant.id,
                    created_at=now,
                )
            )
        return participant

    return store.write(work)


def _admit(connection: Connection, ticket: Any, choices: Choices, now: datetime) -> Participant:
    """The participant that the ticket makes, or makes anew."""
    mode = connection.execute(
        select(courses.c.mode)
        .join(lectures, lectures.c.course_id == courses.c.id)
        .where(lectures.c.id == ticket.lecture_id)
    ).scalar_one()
    rostered = ticket.student_id is not None
    if rostered:
        before = connection.execute(
            select(participants)
            .where(
                participants.c.lecture_id == ticket.lecture_id,
                participants.c.student_id == ticket.student_id,
            )
            .with_for_update()
        ).first()
        if before is not None:
            again = {"status": ParticipantStatus.ADMITTED, "withdrawn_at": None}
            return narrow_in(connection, before, now, **again, **rows.choice_columns(choices))
    waits = mode == CourseMode.OPEN and not rostered
    made = connection.execute(
        insert(participants)
        .values(
            id=uuid7(now),
            lecture_id=ticket.lecture_id,
            student_id=ticket.student_id,
            name=ticket.name,
            status=ParticipantStatus.WAITING if waits else ParticipantStatus.ADMITTED,
            verified=rostered,
            joined_at=now,
            withdrawn_at=None,
            **rows.choice_columns(choices),
        )
        .returning(participants)
    ).one()
    return rows.participant(made)


def change_choices(
    store: Store, participant_id: UUID, choices: Choices, *, notice_version: str, now: datetime
) -> Participant:
    """Let a participant choose anew; the former choice stays in the history.

    Raises NotFoundError where there is none, ConflictError where they withdrew (that takes a new
    ticket).
    """

    def work(connection: Connection) -> Participant:
        found = locked_in(connection, participant_id)
        if found.withdrawn_at is not None:
            raise ConflictError("Who took their agreement back must join again to agree anew.")
        changed = narrow_in(connection, found, now, **rows.choice_columns(choices))
        before = newest_in(connection, participant_id)
        guardian = None if before is None else before.guardian
        log_in(connection, changed, notice_version, guardian, now)
        return changed

    return store.write(work)


def withdraw(store: Store, participant_id: UUID, now: datetime) -> Participant:
    """Take an agreement back: from now on nothing more of this participant is stored.

    Doing it again changes nothing. Raises NotFoundError where there is no such participant.
    """

    def work(connection: Connection) -> Participant:
        found = locked_in(connection, participant_id)
        if found.withdrawn_at is not None:
            return rows.participant(found)
        connection.execute(
            update(consents)
            .where(consents.c.participant_id == participant_id, consents.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
        take_back_in(connection, [participant_id])
        stop_in(connection, found.lecture_id, "withdrawn", now)
        return narrow_in(
            connection, found, now, withdrawn_at=now, status=ParticipantStatus.WITHDRAWN
        )

    return store.write(work)


def admit(store: Store, participant_id: UUID) -> Participant:
    """Let a waiting (or refused) participant in; they stay unverified.

    Raises NotFoundError where there is none, ConflictError where they withdrew.
    """
    return store.write(
        lambda connection: change_in(
            connection, _judged(connection, participant_id), status=ParticipantStatus.ADMITTED
        )
    )


def refuse(store: Store, participant_id: UUID, now: datetime) -> Participant:
    """Keep a participant out. Errors as ``admit``."""
    return store.write(
        lambda connection: narrow_in(
            connection, _judged(connection, participant_id), now, status=ParticipantStatus.REFUSED
        )
    )


def wait_again(store: Store, participant_id: UUID, now: datetime) -> Participant:
    """Put a participant of an open course back to the door: neither admitted nor refused.

    Errors as ``admit``; ConflictError, too, where they are on the roster, and so never waited.
    """

    def work(connection: Connection) -> Participant:
        found = _judged(connection, participant_id)
        if found.verified:
            raise ConflictError("Who is on the roster needs nobody to admit them.")
        return narrow_in(connection, found, now, status=ParticipantStatus.WAITING)

    return store.write(work)


def _judged(connection: Connection, participant_id: UUID) -> Any:
    found = locked_in(connection, participant_id)
    if found.withdrawn_at is not None:
        raise ConflictError("Who took their agreement back can be neither admitted nor refused.")
    return found


def participant(store: Store, participant_id: UUID) -> Participant | None:
    """The participant of that id."""
    with store.read() as connection:
        row = connection.execute(
            select(participants).where(participants.c.id == participant_id)
        ).first()
    return None if row is None else rows.participant(row)


def history(store: Store, participant_id: UUID) -> Sequence[Consent]:
    """Everything a participant agreed to, oldest first."""
    query = (
        select(consents)
        .where(consents.c.participant_id == participant_id)
        .order_by(consents.c.at, consents.c.id)
    )
    with store.read() as connection:
        return [rows.consent(row) for row in connection.execute(query)]


def earlier_choices(
    store: Store, course_id: UUID, student_id: UUID, notice_version: str
) -> Choices | None:
    """What a rostered student last chose in this course for that notice and has not taken back."""
    query = (
        select(consents)
        .join(participants, participants.c.id == consents.c.participant_id)
        .join(lectures, lectures.c.id == participants.c.lecture_id)
        .where(
            lectures.c.course_id == course_id,
            participants.c.student_id == student_id,
            consents.c.notice_version == notice_version,
        )
        .order_by(consents.c.at.desc(), consents.c.id.desc())
        .limit(1)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None or row.withdrawn_at is not None else rows.choices(row)


def ever_shown(store: Store, lecture_id: UUID) -> frozenset[UUID]:
    """Which participants of a lecture have at any time agreed that their teacher sees them."""
    query = (
        select(consents.c.participant_id)
        .join(participants, participants.c.id == consents.c.participant_id)
        .where(participants.c.lecture_id == lecture_id, consents.c.choice_flags)
        .distinct()
    )
    with store.read() as connection:
        return frozenset(connection.execute(query).scalars())


def renew_recovery(store: Store, participant_id: UUID, secret: str, now: datetime) -> None:
    """Let ``secret`` alone open a participant's own page from now on."""

    def work(connection: Connection) -> None:
        # And no browser that came by an older one.
        for table in (recovery_links, own_pages):
            connection.execute(delete(table).where(table.c.participant_id == participant_id))
        connection.execute(
            insert(recovery_links).values(
                id=uuid7(now), hash=digest(secret), participant_id=participant_id, created_at=now
            )
        )

    store.write(work)


def by_recovery(store: Store, secret: str) -> Participant | None:
    """Whose own page that recovery link opens."""
    query = (
        select(participants)
        .join(recovery_links, recovery_links.c.participant_id == participants.c.id)
        .where(recovery_links.c.hash == digest(secret))
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else rows.participant(row)


def in_lecture(store: Store, participant_id: UUID) -> tuple[Participant, Lecture, Course] | None:
    """The participant of that id with lecture and course, in one read."""
    query = (
        select(participants, *rows.LECTURE_BESIDE, *rows.COURSE_BESIDE)
        .join(lectures, lectures.c.id == participants.c.lecture_id)
        .join(courses, courses.c.id == lectures.c.course_id)
        .where(participants.c.id == participant_id)
    )
    with store.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return rows.participant(row), rows.lecture_beside(row), rows.course_beside(row)


_CONTEXT = (
    select(
        agent_tokens.c.id.label("token_id"),
        participants,
        *rows.LECTURE_BESIDE,
        *rows.COURSE_BESIDE,
    )
    .join(participants, participants.c.id == agent_tokens.c.participant_id)
    .join(lectures, lectures.c.id == participants.c.lecture_id)
    .join(courses, courses.c.id == lectures.c.course_id)
    .where(agent_tokens.c.hash == bindparam("hash"), agent_tokens.c.replaced_at.is_(None))
)


def agent_context(store: Store, token: str) -> AgentContext | None:
    """All that must be known of the bearer of an agent's token, in one read.

    None where the token is unknown, or a second device has replaced it. A withdrawn participant's
    token still answers, so that the agent can be told to delete its outbox: look at ``withdrawn``.
    """
    with store.read() as connection:
        row = connection.execute(_CONTEXT, {"hash": digest(token)}).first()
    return None if row is None else rows.agent_context(row)
