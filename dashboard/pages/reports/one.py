"""`/reports/<lecture>`: one lecture's report to be read, from the words that its PDF has too."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dash import dcc, html

from analytics.report.lecture_report import LectureReport
from contract import Policy
from dashboard.components import ids, parts, urls
from dashboard.i18n import text
from dashboard.live import charts
from dashboard.pages.reports import timeline
from dashboard.pages.reports.page import TABLE_NAMES, may_have
from dashboard.reports import render
from db.values import Report
from models.cards import Card
from services.reading.lectures import ReadReport

Told = Mapping[str, Any]


def layout(found: ReadReport, card: Card) -> Any:
    """The page: the report itself, or that it is not there yet."""
    made, files = found.material, found.written
    if made is None or files is None:
        return _not_yet(found)
    told = render.told(made, card)
    zone = ZoneInfo(found.course.timezone)
    inferred = made.report.facts.policy is not Policy.SELF_REPORT
    sections = [
        _glance(told),
        _next(told) if inferred else None,
        _timeline(told, made.report, zone) if inferred else None,
        _said(told),
        _moments(told) if inferred else None,
        _earlier(told) if inferred else None,
        _markers(told),
        _flags(told) if found.students else None,
        _attendance(told, found.students),
        _students(told) if found.students else None,
        _coverage(told),
        _reading(told),
    ]
    head = parts.page_head(told["title"], _lead(told), _actions(files, found.students))
    return html.Div(
        [head, html.Div([one for one in sections if one is not None], className="cp-stack")],
        className="cp-report",
    )


def _not_yet(found: ReadReport) -> Any:
    lecture = found.lecture
    said, way = text("The lecture runs. Its report is written a few minutes after it ends."), None
    if lecture.running:
        way = parts.link(text("Open the live page"), urls.live(lecture.id))
    else:
        said = text("It is being written. Open this page anew in a minute.")
        way = parts.link(text("All reports"), urls.REPORTS)
    return html.Div(
        [
            parts.page_head(lecture.title, found.course.title),
            parts.card(parts.empty(text("No report yet"), said, way)),
        ]
    )


def _lead(told: Told) -> str:
    facts = [fact["value"] for fact in told["facts"][:3]]
    return " · ".join([told["course"], *facts])


def _actions(report: Report, students: bool) -> list[Any]:
    lecture = report.lecture_id
    made: list[Any] = []
    if report.pdf_bytes:
        pdf = urls.at(urls.report_pdf(lecture))
        made.append(html.A(text("PDF"), href=pdf, className="cp-button", download=""))
    links = [
        html.Li(parts.link(title, urls.report_csv(lecture, name), download=True))
        for name, title in TABLE_NAMES.items()
        if name in report.tables and may_have(name, students)
    ]
    if links:
        whole = [
            html.Li(parts.link(title, urls.report_files(lecture, name), download=True))
            for name, title in (
                ("report.xlsx", text("All tables: Excel")),
                ("report.json", text("All tables: JSON")),
                ("report.zip", text("Everything: ZIP")),
                ("report.zip?format=parquet", text("Everything: ZIP, as Parquet")),
            )
        ]
        tables = [html.Summary(text("Tables (CSV)")), html.Ul([*links, *whole])]
        made.append(html.Details(tables, className="cp-report-tables"))
    made.append(html.Button(text("Print"), type="button", className="cp-button cp-print"))
    return made


def _glance(told: Told) -> Any:
    figures = [parts.stat(one["label"], one["value"], one["note"]) for one in told["figures"]]
    return parts.card(
        html.Div(figures, className="cp-strip"),
        html.P(told["summary"], className="cp-report-summary"),
        title=told["words"]["glance"],
    )


def _next(told: Told) -> Any:
    if not told["next"]:
        return None
    return parts.card(
        html.Ul([html.Li(one) for one in told["next"]], className="cp-points"),
        html.P(told["words"]["next_note"], className="cp-caveat"),
        title=told["words"]["next"],
    )


def _timeline(told: Told, report: LectureReport, zone: ZoneInfo) -> Any:
    heads = told["words"]
    if told["mood"] is None:
        return parts.card(html.P(told["no_mood"], className="cp-quiet"), title=heads["looked"])
    drawn = [
        _figure(
            ids.REPORT_MOOD,
            None,
            timeline.mood(report, zone),
            told["mood"]["alt"],
            _legend(told["legend"]),
        )
    ]
    if told["attention"] is not None:
        alt = told["attention"]["alt"]
        figure = timeline.attention(report, zone)
        drawn.append(_figure(ids.REPORT_ATTENTION, heads["attentive"], figure, alt))
    if told["sad"] is not None:
        figure = timeline.sad(report, zone)
        drawn.append(_figure(ids.REPORT_SAD, heads["sad"], figure, told["sad"]["alt"]))
    return parts.card(
        *drawn,
        title=heads["looked"],
        aside=html.Span(
            text("draw out a stretch to zoom, press twice for all of it"),
            className="cp-quiet cp-zoom-hint",
        ),
        className="cp-charts",
    )


def _figure(
    name: str, title: str | None, figure: charts.Figure, alt: str, beside: Any = None
) -> Any:
    graph = dcc.Graph(
        id=name,
        figure=figure,
        config=charts.config(),
        responsive=True,
        style={"height": f"{figure['layout']['height']}px"},
    )
    described = parts.aria(labelledby=f"{name}-text")
    mood = "cp-chart cp-chart-mood" if name == ids.REPORT_MOOD else "cp-chart"
    chart = html.Div(graph, className=mood, role="img", **described)
    row = chart if beside is None else html.Div([chart, beside], className="cp-chart-row")
    head = [] if title is None else [html.H3(title, className="cp-chart-title")]
    return html.Figure(
        [*head, row, html.Figcaption(alt, id=f"{name}-text", className="cp-chart-text")]
    )


def _legend(items: Sequence[Mapping[str, str]]) -> Any:
    lines = [
        html.Li(
            [
                html.Span(
                    className="cp-swatch",
                    style={"background": one["colour"]},
                    **parts.aria(hidden="true"),
                ),
                html.Span(one["name"], className="cp-legend-name"),
                html.Span(one["share"], className="cp-legend-share"),
                html.Span(one["between"], className="cp-legend-between"),
            ]
        )
        for one in items
    ]
    label = text("Shares of the looks over the whole lecture")
    return html.Ul(lines, className="cp-legend", **parts.aria(label=label))


def _said(told: Told) -> Any:
    if told["answers"] is None:
        return None
    heads = told["words"]
    shown = _table(heads["said_head"], told["said"], heads["said"], {1}) if told["said"] else None
    return parts.card(shown, html.P(told["answers"], className="cp-caveat"), title=heads["said"])


def _moments(told: Told) -> Any:
    heads, found = told["words"], told["moments"]
    if not found:
        return parts.card(html.P(heads["no_moments"], className="cp-quiet"), title=heads["moments"])
    return parts.card(
        _table(heads["moments_head"], found, heads["moments"]),
        html.P(heads["moments_note"], className="cp-caveat"),
        title=heads["moments"],
    )


def _earlier(told: Told) -> Any:
    heads, found = told["words"], told["earlier"]
    shown = _table(heads["earlier_head"], found, heads["earlier"], {1, 2, 3}) if found else None
    return parts.card(html.P(told["earlier_said"]), shown, title=heads["earlier"])


def _markers(told: Told) -> Any:
    heads, found = told["words"], told["markers"]
    if not found:
        return None
    return parts.card(
        _table(heads["markers_head"], found, heads["markers"]), title=heads["markers"]
    )


def _flags(told: Told) -> Any:
    heads, found = told["words"], told["flags"]
    if not found:
        return parts.card(html.P(told["no_flags"], className="cp-quiet"), title=heads["flags"])
    return parts.card(
        _table(heads["flags_head"], found, heads["flags"]),
        html.P(told["caveat"], className="cp-caveat"),
        title=heads["flags"],
    )


def _attendance(told: Told, students: bool) -> Any:
    heads, found = told["words"], told["attendance"] if students else []
    if not found and not told["attendance_said"]:
        return None
    shown = _table(heads["attendance_head"], found, heads["attendance"], {2, 3}) if found else None
    said = html.P(" ".join(told["attendance_said"]), className="cp-caveat")
    return parts.card(shown, said, title=heads["attendance"])


def _students(told: Told) -> Any:
    heads, found = told["words"], told["students"]
    if not found:
        return None
    return parts.card(
        html.P(told["students_note"], className="cp-caveat"),
        _table(heads["students_head"], found, heads["students"], {1, 2, 3}),
        title=heads["students"],
    )


def _coverage(told: Told) -> Any:
    if not told["coverage"]:
        return None
    return parts.card(html.P(" ".join(told["coverage"])), title=told["words"]["coverage"])


def _reading(told: Told) -> Any:
    heads = told["words"]
    columns = [_points(told["method"]), _points(told["model"]), _points(told["limits"])]
    rows = told["model_rows"]
    agreement = _table(heads["model_head"], rows, told["model"]["title"], {1}) if rows else None
    return parts.card(
        html.Div([one for one in columns if one is not None], className="cp-reading"),
        agreement,
        title=heads["reading"],
    )


def _points(part: Mapping[str, Any]) -> Any:
    if not part["items"]:
        return None
    items = [html.Li(one) for one in part["items"]]
    return html.Div([html.H3(part["title"]), html.Ul(items, className="cp-points")])


def _table(
    head: list[str], rows: Sequence[list[str]], caption: str, numeric: set[int] | None = None
) -> Any:
    return parts.table(head, [list(row) for row in rows], caption, numeric or set())
