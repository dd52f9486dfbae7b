"""`/admin`: the school's policy, its people and its courses."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from contract import Policy
from dashboard import wording
from dashboard.pages import ids, parts, urls
from db.values import AccessRecord, Course, School, User


def layout(
    school: School, users: Sequence[User], courses: Sequence[Course], log: Sequence[AccessRecord]
) -> Any:
    """The page. ``log``: the newest entries of the access log, newest first."""
    return html.Div(
        [
            parts.page_head(
                "Administration",
                school.name or "The school has no name yet.",
                parts.link("Reports", urls.REPORTS),
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
            "The policy decides what anybody may be shown. It holds for lectures that start from "
            "now on; a running lecture keeps the one it started with.",
            className="cp-quiet",
        ),
        dmc.RadioGroup(
            id=ids.POLICY_CHOICE,
            value=chosen,
            label="Policy of the school",
            children=dmc.Stack(
                [
                    dmc.Radio(
                        value=policy.value,
                        label=wording.POLICY[policy][0],
                        description=wording.POLICY[policy][1],
                    )
                    for policy in Policy
                ],
                gap="sm",
                mt="xs",
            ),
            mt="md",
        ),
        html.P(
            "In the EU, inferring emotions in education is prohibited (AI Act, Art. 5(1)(f)); "
            "there, only self-report is to be offered. This is not legal advice.",
            className="cp-caveat",
        ),
        html.Div(
            dmc.Button("Save the policy", id=ids.POLICY_BUTTON),
            style={"marginTop": "14px"},
        ),
        title="Policy",
        aside=parts.badge(
            "Not set" if school.policy is None else wording.POLICY[school.policy][0],
            "warn" if school.policy is None else "good",
        ),
    )


def _users(users: Sequence[User]) -> Any:
    rows: list[list[Any]] = [
        [
            html.Span(user.name, className="cp-name"),
            user.login,
            user.role.value.capitalize(),
            parts.badge("Disabled", "warn") if user.disabled else parts.badge("Active", "good"),
        ]
        for user in users
    ]
    return parts.card(
        parts.table(["Name", "Sign-in", "Role", "State"], rows, "Users", set()),
        html.P(
            ["Add and disable users with ", html.Code("classpulse user"), "."],
            className="cp-caveat",
        ),
        title="People",
    )


def _courses(courses: Sequence[Course]) -> Any:
    if not courses:
        return parts.card(
            parts.empty("No course yet", "Import a roster with: classpulse roster import"),
            title="Courses",
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
        parts.table(["Course", "How students join", "Time zone"], rows, "Courses", set()),
        title="Courses",
    )


def _log(log: Sequence[AccessRecord]) -> Any:
    if not log:
        return parts.card(
            parts.empty("Nothing yet", "Who looked at whose data is written down here."),
            title="Access log",
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
        parts.table(["When", "Who", "What", "Of what"], rows, "Access log, newest first", set()),
        title="Access log",
        aside=parts.quiet("the latest entries; it can only be added to"),
    )
