"""`/me`: what one student's device sent in one lecture, for that student's eyes and hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import wording
from dashboard.figures import live_charts
from dashboard.live_values import LivePoint
from dashboard.pages import ids, parts
from db.values import Course, Lecture, Participant


def layout(
    participant: Participant,
    lecture: Lecture,
    course: Course,
    points: Sequence[LivePoint],
    stored: int,
) -> Any:
    """The page. ``points``: the student's own looks as the model gave them; ``stored``: seconds."""
    zone = ZoneInfo(course.timezone)
    return html.Div(
        [
            parts.page_head("Your data", f"{lecture.title} · {course.title}"),
            parts.card(_facts(participant, stored, zone), title=participant.name),
            parts.card(_timeline(points, zone), title="What was seen of you"),
            parts.card(_hands(participant, stored), title="It is yours"),
        ],
        className="cp-narrow cp-stack",
    )


def stranger() -> Any:
    """The page for somebody without a recovery link."""
    return html.Div(
        [
            parts.page_head("Your data"),
            parts.card(
                parts.empty(
                    "Open your own link",
                    "When you joined, the agent showed you a link to this page. Open that link to "
                    "see what was sent, to take your agreement back, or to delete it all.",
                )
            ),
        ],
        className="cp-narrow",
    )


def _facts(participant: Participant, stored: int, zone: ZoneInfo) -> Any:
    joined = participant.joined_at.astimezone(zone)
    choices = participant.choices
    agreed = ["the class mood"] if choices.class_mood else []
    agreed += ["check-ins by your teacher"] if choices.flags else []
    agreed += ["being asked first"] if choices.ask_first else []
    facts = [
        ("Joined", f"{joined.day} {joined:%B %Y}, {wording.clock(joined)}"),
        ("Stored", f"{stored:,}".replace(",", "\u202f") + " seconds as numbers, no picture"),
        ("You agreed to", wording.listing(agreed) or "nothing"),
        ("Agreement", _standing(participant.withdrawn_at, zone)),
    ]
    return html.Dl(
        [part for name, text in facts for part in (html.Dt(name), html.Dd(text))],
        className="cp-facts",
    )


def _standing(withdrawn_at: datetime | None, zone: ZoneInfo) -> str:
    if withdrawn_at is None:
        return "in force"
    return f"taken back at {wording.clock(withdrawn_at.astimezone(zone))}; nothing is collected"


def _timeline(points: Sequence[LivePoint], zone: ZoneInfo) -> Any:
    if not any(point.shares is not None for point in points):
        return parts.empty("Nothing is stored", "No face of yours was seen in this lecture.")
    return html.Figure(
        [
            html.Div(
                dcc.Graph(
                    figure=live_charts.mood_figure(points, (), zone),
                    config=live_charts.config(),
                    responsive=True,
                    style={"height": "300px"},
                ),
                className="cp-chart cp-chart-mood",
                role="img",
                **parts.aria(label="Your own looks over the lecture, as the model saw them"),
            ),
            html.Figcaption(
                "Your own looks, minute by minute, as the model saw them. It is often wrong "
                "about a single face, and more often about some people's. " + wording.CAVEAT,
                className="cp-chart-text",
            ),
        ]
    )


def _hands(participant: Participant, stored: int) -> Any:
    withdrawn = participant.withdrawn_at is not None
    return html.Div(
        [
            html.P(
                "Taking your agreement back stops the collection at once. Deleting removes every "
                "number of yours, and the report is written anew without them."
            ),
            html.Div(
                [
                    dmc.Button(
                        "Take my agreement back",
                        id=ids.ME_WITHDRAW,
                        variant="default",
                        disabled=withdrawn,
                    ),
                    dmc.Button(
                        "Delete my data", id=ids.ME_DELETE, color="red.9", disabled=stored == 0
                    ),
                ],
                className="cp-buttons",
                style={"marginTop": "14px"},
            ),
        ]
    )
