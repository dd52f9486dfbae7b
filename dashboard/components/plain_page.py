"""A page of plain HTML, for what must work before any script has loaded: one card, one heading."""

from html import escape
from typing import Final

from dashboard import i18n
from dashboard.components import urls

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" data-mantine-color-scheme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · ClassPulse</title>
<link rel="icon" href="{mark}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main class="cp-signin">
<section class="cp-card">
<p class="cp-brand"><img src="{mark}" alt="" class="cp-brand-mark">ClassPulse</p>
<h1>{title}</h1>
<p class="cp-lead">{lead}</p>
{card}
</section>
{below}
</main>
</body>
</html>
"""


def plain_page(title: str, lead: str, card: str, below: str = "") -> str:
    """The page in the reader's language: ``title`` and ``lead`` are words, the others HTML."""
    return _PAGE.format(
        language=i18n.language().value,
        title=escape(title),
        lead=escape(lead),
        card=card,
        below=below,
        mark=urls.asset("mark.svg"),
        style=urls.asset("classpulse.css"),
    )
