"""Reports to take along: a lecture's tables as a workbook, JSON or a ZIP, a course's as one."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, Response, request

from dashboard.api.operations import operation
from dashboard.auth import signin
from dashboard.http.web import current_services
from dashboard.reports.exports import Format, Taken, archive, as_json, files_of, slug, xlsx
from services.errors import InvalidError, UnknownObjectError
from services.reporting import exporting
from services.reporting.exporting import Export

blueprint = Blueprint("exports", __name__)

_ERRORS = (401, 403, 404, 503)
_FORMATS = ", ".join(Format)
_FORMAT = (("format", f"of the tables: {_FORMATS}; csv where it is left out"),)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/lectures/<uuid:lecture_id>/report.xlsx")
@operation(summary="The newest report's tables as one workbook", media=_XLSX, errors=_ERRORS)
def report_xlsx(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/report.xlsx``."""
    found = _of_lecture(lecture_id)
    return _download(xlsx(found.tables), _XLSX, f"{_stem(found)}.xlsx")


@blueprint.get("/lectures/<uuid:lecture_id>/report.json")
@operation(summary="The newest report's tables as JSON", media="application/json", errors=_ERRORS)
def report_json(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/report.json``."""
    found = _of_lecture(lecture_id)
    return _download(as_json(found.tables), "application/json", f"{_stem(found)}.json")


@blueprint.get("/lectures/<uuid:lecture_id>/report.zip")
@operation(
    summary="All of the newest report as one archive",
    media="application/zip",
    errors=(*_ERRORS, 422),
    query=_FORMAT,
)
def report_zip(lecture_id: UUID) -> Response:
    """``GET /lectures/{id}/report.zip?format=…``."""
    form = _form()
    found = _of_lecture(lecture_id)
    return _archive([found], form, f"{_stem(found)}-{form}.zip")


@blueprint.get("/courses/<uuid:course_id>/reports.zip")
@operation(
    summary="The newest report of each of a course's lectures as one archive",
    media="application/zip",
    errors=(*_ERRORS, 422),
    query=_FORMAT,
)
def course_zip(course_id: UUID) -> Response:
    """``GET /courses/{id}/reports.zip?format=…``."""
    form = _form()
    found = list(exporting.of_course(current_services(), signin.current_actor(), course_id))
    if not found:
        raise UnknownObjectError("No lecture of this course has a report yet.")
    return _archive(found, form, f"{slug(found[0].course.title)}-{form}.zip")


def _of_lecture(lecture_id: UUID) -> Export:
    return exporting.of_lecture(current_services(), signin.current_actor(), lecture_id)


def _form() -> Format:
    given = request.args.get("format", Format.CSV)
    if given not in tuple(Format):
        raise InvalidError(
            "format must be one of {known}, but received {given}.",
            known=_FORMATS,
            given=repr(given[:40]),
        )
    return Format(given)


def _stem(found: Export) -> str:
    day = f"{found.lecture.started_at:%Y-%m-%d}"
    return slug(f"{found.course.title} {found.lecture.title} {day}")


def _taken(found: Export) -> Taken:
    return Taken(
        id=str(found.lecture.id),
        title=found.lecture.title,
        course=found.course.title,
        started_at=found.lecture.started_at,
        tables=found.tables,
        pdf=found.pdf,
    )


def _archive(each: Iterable[Export], form: Format, name: str) -> Response:
    files = (file for found in each for file in files_of(_taken(found), form))
    return _download(archive(files), "application/zip", name)


def _download(data: bytes, media: str, name: str) -> Response:
    response = Response(data, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
