"""`/admin/people`: who signs in, in how many browsers, and what can be done about it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from dashboard.pages.admin import school as admin
from db.values import Role, School, User


def layout(
    school: School,
    users: Sequence[User],
    sessions: Mapping[UUID, int],
    oneself: UUID | None,
    waiting: int,
) -> Any:
    """The page. ``sessions``: open ones by user; ``oneself``: whose row offers nothing drastic."""
    rows: list[list[Any]] = [
        [
            html.Div(
                [
                    html.Div(user.name, className="cp-name"),
                    html.Div(user.login, className="cp-quiet cp-small"),
                ]
            ),
            wording.ROLE[user.role],
            parts.badge(text("Disabled"), "warn")
            if user.disabled
            else parts.badge(text("Active"), "good"),
            i18n.number(sessions.get(user.id, 0)),
            parts.quiet(text("This is you."))
            if user.id == oneself
            else _acts(user, sessions.get(user.id, 0)),
        ]
        for user in users
    ]
    head = [text("Name"), text("Role"), text("State"), text("Signed in"), text("Actions")]
    return admin.room(
        urls.ADMIN_PEOPLE,
        waiting,
        school.name,
        parts.card(parts.table(head, rows, text("People"), {3}), title=text("People")),
        _add(),
    )


def _acts(user: User, sessions: int) -> Any:
    acts = [("enable", text("Enable")) if user.disabled else ("disable", text("Disable"))]
    if user.role is Role.TEACHER:
        acts.append(("admin", text("Make admin")))
    if user.role is Role.ADMIN:
        acts.append(("teacher", text("Make teacher")))
    if user.role is not Role.STUDENT:
        acts.append(("password", text("New password")))
    if sessions:
        acts.append(("sessions", text("Sign out everywhere")))
    return html.Div(
        [
            dmc.Button(
                words,
                id=ids.user_act(user.id, act),
                size="compact-sm",
                variant="default",
                **parts.aria(label=f"{words}: {user.name}"),
            )
            for act, words in acts
        ],
        className="cp-buttons",
    )


def _add() -> Any:
    roles = [
        {"value": role.value, "label": wording.ROLE[role]} for role in (Role.TEACHER, Role.ADMIN)
    ]
    return parts.card(
        html.Div(
            [
                dmc.TextInput(
                    id=ids.USER_NAME, label=text("Full name"), inputProps={"maxLength": 200}
                ),
                dmc.TextInput(
                    id=ids.USER_LOGIN,
                    label=text("Name to sign in with"),
                    inputProps={"maxLength": 200, "autoCapitalize": "none"},
                ),
                dmc.Select(
                    id=ids.USER_ROLE,
                    label=text("Role"),
                    data=roles,
                    value=Role.TEACHER.value,
                    allowDeselect=False,
                ),
                dmc.PasswordInput(
                    id=ids.USER_WORD,
                    label=text("Password"),
                    description=text("Left empty, one is made up and told to you once."),
                    visibilityToggleButtonProps={"aria-label": text("Show the password")},
                ),
                html.Div(dmc.Button(text("Add"), id=ids.USER_BUTTON)),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("Add a teacher or an admin"),
    )
