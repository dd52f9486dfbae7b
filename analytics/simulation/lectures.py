"""Simulated lectures, shown through the real model's answers to real held-out faces.

*Face replay*: behind each second stands a hidden true look, and what
is observed is the posterior of a held-out face that truly has it, each student repeating K = 5
faces per look, because errors on one person's face are not independent. Replay cannot test head
pose, so head and eyes have a simulation of their own `[own]`.

What ``[own]`` marks: ``docs/science.md``.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import LOOK_COUNT, SCALE, Bools, Floats, Ints
from analytics.errors import AnalyticsError
from analytics.mood.confusion import checked_bank
from analytics.simulation.behaviour import (
    SENDING,
    WITH_FACE,
    Behaviour,
    Generator,
    Scripted,
    SimulatedEvent,
    States,
    TrueEpisode,
    TrueState,
    draw_states,
    episodes_of,
    events_of,
)
from analytics.simulation.resting import plain_faces
from contract.looks import BUCKET_SECONDS, LOOKS, SAD, Look

__all__ = [
    "Behaviour",
    "Scripted",
    "SimulatedEvent",
    "SimulatedLecture",
    "TrueEpisode",
    "TrueState",
    "simulate_lecture",
    "to_columns",
]

YAW_LIMIT: Final = 25.0
PITCH_LIMIT: Final = 20.0
"""Degrees from the student's own median within which a head is attentive `[own]`."""
EYES_SHUT: Final = 0.3
"""Eye openness below which eyes count as shut `[own]`."""

_PLAIN: Final = LOOKS.index(Look.NEUTRAL)
#  angry disgust fear happy sad surprise neutral
_MIX: Final = np.array(
    [
        [0.02, 0.01, 0.02, 0.14, 0.00, 0.04, 0.72],  # listening
        [0.00, 0.00, 0.01, 0.85, 0.00, 0.05, 0.08],  # happy
        [0.02, 0.01, 0.03, 0.01, 0.00, 0.00, 0.08],  # sad
        [0.03, 0.01, 0.01, 0.06, 0.00, 0.02, 0.80],  # disengaged
    ]
)
"""Looks other than sad, by state, up to a factor; sad gets what `Behaviour` says."""
_OFF_TARGET: Final = np.array([0.06, 0.08, 0.12, 0.85])
"""Share of the time with the head turned away, by state."""
_SHUT: Final = np.array([0.01, 0.01, 0.03, 0.12])
"""Share of the time with the eyes shut, by state."""


@dataclass(frozen=True, eq=False)
class SimulatedLecture:
    """One lecture: S students × T seconds. Where nothing is sent or no face is found: NaN."""

    sending: Bools
    """(S, T) whether an observation is made in this second"""
    posteriors: Floats
    """(S, T, 7) sums to one; NaN without a face"""
    face_share: Floats
    """(S, T) 0..1; NaN where nothing is sent"""
    attentive: Floats
    """(S, T) 0..1; NaN without a face"""
    yaw: Floats
    """(S, T) degrees; NaN without a face"""
    pitch: Floats
    """(S, T) degrees; NaN without a face"""
    eyes_open: Floats
    """(S, T) 0..1; NaN without a face"""
    delay_s: Floats
    """(S, T) seconds between capture and arrival at the server"""
    events: tuple[SimulatedEvent, ...]
    """in the order of their seconds"""
    states: States
    """(S, T) the hidden truth: TrueState"""
    looks: States
    """(S, T) the hidden truth: index of the look shown, −1 where there is no face to see"""
    episodes: tuple[TrueEpisode, ...]
    """the hidden truth: stretches of sad or disengaged of at least ten minutes"""


def simulate_lecture(
    rng: Generator,
    students: int,
    seconds: int,
    bank: Sequence[Floats],
    script: Sequence[Scripted] | None = None,
    behaviour: Behaviour | None = None,
) -> SimulatedLecture:
    """Draw one lecture. ``bank[j]`` is (n, 7): posteriors of held-out faces that truly look j.

    ``script`` forces what must happen, e.g. ``[Scripted(3, TrueState.SAD, 300, 1500)]``.
    Raises AnalyticsError where the bank or the script does not fit.
    """
    if students < 1 or seconds < 1:
        raise AnalyticsError(
            "A lecture needs a student and a second, "
            f"but received {students} students and {seconds} s."
        )
    habits = behaviour or Behaviour()
    faces = checked_bank(bank)
    states = draw_states(rng, students, seconds, habits, script or ())
    looks = _draw_looks(rng, states, habits)
    sending = states <= SENDING
    found = (states <= WITH_FACE) & (rng.random(states.shape) < habits.face_found)
    yaw, pitch, eyes = _draw_heads(rng, states, habits)
    attentive = _attentive(yaw, pitch, eyes)
    # Most seconds show the face in every picture, some lose it in a few.
    share = np.where(rng.random(states.shape) < 0.9, 1.0, rng.uniform(0.4, 1.0, states.shape))
    posteriors = _replay(rng, looks, faces, habits)
    posteriors[~found] = np.nan
    return SimulatedLecture(
        sending=sending,
        posteriors=posteriors,
        face_share=np.where(sending, np.where(found, share, 0.0), np.nan),
        attentive=np.where(found, attentive, np.nan),
        yaw=np.where(found, yaw, np.nan),
        pitch=np.where(found, pitch, np.nan),
        eyes_open=np.where(found, eyes, np.nan),
        delay_s=_draw_delays(rng, states.shape, habits),
        events=events_of(states),
        states=states,
        looks=looks,
        episodes=episodes_of(states),
    )


def to_columns(
    lecture: SimulatedLecture,
    start: int,
    model: str,
    participants: Sequence[Hashable] | None = None,
    frames: int = 5,
) -> dict[str, NDArray[Any]]:
    """The columns the store would hold of ``lecture`` (see ``Buckets.from_columns``).

    ``start`` is the lecture's first second (epoch), ``participants`` (default 0, 1, …) names its
    students, ``frames`` is how many pictures a second has.
    """
    students, seconds = lecture.sending.shape
    names = list(range(students)) if participants is None else list(participants)
    if len(names) != students:
        raise AnalyticsError(
            f"Each of {students} students needs one name, but {len(names)} are given."
        )
    offset = start % BUCKET_SECONDS
    edges = np.unique(np.maximum(0, np.arange(-offset, seconds, BUCKET_SECONDS)))
    observed = lecture.sending
    face = observed & ~np.isnan(lecture.attentive)

    def total(values: NDArray[Any], scale: int = SCALE) -> Ints:
        whole = np.rint(np.nan_to_num(values) * scale).astype(np.int64)
        return np.add.reduceat(whole, edges, axis=1)

    count = total(observed, 1)
    kept = count > 0
    rows, columns = np.nonzero(kept)
    who = np.empty(len(rows), object)
    who[:] = [names[row] for row in rows]
    version = np.full(len(rows), model, object)
    faces = total(face, 1)[kept]
    return {
        "participant": who,
        "bucket": (start - offset + ((edges + offset) // BUCKET_SECONDS * BUCKET_SECONDS))[columns],
        "model": version,
        "observations": count[kept],
        "face_observations": faces,
        "frames": frames * count[kept],
        "face_share_sum": total(lecture.face_share)[kept],
        "attentive_count": faces,
        "attentive_sum": total(lecture.attentive)[kept],
        "probability_sums": total(lecture.posteriors)[kept],
        "eyes_open_sum": total(lecture.eyes_open)[kept],
        "yaw_sum": total(lecture.yaw, 100)[kept],
        "pitch_sum": total(lecture.pitch, 100)[kept],
        "attention_count": faces,
    }


def _draw_looks(rng: Generator, states: States, habits: Behaviour) -> States:
    """(S, T) the look shown: kept for a while, then drawn anew from the state's mixture."""
    students, seconds = states.shape
    visible = np.minimum(states, WITH_FACE).astype(np.int64)
    # People differ: each draws from a mixture of their own around the state's.
    own = np.stack(
        [rng.dirichlet(60 * mix + 1e-3, size=students) for mix in _mixes(habits)], axis=1
    )
    limits = np.cumsum(own, axis=2)[..., :-1]
    drawn = rng.random((students, seconds))
    looks = (drawn[..., None] > limits[np.arange(students)[:, None], visible]).sum(axis=2)
    held = _hold(looks, _switches(rng, states, habits.look_dwell_s)).astype(np.int8)
    _laugh(rng, held, habits)
    held[states > WITH_FACE] = -1
    return held


def _mixes(habits: Behaviour) -> Floats:
    """(4, 7) the shares of the looks in each state."""
    sad = np.where(np.arange(len(_MIX)) == TrueState.SAD, habits.sad_within, habits.sad_outside)
    sad[TrueState.HAPPY] = 0.01
    others = _MIX / _MIX.sum(axis=1, keepdims=True) * (1.0 - sad[:, None])
    return np.asarray(others + sad[:, None] * np.eye(LOOK_COUNT)[SAD])


def _laugh(rng: Generator, looks: States, habits: Behaviour) -> None:
    """Overwrite class-wide moments in which seven of ten laugh."""
    students, seconds = looks.shape
    for _ in range(rng.poisson(habits.laughs_per_hour * seconds / 3600)):
        start = int(rng.integers(seconds))
        end = start + int(rng.integers(habits.laugh_s[0], habits.laugh_s[1] + 1))
        looks[rng.random(students) < 0.7, start:end] = LOOKS.index(Look.HAPPY)


def _draw_heads(rng: Generator, states: States, habits: Behaviour) -> tuple[Floats, Floats, Floats]:
    """(S, T) yaw, pitch in degrees from the student's own median, and eye openness."""
    visible = np.minimum(states, WITH_FACE).astype(np.int64)
    shape = states.shape
    switches = _switches(rng, states, habits.gaze_dwell_s)
    off = rng.random(shape) < _OFF_TARGET[visible]
    down = rng.random(shape) < 0.4
    side = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(32.0, 60.0, shape)
    yaw = _hold(np.where(off & ~down, side, rng.normal(0.0, 5.0, shape)), switches)
    low = -rng.uniform(26.0, 45.0, shape)
    pitch = _hold(np.where(off & down, low, rng.normal(0.0, 4.0, shape)), switches)
    shut = _hold(rng.random(shape) < _SHUT[visible], switches)
    opened = np.where(shut, 0.08, rng.normal(0.85, 0.06, (shape[0], 1)))
    return (
        yaw + rng.normal(0.0, 3.0, shape),
        pitch + rng.normal(0.0, 3.0, shape),
        np.clip(opened + rng.normal(0.0, 0.04, shape), 0.0, 1.0),
    )


def _attentive(yaw: Floats, pitch: Floats, eyes: Floats) -> Floats:
    """(S, T) share of a second's pictures that are attentive: heads near a limit cross it often."""
    within = np.minimum(YAW_LIMIT - np.abs(yaw), PITCH_LIMIT - np.abs(pitch))
    return np.asarray(np.where(eyes < EYES_SHUT, 0.0, np.clip(0.5 + within / 6.0, 0.0, 1.0)))


def _replay(rng: Generator, looks: States, faces: Sequence[Floats], habits: Behaviour) -> Floats:
    """(S, T, 7) at each second the posterior of one of the student's K faces of the look shown.

    A face stays for some seconds, because neighbouring seconds of one person are nearly one sample.
    """
    students, seconds = looks.shape
    repeated = habits.faces_per_look
    mine = np.empty((students, LOOK_COUNT, repeated, LOOK_COUNT))
    for look, posteriors in enumerate(faces):
        mine[:, look] = posteriors[_chosen(rng, len(posteriors), students, habits)]
    if habits.resting:
        plain = faces[_PLAIN]
        mine[:, _PLAIN] = plain[plain_faces(rng, plain, (students, repeated), habits.resting)]
    mine /= mine.sum(axis=-1, keepdims=True)
    drawn = rng.integers(repeated, size=(students, seconds))
    face = _hold(drawn, _switches(rng, looks, habits.face_dwell_s))
    return np.asarray(mine[np.arange(students)[:, None], looks, face], np.float64)


def _chosen(rng: Generator, faces: int, students: int, habits: Behaviour) -> Ints:
    """(S, K) which of a look's ``faces`` each student shows."""
    repeated = habits.faces_per_look
    if habits.faces_shared:
        return rng.integers(faces, size=(students, repeated))
    own = max(1, min(repeated, faces // students))
    dealt = rng.permutation(faces)[np.arange(students * own) % faces].reshape(students, own)
    return dealt[:, np.arange(repeated) % own]


def _draw_delays(rng: Generator, shape: tuple[int, int], habits: Behaviour) -> Floats:
    """(S, T) a second or two as a rule; in a burst everything waits for the burst's end."""
    students, seconds = shape
    delays = rng.uniform(0.5, 2.5, shape)
    for student in range(students):
        for _ in range(rng.poisson(habits.delay_bursts_per_hour * seconds / 3600)):
            start = int(rng.integers(seconds))
            low, high = habits.delay_burst_s
            end = min(seconds, start + int(rng.integers(low, high + 1)))
            delays[student, start:end] += end - np.arange(start, end)
    return delays


def _switches(rng: Generator, states: States, dwell_s: float) -> Bools:
    """(S, T) where something is drawn anew: by chance, and whenever the state or look changes."""
    switches = rng.random(states.shape) < 1.0 / dwell_s
    switches[:, 0] = True
    switches[:, 1:] |= states[:, 1:] != states[:, :-1]
    return switches


def _hold(values: NDArray[Any], switches: Bools) -> NDArray[Any]:
    """(S, T) each value kept from one switch to the next."""
    last = np.where(switches, np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(last, axis=1), axis=1)
