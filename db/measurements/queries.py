"""Reading what was stored: bucket columns as arrays, events, self-reports, rows and counts."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, func, select

from contract.events import EventKind
from contract.exchange import PulseMood
from contract.looks import LOOKS
from db.engine.store import Store
from db.schema import rows
from db.schema.scales import ANGLE_SCALE, BUCKET_SUMS, SHARE_SCALE
from db.schema.tables import buckets, events, lectures, markers, observations, self_reports
from db.schema.tables import participants as _participants
from db.values import EventRow, Lecture, LectureCounts, ObservationRow, Participant, SelfReport

Columns = dict[str, NDArray[Any]]

_PLAIN: Final = (
    "bucket",
    "changed",
    *(name for name in BUCKET_SUMS if name.removesuffix("_sum") not in LOOKS),
)
_LOOKS: Final = tuple(f"{look}_sum" for look in LOOKS)


def lecture_buckets(
    store: Store, lecture_id: UUID, since: int | None = None, *, changed_since: int | None = None
) -> Columns:
    """A lecture's buckets as columns of equal length n, by participant, bucket and model.

    ``participant`` (UUID objects), ``bucket`` (start, epoch seconds, int64), ``model`` (str
    objects); int64 counts ``observations face_observations frames attentive_count
    attention_count``; int64 sums x 10^4 ``face_share_sum attentive_sum eyes_open_sum`` and
    ``probability_sums`` (n, 7) over the observations with a face; int64 sums x 10^2
    ``yaw_sum pitch_sum`` in degrees; ``changed`` (int64, epoch milliseconds, when something was
    last added). ``since`` leaves out the buckets that start before it, ``changed_since`` those
    that have not changed from then on. Participants of every status are in it: who counts is
    judged elsewhere. To read a running lecture again and again, see
    ``db.measurements.bucket_cache``.
    """
    wanted: list[ColumnElement[bool]] = [buckets.c.participant_id.in_(_participants_of(lecture_id))]
    if since is not None:
        wanted.append(buckets.c.bucket >= since)
    if changed_since is not None:
        wanted.append(buckets.c.changed >= changed_since)
    return _buckets(store, *wanted)


def buckets_of(store: Store, participant_id: UUID) -> Columns:
    """One participant's buckets, as the same columns."""
    return _buckets(store, buckets.c.participant_id == participant_id)


def _buckets(store: Store, *wanted: ColumnElement[bool]) -> Columns:
    query = (
        select(
            buckets.c.participant_id,
            buckets.c.model,
            *[buckets.c[name] for name in (*_PLAIN, *_LOOKS)],
        )
        .where(*wanted)
        .order_by(buckets.c.participant_id, buckets.c.bucket, buckets.c.model)
    )
    with store.read() as connection:
        # The driver's own tuples: a lecture has tens of thousands of rows and a million cells.
        found = connection.execute(query).cursor.fetchall()
    return _columns(found)


def _columns(found: Sequence[tuple[Any, ...]]) -> Columns:
    count, width = len(found), len(_PLAIN) + len(_LOOKS)
    numbers = np.fromiter(
        chain.from_iterable(row[2:] for row in found), dtype=np.int64, count=count * width
    ).reshape(count, width)
    columns: Columns = {
        "participant": np.empty(count, dtype=object),
        "model": np.empty(count, dtype=object),
        "probability_sums": np.ascontiguousarray(numbers[:, len(_PLAIN) :]),
    }
    known: dict[Any, UUID] = {}
    columns["participant"][:] = [known.get(row[0]) or _known(known, row[0]) for row in found]
    columns["model"][:] = [row[1] for row in found]
    for index, name in enumerate(_PLAIN):
        columns[name] = np.ascontiguousarray(numbers[:, index])
    return columns


def _known(known: dict[Any, UUID], raw: Any) -> UUID:
    return known.setdefault(raw, raw if isinstance(raw, UUID) else UUID(bytes=raw))


def bucket_totals(store: Store, lecture_id: UUID, *, changed_before: int) -> tuple[int, int, int]:
    """How many buckets, observations and frames a lecture holds in the buckets that have not
    changed from ``changed_before`` (epoch milliseconds) on: three sums that only equal data has in
    common, far cheaper than reading it.
    """
    query = select(
        func.count(),
        func.coalesce(func.sum(buckets.c.observations), 0),
        func.coalesce(func.sum(buckets.c.frames), 0),
    ).where(
        buckets.c.participant_id.in_(_participants_of(lecture_id)),
        buckets.c.changed < changed_before,
    )
    with store.read() as connection:
        held, observed, frames = connection.execute(query).one()
    return int(held), int(observed), int(frames)


def last_captured(store: Store, lecture_id: UUID) -> dict[UUID, int]:
    """The start (epoch seconds) of the last bucket of each participant who sent anything."""
    query = (
        select(buckets.c.participant_id, func.max(buckets.c.bucket))
        .join(_participants, _participants.c.id == buckets.c.participant_id)
        .where(_participants.c.lecture_id == lecture_id)
        .group_by(buckets.c.participant_id)
    )
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def lecture_events(store: Store, lecture_id: UUID) -> list[EventRow]:
    """The agents' events of a lecture, in order of time."""
    return _events(store, events.c.participant_id.in_(_participants_of(lecture_id)))


def events_of(store: Store, participant_id: UUID) -> list[EventRow]:
    """One participant's events, in order of time."""
    return _events(store, events.c.participant_id == participant_id)


def _participants_of(lecture_id: UUID) -> Any:
    return select(_participants.c.id).where(_participants.c.lecture_id == lecture_id)


def _events(store: Store, wanted: ColumnElement[bool]) -> list[EventRow]:
    query = select(events).where(wanted).order_by(events.c.at, events.c.id)
    with store.read() as connection:
        return [
            EventRow(
                id=row.id,
                participant_id=row.participant_id,
                at=row.at,
                kind=EventKind(row.kind),
                count=row._mapping["count"],  # a row has a method of that name
                received_at=row.received_at,
            )
            for row in connection.execute(query)
        ]


def lecture_self_reports(store: Store, lecture_id: UUID) -> list[SelfReport]:
    """The self-reports of a lecture, in order of time."""
    return _self_reports(store, self_reports.c.participant_id.in_(_participants_of(lecture_id)))


def self_reports_of(store: Store, participant_id: UUID) -> list[SelfReport]:
    """One participant's self-reports, in order of time."""
    return _self_reports(store, self_reports.c.participant_id == participant_id)


def _self_reports(store: Store, wanted: ColumnElement[bool]) -> list[SelfReport]:
    query = select(self_reports).where(wanted).order_by(self_reports.c.at, self_reports.c.id)
    with store.read() as connection:
        return [
            SelfReport(row.id, row.participant_id, row.at, PulseMood(row.mood))
            for row in connection.execute(query)
        ]


def participants(store: Store, lecture_id: UUID) -> list[Participant]:
    """A lecture's participants of every status, by name."""
    query = (
        select(_participants)
        .where(_participants.c.lecture_id == lecture_id)
        .order_by(_participants.c.name, _participants.c.id)
    )
    with store.read() as connection:
        return [rows.participant(row) for row in connection.execute(query)]


def lectures_of_course(store: Store, course_id: UUID) -> list[Lecture]:
    """A course's lectures, newest first."""
    query = (
        select(lectures)
        .where(lectures.c.course_id == course_id)
        .order_by(lectures.c.started_at.desc(), lectures.c.id)
    )
    with store.read() as connection:
        return [rows.lecture(row) for row in connection.execute(query)]


def counts(store: Store, lecture_id: UUID) -> LectureCounts:
    """How much a lecture holds."""
    own = _participants_of(lecture_id)
    total = select(
        func.coalesce(func.sum(buckets.c.observations), 0),
        func.coalesce(func.sum(buckets.c.face_observations), 0),
        func.min(buckets.c.bucket),
        func.max(buckets.c.bucket),
    ).where(buckets.c.participant_id.in_(own))
    with store.read() as connection:
        stored, faces, first, last = connection.execute(total).one()
        return LectureCounts(
            participants=_count(connection, own),
            observations=int(stored),
            face_observations=int(faces),
            events=_count(connection, select(events.c.id).where(events.c.participant_id.in_(own))),
            self_reports=_count(
                connection, select(self_reports.c.id).where(self_reports.c.participant_id.in_(own))
            ),
            first_bucket=_moment(first),
            last_bucket=_moment(last),
        )


def last_sign(store: Store, lecture_id: UUID) -> datetime | None:
    """When anything last happened in a lecture: a capture, an event, a self-report, a marker.

    A capture is known by its bucket's start alone. None: nothing has happened yet.
    """
    own = _participants_of(lecture_id)
    captured = select(func.max(buckets.c.bucket)).where(buckets.c.participant_id.in_(own))
    others = (
        select(func.max(events.c.at)).where(events.c.participant_id.in_(own)),
        select(func.max(self_reports.c.at)).where(self_reports.c.participant_id.in_(own)),
        select(func.max(markers.c.at)).where(markers.c.lecture_id == lecture_id),
    )
    with store.read() as connection:
        moments = [_moment(connection.execute(captured).scalar())]
        moments += [connection.execute(newest).scalar() for newest in others]
    return max((moment for moment in moments if moment is not None), default=None)


def _count(connection: Any, query: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _moment(epoch: int | None) -> datetime | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC)


def observations_of(
    store: Store,
    participant_id: UUID,
    *,
    limit: int | None = None,
    after: UUID | None = None,
) -> list[ObservationRow]:
    """What one participant sent, in order of the ids (so of capture), for their own eyes.

    For paging: at most ``limit``, beginning ``after`` the last id of the page before.
    """
    course = (
        select(lectures.c.course_id)
        .join(_participants, _participants.c.lecture_id == lectures.c.id)
        .where(_participants.c.id == participant_id)
        .scalar_subquery()
    )
    query = (
        select(observations)
        # The course only because the key begins with it.
        .where(observations.c.course_id == course, observations.c.participant_id == participant_id)
        .order_by(observations.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(observations.c.id > after)
    with store.read() as connection:
        return list(_observations(connection.execute(query).all()))


def _observations(found: Sequence[Row[Any]]) -> Iterator[ObservationRow]:
    for row in found:
        looks = [getattr(row, look) for look in LOOKS]
        yield ObservationRow(
            id=row.id,
            captured_at=row.captured_at,
            received_at=row.received_at,
            clock_offset_ms=row.clock_offset_ms,
            frames=row.frames,
            face_share=row.face_share / SHARE_SCALE,
            faces=row.faces,
            probabilities=(
                None if looks[0] is None else tuple(value / SHARE_SCALE for value in looks)
            ),
            attentive=_unscaled(row.attentive, SHARE_SCALE),
            attentive_rule=row.attentive_rule,
            yaw=_unscaled(row.yaw, ANGLE_SCALE),
            pitch=_unscaled(row.pitch, ANGLE_SCALE),
            roll=_unscaled(row.roll, ANGLE_SCALE),
            eyes_open=_unscaled(row.eyes_open, SHARE_SCALE),
            detection_score=_unscaled(row.detection_score, SHARE_SCALE),
            model=row.model,
        )


def _unscaled(value: int | None, scale: int) -> float | None:
    return None if value is None else value / scale
