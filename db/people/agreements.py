"""A participant's row and what is logged of it: how it changes, and what follows where it narrows.

Narrowing means that less may be told of a participant than before. A choice that was taken back is
noted in the ledger of erasures as well, so that no restored backup undoes it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from contract.ids import uuid7
from contract.policy import Choices
from db.errors import NotFoundError
from db.people.erasures import Erased, note_in
from db.schema import rows
from db.schema.tables import consents, participants
from db.teaching.reports import redo_in
from db.teaching.rooms import stop_in
from db.values import Participant, ParticipantStatus

TAKEN_BACK: Final[Mapping[Erased, tuple[str, bool]]] = {
    Erased.NO_CLASS_MOOD: ("class_mood", False),
    Erased.NO_FLAGS: ("flags", False),
    Erased.ASK_FIRST: ("ask_first", True),
    Erased.NO_ROOM: ("room", False),
}
"""By which choice, and by which answer to it, less is told than by the other."""


def locked_in(connection: Connection, participant_id: UUID) -> Any:
    """A participant's row, locked. Raises NotFoundError where there is none."""
    row = connection.execute(
        select(participants).where(participants.c.id == participant_id).with_for_update()
    ).first()
    if row is None:
        raise NotFoundError("There is no participant {given}.", given=participant_id)
    return row


def change_in(connection: Connection, found: Any, **values: object) -> Participant:
    """Change a participant's row, by which no less may be told of them."""
    row = connection.execute(
        update(participants)
        .where(participants.c.id == found.id)
        .values(**values)
        .returning(participants)
    ).one()
    return rows.participant(row)


def narrow_in(connection: Connection, found: Any, now: datetime, **values: object) -> Participant:
    """Change a participant's row. Where less may be told of them than before, what was written of
    the lecture goes in the same transaction, however old it is, and is due anew.
    """
    before, after = rows.participant(found), change_in(connection, found, **values)
    taken_back = list(_taken_back(before.choices, after.choices))
    for kind in taken_back:
        note_in(connection, kind, [after.id], now)
    left = after.status is not ParticipantStatus.ADMITTED
    if before.status is ParticipantStatus.ADMITTED and (taken_back or left):
        redo_in(connection, [after.lecture_id], now)
    return after


def _taken_back(before: Choices, after: Choices) -> Iterator[Erased]:
    for kind, (choice, narrow) in TAKEN_BACK.items():
        if getattr(before, choice) is not narrow and getattr(after, choice) is narrow:
            yield kind


def log_in(
    connection: Connection,
    participant: Participant,
    notice_version: str,
    guardian: str | None,
    at: datetime,
) -> None:
    """Add to the history what a participant agrees to now; a room's camera needs everybody's."""
    if not participant.choices.room:
        stop_in(connection, participant.lecture_id, "not agreed", at)
    connection.execute(
        insert(consents).values(
            id=uuid7(at),
            participant_id=participant.id,
            notice_version=notice_version,
            guardian=guardian,
            at=at,
            withdrawn_at=None,
            **rows.choice_columns(participant.choices),
        )
    )


def newest_in(connection: Connection, participant_id: UUID) -> Any:
    """The last row of a participant's history; None where there is none."""
    return connection.execute(
        select(consents)
        .where(consents.c.participant_id == participant_id)
        .order_by(consents.c.at.desc(), consents.c.id.desc())
        .limit(1)
    ).first()


def take_back_again_in(
    connection: Connection, participant_id: UUID, kind: Erased, at: datetime, now: datetime
) -> Participant | None:
    """Do again what a participant took back of their choices at ``at``; None: it is so already.

    The ledger has it, and so nothing is noted. Raises NotFoundError.
    """
    choice, narrow = TAKEN_BACK[kind]
    found, last = locked_in(connection, participant_id), newest_in(connection, participant_id)
    before = rows.choices(found)
    chosen = before.model_copy(update={choice: narrow})
    # Who is never shown cannot be asked first.
    chosen = chosen.model_copy(update={"ask_first": chosen.flags and chosen.ask_first})
    if chosen == before:
        return None
    after = change_in(connection, found, **rows.choice_columns(chosen))
    if last is not None and after.withdrawn_at is None:
        log_in(connection, after, last.notice_version, last.guardian, max(at, last.at))
    redo_in(connection, [after.lecture_id], now)
    return after
