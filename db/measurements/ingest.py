"""Storing what agents send: each item once, and its share of the 10-second bucket with it.

Both happen in one transaction, and only what is new is added to a bucket, so the buckets equal a
recount of the rows whatever is repeated, late, reordered or sent twice at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select

from contract.events import Event
from contract.exchange import PulseMood
from contract.ids import uuid7
from contract.looks import BUCKET_SECONDS, LOOKS
from contract.observations import Observation
from db.engine.bulk import add_sums, insert_new
from db.engine.store import Store
from db.errors import NotFoundError, WithdrawnError
from db.schema.scales import ANGLE_SCALE, BUCKET_SUMS, SHARE_SCALE
from db.schema.tables import buckets, events, lectures, observations, participants, self_reports
from db.values import SelfReport

Row = dict[str, Any]


def ingest_observations(
    store: Store,
    participant_id: UUID,
    batch: Sequence[Observation],
    received_at: datetime,
) -> list[bool]:
    """Store a participant's observations; True for each that is new, False for a duplicate.

    A duplicate is one whose id this participant has sent before, in this batch or another; the
    first one stands. Raises NotFoundError where there is no such participant, WithdrawnError where
    they took their agreement back; nothing is stored then.
    """
    if not batch:
        return []
    rows = [_observation_row(item, participant_id, received_at) for item in _firsts(batch)]

    def work(connection: Connection) -> set[UUID]:
        course_id = _open(connection, participant_id)
        fresh = insert_new(
            connection, observations, [{**row, "course_id": course_id} for row in rows]
        )
        added = [row for row in rows if row["id"] in fresh]
        add_sums(connection, buckets, _bucket_rows(added, received_at), BUCKET_SUMS)
        return fresh

    return _verdicts([item.id for item in batch], store.write(work))


def ingest_events(
    store: Store, participant_id: UUID, batch: Sequence[Event], received_at: datetime
) -> list[bool]:
    """Store a participant's events; answers and errors as ``ingest_observations``."""
    if not batch:
        return []
    rows = [
        {
            "participant_id": participant_id,
            "id": item.id,
            "at": item.at,
            "kind": item.kind,
            "count": item.count,
            "received_at": received_at,
        }
        for item in _firsts(batch)
    ]

    def work(connection: Connection) -> set[UUID]:
        _open(connection, participant_id)
        return insert_new(connection, events, rows)

    return _verdicts([item.id for item in batch], store.write(work))


def ingest_self_report(
    store: Store, participant_id: UUID, mood: PulseMood, at: datetime
) -> SelfReport:
    """Store a self-report. Raises as ``ingest_observations``."""
    said = SelfReport(id=uuid7(at), participant_id=participant_id, at=at, mood=mood)

    def work(connection: Connection) -> SelfReport:
        _open(connection, participant_id)
        connection.execute(
            insert(self_reports).values(id=said.id, participant_id=participant_id, at=at, mood=mood)
        )
        return said

    return store.write(work)


def _firsts(batch: Sequence[Any]) -> list[Any]:
    """The first item of each id, by id, so that batches with common items that arrive at once
    wait for each other in one order instead of deadlocking.
    """
    firsts = {item.id: item for item in reversed(batch)}
    return [firsts[key] for key in sorted(firsts)]


def _verdicts(ids: Sequence[UUID], fresh: set[UUID]) -> list[bool]:
    """True where an id is new and stands here for the first time."""
    unseen = set(fresh)
    verdicts = []
    for key in ids:
        verdicts.append(key in unseen)
        unseen.discard(key)
    return verdicts


_OPEN = (
    select(lectures.c.course_id, participants.c.withdrawn_at)
    .join(lectures, lectures.c.id == participants.c.lecture_id)
    .where(participants.c.id == bindparam("sender"))
    .with_for_update(read=True, of=participants)
)


def _open(connection: Connection, participant_id: UUID) -> UUID:
    """The course of a participant who may still send, held so until the transaction ends.

    The lock (PostgreSQL's; SQLite has one writer) keeps a withdrawal or an erasure from slipping
    in between this look and the insert.
    """
    row = connection.execute(_OPEN, {"sender": participant_id}).first()
    if row is None:
        raise NotFoundError("There is no participant {given}.", given=participant_id)
    if row.withdrawn_at is not None:
        raise WithdrawnError(
            "Participant {given} took their agreement back; nothing more is stored.",
            given=participant_id,
        )
    course_id: UUID = row.course_id
    return course_id


def _bucket(captured_at: datetime) -> int:
    return int(captured_at.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS


def _share(value: float | None) -> int | None:
    return None if value is None else round(value * SHARE_SCALE)


def _observation_row(item: Observation, participant_id: UUID, received_at: datetime) -> Row:
    """The row of ``observations``, less its course: integers, so that sums are exact."""
    turned = item.attention
    return {
        "participant_id": participant_id,
        "id": item.id,
        "captured_at": item.captured_at,
        "received_at": received_at,
        "clock_offset_ms": item.clock_offset_ms,
        "frames": item.frames,
        "face_share": round(item.face_share * SHARE_SCALE),
        "faces": item.faces,
        **dict(zip(LOOKS, map(_share, item.probabilities or (None,) * 7), strict=True)),
        "attentive": _share(item.attentive),
        "attentive_rule": item.attentive_rule,
        "yaw": None if turned is None else round(turned.yaw * ANGLE_SCALE),
        "pitch": None if turned is None else round(turned.pitch * ANGLE_SCALE),
        "roll": None if turned is None else round(turned.roll * ANGLE_SCALE),
        "eyes_open": None if turned is None else _share(turned.eyes_open),
        "detection_score": _share(item.detection_score),
        "model": item.model,
    }


def _bucket_rows(rows: Sequence[Row], received_at: datetime) -> list[Row]:
    """What these rows of one participant add to which buckets, in order of the key."""
    sums: dict[tuple[int, str], Row] = {}
    for row in rows:
        place = (_bucket(row["captured_at"]), row["model"])
        _add(sums.setdefault(place, dict.fromkeys(BUCKET_SUMS, 0)), row)
    return [
        {
            "participant_id": rows[0]["participant_id"],
            "bucket": start,
            "model": model,
            "changed": int(received_at.timestamp() * 1000),
            **sums[start, model],
        }
        for start, model in sorted(sums)
    ]


def _add(sums: Row, row: Row) -> None:
    """Add one observation's row to the sums of its bucket."""
    sums["observations"] += 1
    sums["frames"] += row["frames"]
    sums["face_share_sum"] += row["face_share"]
    if row["neutral"] is not None:
        sums["face_observations"] += 1
        for look in LOOKS:
            sums[f"{look}_sum"] += row[look]
    if row["attentive"] is not None:
        sums["attentive_count"] += 1
        sums["attentive_sum"] += row["attentive"]
    if row["yaw"] is not None:
        sums["attention_count"] += 1
        for name in ("yaw", "pitch", "eyes_open"):
            sums[f"{name}_sum"] += row[name]
