"""Self-reports of a lecture, counted by student, and only where enough of them answered."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

from analytics.privacy.blocks import Counting, K
from contract.exchange import PulseMood


@dataclass(frozen=True)
class SelfReportCounts:
    """How many students gave each answer at least once, of ``answered`` who gave any."""

    answered: int
    students: tuple[tuple[PulseMood, int], ...]
    """in the order of the moods; a student who gave several is counted with each"""


def count_self_reports(
    given: Iterable[tuple[Hashable, PulseMood]], people: Mapping[Hashable, int] | None = None
) -> SelfReportCounts | None:
    """Count (student, answer) pairs; None where fewer than K people answered.

    Students are counted, not taps, so that one who taps often weighs no more than another.
    ``people`` says what each counts as (``Counting``; default: one person each).
    """
    pairs = set(given)
    students = {student for student, _ in pairs}
    answered = len(students)
    if not _enough(students, people):
        return None
    return SelfReportCounts(
        answered, tuple((mood, sum(said is mood for _, said in pairs)) for mood in PulseMood)
    )


def count_last(
    given: Iterable[tuple[Hashable, PulseMood]], people: Mapping[Hashable, int] | None = None
) -> dict[PulseMood, int] | None:
    """Count students by the last answer of each, ``given`` in order of time.

    None where fewer than K people answered, as above. What one span of a lecture is counted by:
    each student once, whatever they said before in it.
    """
    last = dict(given)
    if not _enough(last.keys(), people):
        return None
    return {mood: sum(said is mood for said in last.values()) for mood in PulseMood}


def _enough(students: Collection[Hashable], people: Mapping[Hashable, int] | None) -> bool:
    """Whether a count of ``students`` hides each: K people, if anybody vouches for any of them.

    Else K students, as a count cannot be moved as a share can (``noise``): what somebody who
    invents four others reads of the fifth is one tap, and ``docs/small-groups.md`` says so.
    """
    verified = [one for one in students if people and people.get(one) == Counting.PERSON]
    return len(verified or students) >= K
