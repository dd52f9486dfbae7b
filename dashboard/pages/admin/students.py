"""`/admin/students`: everybody whom a roster lists or who came without one; and one's own page."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from dashboard import i18n
from dashboard.components import grid, ids, parts, sure, urls
from dashboard.i18n import plural, text
from dashboard.pages.admin import places
from dashboard.pages.admin import school as admin
from db.people.directory import Came, Listed
from db.values import Course, ParticipantStatus
from services.reading.people import Directory, Part, Person

STANDS = i18n.Said(
    {
        ParticipantStatus.WAITING: i18n.mark("Waited to be admitted"),
        ParticipantStatus.ADMITTED: i18n.mark("Took part"),
        ParticipantStatus.REFUSED: i18n.mark("Was not admitted"),
        ParticipantStatus.WITHDRAWN: i18n.mark("Took the agreement back"),
    }
)


def directory(found: Directory, courses: Sequence[Course]) -> Any:
    """The page of all students."""
    return admin.room(
        urls.ADMIN_STUDENTS, found.waiting, found.school.name, _all(found), _add(courses)
    )


def _all(found: Directory) -> Any:
    rows = [*map(_listed, _persons(found.listed)), *map(_came, found.came)]
    if not rows:
        return parts.card(
            parts.empty(
                text("No student yet"),
                text("They appear here once a roster lists them, or they join a lecture."),
            ),
            title=text("Students"),
        )
    columns = [
        grid.drawn_column("name", text("Name"), "CpName", {"href": "page", "under": ["email"]},
                          flex=3, getQuickFilterText={"function": "params.value + ' ' + "
                                                      "params.data.email"}),
        grid.words_column("key", text("The school's id")),
        grid.words_column("courses", text("Courses"), flex=3),
        grid.drawn_column("state", text("State"), "CpBadge", {"kind": "kind"}, minWidth=130),
        grid.number_column("came", text("Lectures")),
    ]  # fmt: skip
    cut = text("There are more: the page shows the first {n} of either kind.", n=len(found.listed))
    return parts.card(
        grid.grid(ids.STUDENTS_GRID, columns, rows, text("Students")),
        html.P(cut, className="cp-notice-warn") if found.cut else None,
        html.P(
            text(
                "Open a name to edit it, to hand over what is kept, or to erase it. Whoever joined "
                "without a roster is known by the typed name alone, course by course."
            ),
            className="cp-caveat",
        ),
        title=text("Students"),
    )


def _persons(listed: Sequence[Listed]) -> list[list[Listed]]:
    """The places on rosters of each person: of those with one name and key of the school's."""
    persons: dict[tuple[str, str], list[Listed]] = {}
    for one in listed:
        key = one.student.external_id or str(one.student.id)
        persons.setdefault((key, one.student.name), []).append(one)
    return list(persons.values())


def _listed(places: Sequence[Listed]) -> dict[str, Any]:
    first = places[0].student
    on = any(one.student.left_at is None for one in places)
    return {
        "id": str(first.id),
        "name": first.name,
        "page": urls.at(urls.student(first.id)),
        "email": next((one.student.email for one in places if one.student.email), ""),
        "key": first.external_id or "",
        "courses": i18n.listing(list(dict.fromkeys(one.course for one in places))),
        "state": text("On a roster") if on else text("Taken off"),
        "kind": "good" if on else "plain",
        "came": sum(one.came for one in places),
    }


def _came(one: Came) -> dict[str, Any]:
    return {
        "id": f"{one.course_id} {one.name}",
        "name": one.name,
        "page": urls.at(urls.student_named(one.course_id, one.name)),
        "email": "",
        "key": "",
        "courses": one.course,
        "state": text("On no roster"),
        "kind": "plain",
        "came": one.lectures,
    }


def _add(courses: Sequence[Course]) -> Any:
    open_ones = [course for course in courses if course.archived_at is None]
    if not open_ones:
        return None
    return places.add(
        dmc.Select(
            id=ids.STUDENT_COURSE,
            label=text("Course"),
            data=[{"value": str(course.id), "label": course.title} for course in open_ones],
            value=str(open_ones[0].id),
            searchable=True,
            allowDeselect=False,
        )
    )


def person(found: Person) -> Any:
    """The page of one person. The first of ``known_as`` names them."""
    zone = ZoneInfo(found.school.timezone)
    return admin.room(
        urls.ADMIN_STUDENTS,
        found.waiting,
        found.name,
        _places(found),
        _parts(found, zone),
        _hands(found),
    )


def erased(waiting: int, name: str, gone: str) -> Any:
    """The page of somebody who is gone."""
    return admin.room(
        urls.ADMIN_STUDENTS,
        waiting,
        name,
        parts.card(
            parts.empty(
                text("Erased"),
                gone,
                parts.link(text("All students"), urls.ADMIN_STUDENTS),
            )
        ),
    )


def _places(found: Person) -> Any:
    if not found.places:
        return parts.card(
            html.P(
                text(
                    "Nobody of this name is known from a roster: they typed it when they joined. "
                    "Two who typed the same name in one course stand here together."
                )
            ),
            title=text("On no roster"),
        )
    listed = [student for student, _ in found.places]
    titles = {student.id: course.title for student, course in found.places}
    return parts.card(
        places.students(listed, text("Rosters"), titles),
        title=text("Rosters"),
    )


def _parts(found: Person, zone: ZoneInfo) -> Any:
    if not found.parts:
        return parts.card(
            parts.empty(text("No lecture yet"), text("They have joined none.")),
            title=text("Lectures"),
        )
    columns = [
        grid.drawn_column("title", text("Lecture"), "CpName", {"under": ["course"]}, flex=3),
        grid.shown_column("at", text("Joined"), "joined", flex=2),
        grid.words_column("stands", text("State"), flex=2),
        grid.number_column("seconds", text("Seconds kept")),
        grid.acts_column("acts", text("Actions"), "note", flex=2, minWidth=150),
    ]
    return parts.card(
        grid.grid(
            ids.PARTS_GRID,
            columns,
            [_part(one, zone) for one in found.parts],
            text("Lectures of {name}", name=found.name),
        ),
        html.Div(id=ids.PART_SURE),
        title=text("Lectures"),
    )


def _part(one: Part, zone: ZoneInfo) -> dict[str, Any]:
    joined = one.participant.joined_at.astimezone(zone)
    words = text("Erase this one")
    whole = text("Erase what {lecture} has of {name}", lecture=one.lecture.title,
                 name=one.participant.name)  # fmt: skip
    return {
        "id": str(one.participant.id),
        "title": one.lecture.title,
        "course": one.course.title,
        "at": one.participant.joined_at.timestamp(),
        "joined": f"{i18n.full_day(joined)}, {i18n.clock(joined)}",
        "stands": STANDS[one.participant.status],
        "seconds": one.seconds,
        "acts": [["erase", words, whole]],
        "note": None,
    }


def _hands(found: Person) -> Any:
    name, known_as = found.name, found.known_as[0]
    return parts.card(
        html.P(
            text(
                "What is kept can be handed over as a file, as the law of many places asks, and "
                "erased on the word of the student or of a parent."
            )
        ),
        html.Div(
            [
                parts.link(
                    text("Download all that is kept"),
                    urls.student_data(known_as),
                    name="cp-button",
                    download=True,
                ),
                sure.button(
                    "person",
                    text("Erase for good"),
                    _dialogue(found),
                    variant="filled",
                    color="red.9",
                    **parts.aria(label=text("Erase {name} for good", name=name)),
                ),
            ],
            className="cp-buttons",
            style={"marginTop": "14px"},
        ),
        title=text("Their data"),
    )


def _dialogue(found: Person) -> Any:
    titles = [course.title for _, course in found.places]
    return sure.dialogue(
        "person",
        text("Erase {name} for good?", name=found.name),
        sure.listed(
            text("From the roster of {courses}", courses=i18n.listing(titles)) if titles else None,
            plural("{n} lecture", "{n} lectures", len(found.parts)),
            plural(
                "{n} second of numbers", "{n} seconds of numbers",
                sum(one.seconds for one in found.parts),
            ),
            text("The reports they were in are written anew without them."),
            text("Nobody can bring it back."),
        ),
        text("Erase for good"),
        ids.person_erase(found.known_as[0], "all"),
    )  # fmt: skip


def one_dialogue(part: Part) -> Any:
    """The question before one lecture's data of somebody is erased."""
    return sure.dialogue(
        "part",
        text("Erase what this lecture has of {name}?", name=part.participant.name),
        sure.listed(
            text("{lecture}, {course}", lecture=part.lecture.title, course=part.course.title),
            plural("{n} second of numbers", "{n} seconds of numbers", part.seconds),
            text("The lecture's report is written anew without them."),
            text("Nobody can bring it back."),
        ),
        text("Erase for good"),
        ids.person_erase(part.participant.id, "one"),
        opened=True,
    )


def kept(part: Part) -> str:
    """What is said once one lecture's data is gone."""
    return text(
        "Erased: {lecture} has nothing of {name} any more.",
        lecture=part.lecture.title,
        name=part.participant.name,
    )
