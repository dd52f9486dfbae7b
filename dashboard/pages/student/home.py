"""`/` for a student who signed in by the school's account: the lectures they may join now."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components import parts, urls
from dashboard.i18n import text
from db.values import Course, Lecture


def layout(name: str, running: Sequence[tuple[Lecture, Course]]) -> Any:
    """The page. ``running``: lectures of the courses whose rosters name this student."""
    if running:
        body: Any = html.Ul([_row(*one) for one in running], className="cp-rows")
    else:
        body = parts.empty(
            text("No lecture of yours is running"),
            text("Once a teacher of yours starts one, it is listed here. Load the page again."),
        )
    return html.Div(
        [
            parts.page_head(text("Hello, {name}", name=name)),
            parts.card(body, title=text("Your lectures")),
        ],
        className="cp-narrow",
    )


def _row(lecture: Lecture, course: Course) -> Any:
    return html.Li(
        [
            html.Span(
                [html.Span(lecture.title, className="cp-name"), html.Div(parts.quiet(course.title))]
            ),
            html.A(text("Join"), href=urls.at(urls.join(lecture.code)), className="cp-button"),
        ]
    )
