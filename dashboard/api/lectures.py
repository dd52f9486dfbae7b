"""What teachers and admins may fetch of a lecture: class figures, rows, flags and report files."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from contract.exchange import TimelinePoint
from dashboard.api.answers import (
    FlagAnswer,
    Flags,
    MarkerAnswer,
    MoodAnswer,
    StudentAnswer,
    Students,
    Summary,
    Timeline,
)
from dashboard.api.operations import answer, operation
from dashboard.auth import signin
from dashboard.http.csv_files import MARK
from dashboard.http.web import current_services
from dashboard.i18n import wording
from dashboard.i18n.flag_words import reason_of
from dashboard.reports import TABLES
from dashboard.reports.exports import slug
from db.measurements import queries
from db.teaching import flags, reports
from db.values import Course, Lecture, Report
from services import access
from services.access import Action
from services.acting import viewing
from services.errors import InvalidError, UnknownObjectError
from services.joining import facts
from services.live.values import LiveSnapshot, MoodFigures, fitting
from services.reporting.exporting import STUDENT_TABLES

blueprint = Blueprint("lectures", __name__)

_TABLES = STUDENT_TABLES.union(TABLES)

_ERRORS = (401, 403, 404, 503)


def _lecture(lecture_id: UUID, action: Action) -> tuple[Lecture, Course]:
    """The lecture, if the user who asks may do ``action`` to it; the looking is recorded."""
    name = request.args.get("table")
    # Anybody may ask for anything; the log, which is kept, has names of tables alone.
    detail = {} if name is None else {"table": name if name in _TABLES else "unknown"}
    return viewing.lecture(current_services(), signin.current_actor(), action, lecture_id, **detail)


@blueprint.get("/lectures/<uuid:lecture_id>/summary")
@operation(summary="The class figures of the last tick", answer=Summary, errors=_ERRORS)
def summary(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/summary``."""
    lecture, course = _lecture(lecture_id, Action.VIEW_LIVE)
    shot = fitting(current_services().live.snapshot(lecture.id), lecture)
    return answer(_summary(lecture, course, shot))


def _summary(lecture: Lecture, course: Course, shot: LiveSnapshot | None) -> Summary:
    known: dict[str, Any] = {}
    if shot is not None:
        plain = (
            "as_of", "newest", "attentive", "presence", "reporting", "expected",
            "coverage",
        )  # fmt: skip
        known = {name: getattr(shot, name) for name in plain}
        known["hidden"] = None if shot.hidden is None else wording.hidden(shot.hidden)
        known["mood"] = None if shot.mood is None else _mood(shot.mood)
    return Summary(lecture=facts(lecture, course), policy=lecture.policy, **known)


def _mood(mood: MoodFigures) -> MoodAnswer:
    return MoodAnswer(shares=mood.shares, raw=mood.raw, low=mood.low, high=mood.high)


@blueprint.get("/lectures/<uuid:lecture_id>/timeline")
@operation(
    summary="The class timeline, or what is new in it since a cursor",
    answer=Timeline,
    errors=_ERRORS,
    query=(("cursor", "the last answer's cursor"),),
)
def timeline(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/timeline``."""
    lecture, _ = _lecture(lecture_id, Action.VIEW_LIVE)
    new = current_services().live.timeline_since(lecture.id, request.args.get("cursor"))
    return answer(
        Timeline(
            cursor=new.cursor,
            reset=new.reset,
            points=tuple(
                TimelinePoint(
                    at=datetime.fromtimestamp(point.at, UTC),
                    shares=point.shares,
                    attentive=point.attentive,
                    reporting=point.reporting,
                )
                for point in new.points
            ),
            markers=tuple(MarkerAnswer(at=one.at, label=one.label) for one in new.markers),
        )
    )


@blueprint.get("/lectures/<uuid:lecture_id>/students")
@operation(
    summary="The states of the students who chose to be shown", answer=Students, errors=_ERRORS
)
def students(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/students``."""
    lecture, _ = _lecture(lecture_id, Action.VIEW_STUDENTS)
    services = current_services()
    shot = services.live.snapshot(lecture.id)
    # The tick may be older than a withdrawal: what holds now decides.
    shown = access.rows_shown(lecture, queries.participants(services.store, lecture.id))
    return answer(
        Students(
            students=tuple(
                StudentAnswer(
                    participant=tile.participant_id,
                    name=tile.name,
                    verified=tile.verified,
                    state=tile.state,
                    check_in=tile.check_in,
                )
                for tile in (shot.tiles if shot else ())
                if tile.participant_id in shown
            )
        )
    )


@blueprint.get("/lectures/<uuid:lecture_id>/flags")
@operation(summary="The check-ins that were suggested", answer=Flags, errors=_ERRORS)
def flag_log(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/flags``."""
    lecture, _ = _lecture(lecture_id, Action.VIEW_FLAGS)
    store = current_services().store
    people = {one.id: one for one in queries.participants(store, lecture.id)}
    return answer(
        Flags(
            flags=tuple(
                FlagAnswer(
                    id=one.id,
                    participant=one.participant_id,
                    name=people[one.participant_id].name,
                    kind=one.kind,
                    raised_at=one.raised_at,
                    cleared_at=one.cleared_at,
                    reason=reason_of(one),
                    evidence=dict(one.evidence),
                    outcome=one.outcome,
                    outcome_at=one.outcome_at,
                )
                for one in flags.flags_of(store, lecture.id)
                if access.shows_flag(one, people[one.participant_id])
            )
        )
    )


@blueprint.get("/lectures/<uuid:lecture_id>/report.pdf")
@operation(summary="The newest report as PDF", media="application/pdf", errors=_ERRORS)
def report_pdf(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/report.pdf``."""
    lecture, course = _lecture(lecture_id, Action.DOWNLOAD_REPORT)
    report = _report(lecture)
    pdf = reports.pdf(current_services().store, report.id)
    if pdf is None:
        raise UnknownObjectError("This report is being written anew: try again in a moment.")
    if not pdf:
        raise UnknownObjectError("The PDF of this report could not be set; its tables are there.")
    return _download(pdf, "application/pdf", f"{_stem(lecture, course)}.pdf", report)


@blueprint.get("/lectures/<uuid:lecture_id>/report.csv")
@operation(
    summary="One table of the newest report as CSV",
    media="text/csv",
    errors=(*_ERRORS, 422),
    query=(
        ("table", "the table's name"),
        ("for", "“excel”: with the mark that has Excel read it as UTF-8"),
    ),
)
def report_csv(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/report.csv?table=…``."""
    name = request.args.get("table", "")
    single = name in STUDENT_TABLES
    lecture, course = _lecture(
        lecture_id, Action.DOWNLOAD_STUDENT_TABLE if single else Action.DOWNLOAD_REPORT
    )
    report = _report(lecture)
    known = ", ".join(report.tables)
    if not name:
        raise InvalidError("table must name one of: {known}.", known=known)
    table = reports.table(current_services().store, report.id, name)
    if table is None:
        raise UnknownObjectError(
            "This report has no table {given}; it has: {known}.", given=repr(name[:40]), known=known
        )
    mark = MARK.encode() if request.args.get("for") == "excel" else b""
    return _download(
        mark + table, "text/csv; charset=utf-8", f"{_stem(lecture, course)}-{name}.csv", report
    )


def _report(lecture: Lecture) -> Report:
    report = reports.latest(current_services().store, lecture.id)
    if report is not None:
        return report
    if lecture.running:
        raise UnknownObjectError(
            "The lecture {title} still runs: no report yet.", title=repr(lecture.title)
        )
    raise UnknownObjectError("The report of {title} is not written yet.", title=repr(lecture.title))


def _stem(lecture: Lecture, course: Course) -> str:
    return slug(f"{course.title} {lecture.title} {lecture.started_at:%Y-%m-%d}")


def _download(data: bytes, media: str, name: str, report: Report) -> Response:
    response = Response(data, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Report-Version"] = str(report.version)
    return response
