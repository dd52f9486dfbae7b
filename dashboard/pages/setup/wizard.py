"""`/admin/setup`: a school is set up step by step; each step has an address to come back to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from zoneinfo import available_timezones

import dash_mantine_components as dmc
import segno
from dash import html

from contract import CourseMode
from dashboard.components import ids, parts, urls
from dashboard.i18n import Said, mark, text, wording
from dashboard.pages.setup import law
from db.values import Lecture, School
from services.acting.typed import LONGEST
from services.reading.administration import FirstSteps, Taught


class Step(StrEnum):
    """The steps, in their order; the one before them made the admin who takes them."""

    SCHOOL = "school"
    POLICY = "policy"
    COURSE = "course"
    TRY = "try"


_STEP: Final = Said(
    {
        Step.SCHOOL: mark("The school"),
        Step.POLICY: mark("Its policy"),
        Step.COURSE: mark("The first course"),
        Step.TRY: mark("A class code to try"),
    }
)
ME: Final = "me"
ELSE: Final = "else"
"""Who teaches the first course."""


def standing(found: FirstSteps) -> Step:
    """The first step that has not been taken."""
    if not found.school.name:
        return Step.SCHOOL
    if found.school.policy is None:
        return Step.POLICY
    return Step.TRY if found.courses else Step.COURSE


def layout(found: FirstSteps, step: Step, base_url: str, handed_over: Any = None) -> Any:
    """The page at one step. ``handed_over``: what is told this once about a new teacher."""
    steps: Mapping[Step, Any] = {
        Step.SCHOOL: lambda: _school(found.school),
        Step.POLICY: law.policy_step,
        Step.COURSE: _course,
        Step.TRY: lambda: _try(found, base_url, handed_over),
    }
    number = list(Step).index(step) + 2
    lead = text("Step {n} of {all}: {what}", n=number, all=len(Step) + 1, what=_STEP[step])
    return html.Div(
        [
            parts.page_head(text("Set up ClassPulse"), lead),
            _progress(step, standing(found)),
            steps[step](),
        ],
        className="cp-narrow cp-stack",
    )


def _progress(here: Step, reached: Step) -> Any:
    order = list(Step)
    done = order.index(reached)
    shown = [html.Li(text("The first admin"), className="cp-step-done")]
    for at, step in enumerate(order):
        if step is here:
            shown.append(
                html.Li(_STEP[step], className="cp-step-here", **parts.aria(current="step"))
            )
        elif at <= done:
            link = parts.link(_STEP[step], urls.set_up(step.value))
            shown.append(html.Li(link, className="cp-step-done" if at < done else ""))
        else:
            shown.append(html.Li(_STEP[step]))
    return html.Ol(shown, className="cp-progress", **parts.aria(label=text("Steps")))


def _school(school: School) -> Any:
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.SET_UP_NAME,
                    label=text("Name of the school"),
                    description=text("Students and teachers see it."),
                    value=school.name,
                    inputProps={"maxLength": LONGEST, "autoComplete": "organization"},
                ),
                dmc.Select(
                    id=ids.SET_UP_ZONE,
                    label=text("Time zone"),
                    description=text("Type a city of yours, such as Berlin or Kolkata."),
                    data=sorted(available_timezones()),
                    value=school.timezone,
                    searchable=True,
                    allowDeselect=False,
                ),
                html.Div(dmc.Button(text("Go on"), id=ids.SET_UP_SCHOOL)),
            ],
            className="cp-form",
        ),
        title=_STEP[Step.SCHOOL],
    )


def _course() -> Any:
    modes = [
        {"value": mode.value, "label": wording.COURSE_MODE[mode]}
        for mode in (CourseMode.OPEN, CourseMode.ROSTER, CourseMode.ANONYMOUS)
    ]
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.SET_UP_TITLE,
                    label=text("Title of the course"),
                    inputProps={"maxLength": LONGEST},
                ),
                dmc.Select(
                    id=ids.SET_UP_MODE,
                    label=text("How students join"),
                    description=text("Open needs no list; rosters can be imported later."),
                    data=modes,
                    value=CourseMode.OPEN.value,
                    allowDeselect=False,
                ),
                dmc.RadioGroup(
                    id=ids.SET_UP_WHO,
                    label=text("Who teaches it?"),
                    value=ME,
                    children=dmc.Stack(
                        [
                            dmc.Radio(value=ME, label=text("I do")),
                            dmc.Radio(value=ELSE, label=text("Somebody else, who has no account")),
                        ],
                        gap="xs",
                        mt="xs",
                    ),
                ),
                html.Div(
                    [
                        dmc.TextInput(
                            id=ids.SET_UP_TEACHER_NAME,
                            label=text("Full name of the teacher"),
                            inputProps={"maxLength": LONGEST},
                        ),
                        dmc.TextInput(
                            id=ids.SET_UP_TEACHER_LOGIN,
                            label=text("Name to sign in with"),
                            description=text("A password is made up, and told to you once."),
                            inputProps={"maxLength": LONGEST, "autoCapitalize": "none"},
                        ),
                    ],
                    className="cp-form cp-else",
                ),
                html.Div(dmc.Button(text("Go on"), id=ids.SET_UP_COURSE)),
            ],
            className="cp-form cp-who",
        ),
        title=_STEP[Step.COURSE],
    )


def _try(found: FirstSteps, base_url: str, handed_over: Any) -> Any:
    shown: list[Any] = []
    if handed_over is not None:
        shown.append(parts.card(html.Div(handed_over), title=text("To hand over")))
    if found.trying is not None:
        shown.append(_code(found.trying, base_url))
    elif found.courses:
        shown.append(_start(found.courses[0]))
    shown.append(_further())
    return html.Div(shown, className="cp-stack")


def _start(first: Taught) -> Any:
    names = wording.listing([user.name for user in first.teachers])
    told = text("Nobody teaches it yet; starting it here makes you its teacher.")
    if names:
        told = text(
            "It is taught by {names}; starting it here makes you a teacher of it too.", names=names
        )
    return parts.card(
        html.P(
            text(
                "{course} is ready. Start a lecture to see how it goes: you get a code, join with "
                "a phone or another browser, and end it whenever you like.",
                course=first.course.title,
            )
        ),
        html.P(told, className="cp-quiet"),
        html.Div(
            dmc.Button(text("Start a lecture to try"), id=ids.set_up_try(first.course.id)),
            style={"marginTop": "14px"},
        ),
        title=_STEP[Step.TRY],
    )


def _code(lecture: Lecture, base_url: str) -> Any:
    address = f"{base_url}{urls.join(lecture.code)}"
    picture = segno.make(address, error="m").svg_data_uri(scale=6, border=1, dark="#191a23")
    return parts.card(
        html.Div(
            [
                html.Img(src=picture, alt=text("QR code of {address}", address=address)),
                html.Div(
                    [
                        html.Div(lecture.code, className="cp-code-text"),
                        html.P(
                            html.A(address, href=address, target="_blank", className="cp-link"),
                            className="cp-code-link",
                        ),
                        html.P(
                            text(
                                "Open it on a phone, or in a private window, and join as a student "
                                "would. Then look at the live page, and end the lecture there; its "
                                "report is on the page Reports a few minutes later."
                            ),
                            className="cp-quiet",
                        ),
                    ]
                ),
            ],
            className="cp-code",
        ),
        html.Div(
            html.A(
                text("Open the live page"),
                href=urls.at(urls.live(lecture.id)),
                className="cp-button",
            ),
            style={"marginTop": "14px"},
        ),
        title=text("The class code of {lecture}", lecture=lecture.title),
    )


def _further() -> Any:
    links = (
        (text("Add teachers and admins"), urls.ADMIN_PEOPLE),
        (text("Add courses, and import rosters"), urls.ADMIN_COURSES),
        (text("Look over the school's settings"), urls.ADMIN),
    )
    return parts.card(
        html.Ul(
            [html.Li(parts.link(words, address)) for words, address in links],
            className="cp-differences",
        ),
        title=text("What next"),
    )
