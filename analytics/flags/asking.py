"""Asking first: a check-in is suggested to the student before the teacher sees it.

The student who chose so is asked privately whether the teacher should check in. *Yes* shows the
flag at once, and *no* is respected whatever the evidence says. Silence shows nothing, because who
asked to be asked first agreed to no more; a school that tells its students so could let a flag
stand by itself after a while `[own]`. An answer is the best evidence there is.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analytics.flags.check_ins import Dismissal
from analytics.flags.evidence import Episode
from contract.flags import FlagKind

WAIT_S: Final = 120
"""Seconds of silence after which a flag may stand by itself `[own]`."""


@dataclass(frozen=True)
class Answer:
    """What a student said when asked; ``at`` in epoch seconds."""

    participant: Hashable
    kind: FlagKind
    at: int
    yes: bool


def as_dismissals(answers: Sequence[Answer]) -> list[Dismissal]:
    """Every *no* as ``flags.evaluate`` takes it, so that it brings the same quiet."""
    return [Dismissal(said.participant, said.kind, said.at) for said in answers if not said.yes]


def shown(
    episodes: Sequence[Episode], answers: Sequence[Answer], *, now: int, wait_s: int | None = None
) -> list[Episode]:
    """The flags a teacher sees by ``now`` (epoch seconds), raised at when they are first seen.

    Give the episodes that ``flags.evaluate`` finds with ``as_dismissals(answers)`` among its
    dismissals. An answer belongs to the episode that stands when it is given. ``wait_s`` None:
    only a *yes* shows a flag; else silence of as many seconds does too.
    """
    found = []
    for episode in episodes:
        said = _first(episode, answers, now)
        due = None if wait_s is None else episode.raised_at + wait_s
        if said is not None and said.yes and (due is None or said.at <= due):
            found.append(replace(episode, raised_at=said.at, said_yes=True))
        elif due is not None and due <= now and _stands(episode, due):
            found.append(replace(episode, raised_at=due))
    return sorted(found, key=lambda episode: (episode.raised_at, str(episode.participant)))


def _stands(episode: Episode, at: int) -> bool:
    return episode.cleared_at is None or episode.cleared_at > at


def _first(episode: Episode, answers: Sequence[Answer], now: int) -> Answer | None:
    until = now if episode.cleared_at is None else min(now, episode.cleared_at)
    own = [
        said
        for said in answers
        if (said.participant, said.kind) == (episode.participant, episode.kind)
        and episode.raised_at <= said.at <= until
    ]
    return min(own, key=lambda said: said.at, default=None)
