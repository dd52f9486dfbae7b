"""Lectures of the past, many at once: what benches, tests and the demo need a full store for.

They are made up and written in bulk, which the ordinary way of a lecture is not: whole lectures
that are all alike, as they stand once their single observations have been pruned; or what one
student has sent, second by second, row for row as ``ingest`` would have stored it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from contract.flags import FlagKind
from contract.ids import uuid7
from contract.looks import BUCKET_SECONDS, LOOKS
from contract.observations import HEAD_ALONE
from contract.policy import Policy
from db.engine.bulk import add_sums, insert_columns
from db.engine.store import Store
from db.schema.scales import ANGLE_SCALE, BUCKET_SUMS, SHARE_SCALE
from db.schema.tables import (
    CHOICES,
    buckets,
    flags,
    lectures,
    markers,
    observations,
    participants,
)
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


@dataclass(frozen=True, slots=True)
class PastSeconds:
    """What one student's camera has seen, a value a second; NaN wherever no face was found."""

    epoch: NDArray[np.int64]
    """when each second began, in order"""
    probabilities: NDArray[np.float64]
    """(seconds, looks)"""
    face_share: NDArray[np.float64]
    """0 where no face was found"""
    attentive: NDArray[np.float64]
    yaw: NDArray[np.float64]
    pitch: NDArray[np.float64]
    eyes_open: NDArray[np.float64]
    frames: int
    """pictures in each second"""
    model: str


def add_past_seconds(
    store: Store,
    participant_id: UUID,
    seen: PastSeconds,
    received_at: datetime,
    *,
    pruned: bool = False,
) -> None:
    """Store what a participant has seen as one face a second, looking straight (no roll).

    The rows and sums are those of ``ingest_observations``, to the last digit; none of them may be
    there yet, and the participant must be one who may send. ``pruned``: only the sums, as they
    stand once the school's time for single seconds is over.
    """
    whole = _integers(seen)
    columns = {} if pruned else _observation_columns(seen, whole)
    always: dict[str, Any] = {
        "participant_id": participant_id,
        "received_at": received_at,
        "clock_offset_ms": 0,
        "frames": seen.frames,
        "detection_score": None,
        "attentive_rule": HEAD_ALONE,
        "model": seen.model,
    }
    sums = _sums_by_bucket(participant_id, seen, whole, received_at)
    course_of = (
        select(lectures.c.course_id)
        .join(participants, participants.c.lecture_id == lectures.c.id)
        .where(participants.c.id == participant_id)
    )

    def work(connection: Connection) -> None:
        course_id = connection.execute(course_of).scalar_one()
        if columns:
            insert_columns(connection, observations, columns, {**always, "course_id": course_id})
        add_sums(connection, buckets, sums, BUCKET_SUMS)

    store.write(work)


def _integers(seen: PastSeconds) -> dict[str, NDArray[np.int64]]:
    """The columns as they are stored; whatever stands where no face was found is not."""

    def whole(values: NDArray[np.float64], scale: int) -> NDArray[np.int64]:
        return np.rint(np.nan_to_num(values) * scale).astype(np.int64)

    return {
        **{look: whole(seen.probabilities[:, at], SHARE_SCALE) for at, look in enumerate(LOOKS)},
        "face_share": whole(seen.face_share, SHARE_SCALE),
        "attentive": whole(seen.attentive, SHARE_SCALE),
        "yaw": whole(seen.yaw, ANGLE_SCALE),
        "pitch": whole(seen.pitch, ANGLE_SCALE),
        "roll": np.zeros(len(seen.epoch), np.int64),
        "eyes_open": whole(seen.eyes_open, SHARE_SCALE),
    }


def _observation_columns(
    seen: PastSeconds, whole: dict[str, NDArray[np.int64]]
) -> dict[str, list[Any]]:
    """The columns in which one second differs from another."""
    found = seen.face_share > 0
    moments = [datetime.fromtimestamp(epoch, UTC) for epoch in seen.epoch.tolist()]

    def of_a_face(values: NDArray[np.int64]) -> list[int | None]:
        given = values.astype(object)
        given[~found] = None
        return list(given)

    return {
        "id": [uuid7(moment) for moment in moments],
        "captured_at": moments,
        "faces": found.astype(np.int64).tolist(),
        "face_share": whole["face_share"].tolist(),
        **{name: of_a_face(values) for name, values in whole.items() if name != "face_share"},
    }


def _sums_by_bucket(
    participant_id: UUID,
    seen: PastSeconds,
    whole: dict[str, NDArray[np.int64]],
    received_at: datetime,
) -> list[dict[str, Any]]:
    if not len(seen.epoch):
        return []
    starts, first = np.unique(seen.epoch // BUCKET_SECONDS * BUCKET_SECONDS, return_index=True)
    one = np.ones(len(seen.epoch), np.int64)
    face = (whole["face_share"] > 0).astype(np.int64)
    counted = {
        "observations": one,
        "frames": one * seen.frames,
        **dict.fromkeys(("face_observations", "attentive_count", "attention_count"), face),
    }
    summed = {
        name: np.add.reduceat(
            counted[name] if name in counted else whole[name.removesuffix("_sum")], first
        ).tolist()
        for name in BUCKET_SUMS
    }
    return [
        {
            "participant_id": participant_id,
            "bucket": start,
            "model": seen.model,
            "changed": int(received_at.timestamp() * 1000),
            **{name: summed[name][at] for name in BUCKET_SUMS},
        }
        for at, start in enumerate(starts.tolist())
    ]
