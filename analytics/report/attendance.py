"""Attendance: who was there, for how long, and why not for the rest, second by second.

Every second of a student's lecture, from joining to its end, is one of six things: seen in view,
away (data, and no face), paused, camera lost, left, or nothing known. Counted from buckets and
events alone, so late or repeated data cannot count twice. A camera that is off is not absence:
paused and without a camera somebody still takes part.

Only for students whose rows may be shown. Of the others nothing is made here but their number.

What ``[own]`` marks: ``docs/science.md``.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, floor
from typing import Final

import numpy as np

from analytics.buckets import Buckets, Ints
from analytics.engagement.figures import ParticipantEvent
from contract.events import EventKind
from contract.looks import BUCKET_SECONDS


class Gap(StrEnum):
    """Why a student was not in view; none of them means absent."""

    PAUSED = "paused"
    CAMERA_LOST = "camera_lost"
    LEFT = "left"
    """the agent was ended"""
    AWAY = "away"
    NO_DATA = "no_data"
    """nothing is known: the machine slept, the line was down, or the data was lost"""


LEAST_GAP_S: Final = 60
"""Shorter gaps count in the sums and are not listed `[own]`."""

_BEGINS: Final = {
    EventKind.PAUSED: Gap.PAUSED,
    EventKind.CAMERA_LOST: Gap.CAMERA_LOST,
    EventKind.STOPPED: Gap.LEFT,
}
_ENDS: Final = frozenset({EventKind.RESUMED, EventKind.CAMERA_BACK})
_KNOWN: Final = (Gap.PAUSED, Gap.CAMERA_LOST, Gap.LEFT)
"""What events tell."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A gap: [``begin``, ``end``) in epoch seconds, as exact as the ten seconds of a bucket."""

    begin: int
    end: int
    why: Gap


@dataclass(frozen=True, slots=True)
class Attended:
    """One student: when they joined, and what each second since then was."""

    participant: Hashable
    name: str
    joined_at: int
    """epoch seconds, within the lecture"""
    late_s: int
    """seconds of the lecture before that"""
    in_view_s: int
    gap_s: Mapping[Gap, int]
    """seconds by reason, all five keys; with ``in_view_s`` they make up the rest of the lecture"""
    gaps: tuple[Stretch, ...]
    """those of ``LEAST_GAP_S`` or more, in order of time"""
    camera: bool
    """whether any data ever came: who only taps has no seconds to count"""
    present: bool

    @property
    def taking_part_s(self) -> int:
        """Seconds in which the student took part, with a camera that saw them or without."""
        away = self.gap_s[Gap.AWAY] + self.gap_s[Gap.PAUSED] + self.gap_s[Gap.CAMERA_LOST]
        return self.in_view_s + away


@dataclass(frozen=True, slots=True)
class Attendance:
    """The students whose rows may be shown, in the order given, and how many others took part."""

    rows: tuple[Attended, ...]
    others: int | None
    """None: fewer than may be told of, by themselves"""
    least: float
    """share of the lecture that counts as present, 0..1; 0: whoever joined"""


NOBODY: Final = Attendance((), 0, 0.0)


def attendance(
    buckets: Buckets,
    events: Sequence[ParticipantEvent],
    joined: Mapping[Hashable, float],
    *,
    visible: Mapping[Hashable, str],
    others: int | None,
    start: int,
    end: int,
    least: float = 0.0,
) -> Attendance:
    """The attendance of the ``visible`` students of a lecture that lasted [``start``, ``end``).

    ``joined``: when each agreed, epoch seconds. ``least``: the share of the lecture in which
    somebody must have taken part to count as present.
    """
    own: dict[Hashable, list[ParticipantEvent]] = {name: [] for name in visible}
    for event in sorted(events, key=lambda one: one.at):
        own.get(event.participant, []).append(event)
    rows = {name: row for row, name in enumerate(buckets.participants)}
    made = tuple(
        _attended(buckets, rows[key], own[key], joined.get(key, start), (start, end), least, name)
        for key, name in visible.items()
        if key in rows
    )
    return Attendance(made, others, least)


def _attended(
    buckets: Buckets,
    row: int,
    events: Sequence[ParticipantEvent],
    joined: float,
    lecture: tuple[int, int],
    least: float,
    name: str,
) -> Attended:
    start, end = lecture
    begin = min(max(_began(buckets, row, joined), start), end)
    length = _lengths(buckets.starts, begin, end)
    # Two devices may overlap for a second; a bucket has no more seconds than it lasts.
    seen = np.minimum(buckets.observations[row], length)
    faces = np.minimum(buckets.in_view[row], seen)
    seconds = {Gap.AWAY: seen - faces}
    left = length - seen
    told = _told(events, buckets.starts, begin, end)
    for why in _KNOWN:
        seconds[why] = np.minimum(told[why], left)
        left = left - seconds[why]
    seconds[Gap.NO_DATA] = left
    total = {why: int(seconds[why].sum()) for why in Gap}
    camera = bool(seen.any()) or bool(events)
    gone = total[Gap.LEFT] + total[Gap.NO_DATA]
    return Attended(
        participant=buckets.participants[row],
        name=name,
        joined_at=begin,
        late_s=begin - start,
        in_view_s=int(faces.sum()),
        gap_s=total,
        gaps=_stretches(buckets.starts, faces, seconds, begin, end),
        camera=camera,
        present=not camera or end - begin - gone >= least * (end - start),
    )


def _began(buckets: Buckets, row: int, joined: float) -> int:
    """When a student joined; by their first data, where they joined once more later on."""
    columns = np.flatnonzero(buckets.observations[row])
    first = int(buckets.starts[columns[0]]) if columns.size else floor(joined)
    return first if first + BUCKET_SECONDS <= joined else floor(joined)


def _lengths(starts: Ints, begin: int, end: int) -> Ints:
    """(T,) seconds of each bucket within [``begin``, ``end``)."""
    inside = np.minimum(starts + BUCKET_SECONDS, end) - np.maximum(starts, begin)
    return np.asarray(np.maximum(inside, 0), np.int64)


def _told(
    events: Sequence[ParticipantEvent], starts: Ints, begin: int, end: int
) -> Mapping[Gap, Ints]:
    """(T,) whole seconds of each bucket that were paused, without camera or after leaving.

    Whole ones: the second in which somebody pauses, or goes on, is one of which data is sent. One
    in which one gap follows another is the former's.
    """
    found = {why: np.zeros(len(starts), np.int64) for why in _KNOWN}
    turns = [*_turns(events), (float(end), None)]
    goes_on = float(end)
    for (since, why), (until, _) in reversed(list(pairwise(turns))):
        if why is None:
            goes_on = since
            continue
        first, last = max(ceil(since), begin), min(ceil(until), floor(goes_on), end)
        found[why] += _lengths(starts, first, max(first, last))
    return found


def _turns(events: Sequence[ParticipantEvent]) -> list[tuple[float, Gap | None]]:
    """When what stands changes, and to what; None: data is to be expected again."""
    turns: list[tuple[float, Gap | None]] = []
    for event in events:
        if event.kind in _BEGINS:
            turns.append((event.at, _BEGINS[event.kind]))
        elif event.kind in _ENDS:
            turns.append((event.at, None))
    return turns


def _stretches(
    starts: Ints, faces: Ints, seconds: Mapping[Gap, Ints], begin: int, end: int
) -> tuple[Stretch, ...]:
    """The buckets without a face, each by its chief reason, joined where they touch."""
    reasons = list(Gap)
    table = np.array([seconds[why] for why in reasons])
    found: list[Stretch] = []
    for at in np.flatnonzero((faces == 0) & (table.sum(axis=0) > 0)).tolist():
        why = reasons[int(table[:, at].argmax())]
        low = max(int(starts[at]), begin)
        high = min(int(starts[at]) + BUCKET_SECONDS, end)
        if found and found[-1].end == low and found[-1].why is why:
            found[-1] = Stretch(found[-1].begin, high, why)
        else:
            found.append(Stretch(low, high, why))
    return tuple(one for one in found if one.end - one.begin >= LEAST_GAP_S)
