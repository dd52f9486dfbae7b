"""`/me`: what one student's device sent in one lecture, for that student's eyes and hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import i18n, wording
from dashboard.figures import live_charts
from dashboard.i18n import plural, text
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
            parts.page_head(text("Your data"), f"{lecture.title} · {course.title}"),
            parts.card(_facts(participant, stored, zone), title=participant.name),
            parts.card(_timeline(points, zone), title=text("What was seen of you")),
            parts.card(_hands(participant, stored), title=text("It is yours")),
        ],
        className="cp-narrow cp-stack",
    )


def stranger() -> Any:
    """The page for somebody without a recovery link."""
    return html.Div(
        [
            parts.page_head(text("Your data")),
            parts.card(
                parts.empty(
                    text("Open your own link"),
                    text(
                        "When you joined, the agent showed you a link to this page. Open that "
                        "link to see what was sent, to take your agreement back, or to delete it "
                        "all."
                    ),
                )
            ),
        ],
        className="cp-narrow",
    )


def _facts(participant: Participant, stored: int, zone: ZoneInfo) -> Any:
    joined = participant.joined_at.astimezone(zone)
    choices = participant.choices
    agreed = [text("the class mood")] if choices.class_mood else []
    agreed += [text("check-ins by your teacher")] if choices.flags else []
    agreed += [text("being asked first")] if choices.ask_first else []
    facts = [
        (text("Joined"), f"{i18n.full_day(joined)}, {i18n.clock(joined)}"),
        (
            text("Stored"),
            plural(
                "{n} second as numbers, no picture",
                "{n} seconds as numbers, no picture",
                stored,
            ),
        ),
        (text("You agreed to"), i18n.listing(agreed) if agreed else text("nothing")),
        (text("Agreement"), _standing(participant.withdrawn_at, zone)),
    ]
    return html.Dl(
        [part for name, said in facts for part in (html.Dt(name), html.Dd(said))],
        className="cp-facts",
    )


def _standing(withdrawn_at: datetime | None, zone: ZoneInfo) -> str:
    if withdrawn_at is None:
        return text("in force")
    return text(
        "taken back at {time}; nothing is collected",
        time=i18n.clock(withdrawn_at.astimezone(zone)),
    )


def _timeline(points: Sequence[LivePoint], zone: ZoneInfo) -> Any:
    if not any(point.shares is not None for point in points):
        return parts.empty(
            text("Nothing is stored"), text("No face of yours was seen in this lecture.")
        )
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
                **parts.aria(label=text("Your own looks over the lecture, as the model saw them")),
            ),
            html.Figcaption(
                [
                    text(
                        "Your own looks, minute by minute, as the model saw them. It is often "
                        "wrong about a single face, and more often about some people's."
                    ),
                    " ",
                    wording.caveat(),
                ],
                className="cp-chart-text",
            ),
        ]
    )


def _hands(participant: Participant, stored: int) -> Any:
    withdrawn = participant.withdrawn_at is not None
    return html.Div(
        [
            html.P(
                text(
                    "Taking your agreement back stops the collection at once. Deleting removes "
                    "every number of yours, and the report is written anew without them."
                )
            ),
            html.Div(
                [
                    dmc.Button(
                        text("Take my agreement back"),
                        id=ids.ME_WITHDRAW,
                        variant="default",
                        disabled=withdrawn,
                    ),
                    dmc.Button(
                        text("Delete my data"),
                        id=ids.ME_DELETE,
                        color="red.9",
                        disabled=stored == 0,
                    ),
                ],
                className="cp-buttons",
                style={"marginTop": "14px"},
            ),
        ]
    )
