"""`/admin`: the school's policy, its people and its courses."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from contract import Policy
from dashboard import wording
from dashboard.i18n import text
from dashboard.pages import ids, parts, urls
from db.values import AccessRecord, Course, School, User


def layout(
    school: School, users: Sequence[User], courses: Sequence[Course], log: Sequence[AccessRecord]
) -> Any:
    """The page. ``log``: the newest entries of the access log, newest first."""
    return html.Div(
        [
            parts.page_head(
                text("Administration"),
                school.name or text("The school has no name yet."),
                parts.link(text("Reports"), urls.REPORTS),
            ),
            html.Div(
                [_policy(school), _users(users), _courses(courses), _log(log)], className="cp-stack"
            ),
        ]
    )


def _policy(school: School) -> Any:
    chosen = None if school.policy is None else school.policy.value
    return parts.card(
        html.P(
            text(
                "The policy decides what anybody may be shown. It holds for lectures that start "
                "from now on; a running lecture keeps the one it started with."
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


def _users(users: Sequence[User]) -> Any:
    rows: list[list[Any]] = [
        [
            html.Span(user.name, className="cp-name"),
            user.login,
            wording.ROLE[user.role],
            parts.badge(text("Disabled"), "warn")
            if user.disabled
            else parts.badge(text("Active"), "good"),
        ]
        for user in users
    ]
    return parts.card(
        parts.table(
            [text("Name"), text("Sign-in name"), text("Role"), text("State")],
            rows,
            text("Users"),
            set(),
        ),
        html.P(
            text("Add and disable users with the command {command}.", command="classpulse user"),
            className="cp-caveat",
        ),
        title=text("People"),
    )


def _courses(courses: Sequence[Course]) -> Any:
    if not courses:
        return parts.card(
            parts.empty(
                text("No course yet"),
                text(
                    "Import a roster with the command {command}.",
                    command="classpulse roster import",
                ),
            ),
            title=text("Courses"),
        )
    rows: list[list[Any]] = [
        [
            html.Span(course.title, className="cp-name"),
            wording.COURSE_MODE[course.mode],
            course.timezone,
        ]
        for course in courses
    ]
    return parts.card(
        parts.table(
            [text("Course"), text("How students join"), text("Time zone")],
            rows,
            text("Courses"),
            set(),
        ),
        title=text("Courses"),
    )


def _log(log: Sequence[AccessRecord]) -> Any:
    if not log:
        return parts.card(
            parts.empty(
                text("Nothing yet"), text("Who looked at whose data is written down here.")
            ),
            title=text("Access log"),
        )
    rows: list[list[Any]] = [
        [
            f"{entry.at:%Y-%m-%d %H:%M} UTC",
            entry.actor,
            entry.action.replace("_", " "),
            entry.object,
        ]
        for entry in log
    ]
    return parts.card(
        parts.table(
            [text("When"), text("Who"), text("What"), text("Of what")],
            rows,
            text("Access log, newest first"),
            set(),
        ),
        title=text("Access log"),
        aside=parts.quiet(text("the latest entries; it can only be added to")),
    )
