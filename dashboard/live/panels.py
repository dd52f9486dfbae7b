"""The panels of the live page: a snapshot in, components out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from contract import LOOKS, Look, Policy
from contract.flags import FlagKind
from dashboard import i18n
from dashboard.components import ids, parts, shell
from dashboard.components.theme import ATTENTIVE_COLOUR, LOOK_COLOURS, PRESENCE_COLOUR, STACK
from dashboard.i18n import plural, text, wording
from dashboard.i18n.flag_words import why_logged
from dashboard.live import self_reports
from dashboard.live.in_life import in_life
from db.values import Participant, ParticipantStatus
from services.live.values import LiveSnapshot, MoodFigures, OpenFlag

TAKEN_BACK: Final = "taken_back"
"""What a button says that takes an answer or an admission back."""

QUEUE_SHOWS: Final = 3
"""Most check-ins in sight at once; more would be answered by none of them."""

NOTABLE_CHANGE: Final = 0.05
"""Five points within five minutes are worth a word."""


def strip(snapshot: LiveSnapshot) -> list[Any]:
    """The class at a glance: its look, how attentive, what changed, how many report."""
    if snapshot.lecture.policy is Policy.SELF_REPORT:
        return [*self_reports.strip(snapshot), *_nobody(snapshot)]
    return [
        _mood(snapshot),
        parts.stat(
            text("Attentive"),
            wording.percent(snapshot.attentive),
            text("of the time a face is in view"),
        ),
        parts.stat(text("Over 5 minutes"), *_change(snapshot)),
        parts.stat(
            text("Reporting"),
            [
                wording.told(snapshot.reporting),
                " ",
                html.Span(
                    text("of {n}", n=wording.told(snapshot.expected)), className="cp-stat-of"
                ),
            ]
            if snapshot.expected is not None
            else wording.told(None),
            text("in view {share} of the time", share=wording.percent(snapshot.presence))
            if snapshot.presence is not None
            else text("nobody in view yet"),
        ),
        *_nobody(snapshot),
    ]


def _nobody(snapshot: LiveSnapshot) -> list[Any]:
    """What the style sheet knows an empty class by, which is shown its code instead of charts."""
    # None: too few to be counted aloud, but there.
    if snapshot.expected != 0 or snapshot.waiting or snapshot.tiles:
        return []
    return [html.Span(className="cp-nobody", hidden=True)]


def mood_sentence(snapshot: LiveSnapshot) -> str:
    """The mood chart in one sentence, shown under it and read out instead of it."""
    if snapshot.hidden is not None:
        return wording.hidden(snapshot.hidden)
    if snapshot.mood is None:
        return text("No faces have been seen in the last minute.")
    if snapshot.mood.seen == 1:
        return text(
            "In the last minute one student was seen, who looked {look}: no figure of a class.",
            look=wording.LOOK[snapshot.mood.top],
        )
    ranked = sorted(STACK, key=snapshot.mood.share, reverse=True)[:3]
    named = [
        f"{wording.LOOK[look]} {wording.percent(snapshot.mood.share(look))}"
        for look in ranked
        if snapshot.mood.share(look) >= 0.01
    ]
    return text("In the last minute the class was {looks}.", looks=i18n.listing(named))


def attention_sentence(snapshot: LiveSnapshot) -> str:
    """The attention chart in one sentence."""
    if snapshot.attentive is None or snapshot.presence is None:
        return text("Nobody is in view at the moment.")
    return text(
        "In the last minute students were in view {presence} of the time, "
        "and attentive in {attentive} of that.",
        presence=wording.percent(snapshot.presence),
        attentive=wording.percent(snapshot.attentive),
    )


def legend(mood: MoodFigures | None) -> list[Any]:
    """The looks from the top of the chart to its floor, each with its colour and share now."""
    return [
        look_key(look, mood.share(look) if mood else None, _sureness(mood, look) if mood else None)
        for look in reversed(STACK)
    ]


def _sureness(mood: MoodFigures, look: Look) -> str | None:
    """The interval of a share in figures alone; None where none is known, or of one student."""
    interval = mood.interval(look)
    if interval is None or mood.seen == 1:
        return None
    low, high = (round(end * 100) for end in interval)
    return f"{i18n.number(low)}–{i18n.number(high)}" if low < high else None


def look_key(look: Look, share: float | None, between: str | None = None) -> Any:
    """A line of a legend: the look's colour, its word, its share and what that lies between."""
    return html.Li(
        [
            html.Span(
                className="cp-swatch",
                style={"background": LOOK_COLOURS[look]},
                **parts.aria(hidden="true"),
            ),
            html.Span(wording.LOOK[look], className="cp-legend-name"),
            html.Span(wording.percent(share), className="cp-legend-share"),
            html.Span(between, className="cp-legend-between"),
        ]
    )


def attention_key(snapshot: LiveSnapshot | None) -> list[Any]:
    """The two lines of the attention chart, each with its share now."""
    attentive = snapshot.attentive if snapshot else None
    presence = snapshot.presence if snapshot else None
    return [
        _key(text("attentive"), attentive, ATTENTIVE_COLOUR, "cp-key-line"),
        _key(text("in view"), presence, PRESENCE_COLOUR, "cp-key-line cp-key-dotted"),
    ]


def _key(name: str, share: float | None, colour: str, line: str) -> Any:
    return html.Li(
        [
            html.Span(className=line, style={"color": colour}, **parts.aria(hidden="true")),
            html.Span(name, className="cp-legend-name"),
            html.Span(wording.percent(share), className="cp-legend-share"),
        ]
    )


def queue(snapshot: LiveSnapshot) -> list[Any]:
    """The check-ins that wait for an answer: at most three, oldest first."""
    if snapshot.lecture.policy is not Policy.INDIVIDUAL:
        return [
            parts.empty(
                text("Not under this policy"),
                text("The school shows figures of the whole class only."),
            )
        ]
    return [
        *_class_drift(snapshot),
        *_check_ins(snapshot),
        *_held_back(snapshot),
        *in_life(snapshot.in_life),
    ]


def _class_drift(snapshot: LiveSnapshot) -> list[Any]:
    """One sentence instead of a check-in for each, where half the class drifts at once."""
    drift = snapshot.drift
    if drift is None:
        return []
    zone = ZoneInfo(snapshot.course.timezone)
    at = datetime.fromtimestamp(drift.since, tz=zone)
    if drift.kind is FlagKind.SAD:
        said = text("Half the class or more has looked sad since {time}.", time=wording.clock(at))
    else:
        said = text(
            "Half the class or more has looked disengaged since {time}.", time=wording.clock(at)
        )
    before = [marker for marker in snapshot.markers if marker.at <= at]
    if before:
        marker = max(before, key=lambda one: one.at)
        said += " " + text("The last marker before it: {marker}.", marker=marker.label)
    return [html.P(said, className="cp-more")]


def _held_back(snapshot: LiveSnapshot) -> list[Any]:
    if not snapshot.held:
        return []
    said = plural(
        "{n} check-in is held back, so that there are not too many.",
        "{n} check-ins are held back, so that there are not too many.",
        snapshot.held,
    )
    return [html.P(said, className="cp-more")]


def _check_ins(snapshot: LiveSnapshot) -> list[Any]:
    if not snapshot.flags and snapshot.resting:
        return [parts.empty(text("Nobody needs a word right now"), _resting(snapshot.resting))]
    if not snapshot.flags:
        return [
            parts.empty(
                text("Nobody needs a word right now"),
                text(
                    "A student appears here after looking sad or disengaged for several minutes, "
                    "if they agreed to it."
                ),
            )
        ]
    zone = ZoneInfo(snapshot.course.timezone)
    shown = [_check_in(flag, zone) for flag in snapshot.flags[:QUEUE_SHOWS]]
    more = len(snapshot.flags) - len(shown)
    if more > 0:
        shown.append(
            html.P(
                plural(
                    "{n} more will follow as you answer.",
                    "{n} more will follow as you answer.",
                    more,
                ),
                className="cp-more",
            )
        )
    if snapshot.resting:
        shown.append(html.P(_resting(snapshot.resting), className="cp-more"))
    return [*shown, html.P(wording.caveat(), className="cp-caveat")]


def _resting(count: int) -> str:
    return plural(
        "{n} check-in rests: nothing is seen of the student now.",
        "{n} check-ins rest: nothing is seen of the students now.",
        count,
    )


def waiting(snapshot: LiveSnapshot) -> list[Any]:
    """Students who typed the code and a name, to be admitted or refused."""
    if not snapshot.waiting:
        return []
    rows = [
        html.Li(
            [
                html.Span(someone.name, className="cp-name"),
                html.Span(
                    [
                        dmc.Button(
                            text("Admit"),
                            id=ids.admission(someone.participant_id, "admit"),
                            size="compact-sm",
                            rightSection=dmc.Kbd("A", size="xs") if first else None,
                            **parts.aria(label=text("Admit {name}", name=someone.name)),
                        ),
                        dmc.Button(
                            text("Refuse"),
                            id=ids.admission(someone.participant_id, "refuse"),
                            size="compact-sm",
                            variant="default",
                            **parts.aria(label=text("Refuse {name}", name=someone.name)),
                        ),
                    ],
                    className="cp-buttons",
                ),
            ]
        )
        # The key acts on who has waited longest, whose row says so. Refusing takes more than one.
        for someone, first in ((one, one is snapshot.waiting[0]) for one in snapshot.waiting)
    ]
    return [
        parts.card(
            html.Ul(rows, className="cp-waiting"),
            title=text("Waiting to be admitted"),
            aside=parts.badge(i18n.number(len(snapshot.waiting)), "warn"),
        )
    ]


def judged(participant: Participant) -> Any:
    """That a waiting student was admitted or refused, and for some seconds the way back."""
    name = participant.name
    if participant.status is ParticipantStatus.WAITING:
        return shell.notice(text("{name} waits at the door again.", name=name), good=True)
    said = text("Refused {name}.", name=name)
    if participant.status is ParticipantStatus.ADMITTED:
        said = text("Admitted {name}.", name=name)
    return _undone_by(said, ids.admission(participant.id, TAKEN_BACK))


def answered(flag: OpenFlag | None, flag_id: UUID, outcome: str) -> Any:
    """That a check-in was answered, and for some seconds the way back."""
    said = wording.OUTCOME[outcome]
    if flag is not None:
        said = f"{flag.name}: {said}"
    return _undone_by(said, ids.flag_answer(flag_id, TAKEN_BACK))


def _undone_by(said: str, button: dict[str, object]) -> Any:
    """A notice with the button that undoes what it tells (``cp-undo``: see delta_feed.js)."""
    back = dmc.Button(
        text("Undo"), id=button, size="compact-sm", variant="default", className="cp-undo"
    )
    return shell.notice([said, " ", back], good=True)


def _mood(snapshot: LiveSnapshot) -> Any:
    label = text("The class looks")
    if snapshot.hidden is not None:
        return parts.stat(label, "–", wording.hidden(snapshot.hidden), big=True)
    if snapshot.mood is None:
        return parts.stat(label, "–", text("waiting for the first faces"), big=True)
    top = snapshot.mood.top
    if snapshot.mood.seen == 1:
        return _looks(label, top, text("of the one student who is seen"))
    share = wording.percent(snapshot.mood.share(top))
    interval = snapshot.mood.interval(top)
    note = text("{share} of the students", share=share)
    if interval:
        note = text(
            "{share} of the students, likely {interval}",
            share=share,
            interval=wording.between(*interval),
        )
    return _looks(label, top, note)


def _looks(label: str, top: Look, note: str) -> Any:
    word = [
        html.Span(
            className="cp-dot", style={"background": LOOK_COLOURS[top]}, **parts.aria(hidden="true")
        ),
        wording.MOOD_WORD[top],
    ]
    return parts.stat(label, word, note, big=True)


def _change(snapshot: LiveSnapshot) -> tuple[str, str]:
    if snapshot.mood is None or snapshot.mood.change is None:
        return "–", text("known after five minutes")
    look, change = _largest(snapshot.mood.change)
    attentive = snapshot.attentive_change
    if abs(change) >= NOTABLE_CHANGE and abs(change) >= abs(attentive or 0.0):
        return wording.points(change), text("in the share of {look} faces", look=wording.LOOK[look])
    if attentive is not None and abs(attentive) >= NOTABLE_CHANGE:
        return wording.points(attentive), text("in the attentive index")
    return text("Steady"), text("no look moved by 5 points")


def _largest(change: Sequence[float]) -> tuple[Look, float]:
    index = max(range(len(change)), key=lambda i: abs(change[i]))
    return LOOKS[index], change[index]


def _check_in(flag: OpenFlag, zone: ZoneInfo) -> Any:
    buttons = [
        dmc.Button(
            answer,
            id=ids.flag_answer(flag.id, outcome),
            size="compact-sm",
            variant="filled" if outcome == "checked_in" else "default",
            **parts.aria(label=f"{answer}: {flag.name}"),
        )
        for outcome, answer in wording.OUTCOME.items()
    ]
    since = wording.clock(flag.raised_at.astimezone(zone))
    return html.Article(
        [
            html.Div(
                [
                    html.H3(flag.name),
                    html.Span(text("since {time}", time=since), className="cp-quiet"),
                ],
                className="cp-check-head",
            ),
            html.P(wording.FLAG_TITLE[flag.kind], className="cp-reason"),
            html.P(_why(flag), className="cp-evidence"),
            html.Div(buttons, className="cp-buttons"),
        ],
        className=f"cp-check cp-check-{flag.kind}",
    )


def _why(flag: OpenFlag) -> str:
    return why_logged(FlagKind(flag.kind), flag.evidence, flag.reason, said_yes=flag.said_yes)
