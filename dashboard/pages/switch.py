"""The switch between languages: plain links, each in its own language, so that all can read it."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from contract.languages import Language
from dashboard import i18n
from dashboard.i18n import text
from dashboard.pages import parts, urls


def language_menu(here: str) -> Any:
    """The header's menu; each choice leads back ``here``, now in that language."""
    spoken = i18n.language()
    return dmc.Menu(
        [
            dmc.MenuTarget(
                html.Button(
                    [
                        html.Span("文A", className="cp-language-mark", **parts.aria(hidden="true")),
                        html.Span(spoken.own_name, className="cp-language-name"),
                    ],
                    type="button",
                    className="cp-plain-button cp-language",
                    **parts.aria(label=text("Language: {name}", name=spoken.own_name)),
                )
            ),
            dmc.MenuDropdown(
                [
                    dmc.MenuItem(
                        html.Span(one.own_name, lang=one.value),
                        href=urls.language(one.value, here),
                        refresh=True,
                        rightSection="✓" if one is spoken else None,
                    )
                    for one in Language
                ]
            ),
        ],
        position="bottom-end",
        shadow="md",
    )
