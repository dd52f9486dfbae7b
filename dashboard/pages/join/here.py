"""The form on the join page by which a student takes part without a camera, in one step."""

from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from contract.exchange import LONGEST_NAME
from contract.policy import CourseMode, Policy
from dashboard.components import ids, parts, urls
from dashboard.i18n import text
from db.values import Lecture


@dataclass(frozen=True, slots=True)
class Way:
    """How this browser may join. ``known_as``: the roster's name, where one is proven."""

    mode: CourseMode
    known_as: str | None
    guardian: bool
    provider: str | None


def place(lecture: Lecture) -> Any:
    """Where the form will be, once it is known who asks."""
    return html.Div(
        [dcc.Store(id=ids.JOIN_CODE, data=lecture.code), html.Div(id=ids.JOIN_FORM)],
    )


def form(lecture: Lecture, way: Way) -> Any:
    """The form, or for a roster's stranger the way to become known."""
    if way.mode is CourseMode.ROSTER and way.known_as is None:
        return _unknown(lecture, way)
    return html.Div(
        [
            html.P(
                text(
                    "No camera: you tap how it is going whenever you like. Your taps count in "
                    "figures of the whole class, marked as what students said themselves."
                ),
                className="cp-quiet",
            ),
            *_fields(way),
            dmc.Checkbox(
                id=ids.JOIN_AGREE,
                label=text("I have read the notice below, and my answers may count."),
                checked=False,
            ),
            _room(lecture),
            html.Div(dmc.Button(text("Join this lecture"), id=ids.JOIN_BUTTON, size="md")),
            html.Div(id=ids.JOIN_ANSWER),
        ],
        className="cp-form",
    )


def _fields(way: Way) -> list[Any]:
    fields: list[Any] = []
    if way.known_as is not None:
        fields.append(html.P([text("You join as"), " ", html.Strong(way.known_as), "."]))
    elif way.mode is CourseMode.OPEN:
        fields.append(
            dmc.TextInput(
                id=ids.JOIN_NAME,
                label=text("Your name"),
                description=text("As your teacher knows it; they admit you by it."),
                inputProps={"maxLength": LONGEST_NAME, "autoComplete": "name"},
            )
        )
    else:
        fields.append(html.P(text("You join under a made-up name; nobody is told yours.")))
    if way.known_as is not None or way.mode is not CourseMode.OPEN:
        # The callback reads it whatever the course asks for.
        fields.append(dcc.Store(id=ids.JOIN_NAME))
    fields.append(
        dmc.TextInput(
            id=ids.JOIN_GUARDIAN,
            label=text("Name of the parent or guardian who agrees"),
            inputProps={"maxLength": LONGEST_NAME},
        )
        if way.guardian
        else dcc.Store(id=ids.JOIN_GUARDIAN)
    )
    return fields


def _room(lecture: Lecture) -> Any:
    """The choice about a camera that sees everybody, asked as the agent asks it: no is no harm."""
    if lecture.policy is Policy.SELF_REPORT:
        # Nothing is inferred from faces; the callback reads it whatever is asked.
        return dcc.Store(id=ids.JOIN_ROOM)
    return dmc.Checkbox(
        id=ids.JOIN_ROOM,
        label=text(
            "If my teacher uses a camera for the whole room or the gallery view, it may see me."
        ),
        description=text("Such a camera runs only if everybody who joined allows it."),
        checked=False,
    )


def _unknown(lecture: Lecture, way: Way) -> Any:
    here = urls.join(lecture.code)
    link = None
    if way.provider is not None:
        link = html.A(
            text("Sign in with {account}", account=way.provider),
            href=urls.at(f"{urls.SCHOOL_SIGN_IN}?next={here}"),
            className="cp-button",
        )
    return parts.empty(
        text("This course has a roster"),
        text("Open the personal link that you were given, so that it is known who you are.")
        if way.provider is None
        else text("Sign in, or open the personal link that you were given."),
        html.P(link, style={"marginTop": "10px"}) if link is not None else None,
    )
