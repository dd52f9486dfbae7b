"""The way back to one's own page: the link, to copy or to photograph, which is told once."""

from typing import Any

import segno
from dash import html

from dashboard.components import ids, parts, sure, urls
from dashboard.i18n import text

RENEW = "way-back"
"""The name of the dialogue that asks before a new link ends the others."""


def joined(address: str) -> Any:
    """What stands in the form's place for whoever has just joined."""
    return html.Div(
        [
            html.P(html.Strong(text("You take part.")), role="status"),
            html.P(
                text(
                    "Keep this link: it opens your own page in any browser, today and later. There "
                    "you tap how it goes, and see, change and delete what is kept of you. Whoever "
                    "has the link can do the same. It is shown this once."
                )
            ),
            _link(address),
            html.Div(
                html.A(text("Go on to my page"), href=urls.at(urls.ME), className="cp-button"),
                style={"marginTop": "6px"},
            ),
        ],
        className="cp-form",
    )


def card() -> Any:
    """On the own page: how to come back to it, and how to end a link that others have."""
    told = sure.listed(
        text("You see the new link here, once."),
        text("Links that you were given before open nothing any more, the agent's one too."),
    )
    return parts.card(
        html.P(
            text(
                "This page opens by the link that you were given when you joined. Lost it, or "
                "somebody else has it? Make a new one: the old ones end."
            )
        ),
        html.Div(
            sure.button(
                RENEW,
                text("Make a new link"),
                sure.dialogue(
                    RENEW,
                    text("Make a new link to this page?"),
                    told,
                    text("Make the link"),
                    ids.ME_LINK,
                    grave=False,
                ),
            ),
            style={"marginTop": "12px"},
        ),
        html.Div(id=ids.ME_LINK_PANEL, role="status"),
        title=text("Your way back"),
    )


def renewed(address: str) -> Any:
    """The new link."""
    return html.Div(
        [
            html.P(text("This is your link from now on. It is shown this once; keep it.")),
            _link(address),
        ],
        className="cp-form",
        style={"marginTop": "14px"},
    )


def _link(address: str) -> Any:
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#191a23")
    return html.Div(
        [
            parts.command(address, text("the link to your own page")),
            html.Img(src=picture, alt=text("QR code of your link"), className="cp-way-back"),
        ]
    )
