"""`/admin/courses`: courses, who teaches them, and their lists of students from files."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import dcc, html

from contract import CourseMode
from dashboard import i18n
from dashboard.components import grid, ids, parts, sure, urls
from dashboard.i18n import plural, text, wording
from dashboard.i18n.error_words import rule_words
from dashboard.pages.admin import school as admin
from db.values import Course, Role, School, Student, User
from services.rosters.lists import Difference
from services.rosters.matching import brought
from services.rosters.roster import Remark, RosterStudent

NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One course. ``students``: how many are on its roster."""

    course: Course
    teachers: Sequence[User]
    students: int


def layout(school: School, rows: Sequence[Row], waiting: int) -> Any:
    """The page."""
    return admin.room(
        urls.ADMIN_COURSES,
        waiting,
        school.name,
        _courses(rows),
        _roster(rows),
        _add(school),
    )


def _courses(rows: Sequence[Row]) -> Any:
    if not rows:
        return parts.card(
            parts.empty(
                text("No course yet"), text("Add one below, or import a roster that names them.")
            ),
            title=text("Courses"),
        )
    columns = [
        grid.drawn_column(
            "title",
            text("Course"),
            "CpName",
            {"href": "page", "under": ["zone", "archived"]},
            flex=2,
            minWidth=160,
        ),
        grid.words_column("mode", text("How students join"), flex=2),
        grid.number_column("students", text("Roster")),
        grid.words_column("teachers", text("Teachers"), flex=2),
        grid.acts_column("acts", text("Actions"), "note", flex=2, minWidth=230),
    ]
    return parts.card(
        dcc.Download(id=ids.LINKS_FILE),
        dmc.Modal(
            id=ids.TEACHERS_MODAL,
            title=text("Teachers"),
            centered=True,
            closeButtonProps={"aria-label": text("Close")},
            children=html.Div(id=ids.TEACHERS_PANEL),
        ),
        grid.grid(ids.COURSES_GRID, columns, grid_rows(rows), text("Courses")),
        html.Div(id=ids.COURSES_SURE),
        html.P(
            text(
                "Open a course to see and edit its roster, to rename, archive or delete it. "
                "Personal links are made anew each time and told once, in a file. Each opens every "
                "lecture of the course to one student; a new one ends the one before."
            ),
            className="cp-caveat",
        ),
        title=text("Courses"),
    )


def grid_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The grid's rows."""
    return [
        {
            "id": str(row.course.id),
            "title": row.course.title,
            "page": urls.at(urls.course(row.course.id)),
            "zone": row.course.timezone,
            "archived": text("Archived") if row.course.archived_at else None,
            "mode": wording.COURSE_MODE[row.course.mode],
            "students": row.students,
            "teachers": wording.listing([user.name for user in row.teachers])
            or text("Nobody teaches it"),
            "acts": _acts(row),
        }
        for row in rows
    ]


def links_asked(course: Course, students: int) -> Any:
    """The dialogue before all personal links of a course are made anew."""
    return sure.dialogue(
        "links",
        text("Make the personal links of {course} anew?", course=course.title),
        sure.listed(
            plural("{n} student gets a new link.", "{n} students get new links.", students),
            text("The links that they have now open nothing any more."),
            text("The new ones are in the file that you get now, and nowhere else."),
        ),
        text("Make the links"),
        ids.course_links(course.id),
        opened=True,
    )


def _acts(row: Row) -> list[list[str]]:
    title = row.course.title
    acts = [["teachers", text("Teachers"), text("Teachers of {course}", course=title)]]
    if row.students and row.course.archived_at is None:
        links = text("Personal links of {course}", course=title)
        acts.append(["links", text("Personal links"), links])
    return acts


def teachers(course: Course, teaching: Sequence[User], users: Sequence[User]) -> Any:
    """The choice of who teaches a course, of the ``users`` who may."""
    able = [
        {"value": str(user.id), "label": user.name}
        for user in users
        if user.role is not Role.STUDENT and not user.disabled
    ]
    return dmc.MultiSelect(
        id=ids.course_teacher(course.id),
        label=text("Teachers of {course}", course=course.title),
        data=able,
        value=[str(user.id) for user in teaching],
        searchable=True,
        placeholder=text("Nobody teaches it") if not teaching else None,
    )


def _roster(rows: Sequence[Row]) -> Any:
    titles = [row.course.title for row in rows if row.course.mode is CourseMode.ROSTER]
    return parts.card(
        html.P(
            text(
                "OneRoster CSV (1.1 or 1.2, as files or a zip), the list of one course as Moodle, "
                "Canvas, Google Classroom or PowerSchool export it, or one CSV with the column "
                "name and, where you have them, id and email. You see what would change first."
            ),
            className="cp-quiet",
        ),
        html.Div(
            [
                dmc.Autocomplete(
                    id=ids.ROSTER_COURSE,
                    label=text("Course"),
                    description=text("Only where the file names none. A new title adds a course."),
                    data=titles,
                ),
                dcc.Upload(
                    id=ids.ROSTER_FILES,
                    children=html.Div(
                        [
                            html.Strong(text("Choose files")),
                            " ",
                            text("or drop them here"),
                        ]
                    ),
                    multiple=True,
                    className="cp-upload",
                    max_size=4 * 2**20,
                ),
                html.Div(id=ids.ROSTER_PREVIEW, role="status"),
                html.Div(
                    dmc.Button(text("Import"), id=ids.ROSTER_IMPORT, disabled=True),
                ),
            ],
            className="cp-form",
        ),
        title=text("Students from a file"),
    )


def preview(found: Sequence[Difference], remarks: Sequence[Remark] = ()) -> Any:
    """What an import would change, course by course, before anything is; then what was left out."""
    left = [html.Li(rule_words(one.rule, one.values)) for one in remarks]
    said = [_difference(one) for one in found]
    if left:
        heading = html.H3(text("What the files hold besides"))
        said.append(html.Div([heading, html.Ul(left, className="cp-differences")]))
    return html.Div(said, className="cp-stack")


def imported(found: Sequence[Difference]) -> str:
    """What an import did, in the figures that its preview had."""
    return text(
        "Imported: {added} new, {changed} changed, {same} as before.",
        added=i18n.number(sum(len(one.added) for one in found)),
        changed=i18n.number(sum(len(one.changed) for one in found)),
        same=i18n.number(sum(one.same for one in found)),
    )


def _change(old: Student, new: RosterStudent) -> str:
    """Who a student is, and what becomes of name, id and address."""
    after = brought(old, new)
    name = old.name if old.name == after.name else f"{old.name} → {after.name}"
    told = [
        after.external_id if after.external_id != old.external_id else None,
        after.email if after.email != old.email else None,
    ]
    more = ", ".join(one for one in told if one)
    return f"{name} ({more})" if more else name


def _called(people: Sequence[Student | RosterStudent], others: Iterable[str]) -> list[str]:
    """Their names; with the id where the name alone is somebody else's, too."""
    count = Counter([*(one.name for one in people), *others])
    return [
        f"{one.name} ({one.external_id})" if count[one.name] > 1 and one.external_id else one.name
        for one in people
    ]


def _difference(found: Difference) -> Any:
    lines = [
        (text("New"), _called(found.added, (one.name for one in found.unlisted)), "good"),
        (
            text("Changed"),
            [_change(old, new) for old, new in found.changed],
            "warn",
        ),
        (text("On the roster, not in the file; they stay"),
         _called(found.unlisted, (one.name for one in found.added)), "plain"),
    ]  # fmt: skip
    shown = [
        html.Li(
            [
                parts.badge(i18n.number(len(names)), kind),
                " ",
                html.Strong(title),
                ": ",
                _names(names),
            ]
        )
        for title, names, kind in lines
        if names
    ]
    if found.same or not shown:
        stay = plural("{n} student stays as is.", "{n} students stay as they are.", found.same)
        shown.append(html.Li(stay))
    title = found.title
    if found.course is None:
        title = text("{title} (a new course)", title=title)
    return html.Div([html.H3(title), html.Ul(shown, className="cp-differences")])


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    if more <= 0:
        return i18n.listing(names)
    return i18n.listing([*names[:NAMES_SHOWN], plural("{n} more", "{n} more", more)])


def _add(school: School) -> Any:
    modes = [{"value": mode.value, "label": wording.COURSE_MODE[mode]} for mode in CourseMode]
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.COURSE_TITLE,
                    label=text("Title of the course"),
                    inputProps={"maxLength": 200},
                ),
                dmc.Select(
                    id=ids.COURSE_MODE,
                    label=text("How students join"),
                    data=modes,
                    value=CourseMode.OPEN.value,
                    allowDeselect=False,
                ),
                dmc.Select(
                    id=ids.COURSE_ZONE,
                    label=text("Time zone"),
                    data=sorted(available_timezones()),
                    value=school.timezone,
                    searchable=True,
                    allowDeselect=False,
                ),
                html.Div(dmc.Button(text("Add the course"), id=ids.COURSE_BUTTON)),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("Add a course"),
    )
