"""`/me`: one student in one lecture: what they are asked, what is kept, what they may do."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from contract import LOOKS, Look
from dashboard import i18n
from dashboard.components import ids, parts, sure, urls
from dashboard.components.theme import STACK
from dashboard.i18n import plural, text, wording
from dashboard.i18n.self_report_words import SELF_REPORT
from dashboard.live import charts, panels
from dashboard.pages.student import self_report, way_back
from db.values import ErasureRequest, Participant
from services.live.values import LivePoint
from services.reading.own import Kept, MayChoose, Standing


def layout(standing: Standing, kept: Kept, may: MayChoose) -> Any:
    """The page."""
    participant, zone = standing.participant, ZoneInfo(standing.course.timezone)
    return html.Div(
        [
            parts.page_head(standing.lecture.title, standing.course.title),
            self_report.card(standing),
            _choices(participant, may) if standing.open and any(may) else None,
            parts.card(_facts(participant, kept, zone), title=text("Your data")),
            parts.card(_timeline(kept.points, zone), title=text("What was seen of you"))
            if kept.seconds
            else None,
            _history(kept, zone),
            parts.card(_hands(participant, kept, zone), title=text("It is yours")),
            way_back.card(),
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
                        "When you joined, you were shown a link to this page. Open that link to "
                        "see what was sent, to take your agreement back, or to delete it all."
                    ),
                )
            ),
        ],
        className="cp-narrow",
    )


def _choices(participant: Participant, may: MayChoose) -> Any:
    """What may be seen of this student, changed by switches."""
    choices = participant.choices
    shown = [
        dmc.Switch(
            id=ids.ME_FLAGS,
            label=text("My teacher may see my row and check in with me"),
            description=text("Otherwise you count in figures of the whole class only."),
            checked=choices.flags,
        ),
        dmc.Switch(
            id=ids.ME_ASK_FIRST,
            label=text("Ask me first"),
            description=text("A check-in is shown only after you said yes to it here."),
            checked=choices.ask_first,
            disabled=not choices.flags,
        ),
    ]
    room = dmc.Switch(
        id=ids.ME_ROOM,
        label=text("A camera for the whole room may see me"),
        description=text("It runs only if everybody allows it, and ends when one takes it back."),
        checked=choices.room,
    )
    return parts.card(
        html.Div([*(shown if may.shown else ()), room if may.room else None], className="cp-stack"),
        title=text("What your teacher may see"),
    )


def _facts(participant: Participant, kept: Kept, zone: ZoneInfo) -> Any:
    joined = participant.joined_at.astimezone(zone)
    choices = participant.choices
    agreed = [text("the class mood")] if choices.class_mood else []
    agreed += [text("check-ins by your teacher")] if choices.flags else []
    agreed += [text("being asked first")] if choices.ask_first else []
    agreed += [text("a camera for the whole room")] if choices.room else []
    facts = [
        (text("Name"), participant.name),
        (text("Joined"), f"{i18n.full_day(joined)}, {i18n.clock(joined)}"),
        (
            text("Stored"),
            plural(
                "{n} second as numbers, no picture",
                "{n} seconds as numbers, no picture",
                kept.seconds,
            ),
        ),
        (text("You agreed to"), i18n.listing(agreed) if agreed else text("nothing")),
        (text("Agreement"), _standing(participant.withdrawn_at, zone)),
    ]
    return html.Div(
        [
            html.Dl(
                [part for name, said in facts for part in (html.Dt(name), html.Dd(said))],
                className="cp-facts",
            ),
            html.P(
                html.A(
                    text("Every number as it is stored (JSON)"),
                    href=urls.at("/api/v1/me/observations"),
                    className="cp-link",
                ),
                style={"marginTop": "12px"},
            ),
        ]
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
                    figure=charts.mood_figure(points, (), zone),
                    config=charts.config(),
                    responsive=True,
                    style={"height": "300px"},
                ),
                className="cp-chart cp-chart-mood",
                role="img",
                **parts.aria(label=text("Your own looks over the lecture, as the model saw them")),
            ),
            html.Ul(
                [panels.look_key(look, share) for look, share in _means(points)],
                className="cp-legend cp-legend-below",
                **parts.aria(label=text("Your looks over the whole lecture")),
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


def _means(points: Sequence[LivePoint]) -> list[tuple[Look, float]]:
    """The looks from the top of the chart to its floor, each with its mean share."""
    known = [point.shares for point in points if point.shares is not None]
    return [
        (look, fmean(shares[LOOKS.index(look)] for shares in known)) for look in reversed(STACK)
    ]


def _history(kept: Kept, zone: ZoneInfo) -> Any:
    """What the student said, and what was suggested about them, in order of time."""
    rows = [(one.at, text("You said"), SELF_REPORT[one.mood]) for one in kept.self_reports]
    rows += [
        (
            flag.raised_at,
            text("A check-in was suggested"),
            wording.OUTCOME.get(flag.outcome_note or "", wording.FLAG_TITLE[flag.kind.value]),
        )
        for flag in kept.flags
    ]
    if not rows:
        return None
    listed: list[list[Any]] = [
        [i18n.clock(at.astimezone(zone)), what, said]
        for at, what, said in sorted(rows, key=lambda row: row[0])
    ]
    return parts.card(
        parts.table(
            [text("When"), text("What"), text("Detail")], listed, text("What happened"), set()
        ),
        title=text("What happened"),
    )


def _hands(participant: Participant, kept: Kept, zone: ZoneInfo) -> Any:
    withdrawn = participant.withdrawn_at is not None
    return html.Div(
        [
            html.P(
                text(
                    "Either removes every number of yours, and the report is written anew without "
                    "them. Taking your agreement back also stops the collection, at once."
                )
            ),
            html.Div(
                [
                    sure.button(
                        "withdraw",
                        text("Take my agreement back"),
                        _leave(),
                        disabled=withdrawn,
                    ),
                    sure.button(
                        "delete",
                        text("Delete my data"),
                        _delete(kept),
                        variant="filled",
                        color="red.9",
                        disabled=not kept.anything,
                    ),
                ],
                className="cp-buttons",
                style={"marginTop": "14px"},
            ),
            _request(kept.request, zone),
        ]
    )


def _leave() -> Any:
    return sure.dialogue(
        "withdraw",
        text("Take your agreement back?"),
        sure.listed(
            text("Nothing more of yours is collected, from this moment on."),
            text("You are no longer part of this lecture; you can agree again while it runs."),
            text("What was measured of you here, and what you said, is deleted for good."),
        ),
        text("Take it back"),
        ids.ME_WITHDRAW,
        keep=text("Stay"),
    )


def _delete(kept: Kept) -> Any:
    return sure.dialogue(
        "delete",
        text("Delete your data of this lecture?"),
        plural(
            "{n} second of numbers and all that you said here will be gone for good.",
            "{n} seconds of numbers and all that you said here will be gone for good.",
            kept.seconds,
        ),
        text("Delete for good"),
        ids.ME_DELETE,
        keep=text("Keep it"),
    )


def _request(request: ErasureRequest | None, zone: ZoneInfo) -> Any:
    """The wish that the school delete the rest too, and what became of it."""
    if request is not None and request.verdict is None:
        at = request.at.astimezone(zone)
        said = text(
            "You asked the school on {day} to delete everything it has of you. It will answer.",
            day=i18n.full_day(at),
        )
        return html.P(said, className="cp-notice-warn", role="status")
    declined = None
    if request is not None and request.verdict == "declined":
        declined = html.P(
            text("The school did not delete it: {reason}", reason=request.note or "–"),
            className="cp-notice-warn",
        )
    return html.Div(
        [
            declined,
            html.P(
                text(
                    "Your name, your agreement and your other lectures stay until the school "
                    "deletes them."
                ),
                className="cp-caveat",
            ),
            sure.button(
                "erase",
                text("Ask the school to delete everything"),
                sure.dialogue(
                    "erase",
                    text("Ask the school to delete everything?"),
                    sure.listed(
                        text("The school's office gets your wish, with your name."),
                        text("It deletes you from the roster, all lectures and their reports."),
                        text("You cannot take the wish back here; the school answers it."),
                    ),
                    text("Ask the school"),
                    ids.ME_ERASE,
                    keep=text("Do not ask"),
                ),
                mt="sm",
            ),
        ]
    )
