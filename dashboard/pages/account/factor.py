"""The second factor on one's own page: set up, confirmed by a first code, turned off by another."""

from typing import Any

import dash_mantine_components as dmc
import segno
from dash import html

from dashboard.components import ids, parts
from dashboard.i18n import text
from services.accounts.second_factor import Enrolment


def card(since: str | None) -> Any:
    """The card. ``since``: when it was set up, in words; None: it was not."""
    body = _off() if since is None else _on(since)
    state = parts.badge(text("On"), "good") if since is not None else parts.badge(text("Off"))
    return parts.card(
        html.Div(body, id=ids.ACCOUNT_FACTOR, className="cp-form cp-form-narrow"),
        title=text("Second factor"),
        aside=state,
    )


def _off() -> list[Any]:
    return [
        html.P(
            text(
                "An authenticator on your phone shows a new code every half minute. With it, a "
                "password alone opens nothing."
            ),
            className="cp-quiet",
        ),
        html.Div(dmc.Button(text("Set it up"), id=ids.ACCOUNT_FACTOR_BEGIN, variant="default")),
    ]


def _on(since: str) -> list[Any]:
    return [
        html.P(text("You are asked for a code since {when}.", when=since), className="cp-quiet"),
        _code(),
        html.Div(dmc.Button(text("Turn it off"), id=ids.ACCOUNT_FACTOR_OFF, variant="default")),
    ]


def enrolment(made: Enrolment) -> list[Any]:
    """What an authenticator reads, and the field for its first code."""
    picture = segno.make(made.address, error="m").svg_data_uri(scale=5, border=2, dark="#191a23")
    return [
        html.P(text("Scan this with your authenticator, or type the key into it.")),
        html.Img(src=picture, alt=text("QR code of the key"), className="cp-factor"),
        parts.command(made.secret, text("the key")),
        _code(),
        html.Div(dmc.Button(text("Confirm the first code"), id=ids.ACCOUNT_FACTOR_ON)),
    ]


def _code() -> Any:
    return dmc.TextInput(
        id=ids.ACCOUNT_CODE,
        label=text("Code of your authenticator"),
        inputProps={"inputMode": "numeric", "autoComplete": "one-time-code", "maxLength": 10},
    )
