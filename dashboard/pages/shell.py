"""The frame around every page: header, way around, theme, and the words for what went wrong."""

from collections.abc import Sequence
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import theme
from dashboard.pages import ids, parts, urls

INDEX: Final = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{%title%}</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
{%css%}
</head>
<body>
{%app_entry%}
<div>{%config%}{%scripts%}{%renderer%}</div>
</body>
</html>"""


def frame() -> Any:
    """What every browser gets first; the rest is asked for once it is known who asks."""
    return dmc.MantineProvider(
        [
            dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
            html.A("Skip to the content", href="#main", className="cp-skip"),
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
                "ClassPulse says what faces look like, never what people feel. "
                "Pictures never leave the students' devices.",
                className="cp-footer",
            ),
        ],
        theme=theme.MANTINE,
        defaultColorScheme="auto",
    )


def header(links: Sequence[tuple[str, str]], here: str, name: str | None) -> list[Any]:
    """The header's contents: ``links`` as (text, address), ``name`` of who is signed in."""
    return [
        dcc.Link(
            [
                html.Img(src="/assets/mark.svg", alt="ClassPulse", className="cp-brand-mark"),
                html.Span("ClassPulse", className="cp-brand-text", **parts.aria(hidden="true")),
            ],
            href=urls.HOME,
            className="cp-brand",
        ),
        html.Nav(
            [
                html.A(text, href=href, **(parts.aria(current="page") if href == here else {}))
                for text, href in links
            ],
            className="cp-nav",
            **parts.aria(label="Pages"),
        ),
        html.Div(
            [
                html.Span(name, className="cp-quiet cp-user-name") if name else None,
                dmc.ColorSchemeToggle(
                    lightIcon=html.Span("☀", **parts.aria(hidden="true")),
                    darkIcon=html.Span("☾", **parts.aria(hidden="true")),
                    variant="default",
                    size="md",
                    **parts.aria(label="Switch between light and dark"),
                ),
                _sign_out() if name else parts.link("Sign in", urls.SIGN_IN),
            ],
            className="cp-user",
        ),
    ]


def not_found(what: str) -> Any:
    """The page for an address that leads nowhere, or nowhere this person may go."""
    return _sorry(
        "Nothing to see here",
        f"{what} It may have been removed, or it belongs to somebody else's course.",
    )


def too_many(seconds: float) -> Any:
    """The page for somebody who tried too many codes; they may go on in ``seconds``."""
    return _sorry(
        "Too many tries",
        f"Too many codes that lead nowhere were tried from here: wait {int(seconds) + 1} s "
        "and check the code with your teacher.",
    )


def failed() -> Any:
    """The page for a fault of ours."""
    return _sorry(
        "That did not work",
        "Something went wrong on the server. Nothing was lost; please load the page again.",
    )


def sign_in_first(next_url: str) -> Any:
    """The page for somebody not signed in."""
    return html.Div(
        parts.card(
            parts.empty(
                "Please sign in",
                "This page is for teachers and admins of the school.",
                html.A("Sign in", href=f"{urls.SIGN_IN}?next={next_url}", className="cp-link"),
            )
        ),
        className="cp-narrow",
    )


def notice(text: str, *, good: bool) -> Any:
    """One sentence on how an action ended, read out by screen readers."""
    name = "cp-notice-good" if good else "cp-notice-bad"
    return html.Div(text, className=name, role="status" if good else "alert")


def _sorry(title: str, text: str) -> Any:
    return html.Div(
        parts.card(
            html.H1(title),
            html.P(text, className="cp-lead"),
            html.P(parts.link("Back to the start", urls.HOME), style={"marginTop": "12px"}),
            className="cp-error",
        ),
        className="cp-narrow",
    )


def _sign_out() -> Any:
    return html.Form(
        html.Button("Sign out", type="submit", className="cp-plain-button"),
        method="post",
        action=urls.SIGN_OUT,
    )
