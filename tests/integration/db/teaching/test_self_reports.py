"""Counted answers are kept once, and emptied when one of their students leaves."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.exchange import PulseMood
from db.measurements import ingest, retention
from db.people import consents
from db.teaching import self_reports
from db.values import SelfReportSpan
from tests.builders.lecture import Sitting

SPAN = SelfReportSpan(0, 300, 5, {PulseMood.GOOD: 3, PulseMood.LOST: 2})


def span(classroom: Sitting, begins: int, ends: int) -> SelfReportSpan:
    start = int(classroom.now.timestamp())
    return SelfReportSpan(start + begins, start + ends, 5, dict(SPAN.counts))


def test_a_span_is_kept_once_and_none_reaches_into_another(classroom: Sitting) -> None:
    store, lecture = classroom.store, classroom.lecture.id
    first, second = span(classroom, 0, 300), span(classroom, 300, 600)
    assert self_reports.keep(store, lecture, first)
    assert not self_reports.keep(store, lecture, first)
    assert not self_reports.keep(store, lecture, span(classroom, 290, 600))
    assert self_reports.keep(store, lecture, second)
    assert self_reports.spans(store, lecture) == [first, second]


def leave_by_withdrawing(classroom: Sitting, participant: Any) -> None:
    consents.withdraw(classroom.store, participant.id, classroom.at(700))


def leave_by_deleting(classroom: Sitting, participant: Any) -> None:
    retention.delete_observations(
        classroom.store, participant.id, now=classroom.at(700), actor="test"
    )


def leave_by_erasure(classroom: Sitting, participant: Any) -> None:
    retention.erase_participant(
        classroom.store, participant.id, now=classroom.at(700), actor="test"
    )


@pytest.mark.parametrize("leave", [leave_by_withdrawing, leave_by_deleting, leave_by_erasure])
def test_a_span_with_an_answer_of_who_leaves_is_emptied_and_no_other(
    classroom: Sitting, leave: Callable[[Sitting, Any], None]
) -> None:
    store, lecture = classroom.store, classroom.lecture.id
    ana = classroom.join()
    ingest.ingest_self_report(store, ana.id, PulseMood.LOST, classroom.at(299))
    first, second = span(classroom, 0, 300), span(classroom, 300, 600)
    self_reports.keep(store, lecture, first)
    self_reports.keep(store, lecture, second)
    leave(classroom, ana)
    emptied = SelfReportSpan(first.begins, first.ends, 0, {})
    assert self_reports.spans(store, lecture) == [emptied, second]
