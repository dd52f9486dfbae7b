"""The flag log: what was suggested when and why, and what became of it. It is only added to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select

from contract.flags import FlagKind
from contract.ids import uuid7
from db.engine.store import Store
from db.errors import NotFoundError
from db.schema.tables import flag_events, flags, lectures, participants
from db.values import FlagOutcome, FlagRow

_TERM: Final = 40
"""Lectures that a course has in a term, at most."""


class Step(StrEnum):
    """What may follow a raise; an outcome's own name stands for itself."""

    CLEARED = "cleared"
    ASKED = "asked"
    ANSWERED_YES = "answered_yes"
    ANSWERED_NO = "answered_no"
    REOPENED = "reopened"
    RAISED_AGAIN = "raised_again"


def raise_flag(
    store: Store,
    *,
    lecture_id: UUID,
    participant_id: UUID,
    kind: FlagKind,
    raised_at: datetime,
    evidence: Mapping[str, Any],
    reason: str,
    judged_at: datetime | None = None,
) -> FlagRow:
    """Log that a check-in is suggested.

    The same participant, kind and moment again answers the flag that is there already, with the
    evidence as it was first logged. ``evidence`` is what JSON can carry. Raises NotFoundError
    where the participant is not of that lecture.

    A board says when it ``judged_at``, as it may not be alone. Late data move an episode by a
    bucket, so an open flag of that kind then stands for it, whoever logged that. What had been
    cleared by then rises again; what was cleared later is left to whoever looked later.
    """
    values: dict[str, Any] = {
        "id": uuid7(raised_at),
        "lecture_id": lecture_id,
        "participant_id": participant_id,
        "kind": kind,
        "raised_at": raised_at,
        "evidence": dict(evidence),
        "reason": reason,
    }

    def work(connection: Connection) -> FlagRow:
        known = _of_kind(connection, values)
        if judged_at is not None and (opened := [one for one in known if one.cleared_at is None]):
            return opened[-1]
        same = next((one for one in known if one.raised_at == raised_at), None)
        if same is None:
            connection.execute(insert(flags).values(**values))
            return FlagRow(**values)
        if judged_at is None or same.cleared_at is None or same.cleared_at > judged_at:
            return same
        _log(connection, same.id, Step.RAISED_AGAIN, judged_at)
        return replace(same, cleared_at=None, raised_again_at=judged_at)

    return store.write(work)


def _of_kind(connection: Connection, values: Mapping[str, Any]) -> list[FlagRow]:
    """The flags of the participant and kind that ``values`` name.

    Locks the participant on PostgreSQL, so that two processes cannot both find none. Raises
    NotFoundError where the participant is not of the lecture.
    """
    lecture_id, participant_id = values["lecture_id"], values["participant_id"]
    known = connection.execute(
        select(participants.c.id)
        .where(participants.c.id == participant_id, participants.c.lecture_id == lecture_id)
        .with_for_update()
    ).first()
    if known is None:
        raise NotFoundError(
            "Lecture {lecture} has no participant {given}.",
            lecture=lecture_id,
            given=participant_id,
        )
    one = flags.c.participant_id == participant_id, flags.c.kind == values["kind"]
    return _read(connection, select(flags).where(*one))


def clear(store: Store, flag_id: UUID, at: datetime) -> FlagRow:
    """Log that the reason has passed; once is enough. NotFoundError if there is no such flag.

    What was raised, or raised again, after ``at`` stays: whoever looked then cannot know of it.
    """
    return _append(
        store,
        flag_id,
        Step.CLEARED,
        at,
        unless=lambda flag: flag.cleared_at is not None or flag.last_raised_at > at,
    )


def decide(
    store: Store,
    flag_id: UUID,
    outcome: FlagOutcome,
    *,
    at: datetime,
    user_id: UUID,
    note: str | None = None,
) -> FlagRow:
    """Log what the teacher did; the last decision holds. NotFoundError if there is no such flag."""
    return _append(store, flag_id, outcome, at, user_id, note)


def reopen(store: Store, flag_id: UUID, *, at: datetime, user_id: UUID) -> FlagRow:
    """Log that the teacher took their answer back: the flag stands as if it had not been given.

    What the answer had closed is open again; whether its reason has passed is judged anew.
    """
    return _append(
        store, flag_id, Step.REOPENED, at, user_id, unless=lambda flag: flag.outcome is None
    )


def ask(store: Store, flag_id: UUID, at: datetime) -> FlagRow:
    """Log that the student was asked whether the teacher should check in."""
    return _append(store, flag_id, Step.ASKED, at, unless=lambda flag: flag.asked_at is not None)


def answer(store: Store, flag_id: UUID, yes: bool, at: datetime) -> FlagRow:
    """Log the student's own answer; the last one holds."""
    step = Step.ANSWERED_YES if yes else Step.ANSWERED_NO
    return _append(store, flag_id, step, at)


def _append(
    store: Store,
    flag_id: UUID,
    step: Step | FlagOutcome,
    at: datetime,
    user_id: UUID | None = None,
    note: str | None = None,
    *,
    unless: Callable[[FlagRow], bool] = lambda _: False,
) -> FlagRow:
    """Add a step, but not to a flag that stands so already."""
    one = select(flags).where(flags.c.id == flag_id)

    def work(connection: Connection) -> FlagRow:
        if connection.execute(one.with_for_update()).first() is None:
            raise NotFoundError("There is no flag {given}.", given=flag_id)
        found = _read(connection, one)[0]
        if unless(found):
            return found
        _log(connection, flag_id, step, at, user_id, note)
        return _read(connection, one)[0]

    return store.write(work)


def _log(
    connection: Connection,
    flag_id: UUID,
    step: Step | FlagOutcome,
    at: datetime,
    user_id: UUID | None = None,
    note: str | None = None,
) -> None:
    connection.execute(
        insert(flag_events).values(
            id=uuid7(at), flag_id=flag_id, at=at, kind=step, user_id=user_id, note=note
        )
    )


def flag(store: Store, flag_id: UUID) -> FlagRow | None:
    """The flag of that id."""
    with store.read() as connection:
        found = _read(connection, select(flags).where(flags.c.id == flag_id))
    return found[0] if found else None


def flags_of(store: Store, lecture_id: UUID) -> Sequence[FlagRow]:
    """The flags of a lecture, in the order they were raised."""
    with store.read() as connection:
        return _read(connection, select(flags).where(flags.c.lecture_id == lecture_id))


def flags_of_course(store: Store, course_id: UUID) -> Sequence[FlagRow]:
    """The flags of a course's newest lectures, in the order they were raised.

    Those of a term and no more, so that years of lectures cost no more than one.
    """
    newest = (
        select(lectures.c.id)
        .where(lectures.c.course_id == course_id)
        .order_by(lectures.c.started_at.desc())
        .limit(_TERM)
    )
    with store.read() as connection:
        own = list(connection.execute(newest).scalars())
        # One by one by the index: asked for all at once PostgreSQL reads the flags of every course.
        found = (
            _read(connection, select(flags).where(flags.c.lecture_id == one))
            for one in reversed(own)
        )
        return [flag for each in found for flag in each]


def flags_about(store: Store, participant_id: UUID) -> Sequence[FlagRow]:
    """The flags of one participant, in the order they were raised."""
    with store.read() as connection:
        return _read(connection, select(flags).where(flags.c.participant_id == participant_id))


def _read(connection: Connection, query: Select[Any]) -> list[FlagRow]:
    """Flags with what the log says of them, by raise."""
    found = connection.execute(query.order_by(flags.c.raised_at, flags.c.id)).all()
    if not found:
        return []
    after: dict[UUID, dict[str, Any]] = {row.id: {} for row in found}
    steps = (
        select(flag_events)
        .where(flag_events.c.flag_id.in_(list(after)))
        .order_by(flag_events.c.at, flag_events.c.id)
    )
    for step in connection.execute(steps):
        after[step.flag_id].update(_told(step))
    return [
        FlagRow(**{**row._mapping, "kind": FlagKind(row.kind)}, **after[row.id]) for row in found
    ]


def _told(step: Any) -> dict[str, Any]:
    """What one line of the log says."""
    if step.kind == Step.CLEARED:
        return {"cleared_at": step.at}
    if step.kind == Step.ASKED:
        return {"asked_at": step.at}
    if step.kind in (Step.ANSWERED_YES, Step.ANSWERED_NO):
        return {"answer": step.kind == Step.ANSWERED_YES, "answered_at": step.at}
    if step.kind == Step.RAISED_AGAIN:
        return {"cleared_at": None, "raised_again_at": step.at}
    if step.kind == Step.REOPENED:
        return dict.fromkeys(("outcome", "outcome_at", "outcome_by", "outcome_note", "cleared_at"))
    return {
        "outcome": FlagOutcome(step.kind),
        "outcome_at": step.at,
        "outcome_by": step.user_id,
        "outcome_note": step.note,
    }
