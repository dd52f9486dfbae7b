"""Self-reports of a lecture, counted by student, and only where enough of them answered."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from analytics.privacy.suppression import K
from contract.exchange import PulseMood


@dataclass(frozen=True)
class SelfReportCounts:
    """How many students gave each answer at least once, of ``answered`` who gave any."""

    answered: int
    students: tuple[tuple[PulseMood, int], ...]
    """in the order of the moods; a student who gave several is counted with each"""


def count_self_reports(given: Iterable[tuple[Hashable, PulseMood]]) -> SelfReportCounts | None:
    """Count (student, answer) pairs; None where fewer than K students answered.

    Students are counted, not taps, so that one who taps often weighs no more than another.
    """
    pairs = set(given)
    answered = len({student for student, _ in pairs})
    if answered < K:
        return None
    return SelfReportCounts(
        answered, tuple((mood, sum(said is mood for _, said in pairs)) for mood in PulseMood)
    )


def count_last(given: Iterable[tuple[Hashable, PulseMood]]) -> dict[PulseMood, int] | None:
    """Count students by the last answer of each, ``given`` in order of time.

    None where fewer than K students answered. What one span of a lecture is counted by: each
    student once, whatever they said before in it.
    """
    last = dict(given)
    if len(last) < K:
        return None
    return {mood: sum(said is mood for said in last.values()) for mood in PulseMood}
