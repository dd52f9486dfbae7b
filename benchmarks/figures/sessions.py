"""Lectures out of replayed sessions: people of a file put side by side, thirty to a class."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Final

import numpy as np

from analytics.buckets import Buckets
from analytics.simulation.behaviour import EPISODE_S, Behaviour, Scripted, TrueState, episodes_of
from analytics.simulation.lectures import SimulatedLecture, simulate_lecture, to_columns
from benchmarks.figures.faces import Bank
from benchmarks.figures.lectures import MODEL, START, STUDENTS, Played, naive_shares
from benchmarks.figures.replay import Session
from contract.flags import FlagKind

_STILL: Final = Behaviour(
    **{entry.name: 0.0 for entry in fields(Behaviour) if entry.name.endswith("_per_hour")}  # type: ignore[arg-type]
)
"""Nobody does anything that the file does not say."""


def sessions_as_lectures(
    sessions: Sequence[Session],
    bank: Bank,
    kind: FlagKind,
    *,
    repeats: int,
    seed: int,
    least_s: int = EPISODE_S,
) -> Iterator[Played]:
    """The sessions in the file's order, thirty at a time, ``repeats`` times with other faces.

    ``least_s``: seconds from which a stretch counts as an episode.
    Sessions with posteriors of their own are played once: nothing in them is drawn.
    """
    for first in range(0, len(sessions), STUDENTS):
        group = sessions[first : first + STUDENTS]
        drawn = any(session.posteriors is None for session in group)
        for number in range(repeats if drawn else 1):
            rng = np.random.default_rng([seed, first, number])
            yield _played(group, bank, kind, rng, least_s)


def _played(
    group: Sequence[Session], bank: Bank, kind: FlagKind, rng: np.random.Generator, least_s: int
) -> Played:
    seconds = max(len(session.states) for session in group)
    lecture = simulate_lecture(rng, len(group), seconds, bank, _script(group, seconds), _STILL)
    lecture = _own(lecture, group)
    buckets = Buckets.from_columns(
        to_columns(lecture, START, MODEL), range(len(group)), START, START + seconds, MODEL
    )
    truth = tuple(
        (episode.student, episode.start, episode.end)
        for episode in episodes_of(lecture.states, least_s)
        if episode.kind is kind
    )
    return Played(buckets, truth, naive_shares(lecture, kind))


def _script(group: Sequence[Session], seconds: int) -> list[Scripted]:
    script = []
    for student, session in enumerate(group):
        states = np.full(seconds, TrueState.DROPPED, np.int8)
        states[: len(session.states)] = session.states
        starts = np.concatenate([[0], np.flatnonzero(np.diff(states)) + 1]).tolist()
        for start, end in zip(starts, [*starts[1:], seconds], strict=True):
            script.append(Scripted(student, TrueState(int(states[start])), start, end))
    return script


def _own(lecture: SimulatedLecture, group: Sequence[Session]) -> SimulatedLecture:
    """The lecture with the sessions' own posteriors where they have them."""
    posteriors, attentive = lecture.posteriors.copy(), lecture.attentive.copy()
    share, sending = lecture.face_share.copy(), lecture.sending.copy()
    for student, session in enumerate(group):
        if session.posteriors is None:
            continue
        length = len(session.states)
        posteriors[student] = np.nan
        posteriors[student, :length] = session.posteriors
        seen = ~np.isnan(posteriors[student, :, 0])
        sending[student] |= seen
        share[student] = np.where(seen, 1.0, np.where(sending[student], 0.0, np.nan))
        turned = np.nan_to_num(lecture.attentive[student], nan=1.0)
        attentive[student] = np.where(seen, turned, np.nan)
    return replace(
        lecture, posteriors=posteriors, attentive=attentive, face_share=share, sending=sending
    )
