"""`/admin/people`: who signs in, in how many browsers, and what can be done about it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from dashboard.components import grid, ids, parts, sure, urls
from dashboard.i18n import text, wording
from dashboard.pages.admin import school as admin
from db.values import Role, School, User


def layout(school: School, people: Sequence[grid.Row], waiting: int) -> Any:
    """The page. ``people``: what ``rows`` answers."""
    columns = [
        grid.drawn_column(
            "name", text("Name"), "CpName", {"under": ["login"]}, flex=2,
            getQuickFilterText={"function": "params.value + ' ' + params.data.login"},
        ),
        grid.words_column("role", text("Role")),
        grid.drawn_column("state", text("State"), "CpBadge", {"kind": "kind"}),
        grid.number_column("sessions", text("Signed in")),
        grid.acts_column("acts", text("Actions"), "note", flex=5, minWidth=300),
    ]  # fmt: skip
    return admin.room(
        urls.ADMIN_PEOPLE,
        waiting,
        school.name,
        parts.card(
            grid.grid(ids.PEOPLE_GRID, columns, people, text("People")),
            html.Div(id=ids.PEOPLE_SURE),
            title=text("People"),
        ),
        _add(),
    )


def rows(
    users: Sequence[User],
    sessions: Mapping[UUID, int],
    oneself: UUID | None,
    factors: Collection[UUID] = (),
) -> list[dict[str, Any]]:
    """The grid's rows. ``sessions``: open ones by user; ``oneself``: whose row has no button;
    ``factors``: who has a second factor."""
    return [
        {
            "id": str(user.id),
            "name": user.name,
            "login": user.login,
            "role": wording.ROLE[user.role],
            "state": text("Disabled") if user.disabled else text("Active"),
            "kind": "warn" if user.disabled else "good",
            "sessions": sessions.get(user.id, 0),
            "acts": []
            if user.id == oneself
            else _acts(user, sessions.get(user.id, 0), user.id in factors),
            "note": text("This is you.") if user.id == oneself else None,
        }
        for user in users
    ]


def _acts(user: User, sessions: int, factor: bool) -> list[list[str]]:
    acts = [("enable", text("Enable")) if user.disabled else ("disable", text("Disable"))]
    if user.role is Role.TEACHER:
        acts.append(("admin", text("Make admin")))
    if user.role is Role.ADMIN:
        acts.append(("teacher", text("Make teacher")))
    if user.role is not Role.STUDENT:
        acts.append(("password", text("New password")))
    if factor:
        acts.append(("factor", text("Drop second factor")))
    if sessions:
        acts.append(("sessions", text("Sign out everywhere")))
    return [[act, words, f"{words}: {user.name}"] for act, words in acts]


def asked(user: User, act: str) -> Any:
    """The dialogue before an act that somebody would be hurt by; None where it asks nothing."""
    match act:
        case "disable":
            question = text("Disable {name}?", name=user.name)
            told = sure.listed(
                text("They are signed out at once, and cannot sign in again."),
                text("Their courses and lectures stay. You can enable them again."),
            )
            words = text("Disable")
        case "admin":
            question = text("Make {name} an admin?", name=user.name)
            told = sure.listed(
                text("They can do all that you can: add and disable people, erase students."),
                text("They can take the role from you, too."),
            )
            words = text("Make admin")
        case "teacher":
            question = text("Make {name} a teacher?", name=user.name)
            told = sure.listed(text("They no longer see the office's pages."))
            words = text("Make teacher")
        case "password":
            question = text("Give {name} a new password?", name=user.name)
            told = sure.listed(
                text("The password they have now opens nothing any more."),
                text("They are signed out everywhere. You are told the new one once."),
            )
            words = text("Make a new password")
        case "factor":
            question = text("Drop the second factor of {name}?", name=user.name)
            told = sure.listed(
                text("For somebody who lost their authenticator. Make sure that it is them."),
                text("Their password alone opens their account until they set up a new one."),
                text("They are told of it at their next sign-in, and it is on record."),
            )
            words = text("Drop second factor")
        case _:
            return None
    return sure.dialogue(
        "user", question, told, words, ids.user_act(user.id, act), opened=True,
        grave=act in ("disable", "password", "factor"),
    )  # fmt: skip


def told_once(name: str, login: str, password: str) -> Any:
    """A password that nobody can look up again: it stays in sight until something else is done."""
    return [
        html.P(
            text(
                "The password of {name}, who signs in as {login}, is told this once:",
                name=name,
                login=login,
            )
        ),
        parts.command(password, text("the password of {name}", name=name)),
    ]


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
