"""In which words: texts by catalogue, figures and dates by a language's habits."""

from dashboard.i18n.speech import (
    DOMAIN,
    Said,
    clock,
    day,
    full_day,
    language,
    listing,
    mark,
    number,
    percent,
    plural,
    short_day,
    speak,
    speaking,
    text,
    text_of,
)

__all__ = [
    "DOMAIN",
    "Said",
    "clock",
    "day",
    "full_day",
    "language",
    "listing",
    "mark",
    "number",
    "percent",
    "plural",
    "short_day",
    "speak",
    "speaking",
    "text",
    "text_of",
]
