"""Engagement: attentive index, presence and state, kept apart; missing is never zero.

Kept apart because a product of estimates shrinks a perfectly ordinary student to a half and counts
one sad face twice `[own]`. *Away*, *paused*, *camera lost* and *no data* are states
of their own, known from buckets and events, and none of them is "disengaged".

Defined in ``docs/science.md``, "Engagement".
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.buckets import Buckets, Floats, mean_of
from analytics.errors import AnalyticsError
from contract.events import EventKind
from contract.looks import BUCKET_SECONDS, LOOKS, Look

STALE_S: Final = 30
"""Seconds without an observation after which a student counts as *no data* `[own]`."""

CONCENTRATION_WEIGHTS: Final = {
    Look.NEUTRAL: 0.9,
    Look.HAPPY: 0.6,
    Look.SURPRISE: 0.6,
    Look.SAD: 0.3,
    Look.FEAR: 0.3,
    Look.ANGRY: 0.25,
    Look.DISGUST: 0.2,
}
"""Weight of the dominant expression in the concentration index of Sharma et al. 2019."""


class StudentState(StrEnum):
    """What is known of a student at one moment. None of them means "disengaged"."""

    REPORTING = "reporting"
    AWAY = "away"
    """data arrive, but a whole bucket had no face"""
    PAUSED = "paused"
    CAMERA_LOST = "camera_lost"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class ParticipantEvent:
    """An event of one participant; ``at`` in epoch seconds."""

    participant: Hashable
    at: float
    kind: EventKind


@dataclass(frozen=True)
class StudentEngagement:
    """One student over the trailing window."""

    participant: Hashable
    state: StudentState
    attentive: float
    """0..1 given a face; NaN without one"""
    presence: float
    """share of the observed time with a face, 0..1; NaN without observations"""


@dataclass(frozen=True)
class ClassEngagement:
    """The class over the trailing window: one student, one vote."""

    attentive: float
    """mean of the students' own indices; NaN where nobody shows a face"""
    presence: float
    """mean of the students' own presences; NaN where nobody reports"""
    states: Mapping[StudentState, int]
    """how many students are in each state (all five keys)"""
    students: tuple[StudentEngagement, ...]
    """in the order of ``buckets.participants``"""


_STANDING: Final = {
    EventKind.PAUSED: StudentState.PAUSED,
    EventKind.CAMERA_LOST: StudentState.CAMERA_LOST,
    EventKind.STOPPED: StudentState.NO_DATA,
    EventKind.RESUMED: None,
    EventKind.CAMERA_BACK: None,
}
"""The state an event puts a student in until the next of them; None: back to the buckets."""


def attentive_index(buckets: Buckets) -> Floats:
    """(P, T) mean of attentive given a face; NaN without one."""
    return buckets.attentive


def presence(buckets: Buckets) -> Floats:
    """(P, T) share of the observed time with a face; NaN without observations."""
    return buckets.face_share


def concentration_index(posteriors: Floats) -> Floats:
    """(…) weight of the dominant look of ``posteriors`` (…, 7); NaN where they are NaN.

    The expression part of the index of Sharma et al. (2019), shown beside ours for comparison with
    published work and used for nothing else.
    """
    weights = np.array([CONCENTRATION_WEIGHTS[look] for look in LOOKS])
    known = ~np.isnan(posteriors).any(axis=-1)
    best = np.argmax(np.where(np.isnan(posteriors), -1.0, posteriors), axis=-1)
    return np.where(known, weights[best], np.nan)


def student_means(buckets: Buckets) -> tuple[Floats, Floats]:
    """(P,) each student's own attentive index and presence over all of ``buckets``."""
    attentive = mean_of(buckets.attentive_sum.sum(axis=1), buckets.attentive_count.sum(axis=1))
    present = mean_of(buckets.face_share_sum.sum(axis=1), buckets.observations.sum(axis=1))
    return attentive, present


def class_mean(values: Floats) -> float:
    """The mean of the students who have a value; NaN where nobody has."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def student_states(
    buckets: Buckets,
    events: Sequence[ParticipantEvent],
    *,
    now: float,
    stale_s: int = STALE_S,
) -> tuple[StudentState, ...]:
    """(P,) the state of each student at ``now``, epoch seconds; later data count for nothing.

    An event holds from its moment until its counterpart, or until a later bucket holds data all the
    same (an event can be lost; observations are proof). Otherwise the last bucket that holds data
    decides, if it ended no more than ``stale_s`` ago: with a face *reporting*, without one *away*.
    A face in the bucket before it still counts while the last bucket runs, because *away* means a
    whole bucket without a face.
    """
    standing = _standing_events(buckets, events, now)
    columns = int(np.searchsorted(buckets.starts, now, side="right"))
    observed = buckets.observations[:, :columns] > 0
    faces = buckets.seen[:, :columns]
    return tuple(
        _state(buckets, observed[row], faces[row], standing.get(name), now, stale_s)
        for row, name in enumerate(buckets.participants)
    )


def engagement(
    buckets: Buckets,
    events: Sequence[ParticipantEvent],
    *,
    now: float,
    window_s: int = 60,
    stale_s: int = STALE_S,
) -> ClassEngagement:
    """States at ``now``, and attentive index and presence over the trailing window.

    The window is the buckets that begin in (now − window, now], epoch seconds.
    """
    states = student_states(buckets, events, now=now, stale_s=stale_s)
    attentive, present = student_means(buckets.window(int(now) - window_s, int(now)))
    counted = Counter(states)
    return ClassEngagement(
        attentive=class_mean(attentive),
        presence=class_mean(present),
        states={state: counted[state] for state in StudentState},
        students=tuple(
            StudentEngagement(name, state, float(mine), float(there))
            for name, state, mine, there in zip(
                buckets.participants, states, attentive, present, strict=True
            )
        ),
    )


def class_timeline(buckets: Buckets, firsts: Sequence[int]) -> tuple[Floats, Floats]:
    """(S,) class attentive index and presence of the steps that begin at columns ``firsts``.

    One student, one vote: each student's own mean of the step first. NaN where nobody reports.
    """
    if not len(buckets.starts) or not len(firsts):
        empty = np.full(len(firsts), np.nan)
        return empty, empty
    sums = {
        name: np.add.reduceat(getattr(buckets, name), firsts, axis=1)
        for name in ("attentive_sum", "attentive_count", "face_share_sum", "observations")
    }
    own = (
        mean_of(sums["attentive_sum"], sums["attentive_count"]),
        mean_of(sums["face_share_sum"], sums["observations"]),
    )
    return _column_means(own[0]), _column_means(own[1])


def _column_means(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.where(known, values, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
        )


def _standing_events(
    buckets: Buckets, events: Sequence[ParticipantEvent], now: float
) -> dict[Hashable, tuple[float, StudentState]]:
    """The last event of each student that still stands: its moment and the state it brings."""
    known = set(buckets.participants)
    standing: dict[Hashable, tuple[float, StudentState]] = {}
    for event in sorted(events, key=lambda event: (event.at, event.kind)):
        if not np.isfinite(event.at):
            raise AnalyticsError(f"An event's time must be finite, but is {event.at}.")
        if event.at > now or event.participant not in known or event.kind not in _STANDING:
            continue
        state = _STANDING[event.kind]
        if state is None:
            standing.pop(event.participant, None)
        else:
            standing[event.participant] = (event.at, state)
    return standing


def _state(
    buckets: Buckets,
    observed: np.ndarray[tuple[int], np.dtype[np.bool_]],
    faces: np.ndarray[tuple[int], np.dtype[np.bool_]],
    event: tuple[float, StudentState] | None,
    now: float,
    stale_s: int,
) -> StudentState:
    columns = np.flatnonzero(observed)
    last = int(columns[-1]) if columns.size else -1
    begins = int(buckets.starts[last]) if last >= 0 else -BUCKET_SECONDS
    if event is not None and (last < 0 or begins <= event[0]):
        return event[1]
    if last < 0 or now - (begins + BUCKET_SECONDS) > stale_s:
        return StudentState.NO_DATA
    if faces[last]:
        return StudentState.REPORTING
    running = now < begins + BUCKET_SECONDS
    if running and last > 0 and faces[last - 1]:
        return StudentState.REPORTING
    return StudentState.AWAY
