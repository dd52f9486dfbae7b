"""A problem as a page for people who follow a link, in the look of the sign-in page."""

from html import escape
from typing import Final

from dashboard import i18n
from dashboard.i18n import text

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" data-mantine-color-scheme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · ClassPulse</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/classpulse.css">
</head>
<body>
<main class="cp-signin">
<section class="cp-card">
<p class="cp-brand"><img src="/assets/mark.svg" alt="" class="cp-brand-mark">ClassPulse</p>
<h1>{title}</h1>
<p class="cp-lead">{detail}</p>
<p><a class="cp-link" href="/">{start}</a></p>
</section>
</main>
</body>
</html>
"""


def error_html(title: str, detail: str) -> str:
    """The page: what is wrong in a word, and in a sentence."""
    return _PAGE.format(
        language=i18n.language().value,
        title=escape(title),
        detail=escape(detail),
        start=escape(text("To the start page")),
    )
