"""Forgetting: one participant's numbers, a participant, a student, or all that is too old."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from db.engine.store import Store
from db.errors import NotFoundError
from db.measurements import room_figures
from db.measurements.removal import Removal
from db.people.audit import pseudonym_in, record_in
from db.people.erasures import Erased, note_in
from db.people.rostered import drop_accounts_in
from db.schema.tables import (
    access_log,
    agent_tokens,
    buckets,
    consents,
    erasure_requests,
    events,
    flag_events,
    flags,
    lectures,
    observations,
    own_pages,
    participants,
    personal_links,
    recovery_links,
    report_jobs,
    self_report_spans,
    self_reports,
    shown_members,
    students,
    tickets,
)
from db.teaching.published_groups import forget_in
from db.teaching.reports import drop_versions_in, redo_in
from db.teaching.rooms import stop_in
from db.teaching.self_reports import take_back_in


def delete_observations(
    store: Store, participant_id: UUID, *, now: datetime, actor: str
) -> Removal:
    """Delete a participant's numbers, events, self-reports and flags; the agreement stays.

    The lecture's reports are deleted and due anew. Raises NotFoundError where there is none.
    """

    def work(connection: Connection) -> Removal:
        removal = numbers_in(connection, participant_id, Erased.NUMBERS, now)
        _log(connection, actor, "delete observations", participant_id, now)
        return removal

    return store.write(work)


def take_back(store: Store, participant_id: UUID, now: datetime) -> Removal:
    """Delete what was measured of a participant who takes the agreement back, and said by them.

    That they agreed, and to what, stays: it shows that nobody was looked at unasked. Errors as
    ``delete_observations``.
    """
    return store.write(
        lambda connection: numbers_in(connection, participant_id, Erased.AGREEMENT, now)
    )


def numbers_in(
    connection: Connection, participant_id: UUID, kind: Erased, now: datetime
) -> Removal:
    """Delete a participant's numbers and note it as ``kind``; reports and errors as above."""
    lecture_ids = _lectures_of(connection, [participant_id])
    if not lecture_ids:
        raise NotFoundError("There is no participant {given}.", given=participant_id)
    removed = _delete_numbers(connection, [participant_id])
    redo_in(connection, lecture_ids, now)
    note_in(connection, kind, [participant_id], now)
    return Removal(participants=0, observations=removed, lectures=lecture_ids)


def erase_participant(store: Store, participant_id: UUID, *, now: datetime, actor: str) -> Removal:
    """Delete all that one lecture knows of a participant; reports as ``delete_observations``.

    What is left is a pseudonym in the access log, which stands nowhere else, and a digest in the
    ledger of erasures.
    """

    def work(connection: Connection) -> Removal:
        removal = erase_in(connection, [participant_id], now)
        if not removal.participants:
            raise NotFoundError("There is no participant {given}.", given=participant_id)
        return _recorded(connection, actor, removal, now)

    return store.write(work)


def erase_student(store: Store, student_id: UUID, *, now: datetime, actor: str) -> Removal:
    """Delete a rostered student from the roster and from every lecture; else as above.

    So too from other rosters that list them by the same id and name, and, with the last of them,
    the account that they sign in with.
    """

    def work(connection: Connection) -> Removal:
        same = same_student_in(connection, student_id)
        if not same:
            raise NotFoundError("There is no student {given}.", given=student_id)
        return _recorded(connection, actor, erase_students_in(connection, same, now), now)

    return store.write(work)


def same_student_in(connection: Connection, student_id: UUID) -> list[UUID]:
    """A student's entries on all rosters, locked; none where there is no such student."""
    found = connection.execute(
        select(students).where(students.c.id == student_id).with_for_update()
    ).first()
    if found is None:
        return []
    if not found.external_id:
        return [student_id]
    others = select(students.c.id).where(
        # One id alone may be that of two people, where two lists number their rows.
        students.c.external_id == found.external_id,
        students.c.name == found.name,
    )
    return sorted(connection.execute(others.with_for_update()).scalars())


def erase_students_in(connection: Connection, ids: Sequence[UUID], now: datetime) -> Removal:
    """Delete a student's entries on rosters with all that hangs on them."""
    accounts = drop_accounts_in(connection, ids)
    own = connection.execute(select(participants.c.id).where(participants.c.student_id.in_(ids)))
    removal = erase_in(connection, list(own.scalars()), now, besides=[*ids, *accounts])
    for table in (tickets, personal_links):
        connection.execute(delete(table).where(table.c.student_id.in_(ids)))
    connection.execute(delete(students).where(students.c.id.in_(ids)))
    return removal


def _recorded(connection: Connection, actor: str, removal: Removal, now: datetime) -> Removal:
    if removal.pseudonym is not None:
        _log(connection, actor, "erase", removal.pseudonym, now)
    return removal


def blank_withdrawn(store: Store, older_than: datetime, now: datetime) -> int:
    """Take away what tells whose the agreements were that were taken back before ``older_than``;
    answers how many participants that were."""

    def work(connection: Connection) -> int:
        due = select(participants.c.id).where(
            participants.c.withdrawn_at < older_than, participants.c.name != ""
        )
        return blank_in(connection, list(connection.execute(due).scalars()), now)

    return store.write(work)


def blank_in(connection: Connection, ids: Sequence[UUID], now: datetime) -> int:
    """Take away what tells who these participants were, if they took their agreement back.

    Name, guardian, the roster's entry and the way to the own page go. That somebody agreed, when,
    to which words and to what, stays under a random id. The agent's token does, too: by it a
    device that has slept until now is still told to delete what it holds.
    """
    theirs = participants.c.id.in_(ids) & (participants.c.name != "")
    found = connection.execute(
        select(participants)
        .where(theirs, participants.c.withdrawn_at.is_not(None))
        .with_for_update()
    ).all()
    gone = [row.id for row in found]
    if not gone:
        return 0
    for row in found:
        own = (tickets.c.lecture_id == row.lecture_id) & (tickets.c.student_id == row.student_id)
        connection.execute(delete(tickets).where(own))
    for table in (recovery_links, own_pages):
        connection.execute(delete(table).where(table.c.participant_id.in_(gone)))
    blank = update(participants).where(participants.c.id.in_(gone))
    connection.execute(blank.values(name="", student_id=None))
    connection.execute(
        update(consents).where(consents.c.participant_id.in_(gone)).values(guardian=None)
    )
    note_in(connection, Erased.PROOF, gone, now)
    return len(gone)


def prune(store: Store, older_than: datetime, *, now: datetime, actor: str) -> Removal:
    """Delete everybody's data of the lectures that ended before ``older_than``, reports and all.

    Lectures, courses and rosters stay; the access log has a timer of its own.
    Each lecture is a transaction of its own, so that nobody waits long for a large clean-up.
    """
    old = select(lectures.c.id).where(lectures.c.ended_at < older_than)
    with store.read() as connection:
        ids = list(connection.execute(old.order_by(lectures.c.ended_at)).scalars())
    removed = [store.write(partial(prune_in, lecture_id=one, now=now)) for one in ids]
    total = Removal(
        participants=sum(removal.participants for removal in removed),
        observations=sum(removal.observations for removal in removed),
        lectures=tuple(lecture for removal in removed for lecture in removal.lectures),
    )

    def finish(connection: Connection) -> None:
        connection.execute(delete(tickets).where(tickets.c.expires_at < older_than))
        record_in(
            connection,
            actor=actor,
            action="prune",
            object=f"lectures ended before {older_than.isoformat()}",
            at=now,
            detail={"participants": total.participants, "observations": total.observations},
        )

    store.write(finish)
    return total


def prune_in(connection: Connection, lecture_id: UUID, now: datetime) -> Removal:
    """Delete everybody's data of one lecture."""
    own = select(participants.c.id).where(participants.c.lecture_id == lecture_id)
    ids = list(connection.execute(own).scalars())
    lecture_ids = _lectures_of(connection, ids)
    for told in (shown_members, self_report_spans):
        connection.execute(delete(told).where(told.c.lecture_id == lecture_id))
    room_figures.forget_in(connection, lecture_id)
    removed = _delete_all(connection, ids)
    drop_versions_in(connection, lecture_id)
    connection.execute(delete(report_jobs).where(report_jobs.c.lecture_id == lecture_id))
    note_in(connection, Erased.LECTURE, [lecture_id], now)
    return Removal(len(ids), removed, lecture_ids)


def prune_access_log(store: Store, older_than: datetime) -> int:
    """Delete the access records from before ``older_than``, and the requests to be erased that
    were answered before; answers how many records."""

    def work(connection: Connection) -> int:
        old = delete(access_log).where(access_log.c.at < older_than).returning(access_log.c.id)
        connection.execute(
            delete(erasure_requests).where(erasure_requests.c.answered_at < older_than)
        )
        return len(connection.execute(old).all())

    return store.write(work)


def erase_in(
    connection: Connection, ids: Sequence[UUID], now: datetime, *, besides: Sequence[UUID] = ()
) -> Removal:
    """Delete the participants ``ids``, who are one person; ``besides``: what else names them."""
    lecture_ids = _lectures_of(connection, ids)
    for lecture_id in lecture_ids:
        # Whoever is gone agrees to nothing any more. The sums that a room left name nobody.
        stop_in(connection, lecture_id, "erased", now)
    removed = _delete_all(connection, ids)
    redo_in(connection, lecture_ids, now)
    gone = [*(ids if lecture_ids else ()), *besides]
    if not gone:
        return Removal(0, removed, lecture_ids)
    note_in(connection, Erased.PERSON, gone, now)
    return Removal(
        len(ids) if lecture_ids else 0, removed, lecture_ids, pseudonym_in(connection, gone)
    )


def _lectures_of(connection: Connection, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The lectures of some participants, whose rows are locked against an ingest under way."""
    found = connection.execute(
        select(participants.c.lecture_id).where(participants.c.id.in_(ids)).with_for_update()
    )
    return tuple(sorted(set(found.scalars())))


def _delete_all(connection: Connection, ids: Sequence[UUID]) -> int:
    removed = _delete_numbers(connection, ids)
    for table in (consents, agent_tokens, recovery_links, own_pages):
        connection.execute(delete(table).where(table.c.participant_id.in_(ids)))
    connection.execute(delete(participants).where(participants.c.id.in_(ids)))
    return removed


def _delete_numbers(connection: Connection, ids: Sequence[UUID]) -> int:
    """Delete what was measured and inferred; answers the number of observations."""
    sent = select(func.sum(buckets.c.observations)).where(buckets.c.participant_id.in_(ids))
    removed = int(connection.execute(sent).scalar() or 0)
    courses_of = (
        select(lectures.c.course_id)
        .join(participants, participants.c.lecture_id == lectures.c.id)
        .where(participants.c.id.in_(ids))
    )
    connection.execute(
        delete(observations).where(
            observations.c.course_id.in_(courses_of), observations.c.participant_id.in_(ids)
        )
    )
    own_flags = select(flags.c.id).where(flags.c.participant_id.in_(ids))
    connection.execute(delete(flag_events).where(flag_events.c.flag_id.in_(own_flags)))
    take_back_in(connection, ids)
    for table in (flags, buckets, events, self_reports):
        connection.execute(delete(table).where(table.c.participant_id.in_(ids)))
    forget_in(connection, ids)
    return removed


def _log(connection: Connection, actor: str, action: str, subject: UUID, now: datetime) -> None:
    record_in(connection, actor=actor, action=action, object="own data", at=now, subject=subject)
