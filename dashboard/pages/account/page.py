"""`/account`: one's own open sessions, the school's account, and the password."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from dashboard.pages.account import factor
from db.values import Identity, OpenSession, PasswordChange, School, User
from services.accounts.password_rule import SHORTEST


def layout(
    user: User,
    sessions: Sequence[OpenSession],
    this: UUID | None,
    identities: Sequence[Identity],
    school: School,
    *,
    password: bool,
    provider: str | None,
    changed: PasswordChange | None = None,
    factor_since: datetime | None = None,
) -> Any:
    """The page. ``this``: the session that asks; ``password``: whether there is one here, and when
    it was ``changed``.
    """
    zone = ZoneInfo(school.timezone)
    return html.Div(
        [
            parts.page_head(text("Your account"), f"{user.name} · {wording.ROLE[user.role]}"),
            parts.card(
                html.Ul(
                    [_session(one, one.id == this, zone) for one in sessions], className="cp-rows"
                ),
                html.Div(
                    dmc.Button(
                        text("Sign out all others"),
                        id=ids.ACCOUNT_OTHERS,
                        variant="default",
                        disabled=len(sessions) < 2,
                    ),
                    style={"marginTop": "14px"},
                ),
                title=text("Where you are signed in"),
            ),
            _provider(identities, provider) if provider is not None else None,
            _password(changed, zone) if password else None,
            factor.card(None if factor_since is None else _moment(factor_since, zone))
            if password
            else None,
        ],
        className="cp-narrow cp-stack",
    )


def _session(one: OpenSession, this: bool, zone: ZoneInfo) -> Any:
    device = one.device or text("A browser that did not say which")
    return html.Li(
        [
            html.Span(
                [
                    html.Span(device, className="cp-name"),
                    html.Div(
                        parts.quiet(
                            text(
                                "since {opened}, last seen {seen}",
                                opened=_moment(one.opened_at, zone),
                                seen=_moment(one.seen_at or one.opened_at, zone),
                            )
                        )
                    ),
                ]
            ),
            parts.badge(text("This one"), "good")
            if this
            else dmc.Button(
                text("Sign out"),
                id=ids.own_session(one.id),
                size="compact-sm",
                variant="default",
                **parts.aria(label=text("Sign out {device}", device=device)),
            ),
        ]
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    return f"{i18n.day(there)}, {i18n.clock(there)}"


def _provider(identities: Sequence[Identity], provider: str) -> Any:
    body: Any = html.P(text("You can sign in with {account}.", account=provider))
    if not identities:
        body = parts.empty(
            text("Not linked yet"),
            text("Link it once, and you can sign in with it from then on."),
            html.P(
                html.A(
                    text("Link {account}", account=provider),
                    href=urls.at(f"{urls.SCHOOL_SIGN_IN}?link=1&next={urls.ACCOUNT}"),
                    className="cp-link",
                )
            ),
        )
    return parts.card(body, title=provider[:1].upper() + provider[1:])


def _changed(changed: PasswordChange | None, zone: ZoneInfo) -> Any:
    if changed is None:
        return None
    when = _moment(changed.at, zone)
    return parts.quiet(
        text("Changed last on {when}, by you.", when=when)
        if changed.by_owner
        else text("Changed last on {when}, by the school's office.", when=when)
    )


def _password(changed: PasswordChange | None, zone: ZoneInfo) -> Any:
    shown = {"aria-label": text("Show the password")}
    return parts.card(
        html.Div(
            [
                dmc.PasswordInput(
                    id=ids.ACCOUNT_OLD,
                    label=text("Your password now"),
                    visibilityToggleButtonProps=shown,
                    inputProps={"autoComplete": "current-password"},
                ),
                dmc.PasswordInput(
                    id=ids.ACCOUNT_NEW,
                    label=text("The new one"),
                    description=text(
                        "At least {letters} letters. You are signed out everywhere by it.",
                        letters=SHORTEST,
                    ),
                    visibilityToggleButtonProps=shown,
                    inputProps={"autoComplete": "new-password"},
                ),
                html.Div(dmc.Button(text("Change the password"), id=ids.ACCOUNT_BUTTON)),
                _changed(changed, zone),
            ],
            className="cp-form cp-form-narrow",
        ),
        title=text("Password"),
    )
