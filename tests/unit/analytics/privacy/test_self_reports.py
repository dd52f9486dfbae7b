"""Answers are counted by student, and only where enough students gave one."""

from analytics.privacy.blocks import Counting, K
from analytics.privacy.self_reports import count_last, count_self_reports
from contract.exchange import PulseMood


def test_fewer_than_k_students_are_not_counted_however_often_they_answer() -> None:
    few = [(student, PulseMood.LOW) for student in range(K - 1)]
    assert count_self_reports(few * 10) is None
    assert count_self_reports([]) is None


def test_invented_students_do_not_make_the_answers_of_a_known_one_countable() -> None:
    """An attack: four students who answer what the attacker chose, and one of the roster."""
    given = [(student, PulseMood.GOOD) for student in range(K)]
    people = dict.fromkeys(range(K - 1), Counting.UNVERIFIED) | {K - 1: Counting.PERSON}
    assert count_self_reports(given, people) is None
    assert count_last(given, people) is None
    known = dict.fromkeys(range(K), Counting.PERSON)
    assert count_last([*given, (K, PulseMood.LOST)], known | {K: Counting.UNVERIFIED}) is not None


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
