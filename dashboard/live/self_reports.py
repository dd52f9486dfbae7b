"""What students themselves said, on the live page: marked as theirs, beside what faces show."""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash import html

from analytics.privacy.suppression import K
from contract import Policy
from contract.exchange import PulseMood
from dashboard import i18n
from dashboard.components import parts
from dashboard.i18n import text, wording
from dashboard.i18n.self_report_words import SELF_REPORT_OF_SOME, SIGN
from dashboard.live.charts import local
from db.values import SelfReportSpan
from services.live.values import LiveSnapshot

EARLIER_SHOWS: Final = 4
"""Most earlier spans in sight; the report has them all."""


def panel(snapshot: LiveSnapshot) -> list[Any]:
    """The card with the newest count and a few before it; empty where nobody was ever asked."""
    only = snapshot.lecture.policy is Policy.SELF_REPORT
    if not snapshot.said:
        if not only:
            return []
        body: Any = parts.empty(
            text("Nobody has said enough yet"),
            text(
                "Students tap how it is going on their own page. Counts appear once at least "
                "{n} of them have answered.",
                n=i18n.number(K),
            ),
        )
        return [parts.card(body, title=text("Students say"))]
    zone = ZoneInfo(snapshot.course.timezone)
    newest, earlier = snapshot.said[-1], snapshot.said[-1 - EARLIER_SHOWS : -1]
    return [
        parts.card(
            html.Ul(
                [_bar(mood, newest) for mood in PulseMood],
                className="cp-said",
                **parts.aria(label=sentence(newest)),
            ),
            _earlier(earlier, zone) if earlier else None,
            html.P(
                text("Said by the students themselves; no part of the figures from faces."),
                className="cp-caveat",
            ),
            title=text("Students say"),
            aside=parts.quiet(wording.students(newest.answered), ", ", _span(newest, zone)),
        )
    ]


def strip(snapshot: LiveSnapshot) -> list[Any]:
    """The class at a glance where nothing is inferred: what it says, how many, who was asked."""
    zone = ZoneInfo(snapshot.course.timezone)
    label = text("Most say")
    asked = parts.stat(
        text("Taking part"), wording.told(snapshot.expected), text("students who are asked")
    )
    if not snapshot.said:
        waiting = text("known once {n} students have answered", n=i18n.number(K))
        return [
            parts.stat(label, "–", waiting, big=True),
            parts.stat(text("Answered"), "–", text("no count yet")),
            asked,
        ]
    newest = snapshot.said[-1]
    mood, count = top(newest)
    word = [
        html.Span(SIGN[mood], className="cp-said-sign", **parts.aria(hidden="true")),
        SELF_REPORT_OF_SOME[mood],
    ]
    share = text(
        "{n} of {students}", n=i18n.number(count), students=wording.students(newest.answered)
    )
    return [
        parts.stat(label, word, share, big=True),
        parts.stat(text("Answered"), i18n.number(newest.answered), _span(newest, zone)),
        asked,
    ]


def sentence(span: SelfReportSpan) -> str:
    """A span's counts in one sentence, commonest first."""
    ranked = sorted(PulseMood, key=lambda mood: -span.counts.get(mood, 0))
    named = [
        f"{SELF_REPORT_OF_SOME[mood]} {i18n.number(span.counts[mood])}"
        for mood in ranked
        if span.counts.get(mood, 0)
    ]
    return text(
        "{students} answered: {answers}.",
        students=wording.students(span.answered),
        answers=i18n.listing(named),
    )


def top(span: SelfReportSpan) -> tuple[PulseMood, int]:
    """The commonest answer and how many gave it; of equals the one that matters more."""
    order = list(PulseMood)
    mood = max(order, key=lambda one: (span.counts.get(one, 0), order.index(one)))
    return mood, span.counts.get(mood, 0)


def _bar(mood: PulseMood, span: SelfReportSpan) -> Any:
    count = span.counts.get(mood, 0)
    return html.Li(
        [
            html.Span(SIGN[mood], className="cp-said-sign", **parts.aria(hidden="true")),
            html.Span(SELF_REPORT_OF_SOME[mood], className="cp-said-name"),
            html.Span(
                html.Span(
                    className=f"cp-said-bar cp-said-{mood.value}",
                    style={"width": f"{100 * count / span.answered:.0f}%"},
                ),
                className="cp-said-track",
                **parts.aria(hidden="true"),
            ),
            html.Span(i18n.number(count), className="cp-said-count"),
        ]
    )


def _earlier(spans: Sequence[SelfReportSpan], zone: ZoneInfo) -> Any:
    return html.Details(
        [
            html.Summary(text("Before that")),
            html.Ul(
                [
                    html.Li(
                        [html.Span(_span(span, zone), className="cp-quiet"), " ", sentence(span)]
                    )
                    for span in reversed(spans)
                ],
                className="cp-said-earlier",
            ),
        ]
    )


def _span(span: SelfReportSpan, zone: ZoneInfo) -> str:
    begin, end = (local(epoch, zone)[11:16] for epoch in (span.begins, span.ends))
    return text("{begin} to {end}", begin=begin, end=end)
