"""Students' own answers as class figures: span after span of a lecture, each counted once.

A span ends with the first whole minute at which enough students have answered since the last one,
and is kept before anybody sees it. Its count never changes: one made anew after a student left, or
one over a span that reaches into another, would tell by the difference what a single student said.
So a span in which somebody took their answer back is emptied (``db.teaching.self_reports``), and
what few said after the last span is told to nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from analytics.privacy.self_reports import count_last
from db.engine.store import Store
from db.measurements import queries
from db.teaching import self_reports
from db.values import Lecture, Participant, SelfReport, SelfReportSpan
from services import access
from services.figures.small_groups import counting

STEP_S: Final = 60


def settle(
    store: Store, lecture: Lecture, people: Sequence[Participant], now: datetime
) -> tuple[SelfReportSpan, ...]:
    """The spans up to ``now``, a newly complete one kept; those taken back are left out."""
    spans = self_reports.spans(store, lecture.id)
    start = int(lecture.started_at.timestamp()) // STEP_S * STEP_S
    begins = spans[-1].ends if spans else start
    ends = _ends(lecture, now)
    if ends > begins:
        counted = {p.id for p in people if access.counts(p)}
        given = [
            (one.participant_id, one.mood)
            for one in queries.lecture_self_reports(store, lecture.id)
            if one.participant_id in counted and begins <= one.at.timestamp() < ends
        ]
        found = count_last(given, counting(people, ()))
        if found is not None:
            span = SelfReportSpan(begins, ends, sum(found.values()), found)
            if not self_reports.keep(store, lecture.id, span):
                # Another process was faster: what it has kept holds.
                return shown(self_reports.spans(store, lecture.id))
            spans.append(span)
    return shown(spans)


def shown(spans: list[SelfReportSpan]) -> tuple[SelfReportSpan, ...]:
    """The spans that still have a count."""
    return tuple(span for span in spans if span.answered)


def within(spans: tuple[SelfReportSpan, ...], one: SelfReport) -> bool:
    """Whether an answer lies in one of the spans that are shown."""
    at = one.at.timestamp()
    return any(span.begins <= at < span.ends for span in spans)


def _ends(lecture: Lecture, now: datetime) -> int:
    """The last whole minute that has passed; of a lecture that is over, the one it ended in."""
    if lecture.ended_at is not None and lecture.ended_at <= now:
        return -(-int(lecture.ended_at.timestamp() + 1) // STEP_S) * STEP_S
    return int(now.timestamp()) // STEP_S * STEP_S
