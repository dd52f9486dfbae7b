"""Reports to take along: the newest tables of a lecture, or of a course, as far as one may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.measurements import queries
from db.teaching import reports
from db.values import Course, Lecture, Report
from services import access
from services.access import Action, Actor, Nobody
from services.acting import lookup
from services.acting.access_log import looked
from services.context import Services
from services.errors import NotSignedInError, UnknownObjectError

STUDENT_TABLES: Final = frozenset({"students", "flags", "check_ins", "attendance"})
"""Tables of a report with rows of single students."""
_TABLE: Final = "export"


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """One lecture's newest report: its tables as CSV by name, and its PDF (None: not set)."""

    lecture: Lecture
    course: Course
    report: Report
    tables: Mapping[str, bytes]
    pdf: bytes | None


def of_lecture(services: Services, actor: Actor, lecture_id: UUID | str) -> Export:
    """What ``actor`` may take along of a lecture; the looking is recorded.

    Raises AccessError, and UnknownObjectError where there is no lecture or no report yet.
    """
    if isinstance(actor, Nobody):
        raise NotSignedInError("This needs a signed-in user.")
    lecture, course = lookup.lecture(services, lecture_id)
    access.authorize(actor, Action.DOWNLOAD_REPORT, access.lecture_object(lecture, course))
    found = _export(services, actor, lecture, course)
    if found is None:
        raise UnknownObjectError(
            "The report of {title} is not written yet.", title=repr(lecture.title)
        )
    return found


def of_course(services: Services, actor: Actor, course_id: UUID | str) -> Iterator[Export]:
    """The same of each lecture of a course that has a report, oldest first, one at a time.

    Raises as ``of_lecture``, at once.
    """
    if isinstance(actor, Nobody):
        raise NotSignedInError("This needs a signed-in user.")
    access.authorize(actor, Action.DOWNLOAD_REPORT, lookup.course_target(services, course_id))
    course = lookup.course(services, course_id)
    held = queries.lectures_of_course(services.store, course.id)
    ended = sorted((one for one in held if not one.running), key=lambda one: one.started_at)
    return (
        found
        for lecture in ended
        if (found := _export(services, actor, lecture, course)) is not None
    )


def _export(services: Services, actor: Actor, lecture: Lecture, course: Course) -> Export | None:
    report = reports.latest(services.store, lecture.id)
    if report is None:
        return None
    target = access.lecture_object(lecture, course)
    looked(services, actor, Action.DOWNLOAD_REPORT, target.label, table=_TABLE)
    rows = access.may(actor, Action.DOWNLOAD_STUDENT_TABLE, target)
    if rows and STUDENT_TABLES.intersection(report.tables):
        looked(services, actor, Action.DOWNLOAD_STUDENT_TABLE, target.label, table=_TABLE)
    tables = {
        name: csv
        for name in report.tables
        if (rows or name not in STUDENT_TABLES)
        and (csv := reports.table(services.store, report.id, name)) is not None
    }
    return Export(lecture, course, report, tables, reports.pdf(services.store, report.id) or None)
