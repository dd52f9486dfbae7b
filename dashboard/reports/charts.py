"""The report's charts: the value's timelines in, SVG and the words that stand for it out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isnan
from typing import Final
from zoneinfo import ZoneInfo

from analytics.report.lecture_report import LectureReport, LookTotal
from contract import LOOKS, Look
from dashboard.components.theme import ATTENTIVE_COLOUR, LOOK_COLOURS, PRESENCE_COLOUR
from dashboard.i18n import plural, text, wording
from dashboard.reports import svg
from db.values import Course

_MOOD_HEIGHT: Final = 190.0
_LINE_HEIGHT: Final = 112.0


def zone_of(course: Course) -> ZoneInfo:
    """The zone a course lives in."""
    return ZoneInfo(course.timezone)


def local_time(epoch: int, zone: ZoneInfo) -> datetime:
    """An epoch second as wall time."""
    return datetime.fromtimestamp(epoch, tz=UTC).astimezone(zone)


def time_axis(report: LectureReport, zone: ZoneInfo) -> svg.Axis:
    """The lecture from its start to its end, in the school's wall time."""
    line = report.timeline
    return svg.Axis(
        start=local_time(report.facts.started_at, zone),
        end=local_time(report.facts.ended_at, zone),
        times=[local_time(int(start), zone) for start in line.starts],
        step=timedelta(seconds=line.step_s),
    )


def ranked(totals: Sequence[LookTotal]) -> list[LookTotal]:
    """The looks that have a share, the most common first."""
    return sorted(
        (total for total in totals if not isnan(total.share)), key=lambda t: t.share, reverse=True
    )


def mood_chart(
    report: LectureReport, axis: svg.Axis, marks: Sequence[svg.Mark]
) -> dict[str, str] | None:
    """The stacked looks, step by step; None where no step may be shown."""
    rows = [None if any(isnan(v) for v in row) else row for row in report.timeline.shares.tolist()]
    if not any(row is not None for row in rows):
        return None
    top = ranked(report.totals)[:3]
    looks = wording.listing([f"{wording.LOOK[t.look]} {wording.percent(t.share)}" for t in top])
    step = wording.length(axis.step)
    withheld = sum(row is None for row in rows)
    said = text(
        "Shares of the seven looks, one step each {span}, corrected for the model's known errors.",
        span=step,
    )
    if top:
        over = text("Over the lecture: {looks}.", looks=looks)
        said = f"{said} {over}"
    if withheld:
        gaps = plural(
            "White gap: {n} step without a figure.",
            "White gaps: {n} steps without a figure.",
            withheld,
        )
        said = f"{said} {gaps}"
    return {
        "svg": svg.stacked_looks(axis, rows, marks, _MOOD_HEIGHT),
        "alt": said,
    }


def attention_chart(
    report: LectureReport, axis: svg.Axis, marks: Sequence[svg.Mark]
) -> dict[str, str] | None:
    """How attentive the class looked; None where nobody was seen."""
    attentive = [known(value) for value in report.timeline.attentive.tolist()]
    presence = [known(value) for value in report.timeline.presence.tolist()]
    found = [value for value in attentive if value is not None]
    if not found:
        return None
    drawn = [
        svg.Line(presence, PRESENCE_COLOUR, 1.3, dashed=True),
        svg.Line(attentive, ATTENTIVE_COLOUR, 2.2),
    ]
    return {
        "svg": svg.lines(axis, drawn, marks, _LINE_HEIGHT),
        "alt": text(
            "Solid line: attentive, the share of time with a face in view, {interval}. "
            "Dotted line: in view, the share of time with a face.",
            interval=wording.between(min(found), max(found)),
        ),
    }


def sad_chart(report: LectureReport, axis: svg.Axis) -> dict[str, str] | None:
    """The share of sad-looking students with its interval; None where there is no interval."""
    index = LOOKS.index(Look.SAD)
    line = report.timeline
    share = [known(value) for value in line.shares[:, index].tolist()]
    low = [known(value) for value in line.low[:, index].tolist()]
    high = [known(value) for value in line.high[:, index].tolist()]
    if not any(value is not None for value in low):
        return None
    colour = LOOK_COLOURS[Look.SAD]
    drawn = [svg.Line(share, colour, 2.0)]
    return {
        "svg": svg.lines(axis, drawn, (), _LINE_HEIGHT, (low, high, colour), sad_ceiling(report)),
        "alt": text(
            "Line: the share of sad-looking students. Band: where the true share lies nine times "
            "in ten."
        ),
    }


def sad_ceiling(report: LectureReport) -> float:
    """Where the axis of that chart ends: low enough that its line can be told from the floor."""
    index = LOOKS.index(Look.SAD)
    drawn = [*report.timeline.shares[:, index].tolist(), *report.timeline.high[:, index].tolist()]
    highest = max((value for value in drawn if not isnan(value)), default=1.0)
    return next(top for top in (0.25, 0.5, 1.0) if highest <= top or top == 1.0)


def known(value: float) -> float | None:
    """The value, or None for NaN."""
    return None if isnan(value) else float(value)
