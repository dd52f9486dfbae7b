"""The one-tap question on a student's own page, and the private one where there is one."""

from hashlib import blake2b
from json import dumps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import dcc, html

from contract.exchange import PulseMood
from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text
from dashboard.i18n.self_report_words import SELF_REPORT, SIGN
from db.values import ParticipantStatus, SelfReport
from services.reading.own import Standing

TICK_MS = 5000


def card(standing: Standing) -> Any:
    """The card with the question; it asks the server how things stand every few seconds."""
    if not standing.open:
        return _closed(standing)
    shown = panel(standing)
    known: dict[str, Any] = {"data-print": fingerprint(shown)}
    return html.Div(
        [
            dcc.Interval(id=ids.ME_TICK, interval=TICK_MS),
            html.Div(shown, id=ids.ME_TAP, **known),
        ]
    )


def fingerprint(shown: Any) -> str:
    """By which a page that shows a panel is known to show it still."""
    described = dumps(shown, default=lambda part: part.to_plotly_json(), sort_keys=True)
    return blake2b(described.encode(), digest_size=6).hexdigest()


def panel(standing: Standing) -> list[Any]:
    """What the card shows now."""
    if not standing.open:
        return [_closed(standing)]
    made = []
    if standing.asked is not None:
        made.append(_private(standing.asked))
    made.append(
        parts.card(
            _waiting() if standing.participant.status is ParticipantStatus.WAITING else None,
            html.Div(
                [_button(mood, standing.last) for mood in PulseMood],
                className="cp-taps",
                role="group",
                **parts.aria(label=text("How is it going?")),
            ),
            html.P(_said(standing), className="cp-caveat", role="status"),
            title=text("How is it going?"),
        )
    )
    return made


def _button(mood: PulseMood, last: SelfReport | None) -> Any:
    chosen = last is not None and last.mood is mood
    return html.Button(
        [
            html.Span(SIGN[mood], className="cp-tap-sign", **parts.aria(hidden="true")),
            html.Span(SELF_REPORT[mood]),
        ],
        id=ids.self_report(mood.value),
        className=f"cp-tap cp-tap-{mood.value}",
        type="button",
        **parts.aria(pressed="true" if chosen else "false"),
    )


def _said(standing: Standing) -> str:
    if standing.last is None:
        return text(
            "One tap, as often as things change. Your teacher sees how many said what, "
            "never who, and only where at least five answered."
        )
    at = standing.last.at.astimezone(ZoneInfo(standing.course.timezone))
    return text(
        "You said “{answer}” at {time}. Tap again when that changes.",
        answer=SELF_REPORT[standing.last.mood],
        time=i18n.clock(at),
    )


def _waiting() -> Any:
    return html.P(
        text("Your teacher has not admitted you yet. Your answers count from the moment they do."),
        className="cp-notice-warn",
        role="status",
    )


def _private(flag_id: UUID) -> Any:
    """Asked of this student alone, before anything is shown to the teacher."""
    answers = (("yes", text("Yes, please")), ("no", text("No, thank you")))
    return parts.card(
        html.P(text("Nobody is told of this question or of a no.")),
        html.Div(
            [
                html.Button(
                    words,
                    id=ids.private_answer(flag_id, answer),
                    className="cp-choice",
                    type="button",
                )
                for answer, words in answers
            ],
            className="cp-buttons",
            style={"marginTop": "12px"},
        ),
        title=text("Would you like your teacher to check in with you?"),
        className="cp-private",
    )


def _closed(standing: Standing) -> Any:
    if standing.participant.status is ParticipantStatus.REFUSED:
        said = text("The teacher did not admit you"), text("Nothing of yours counts here.")
    elif standing.lecture.running:
        said = (
            text("You are no longer part of this lecture"),
            text("You took your agreement back, and nothing is collected."),
        )
    else:
        said = text("This lecture has ended"), text("Nothing more is asked or collected.")
    again = None
    if standing.lecture.running and standing.participant.status is ParticipantStatus.WITHDRAWN:
        again = parts.link(text("Agree again and join"), urls.join(standing.lecture.code))
    return parts.card(parts.empty(*said, again))
