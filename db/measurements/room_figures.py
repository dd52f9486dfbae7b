"""What rooms see: each second once, added to the 10-second sums of its lecture, and read again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, delete, select

from contract.looks import BUCKET_SECONDS, LOOKS
from contract.observations import RoomObservation
from db.engine.bulk import add_sums, insert_new
from db.engine.store import Store
from db.errors import NotFoundError, WithdrawnError
from db.measurements.queries import Columns
from db.schema.scales import ROOM_SUMS, SHARE_SCALE
from db.schema.tables import room_buckets, room_observations, rooms
from db.teaching.rooms import agreement_in, stop_in


def ingest_room(
    store: Store, room_id: UUID, batch: Sequence[RoomObservation], received_at: datetime
) -> list[bool]:
    """Store a room's seconds; True for each that is new, False for one sent before.

    Of the faces only their sum is kept. Raises NotFoundError where there is no such room,
    WithdrawnError where it has ended or a participant does not agree any more, which ends it;
    nothing is stored then.
    """
    if not batch:
        return []
    firsts = {item.id: item for item in reversed(batch)}
    ordered = [firsts[key] for key in sorted(firsts)]

    def work(connection: Connection) -> set[UUID] | str:
        row = connection.execute(
            select(rooms.c.lecture_id, rooms.c.closed_at, rooms.c.reason)
            .where(rooms.c.id == room_id)
            .with_for_update(read=True)
        ).first()
        if row is None:
            raise NotFoundError("There is no room {given}.", given=room_id)
        if row.closed_at is not None:
            return str(row.reason)
        if agreement_in(connection, row.lecture_id).missing:
            # Answered and not raised, so that the end is kept.
            stop_in(connection, row.lecture_id, "not agreed", received_at)
            return "not agreed"
        return _add(connection, row.lecture_id, ordered, received_at)

    done = store.write(work)
    if isinstance(done, str):
        raise WithdrawnError(
            "The room is not allowed any more ({reason}): nothing is stored.", reason=done
        )
    verdicts = []
    for item in batch:
        verdicts.append(item.id in done)
        done.discard(item.id)
    return verdicts


def _add(
    connection: Connection,
    lecture_id: UUID,
    items: Sequence[RoomObservation],
    received_at: datetime,
) -> set[UUID]:
    seconds = [
        {
            "lecture_id": lecture_id,
            "id": item.id,
            "captured_at": item.captured_at,
            "received_at": received_at,
            "faces": len(item.faces),
        }
        for item in items
    ]
    fresh = insert_new(connection, room_observations, seconds)
    sums: dict[tuple[int, str], dict[str, int]] = {}
    for item in items:
        if item.id in fresh:
            start = int(item.captured_at.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS
            _count(sums.setdefault((start, item.model), dict.fromkeys(ROOM_SUMS, 0)), item)
    added = [
        {"lecture_id": lecture_id, "bucket": start, "model": model, **sums[start, model]}
        for start, model in sorted(sums)
    ]
    add_sums(connection, room_buckets, added, ROOM_SUMS)
    return fresh


def _count(sums: dict[str, int], item: RoomObservation) -> None:
    sums["observations"] += 1
    sums["faces"] += len(item.faces)
    for face in item.faces:
        for look, share in zip(LOOKS, face.probabilities, strict=True):
            sums[f"{look}_sum"] += round(share * SHARE_SCALE)
        if face.attentive is not None:
            sums["attentive_count"] += 1
            sums["attentive_sum"] += round(face.attentive * SHARE_SCALE)


def room_columns(store: Store, lecture_id: UUID) -> Columns:
    """A lecture's room as columns of equal length n, by bucket and model.

    ``bucket`` (start, epoch seconds), ``observations`` (seconds seen), ``faces`` (their sum over
    those), ``attentive_count``, all int64; ``attentive_sum`` and ``probability_sums`` (n, 7)
    × 10^4, over faces and seconds; ``model`` (str objects).
    """
    plain = ("bucket", *ROOM_SUMS[:4])
    looks = [f"{look}_sum" for look in LOOKS]
    query = (
        select(room_buckets.c.model, *[room_buckets.c[name] for name in (*plain, *looks)])
        .where(room_buckets.c.lecture_id == lecture_id)
        .order_by(room_buckets.c.bucket, room_buckets.c.model)
    )
    with store.read() as connection:
        found = connection.execute(query).all()
    numbers = np.array([tuple(row)[1:] for row in found], dtype=np.int64)
    numbers = numbers.reshape(len(found), len(plain) + len(looks))
    columns: Columns = {
        name: np.ascontiguousarray(numbers[:, place]) for place, name in enumerate(plain)
    }
    columns["probability_sums"] = np.ascontiguousarray(numbers[:, len(plain) :])
    columns["model"] = np.array([row.model for row in found], dtype=object)
    return columns


def forget_in(connection: Connection, lecture_id: UUID) -> None:
    """Delete all that a lecture's rooms saw and who allowed them, within a transaction."""
    for table in (room_observations, room_buckets, rooms):
        connection.execute(delete(table).where(table.c.lecture_id == lecture_id))
