"""What class figures have said of students' own answers: spans, each counted once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from contract.exchange import PulseMood
from db.engine.store import Store
from db.schema.tables import lectures, participants, self_report_spans, self_reports
from db.values import SelfReportSpan


def spans(store: Store, lecture_id: UUID) -> list[SelfReportSpan]:
    """The spans of a lecture so far, in order of time; those taken back too, with no counts."""
    query = (
        select(self_report_spans)
        .where(self_report_spans.c.lecture_id == lecture_id)
        .order_by(self_report_spans.c.begins)
    )
    with store.read() as connection:
        return [
            SelfReportSpan(
                row.begins,
                row.ends,
                row.answered,
                {PulseMood(mood): count for mood, count in row.counts.items()},
            )
            for row in connection.execute(query)
        ]


def keep(store: Store, lecture_id: UUID, span: SelfReportSpan) -> bool:
    """Keep a span before its counts are shown to anybody.

    False, and nothing kept, where another process has kept one that reaches into it.
    """
    lecture = select(lectures.c.id).where(lectures.c.id == lecture_id).with_for_update()
    overlapping = select(self_report_spans.c.begins).where(
        self_report_spans.c.lecture_id == lecture_id, self_report_spans.c.ends > span.begins
    )

    def work(connection: Connection) -> bool:
        if connection.execute(lecture).first() is None:
            return False
        if connection.execute(overlapping).first() is not None:
            return False
        connection.execute(
            insert(self_report_spans).values(
                lecture_id=lecture_id,
                begins=span.begins,
                ends=span.ends,
                answered=span.answered,
                counts={mood.value: count for mood, count in span.counts.items()},
            )
        )
        return True

    return store.write(work)


def take_back_in(connection: Connection, participant_ids: Sequence[UUID]) -> None:
    """Empty the spans that hold an answer of these participants, before the answers go.

    Counting the others anew would tell, by the difference, what the one who left had said.
    """
    answered = connection.execute(
        select(participants.c.lecture_id, self_reports.c.at)
        .join(participants, participants.c.id == self_reports.c.participant_id)
        .where(self_reports.c.participant_id.in_(participant_ids))
    )
    for lecture_id, at in answered.all():
        moment = int(at.timestamp())
        connection.execute(
            update(self_report_spans)
            .where(
                self_report_spans.c.lecture_id == lecture_id,
                self_report_spans.c.begins <= moment,
                self_report_spans.c.ends > moment,
            )
            .values(answered=0, counts={})
        )
