"""`/join`: the way to a lecture for whoever has its code or a personal link, and nothing else."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components import parts, urls
from dashboard.http import untrusted
from dashboard.i18n import text
from db.errors import TicketError
from services import joining
from services.context import Services


def page(services: Services, search: object) -> Any:
    """The page for an address that led on to no lecture: what its link opens, or a field."""
    link = untrusted.behind_address(search).get("link")
    return _ask() if link is None else _by_link(services, link)


def _by_link(services: Services, link: str) -> Any:
    try:
        found = joining.running_lecture(services, link)
    except TicketError:
        return _alone(
            text("This link opens nothing any more"),
            text("It was used, it has ended, or it was not copied whole. Ask for a new one."),
        )
    return _alone(
        found.title,
        text("No lecture runs now. Open your link again once it has begun; it stays yours."),
    )


def _alone(title: str, sentence: str) -> Any:
    return html.Div([parts.page_head(title, sentence)], className="cp-narrow")


def _ask() -> Any:
    """The field for a code; a form of the browser's own, which join_links leads on."""
    return html.Div(
        [
            parts.page_head(
                text("Join a lecture"), text("Your teacher shows its code, six letters and digits.")
            ),
            parts.card(
                html.Form(
                    [
                        dmc.TextInput(
                            id="start-code",
                            label=text("Code of the lecture"),
                            className="cp-code-field",
                            inputProps={
                                "name": "code",
                                "maxLength": 6,
                                "autoComplete": "off",
                                "autoCapitalize": "characters",
                                "spellCheck": False,
                            },
                        ),
                        html.Div(html.Button(text("Go on"), type="submit", className="cp-button")),
                    ],
                    method="get",
                    action=urls.at(urls.JOIN),
                    className="cp-form",
                )
            ),
            html.P(
                text(
                    "If you got a personal link, open it: it leads to the lecture by itself. "
                    "To see or delete what was sent of you, open the link that you were shown "
                    "when you joined."
                ),
                className="cp-caveat",
            ),
        ],
        className="cp-narrow",
    )
