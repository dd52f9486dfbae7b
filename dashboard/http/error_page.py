"""A problem as a page for people who follow a link, in the look of the sign-in page."""

from html import escape

from dashboard.components import urls
from dashboard.components.plain_page import plain_page
from dashboard.i18n import text


def error_html(title: str, detail: str) -> str:
    """The page: what is wrong in a word, and in a sentence."""
    start, words = escape(urls.at(urls.HOME), quote=True), escape(text("To the start page"))
    return plain_page(title, detail, f'<p><a class="cp-link" href="{start}">{words}</a></p>')
