"""`/reports`: every lecture that has ended, with its files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html

from dashboard import i18n
from dashboard.components import parts, urls
from dashboard.i18n import Said, mark, plural, text, wording
from dashboard.reports.change_points import ChangePointWords
from db.values import Course, Lecture, Report, ReportJob

TABLE_NAMES: Final = Said(
    {
        "summary": mark("Summary"),
        "timeline": mark("Timeline"),
        "moments": mark("Moments"),
        "comparison": mark("Comparison"),
        "flags": mark("Check-ins"),
        "students": mark("Students"),
        "markers": mark("Markers"),
        "room": mark("Room camera"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One ended lecture. ``students``: whether this person may have the students' table."""

    lecture: Lecture
    course: Course
    report: Report | None
    job: ReportJob | None
    students: bool
    change_points: Sequence[ChangePointWords] = ()


def layout(rows: Sequence[Row]) -> Any:
    """The page: newest first."""
    head = parts.page_head(
        text("Reports"),
        text("One report for each lecture that has ended, as PDF and as tables (CSV)."),
    )
    if not rows:
        return html.Div(
            [
                head,
                parts.card(
                    parts.empty(
                        text("No report yet"),
                        text("A report is written a few minutes after a lecture ends."),
                    )
                ),
            ]
        )
    table = parts.table(
        [text("Lecture"), text("Date"), text("Length"), text("PDF"), text("Tables")],
        [_row(row) for row in rows],
        caption=text("Reports of ended lectures, newest first"),
        numeric={2},
    )
    return html.Div([head, parts.card(table)])


def _row(row: Row) -> list[Any]:
    lecture, zone = row.lecture, ZoneInfo(row.course.timezone)
    start = lecture.started_at.astimezone(zone)
    end = lecture.ended_at or lecture.started_at
    name = html.Div(
        [
            html.Div(lecture.title, className="cp-name"),
            parts.quiet(f"{row.course.title}"),
            *_change_points(row.change_points),
        ]
    )
    date = html.Div(
        [
            html.Div(i18n.full_day(start)),
            parts.quiet(
                text(
                    "{start} to {end}",
                    start=i18n.clock(start),
                    end=i18n.clock(end.astimezone(zone)),
                )
            ),
        ]
    )
    length = wording.length(end - lecture.started_at)
    if row.report is None:
        return [name, date, length, _not_yet(row.job), ""]
    pdf = html.Div(
        [
            parts.link(text("Download"), urls.report_pdf(lecture.id), download=True),
            html.Div(
                parts.quiet(
                    text(
                        "{size} kB, version {version}",
                        size=i18n.number(max(1, row.report.pdf_bytes // 1000)),
                        version=row.report.version,
                    )
                )
            ),
        ]
    )
    return [name, date, length, pdf, _tables(lecture.id, row.report, row.students)]


def _change_points(found: Sequence[ChangePointWords]) -> list[Any]:
    """What is worth revisiting in the next lesson, folded away until asked for."""
    if not found:
        return []
    told = [
        html.Li([html.Strong(said.time), f" {said.evidence} ", parts.quiet(said.suggestion)])
        for said in found
    ]
    title = plural("{n} moment to revisit", "{n} moments to revisit", len(found))
    return [html.Details([html.Summary(title), html.Ul(told)], className="cp-moments")]


def _tables(lecture_id: UUID, report: Report, students: bool) -> Any:
    links = [
        parts.link(title, urls.report_csv(lecture_id, name), download=True)
        for name, title in TABLE_NAMES.items()
        if name in report.tables and (students or name not in ("students", "flags"))
    ]
    return html.Div(links, className="cp-downloads")


def _not_yet(job: ReportJob | None) -> Any:
    if job is not None and job.error is not None:
        return html.Span(text("Could not be written; it will be tried again"), className="cp-quiet")
    return html.Span(text("Being written"), className="cp-quiet")
