"""What the queue says of how often a course's check-ins were right so far."""

from typing import Any

from dash import html

from analytics.flags.answered import InLife
from dashboard import i18n
from dashboard.i18n import plural, text, wording


def in_life(found: InLife | None) -> list[Any]:
    """One sentence with its interval, and whose wishes are in it; nothing before enough answers."""
    if found is None:
        return []
    low, high = found.likely
    said = text(
        "Of {answered} check-ins judged in this course so far, {right} were right: {share}, "
        "likely {low} to {high}.",
        answered=i18n.number(found.answered),
        right=i18n.number(found.right),
        share=wording.percent(found.share),
        low=wording.percent(low),
        high=wording.percent(high),
    )
    if found.wished:
        wished = plural(
            "{n} of them is a student's own wish; who did not wish it is never told.",
            "{n} of them are students' own wishes; who did not wish it is never told.",
            found.wished,
        )
        said = f"{said} {wished}"
    return [html.P(said, className="cp-more")]
