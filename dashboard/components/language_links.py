"""The switch between languages on pages that work before any script has loaded."""

from html import escape

from contract.languages import Language
from dashboard import i18n
from dashboard.components import urls
from dashboard.i18n import text


def language_links(here: str) -> str:
    """A link to each other language, in that language; it leads back ``here``."""
    links = [
        f'<a class="cp-link" lang="{one.value}" hreflang="{one.value}" '
        f'href="{escape(urls.at(urls.language(one.value, here)), quote=True)}">'
        f"{escape(one.own_name)}</a>"
        for one in Language
        if one is not i18n.language()
    ]
    label = escape(text("Language"))
    return f'<nav class="cp-languages" aria-label="{label}">{"".join(links)}</nav>'
