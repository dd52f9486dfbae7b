"""Students on rosters, wherever they are listed: their grid, the form for one more, the one to put
somebody right."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from dashboard.components import grid, ids, parts, sure, urls
from dashboard.i18n import text
from db.values import Student
from services.acting.typed import LONGEST
from services.rosters.roster import LONGEST_EMAIL

EDIT = "student"
"""The name of the dialogue in which a student is put right."""


def students(
    places: Sequence[Student], label: str, titles: Mapping[UUID, str] | None = None
) -> Any:
    """The grid of a roster, with what may be done about each.

    ``titles``: where it is one student on several rosters, what their courses are called.
    """
    columns = [
        grid.drawn_column(
            "name",
            text("Name") if titles is None else text("Course"),
            "CpName",
            {"href": "page", "under": ["under"]},
            flex=3,
            getQuickFilterText={"function": "params.value + ' ' + params.data.under"},
        ),
        grid.words_column("key", text("The school's id")),
        grid.drawn_column("state", text("State"), "CpBadge", {"kind": "kind"}),
        grid.acts_column("acts", text("Actions"), "note", flex=3, minWidth=210),
    ]
    return html.Div(
        [
            grid.grid(ids.PLACES_GRID, columns, [_row(one, titles) for one in places], label),
            html.Div(id=ids.STUDENT_SURE),
        ]
    )


def _row(student: Student, titles: Mapping[UUID, str] | None) -> dict[str, Any]:
    on, email = student.left_at is None, student.email or ""
    return {
        "id": str(student.id),
        "name": student.name if titles is None else titles[student.id],
        "page": urls.at(
            urls.student(student.id) if titles is None else urls.course(student.course_id)
        ),
        "under": email if titles is None else " ".join(filter(None, (student.name, email))),
        "key": student.external_id or "",
        "state": text("On the roster") if on else text("Taken off"),
        "kind": "good" if on else "plain",
        "acts": acts(student),
        "note": None,
    }


def acts(student: Student) -> list[list[str]]:
    """What may be done about one place on a roster."""
    shown = [("edit", text("Edit"))]
    if student.left_at is None:
        shown.append(("off", text("Take off")))
    else:
        shown.append(("back", text("Put back")))
    return [[act, words, f"{words}: {student.name}"] for act, words in shown]


def edit(student: Student) -> Any:
    """The dialogue in which what a roster says of a student is put right."""
    fields = _fields(
        (ids.STUDENT_NEW_NAME, ids.STUDENT_NEW_ID, ids.STUDENT_NEW_EMAIL),
        (student.name, student.external_id or "", student.email or ""),
    )
    return sure.dialogue(
        EDIT,
        text("Edit {name}", name=student.name),
        html.Div(fields, className="cp-form"),
        text("Save"),
        ids.student_save(student.id),
        keep=text("Cancel"),
        opened=True,
        grave=False,
    )


def add(course: Any) -> Any:
    """The form for one more student. ``course``: what says of which course."""
    return parts.card(
        html.Div(
            [
                course,
                *_fields((ids.STUDENT_NAME, ids.STUDENT_ID, ids.STUDENT_EMAIL), ("", "", "")),
                html.Div(dmc.Button(text("Add the student"), id=ids.STUDENT_ADD)),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("Add a student"),
    )


def _fields(named: tuple[str, str, str], values: tuple[str, str, str]) -> list[Any]:
    name, key, email = named
    return [
        dmc.TextInput(
            id=name, label=text("Full name"), value=values[0], inputProps={"maxLength": LONGEST}
        ),
        dmc.TextInput(
            id=key,
            label=text("The school's id"),
            description=text("If there is one: it tells namesakes apart, and is for sign-ins."),
            value=values[1],
            inputProps={"maxLength": LONGEST, "autoCapitalize": "none"},
        ),
        dmc.TextInput(
            id=email,
            label=text("E-mail address"),
            value=values[2],
            inputProps={"maxLength": LONGEST_EMAIL, "type": "email", "autoCapitalize": "none"},
        ),
    ]
