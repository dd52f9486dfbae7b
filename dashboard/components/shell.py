"""The frame around every page: header, way around, theme, and the words for what went wrong."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import ids, parts, theme, urls
from dashboard.components.language_switch import language_menu
from dashboard.i18n import text


def frame() -> Any:
    """What every browser gets first; the rest is asked for once it is known who asks."""
    return dmc.MantineProvider(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.A(text("Skip to the content"), href="#main", className="cp-skip"),
            # Mantine's dialogues bring a page header of their own; there must be one at a time.
            html.Section(
                html.Div(id=ids.HEADER, className="cp-header-in"),
                className="cp-header",
                **parts.aria(label="ClassPulse"),
            ),
            html.Div(id=ids.NOTICE, className="cp-notice", role="status"),
            html.Main(
                html.Div(id=ids.CONTENT), id="main", className="cp-main", tabIndex=-1, role="main"
            ),
            html.Footer(
                text(
                    "ClassPulse says what faces look like, never what people feel. "
                    "Pictures never leave the students' devices."
                ),
                className="cp-footer",
            ),
        ],
        theme=theme.MANTINE,
        defaultColorScheme="auto",
    )


def header(
    links: Sequence[tuple[str, str]], here: str, name: str | None, *, back: str | None = None
) -> list[Any]:
    """The header's contents: ``links`` as (text, address), ``name`` of who is signed in.

    ``back``: where a change of language leads, if not to ``here``.
    """
    return [
        dcc.Link(
            [
                html.Img(src=urls.asset("mark.svg"), alt="ClassPulse", className="cp-brand-mark"),
                html.Span("ClassPulse", className="cp-brand-text", **parts.aria(hidden="true")),
            ],
            href=urls.at(urls.HOME),
            className="cp-brand",
        ),
        html.Nav(
            [
                html.A(
                    label,
                    href=urls.at(href),
                    **(parts.aria(current="page") if href == here else {}),
                )
                for label, href in links
            ],
            className="cp-nav",
            **parts.aria(label=text("Pages")),
        ),
        html.Div(
            [
                html.A(
                    [
                        html.Span("◍", className="cp-user-sign", **parts.aria(hidden="true")),
                        html.Span(name, className="cp-user-name"),
                    ],
                    href=urls.at(urls.ACCOUNT),
                    className="cp-user-link",
                    **parts.aria(label=text("Your account: {name}", name=name)),
                )
                if name
                else None,
                dmc.ColorSchemeToggle(
                    lightIcon=html.Span("☀", **parts.aria(hidden="true")),
                    darkIcon=html.Span("☾", **parts.aria(hidden="true")),
                    variant="default",
                    size="md",
                    **parts.aria(label=text("Switch between light and dark")),
                ),
                language_menu(back or here),
                _sign_out() if name else parts.link(text("Sign in"), urls.SIGN_IN),
            ],
            className="cp-user",
        ),
    ]


def not_found(what: str) -> Any:
    """The page for an address that leads nowhere, or nowhere this person may go."""
    return _sorry(
        text("Nothing to see here"),
        text(
            "{what} It may have been removed, or it belongs to somebody else's course.", what=what
        ),
    )


def too_many(seconds: float) -> Any:
    """The page for somebody who tried too many codes; they may go on in ``seconds``."""
    return _sorry(
        text("Too many tries"),
        text(
            "Too many codes that lead nowhere were tried from here: wait {seconds} s "
            "and check the code with your teacher.",
            seconds=int(seconds) + 1,
        ),
    )


def failed() -> Any:
    """The page for a fault of ours."""
    return _sorry(
        text("That did not work"),
        text("Something went wrong on the server. Nothing was lost; please load the page again."),
    )


def sign_in_first(next_url: str) -> Any:
    """The page for somebody not signed in."""
    return html.Div(
        parts.card(
            parts.empty(
                text("Please sign in"),
                text("This page is for teachers and admins of the school."),
                html.A(
                    text("Sign in"),
                    href=urls.at(f"{urls.SIGN_IN}?next={next_url}"),
                    className="cp-link",
                ),
            )
        ),
        className="cp-narrow",
    )


def notice(sentence: Any, *, good: bool) -> Any:
    """One sentence on how an action ended, read out by screen readers."""
    name = "cp-notice-good" if good else "cp-notice-bad"
    # By a key of its own it is a new element, which is read out and leaves anew.
    return html.Div(sentence, className=name, role="status" if good else "alert", key=token_hex(4))


def _sorry(title: str, sentence: str) -> Any:
    return html.Div(
        parts.card(
            html.H1(title),
            html.P(sentence, className="cp-lead"),
            html.P(parts.link(text("Back to the start"), urls.HOME), style={"marginTop": "12px"}),
            className="cp-error",
        ),
        className="cp-narrow",
    )


def _sign_out() -> Any:
    return html.Form(
        html.Button(text("Sign out"), type="submit", className="cp-plain-button"),
        method="post",
        action=urls.at(urls.SIGN_OUT),
    )
