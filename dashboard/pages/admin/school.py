"""`/admin`: the policy and what else holds for the school, and the way to the office's rooms."""

from typing import Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import html

from contract import Policy
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from db.values import School
from services.administration import MOST_CHECK_INS


def layout(school: School, waiting: int) -> Any:
    """The page. ``waiting``: erasure requests that nobody has answered."""
    return room(
        urls.ADMIN, waiting, school.name, _unfinished(school), _policy(school), _school(school)
    )


def _unfinished(school: School) -> Any:
    """The way back to what has not been set up yet."""
    if school.name and school.policy is not None:
        return None
    return html.P(
        [
            text("The school is not set up yet, so no lecture can start."),
            " ",
            parts.link(text("Go on setting it up"), urls.SET_UP),
        ],
        className="cp-notice-warn",
        role="status",
    )


def room(here: str, waiting: int, lead: str, *cards: Any) -> Any:
    """One of the office's rooms, with the way to the others."""
    rooms = (
        (text("School"), urls.ADMIN),
        (text("People"), urls.ADMIN_PEOPLE),
        (text("Courses"), urls.ADMIN_COURSES),
        (text("Students"), urls.ADMIN_STUDENTS),
        (text("Erasure"), urls.ADMIN_ERASURE),
        (text("Access log"), urls.ADMIN_LOG),
    )
    links = [
        parts.link(
            [name, parts.badge(str(waiting), "warn")]
            if address == urls.ADMIN_ERASURE and waiting
            else name,
            address,
            name="cp-tab",
            here=address == here,
        )
        for name, address in rooms
    ]
    return html.Div(
        [
            parts.page_head(text("Administration"), lead or text("The school has no name yet.")),
            html.Nav(links, className="cp-tabs", **parts.aria(label=text("Rooms of the office"))),
            html.Div(list(cards), className="cp-stack"),
        ]
    )


def _policy(school: School) -> Any:
    chosen = None if school.policy is None else school.policy.value
    return parts.card(
        html.P(
            text(
                "The policy decides what anybody may be shown. A narrower one holds at once, for "
                "lectures that run too; a wider one only for those that start from now on, since "
                "students agreed to less."
            ),
            className="cp-quiet",
        ),
        dmc.RadioGroup(
            id=ids.POLICY_CHOICE,
            value=chosen,
            label=text("Policy of the school"),
            children=dmc.Stack(
                [
                    dmc.Radio(
                        value=policy.value,
                        label=wording.POLICY_NAME[policy],
                        description=wording.POLICY_MEANING[policy],
                    )
                    for policy in Policy
                ],
                gap="sm",
                mt="xs",
            ),
            mt="md",
        ),
        html.P(
            text(
                "In the EU, inferring emotions in education is prohibited (AI Act, Art. 5(1)(f)); "
                "there, only self-report is to be offered. This is not legal advice."
            ),
            className="cp-caveat",
        ),
        html.Div(
            dmc.Button(text("Save the policy"), id=ids.POLICY_BUTTON),
            style={"marginTop": "14px"},
        ),
        title=text("Policy"),
        aside=parts.badge(
            text("Not set") if school.policy is None else wording.POLICY_NAME[school.policy],
            "warn" if school.policy is None else "good",
        ),
    )


def _school(school: School) -> Any:
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.SCHOOL_NAME,
                    label=text("Name of the school"),
                    value=school.name,
                    inputProps={"maxLength": 200},
                ),
                dmc.Select(
                    id=ids.SCHOOL_ZONE,
                    label=text("Time zone"),
                    data=sorted(available_timezones()),
                    value=school.timezone,
                    searchable=True,
                    allowDeselect=False,
                ),
                dmc.NumberInput(
                    id=ids.SCHOOL_DAYS,
                    label=text("Days that data is kept"),
                    description=text(
                        "After that everything of an ended lecture goes by itself, reports too."
                    ),
                    value=school.retention_days,
                    min=1,
                    max=3660,
                    allowDecimal=False,
                ),
                dmc.NumberInput(
                    id=ids.SCHOOL_LOG_DAYS,
                    label=text("Days that the access log is kept"),
                    description=text(
                        "Who looked at whom, and who changed what; at least as long as data."
                    ),
                    value=school.log_days,
                    min=1,
                    max=3660,
                    allowDecimal=False,
                ),
                _present(school),
                _check_ins(school),
                dmc.Checkbox(
                    id=ids.SCHOOL_GUARDIAN,
                    label=text("Ask for the name of a parent or guardian who agrees"),
                    checked=school.guardian_required,
                ),
                html.Div(dmc.Button(text("Save"), id=ids.SCHOOL_BUTTON)),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("School and retention"),
    )


def _check_ins(school: School) -> Any:
    return dmc.NumberInput(
        id=ids.SCHOOL_CHECK_INS,
        label=text("Check-ins an hour, at the most"),
        description=text(
            "Of all a lecture's students together. Who has looked sad or disengaged for longest "
            "comes first; more than three an hour are hardly ever answered."
        ),
        value=school.check_ins_per_hour,
        min=1,
        max=MOST_CHECK_INS,
        allowDecimal=False,
    )


def _present(school: School) -> Any:
    return dmc.NumberInput(
        id=ids.SCHOOL_PRESENT,
        label=text("Present from this share of a lecture"),
        description=text(
            "Of the lecture's time, in per cent, in which a student takes part. Paused or without "
            "a camera somebody takes part too; 0: whoever joined was there."
        ),
        value=school.present_percent,
        min=0,
        max=100,
        allowDecimal=False,
    )
