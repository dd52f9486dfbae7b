"""Lectures of the past, many at once: what benches and tests need a full store for.

The rows are those that a lecture leaves behind once its single observations have been pruned;
they are made up, alike, and written in bulk, which the ordinary way of a lecture is not.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from contract.flags import FlagKind
from contract.ids import uuid7
from contract.looks import BUCKET_SECONDS, LOOKS
from contract.policy import Policy
from db.engine.store import Store
from db.schema.scales import BUCKET_SUMS, SHARE_SCALE
from db.schema.tables import CHOICES, buckets, flags, lectures, markers, participants
from db.values import ParticipantStatus

LENGTH: Final = timedelta(minutes=45)
Rows = dict[str, list[dict[str, Any]]]
"""Rows by the name of their table."""

_TOGETHER: Final = 250
"""Lectures in one transaction."""


def add_past_lectures(
    store: Store,
    course_id: UUID,
    count: int,
    *,
    students: int,
    buckets_each: int,
    until: datetime,
    model: str,
) -> None:
    """Add ``count`` ended lectures of a course, a lesson apart, the last one ended at ``until``.

    Each has ``students`` participants with ``buckets_each`` buckets, one marker and one flag.
    """
    starts = [until - LENGTH * (number + 1) for number in range(count)]
    for first in range(0, count, _TOGETHER):
        made = [
            _lecture(course_id, first + at, start, students, buckets_each, model)
            for at, start in enumerate(starts[first : first + _TOGETHER])
        ]

        def work(connection: Connection, made: list[Rows] = made) -> None:
            for table in (lectures, participants, markers, flags, buckets):
                rows = [row for one in made for row in one[table.name]]
                if rows:
                    connection.execute(table.insert(), rows)

        store.write(work)


def _lecture(
    course_id: UUID, number: int, start: datetime, students: int, buckets_each: int, model: str
) -> Rows:
    lecture_id, people = uuid7(start), [uuid7(start) for _ in range(students)]
    lecture = {
        "id": lecture_id,
        "course_id": course_id,
        "title": "A lecture of the past",
        "code": f"{number % 10**6:06d}",
        "policy": Policy.INDIVIDUAL,
        "started_at": start,
        "ended_at": start + LENGTH,
    }
    return {
        lectures.name: [lecture],
        participants.name: [_participant(one, lecture_id, start) for one in people],
        markers.name: [
            {"id": uuid7(start), "lecture_id": lecture_id, "at": start, "label": "Group work",
             "user_id": None}
        ],
        flags.name: [
            {"id": uuid7(start), "lecture_id": lecture_id, "participant_id": one,
             "kind": FlagKind.SAD, "raised_at": start, "evidence": {}, "reason": "made up"}
            for one in people[:1]
        ],
        buckets.name: [
            _bucket(one, int(start.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS + step, model)
            for one in people
            for step in range(0, buckets_each * BUCKET_SECONDS, BUCKET_SECONDS)
        ],
    }  # fmt: skip


def _participant(participant_id: UUID, lecture_id: UUID, at: datetime) -> dict[str, Any]:
    return {
        "id": participant_id,
        "lecture_id": lecture_id,
        "student_id": None,
        "name": "Student",
        "status": ParticipantStatus.ADMITTED,
        "verified": False,
        **{f"choice_{name}": True for name in CHOICES},
        "joined_at": at,
        "withdrawn_at": None,
    }


def _bucket(participant_id: UUID, start: int, model: str) -> dict[str, Any]:
    sums = dict.fromkeys(BUCKET_SUMS, 0)
    counts = ("observations", "face_observations", "frames", "attention_count", "attentive_count")
    sums |= {name: BUCKET_SECONDS for name in counts if name in sums}
    sums |= {f"{look}_sum": BUCKET_SECONDS * SHARE_SCALE // len(LOOKS) for look in LOOKS}
    return {
        "participant_id": participant_id,
        "bucket": start,
        "model": model,
        **sums,
        "changed": (start + BUCKET_SECONDS) * 1000,
    }
