"""`/admin/courses/<id>`: one course: what it is called, who is on its roster, and its end."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import ids, parts, sure
from dashboard.components.urls import ADMIN_COURSES
from dashboard.i18n import plural, text, wording
from dashboard.pages.admin import places
from dashboard.pages.admin import school as admin
from db.values import Course, Student
from services.acting.typed import LONGEST
from services.rosters.courses import Doomed

DELETE = "course"
"""The name of the dialogue that asks before a course is deleted."""


def layout(waiting: int, course: Course, roster: Sequence[Student], *, running: bool) -> Any:
    """The page. ``running``: whether a lecture of it is; ``roster``: who was taken off, too."""
    return admin.room(
        ADMIN_COURSES,
        waiting,
        course.title,
        dcc.Store(id=ids.COURSE_NAMED, data=str(course.id)),
        _roster(roster),
        places.add(dcc.Input(id=ids.STUDENT_COURSE, type="hidden", value=str(course.id))),
        _settings(course),
        _end(course, running=running),
    )


def _roster(roster: Sequence[Student]) -> Any:
    if not roster:
        shown: Any = parts.empty(
            text("Nobody is on the roster"),
            text("Add students below, or import a file on the page of all courses."),
        )
        return parts.card(shown, title=text("Roster"))
    return parts.card(
        places.students(roster, text("Roster")),
        html.P(
            text(
                "Taking somebody off ends their personal link. What was sent of them stays until "
                "it is too old, and they can be put back; to erase it, open their page."
            ),
            className="cp-caveat",
        ),
        title=text("Roster"),
    )


def _settings(course: Course) -> Any:
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.COURSE_NEW_TITLE,
                    label=text("Title of the course"),
                    value=course.title,
                    inputProps={"maxLength": LONGEST},
                ),
                dmc.Select(
                    id=ids.COURSE_NEW_ZONE,
                    label=text("Time zone"),
                    data=sorted(available_timezones()),
                    value=course.timezone,
                    searchable=True,
                    allowDeselect=False,
                ),
                html.Div(dmc.Button(text("Save"), id=ids.COURSE_SAVE)),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("Settings"),
        aside=parts.badge(text("Archived"), "warn")
        if course.archived_at
        else parts.quiet(wording.COURSE_MODE[course.mode]),
    )


def _end(course: Course, *, running: bool) -> Any:
    archived = course.archived_at is not None
    told = (
        text("It is archived: no lecture of it starts, and its reports can still be read.")
        if archived
        else text(
            "An archived course starts no more lectures and leaves its teachers' pages. Its "
            "roster and its reports stay, and it can be brought back."
        )
    )
    put = text("Bring the course back") if archived else text("Archive the course")
    return parts.card(
        html.P(told),
        html.Div(
            [
                dmc.Button(put, id=ids.COURSE_ARCHIVE, variant="default", disabled=running),
                dmc.Button(
                    text("Delete the course"), id=ids.COURSE_ASK, color="red.9", disabled=running
                ),
            ],
            className="cp-buttons",
            style={"marginTop": "14px"},
        ),
        html.P(
            text("A lecture of this course is running: it must end before either can be done."),
            className="cp-caveat",
        )
        if running
        else None,
        html.Div(id=ids.COURSE_SURE),
        title=text("The end of the course"),
    )


def asked(doomed: Doomed) -> Any:
    """The dialogue before a course is deleted, with what goes with it."""
    holds, title = doomed.holds, doomed.course.title
    gone = [
        plural("{n} student on the roster", "{n} students on the roster", holds.students),
        plural("{n} lecture", "{n} lectures", holds.lectures),
        plural("{n} report", "{n} reports", holds.reports),
        plural(
            "{n} second of numbers sent by students",
            "{n} seconds of numbers sent by students",
            holds.observations,
        ),
    ]
    told = [
        html.P(text("This goes with it, for good:")),
        sure.listed(*gone),
        dmc.TextInput(
            id=ids.COURSE_TYPED,
            label=text("To be sure, type the course's title: {title}", title=title),
            inputProps={"autoComplete": "off"},
            mt="md",
        ),
    ]
    return sure.dialogue(
        DELETE,
        text("Delete {course}?", course=title),
        told,
        text("Delete for good"),
        ids.COURSE_DELETE,
        opened=True,
    )
