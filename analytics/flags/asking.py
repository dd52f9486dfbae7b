"""Asking first: a check-in is suggested to the student before the teacher sees it.

The one rule for all who raise, show or count check-ins: the live board, the report, the API, the
student's own page and the bench. The student who chose so is asked privately whether the teacher
should check in: once for each flag, as soon as it is raised, for as long as it stands. *Yes* shows
the flag, *no* closes it and brings the quiet of a dismissal, whatever the evidence says. Silence
shows nothing, because who asked to be asked first agreed to no more; a school that tells its
students so could let a flag stand by itself after a while `[own]`. The last answer holds, and is
the best evidence there is.

Defined in ``docs/science.md``, "Check-ins".
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analytics.flags.check_ins import Dismissal
from analytics.flags.evidence import Episode
from analytics.flags.log import LoggedFlag, overlap
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


def asks(ask_first: bool, *, asked: bool) -> bool:
    """Whether a flag that was raised is now put to its student: at once, and once."""
    return ask_first and not asked


def waits(*, asked: bool, answer: bool | None, stands: bool) -> bool:
    """Whether a question still waits for its answer."""
    return asked and answer is None and stands


def shows(ask_first: bool, answer: bool | None) -> bool:
    """Whether anybody but the student may be told of a flag; ``answer`` None is silence."""
    return not ask_first or answer is True


def dismissals(answers: Iterable[Answer]) -> list[Dismissal]:
    """Every *no* as ``check_ins.evaluate`` takes it, so that it brings the same quiet."""
    return [Dismissal(said.participant, said.kind, said.at) for said in answers if not said.yes]


def agreed(episode: Episode, ask_first: bool, told: Sequence[LoggedFlag], end: int) -> bool:
    """Whether an episode that all data give may be told after the lecture, which ended at ``end``.

    Nobody is asked any more, so only what overlaps one of the flags that may be ``told`` counts as
    agreed to.
    """
    return not ask_first or any(overlap(flag, episode, end) for flag in told)


def shown(
    episodes: Sequence[Episode], answers: Sequence[Answer], *, now: int, wait_s: int | None = None
) -> list[Episode]:
    """What the teachers of students who are all asked first see by ``now`` (epoch seconds).

    Each flag is raised when it is first seen. Give the episodes that ``check_ins.evaluate`` finds
    with ``dismissals(answers)``. An answer belongs to the episode that stands when it is given.
    ``wait_s`` None: only a *yes* shows a flag; else silence of as many seconds does too.
    """
    found = []
    for episode in episodes:
        said = _last(episode, answers, now)
        due = None if wait_s is None else episode.raised_at + wait_s
        yes = said is not None and shows(True, said.yes)
        if said is not None and yes and (due is None or said.at <= due):
            found.append(replace(episode, raised_at=said.at, said_yes=True))
        elif due is not None and due <= now and _stands(episode, due):
            found.append(replace(episode, raised_at=due))
    return sorted(found, key=lambda episode: (episode.raised_at, str(episode.participant)))


def _stands(episode: Episode, at: int) -> bool:
    return episode.cleared_at is None or episode.cleared_at > at


def _last(episode: Episode, answers: Sequence[Answer], now: int) -> Answer | None:
    until = now if episode.cleared_at is None else min(now, episode.cleared_at)
    own = [
        said
        for said in answers
        if (said.participant, said.kind) == (episode.participant, episode.kind)
        and episode.raised_at <= said.at <= until
    ]
    return max(own, key=lambda said: said.at, default=None)
