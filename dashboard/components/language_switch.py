"""The switch between languages: plain links, each in its own language, so that all can read it."""

from typing import Any

from dash import html

from contract.languages import Language
from dashboard import i18n
from dashboard.components import parts, urls
from dashboard.i18n import text


def language_menu(here: str) -> Any:
    """The header's menu; each choice leads back ``here``, now in that language.

    A disclosure of links, which every browser and screen reader knows: it needs no script to open.
    """
    spoken = i18n.language()
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(
                        spoken.value, className="cp-language-mark", **parts.aria(hidden="true")
                    ),
                    html.Span(spoken.own_name, className="cp-language-name"),
                ],
                className="cp-plain-button cp-language",
                **parts.aria(label=text("Language: {name}", name=spoken.own_name)),
            ),
            html.Ul([_choice(one, here, spoken) for one in Language], className="cp-language-list"),
        ],
        className="cp-language-menu",
    )


def _choice(one: Language, here: str, spoken: Language) -> Any:
    current = parts.aria(current="true") if one is spoken else {}
    link: dict[str, Any] = {"lang": one.value, "hrefLang": one.value, **current}
    return html.Li(html.A(one.own_name, href=urls.at(urls.language(one.value, here)), **link))
