"""Answers are counted by student, and only where enough students gave one."""

from analytics.privacy.self_reports import count_self_reports
from analytics.privacy.suppression import K
from contract.exchange import PulseMood


def test_fewer_than_k_students_are_not_counted_however_often_they_answer() -> None:
    few = [(student, PulseMood.LOW) for student in range(K - 1)]
    assert count_self_reports(few * 10) is None
    assert count_self_reports([]) is None


def test_students_are_counted_not_taps() -> None:
    given = [(student, PulseMood.OKAY) for student in range(K)]
    given += [(0, PulseMood.LOST)] * 50
    counted = count_self_reports(given)
    assert counted is not None
    assert counted.answered == K
    assert dict(counted.students) == {
        PulseMood.GOOD: 0,
        PulseMood.OKAY: K,
        PulseMood.LOST: 1,
        PulseMood.BORED: 0,
        PulseMood.LOW: 0,
    }
