"""Which moments of a lecture are still taken, at every border."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contract.exchange import Reason
from contract.policy import Policy
from db.values import Lecture
from services.context import Terms
from services.receiving.verdicts import judge

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
END = START + timedelta(hours=1)
TERMS = Terms(
    ticket=timedelta(minutes=15),
    report_grace=timedelta(minutes=2),
    silence=timedelta(minutes=45),
    future=timedelta(minutes=5),
    late=timedelta(hours=24),
)
TICK = timedelta(milliseconds=1)


def lecture(ended_at: datetime | None = None) -> Lecture:
    return Lecture(uuid4(), uuid4(), "Algebra", "ABCDEF", Policy.INDIVIDUAL, START, ended_at)


def reason(moment: datetime, now: datetime, ended_at: datetime | None = None) -> Reason | None:
    found = judge(moment, lecture(ended_at), TERMS, now)
    return None if found is None else found.reason


@pytest.mark.parametrize(
    ("moment", "now", "expected"),
    [
        (START, START, None),
        (START - TICK, START, Reason.BEFORE_START),
        (START + timedelta(minutes=5), START, None),
        (START + timedelta(minutes=5) + TICK, START, Reason.FUTURE),
        (START, START + timedelta(days=3), None),
    ],
)
def test_while_it_runs(moment: datetime, now: datetime, expected: Reason | None) -> None:
    assert reason(moment, now) is expected


@pytest.mark.parametrize(
    ("moment", "now", "expected"),
    [
        (END - TICK, END + timedelta(hours=24), None),
        (END - TICK, END + timedelta(hours=24) + TICK, Reason.TOO_LATE),
        (END, END, Reason.AFTER_END),
        (END, END + timedelta(days=2), Reason.AFTER_END),
        (START - TICK, END, Reason.BEFORE_START),
    ],
)
def test_after_it_ended(moment: datetime, now: datetime, expected: Reason | None) -> None:
    assert reason(moment, now, END) is expected


def test_the_sentence_has_the_rule_and_the_value() -> None:
    found = judge(START + timedelta(hours=1), lecture(), TERMS, START)
    assert found is not None
    assert found.rule.format(**found.values) == (
        "a capture may be at most 300 s ahead of the server, but this is 3600 s"
    )
