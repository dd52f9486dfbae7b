"""`/reports`: every lecture that has ended, with its files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from dashboard import i18n
from dashboard.components import grid, ids, parts, urls
from dashboard.i18n import Said, mark, plural, text, wording
from dashboard.reports.change_points import ChangePointWords
from db.values import Course, Lecture, Report, ReportJob, User
from services.acting.typed import LONGEST
from services.reporting.exporting import STUDENT_TABLES

TABLE_NAMES: Final = Said(
    {
        "summary": mark("Summary"),
        "timeline": mark("Timeline"),
        "moments": mark("Moments"),
        "comparison": mark("Comparison"),
        "flags": mark("Check-ins"),
        "students": mark("Students"),
        "attendance": mark("Attendance"),
        "markers": mark("Markers"),
        "room": mark("Room camera"),
        "columns": mark("What the columns mean"),
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of reports: ``total`` fit in all, on ``pages`` pages."""

    rows: Sequence[Row]
    total: int
    page: int = 1
    pages: int = 1


def layout(shown: Shown, courses: Sequence[Course], teachers: Sequence[User]) -> Any:
    """The page: newest first. ``teachers``: for whoever may look at those of all of them."""
    head = parts.page_head(
        text("Reports"),
        text("One report for each lecture that has ended, to read, as PDF and as tables (CSV)."),
    )
    if not shown.total:
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
    columns = [
        grid.drawn_column(
            "title", text("Lecture"), "CpName",
            {"under": ["course"], "more": "moments", "href": "href"}, flex=3, minWidth=220,
            filter=False,
        ),
        grid.shown_column(
            "at", text("Date"), "day", flex=2, minWidth=170, filter=False, cellRenderer="CpName",
            cellRendererParams={"shown": "day", "under": ["span"], "plain": True},
        ),
        grid.shown_column(
            "seconds", text("Length"), "length", type="rightAligned", filter=False
        ),
        _files("pdf", text("PDF"), flex=1, minWidth=140),
        _files("tables", text("Tables"), flex=3, minWidth=240),
    ]  # fmt: skip
    label = text("Reports of ended lectures, newest first")
    made = grid.grid(ids.REPORTS_GRID, columns, grid_rows(shown), label, searched_elsewhere=True)
    found = html.Div(found_words(shown), id=ids.REPORTS_FOUND, role="status", className="cp-quiet")
    pages = dmc.Pagination(
        id=ids.REPORTS_PAGES,
        total=shown.pages,
        value=shown.page,
        hideWithOnePage=True,
        **parts.aria(label=text("Pages of reports")),
    )
    searched = _search(courses, teachers)
    return html.Div([head, *_given_up(shown.rows), parts.card(searched, found, made, pages)])


def grid_rows(shown: Shown) -> list[dict[str, Any]]:
    """The rows of a page, as the grid takes them."""
    return [_row(row) for row in shown.rows]


def found_words(shown: Shown) -> str:
    """How many reports fit, and which of them are shown."""
    if not shown.total:
        return text("Nothing fits the search")
    told = plural("{n} report", "{n} reports", shown.total)
    if shown.pages == 1:
        return told
    return text(
        "{reports}, page {page} of {pages}",
        reports=told,
        page=i18n.number(shown.page),
        pages=i18n.number(shown.pages),
    )


def _search(courses: Sequence[Course], teachers: Sequence[User]) -> Any:
    """The fields that narrow what is shown; the server searches, as there may be thousands."""
    fields = [
        dmc.TextInput(
            id=ids.REPORTS_TEXT,
            label=text("Search"),
            placeholder=text("Lecture or course"),
            debounce=300,
            inputProps={"type": "search", "maxLength": LONGEST},
        ),
        _select(ids.REPORTS_COURSE, text("Course"), [(str(one.id), one.title) for one in courses]),
        _select(
            ids.REPORTS_TEACHER,
            text("Teacher"),
            [(str(one.id), one.name) for one in teachers],
            hidden=not teachers,
        ),
        _day(ids.REPORTS_SINCE, text("From")),
        _day(ids.REPORTS_UNTIL, text("Up to")),
    ]
    return html.Div(fields, className="cp-find", role="search")


def _select(
    name: str, label: str, choices: Sequence[tuple[str, str]], *, hidden: bool = False
) -> Any:
    return dmc.Select(
        id=name,
        label=label,
        data=[{"value": value, "label": said} for value, said in choices],
        placeholder=text("all"),
        searchable=True,
        clearable=True,
        clearButtonProps={"aria-label": text("All again: {what}", what=label)},
        style={"display": "none"} if hidden else {},
    )


def _day(name: str, label: str) -> Any:
    return dmc.TextInput(id=name, label=label, debounce=300, inputProps={"type": "date"})


def _given_up(rows: Sequence[Row]) -> list[Any]:
    """What will not be tried again by itself, and a button to try it."""
    failed = [row for row in rows if row.job is not None and is_given_up(row.job)]
    if not failed:
        return []
    told = [
        html.Li(
            [
                html.Span(_what_failed(row)),
                dmc.Button(
                    text("Try again"),
                    id=ids.report_retry(row.lecture.id),
                    size="compact-sm",
                    variant="default",
                ),
                html.Span(id=ids.report_retried(row.lecture.id), role="status"),
            ]
        )
        for row in failed
    ]
    return [parts.card(html.Ul(told, className="cp-retries"), title=text("Not written"))]


def is_given_up(job: ReportJob) -> bool:
    """Whether a report failed and nothing but a change of its data would have it tried again."""
    return job.error is not None and job.due_at is None


def _what_failed(row: Row) -> str:
    title, report = row.lecture.title, row.report
    if report is None:
        return text("The report of {title} could not be written.", title=title)
    if not report.pdf_bytes:
        return text("The PDF of {title} could not be made; its tables are there.", title=title)
    if not report.tables:
        return text("The tables of {title} could not be made; its PDF is there.", title=title)
    return text(
        "The newest report of {title} could not be written; an earlier one is there.", title=title
    )


def _files(field: str, head: str, **more: Any) -> grid.Column:
    given = {"links": field, "note": f"{field}_note"}
    nothing = {"function": "''"}
    return grid.drawn_column(
        field, head, "CpLinks", given,
        sortable=False, filter=False, getQuickFilterText=nothing, **more,
    )  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    lecture, zone = row.lecture, ZoneInfo(row.course.timezone)
    start, end = lecture.started_at, lecture.ended_at or lecture.started_at
    return {
        "id": str(lecture.id),
        "title": lecture.title,
        "href": urls.at(urls.report(lecture.id)),
        "course": row.course.title,
        "moments": _change_points(row.change_points),
        "at": start.timestamp(),
        "day": i18n.full_day(start.astimezone(zone)),
        "span": text(
            "{start} to {end}",
            start=i18n.clock(start.astimezone(zone)),
            end=i18n.clock(end.astimezone(zone)),
        ),
        "seconds": (end - start).total_seconds(),
        "length": wording.length(end - start),
        "pdf": _pdf(row),
        "pdf_note": _pdf_note(row),
        "tables": _tables(row),
    }


def _change_points(found: Sequence[ChangePointWords]) -> dict[str, Any] | None:
    """What is worth revisiting in the next lesson, folded away until asked for."""
    if not found:
        return None
    return {
        "title": plural("{n} moment to revisit", "{n} moments to revisit", len(found)),
        "items": [[said.time, said.evidence, said.suggestion] for said in found],
    }


def _pdf(row: Row) -> list[list[str]]:
    if row.report is None or not row.report.pdf_bytes:
        return []
    name = f"{text('Download')}: {row.lecture.title} (PDF)"
    return [[text("Download"), urls.at(urls.report_pdf(row.lecture.id)), name]]


def _pdf_note(row: Row) -> str:
    if row.report is None:
        return _not_yet(row.job)
    if not row.report.pdf_bytes:
        return text("Could not be made")
    return text(
        "{size} kB, version {version}",
        size=i18n.number(max(1, row.report.pdf_bytes // 1000)),
        version=row.report.version,
    )


def _tables(row: Row) -> list[list[str]]:
    if row.report is None:
        return []
    return [
        [
            title,
            urls.at(urls.report_csv(row.lecture.id, name)),
            f"{title}: {row.lecture.title} (CSV)",
        ]
        for name, title in TABLE_NAMES.items()
        if name in row.report.tables and may_have(name, row.students)
    ]


def may_have(table: str, students: bool) -> bool:
    """Whether somebody may have a table; ``students``: also those of single students."""
    return students or table not in STUDENT_TABLES


def _not_yet(job: ReportJob | None) -> str:
    if job is not None and is_given_up(job):
        return text("Could not be written")
    if job is not None and job.error is not None:
        return text("Could not be written; it will be tried again")
    return text("Being written")
