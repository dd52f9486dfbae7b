"""How students usually look: sums over their earlier lectures, and over ten seconds at joining.

Only of who chose flags, then and now, and has not taken it back; only what the store still holds,
so that what was erased or is past its time is in no baseline. A lecture never counts for itself,
but for the seconds its student marked as a baseline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from contract.events import EventKind
from contract.looks import LOOKS
from contract.policy import Policy
from db.engine.store import Store
from db.schema.tables import buckets, events, lectures, observations, participants
from db.values import ParticipantStatus

EARLIER: Final = 5
"""How many of the course's earlier lectures, newest first, tell how somebody usually looks."""

LONGEST: Final = timedelta(seconds=60)
"""A baseline that was marked for longer is no baseline: its end was lost, or it is no rest."""


@dataclass(frozen=True, slots=True)
class BaselineSums:
    """Sums × 10⁴ of the seven looks over so many observations with a face."""

    observations: int
    sums: tuple[int, ...]

    def __add__(self, other: "BaselineSums") -> "BaselineSums":
        both = zip(self.sums, other.sums, strict=True)
        return BaselineSums(self.observations + other.observations, tuple(a + b for a, b in both))


def baseline_sums(store: Store, lecture_id: UUID, model: str) -> Mapping[UUID, BaselineSums]:
    """By participant of a lecture, what ``model`` (``name@version``) saw of them before.

    Who chose no flags, or of whom nothing is known, is not in it.
    """
    with store.read() as connection:
        found = dict(_earlier(connection, lecture_id, _wanting(lecture_id), model))
        for participant_id, began, ended in _marked(connection, lecture_id):
            own = _between(connection, lecture_id, participant_id, began, ended, model)
            if own is not None:
                found[participant_id] = (
                    found[participant_id] + own if participant_id in found else own
                )
    return found


def known_seconds(store: Store, participant_id: UUID, model: str) -> int:
    """How many seconds of a participant's face earlier lectures tell of."""
    with store.read() as connection:
        lecture_id = connection.execute(
            select(participants.c.lecture_id).where(participants.c.id == participant_id)
        ).scalar_one()
        own = _wanting(lecture_id) & (participants.c.id == participant_id)
        known = dict(_earlier(connection, lecture_id, own, model))
    return known[participant_id].observations if participant_id in known else 0


def _wanting(lecture_id: UUID) -> Any:
    """Who of a lecture a check-in may be suggested for."""
    return (
        (participants.c.lecture_id == lecture_id)
        & (participants.c.status == ParticipantStatus.ADMITTED)
        & participants.c.choice_flags
    )


def _earlier(
    connection: Connection, lecture_id: UUID, who: Any, model: str
) -> list[tuple[UUID, BaselineSums]]:
    lecture = connection.execute(select(lectures).where(lectures.c.id == lecture_id)).one()
    chosen = (
        select(lectures.c.id)
        .where(
            lectures.c.course_id == lecture.course_id,
            lectures.c.started_at < lecture.started_at,
            lectures.c.ended_at <= lecture.started_at,
            lectures.c.policy == Policy.INDIVIDUAL,
        )
        .order_by(lectures.c.started_at.desc(), lectures.c.id)
        .limit(EARLIER)
    )
    earlier = list(connection.execute(chosen).scalars())
    before = participants.alias()
    query = (
        select(
            participants.c.id,
            func.sum(buckets.c.face_observations),
            *[func.sum(buckets.c[f"{look}_sum"]) for look in LOOKS],
        )
        .join(before, before.c.student_id == participants.c.student_id)
        .join(buckets, buckets.c.participant_id == before.c.id)
        .where(
            who,
            before.c.lecture_id.in_(earlier),
            before.c.status == ParticipantStatus.ADMITTED,
            before.c.choice_flags,
            buckets.c.model == model,
        )
        .group_by(participants.c.id)
    )
    return [(row[0], _looks(row[1:])) for row in connection.execute(query) if row[1]]


def _marked(connection: Connection, lecture_id: UUID) -> list[tuple[UUID, datetime, datetime]]:
    """The first baseline that each participant marked: its start and its end."""
    query = (
        select(events.c.participant_id, events.c.at, events.c.kind)
        .join(participants, participants.c.id == events.c.participant_id)
        .where(
            _wanting(lecture_id),
            events.c.kind.in_((EventKind.BASELINE_START, EventKind.BASELINE_END)),
        )
        .order_by(events.c.at, events.c.id)
    )
    began: dict[UUID, datetime] = {}
    found: dict[UUID, datetime] = {}
    for participant_id, at, kind in connection.execute(query):
        if kind == EventKind.BASELINE_START:
            began.setdefault(participant_id, at)
        elif participant_id in began and participant_id not in found:
            found[participant_id] = at
    return [
        (participant_id, began[participant_id], ended)
        for participant_id, ended in found.items()
        if ended - began[participant_id] <= LONGEST
    ]


def _between(
    connection: Connection,
    lecture_id: UUID,
    participant_id: UUID,
    began: datetime,
    ended: datetime,
    model: str,
) -> BaselineSums | None:
    course = select(lectures.c.course_id).where(lectures.c.id == lecture_id).scalar_subquery()
    query = select(
        func.count(), *[func.coalesce(func.sum(observations.c[look]), 0) for look in LOOKS]
    ).where(
        observations.c.course_id == course,
        observations.c.participant_id == participant_id,
        observations.c.captured_at >= began,
        observations.c.captured_at <= ended,
        observations.c.model == model,
        observations.c[LOOKS[0]].is_not(None),
    )
    row = connection.execute(query).one()
    return _looks(row) if row[0] else None


def _looks(row: Any) -> BaselineSums:
    return BaselineSums(int(row[0]), tuple(int(value) for value in row[1:]))
