"""`/live/<lecture>`: the page a teacher keeps open."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
import segno
from dash import dcc, html, no_update

from contract import Policy
from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from dashboard.live import charts, intervals, keys, markers, room, students
from dashboard.live import panels as live_panels
from dashboard.live import parts as live_parts
from db.values import Course, Lecture
from services.live.values import Increment, LiveSnapshot, OpenFlag

POLL_MS: Final = 2000


def layout(
    lecture: Lecture,
    course: Course,
    snapshot: LiveSnapshot | None,
    timeline: Increment,
    base_url: str,
    now: datetime,
    cursor: str | None = None,
) -> Any:
    """The whole page as it stands now; afterwards only what is new since ``cursor`` travels."""
    if not lecture.running:
        return ended(lecture, course)
    # Where nothing is inferred from faces there is nothing to draw of them.
    silent = lecture.policy is Policy.SELF_REPORT
    panels = live_parts.panels(snapshot)
    figures = live_parts.figures(lecture, timeline, ZoneInfo(course.timezone))
    told = {
        "cursor": cursor,
        "at": now.timestamp(),
        "newest": live_parts.newest(snapshot),
        "policy": lecture.policy.value,
    }
    return html.Div(
        [
            dcc.Store(id=ids.LIVE_LECTURE, data=str(lecture.id)),
            dcc.Store(id=ids.LIVE_CURSOR, data=told),
            dcc.Interval(id=ids.LIVE_TICK, interval=POLL_MS),
            dcc.Interval(id=ids.LIVE_SECOND, interval=1000),
            _head(lecture, course, now, base_url),
            _narrowed(lecture, course),
            html.Div(id=ids.LIVE_AGE, className="cp-banner", role="status"),
            # Not the frame's: a callback of buttons of which any number may stand runs once more
            # as they leave with the page, unless what it writes to leaves too.
            html.Div(id=ids.LIVE_NOTICE, className="cp-notice", role="status"),
            html.Section(
                panels[ids.LIVE_STRIP],
                id=ids.LIVE_STRIP,
                className="cp-card cp-strip",
                **parts.aria(label=text("The class at a glance")),
            ),
            html.Div(
                [
                    html.Div(
                        [
                            _charts(figures, panels, hidden=silent),
                            html.Div(panels[ids.LIVE_SAID], id=ids.LIVE_SAID),
                            parts.card(
                                markers.form(panels[ids.LIVE_MARKERS]), className="cp-tools"
                            ),
                        ],
                        className="cp-drawn",
                    ),
                    _side(panels, silent=silent),
                    students.frame(lecture, panels[ids.LIVE_TILES]),
                ],
                className="cp-live",
            ),
        ],
        className="cp-live-page",
    )


def _narrowed(lecture: Lecture, course: Course) -> Any:
    """That the school has taken back what the lecture began with; nothing where it has not."""
    if lecture.narrowed_at is None:
        return None
    at = wording.clock(lecture.narrowed_at.astimezone(ZoneInfo(course.timezone)))
    said = (
        text("The school changed its policy at {time}: nothing is taken from faces now.", time=at)
        if lecture.policy is Policy.SELF_REPORT
        else text(
            "The school changed its policy at {time}: no single student is shown now.", time=at
        )
    )
    return html.P(said, className="cp-notice-warn", role="status")


def _side(panels: dict[str, Any], *, silent: bool) -> Any:
    queue = html.Div(panels[ids.LIVE_QUEUE], id=ids.LIVE_QUEUE)
    return html.Div(
        [
            parts.card(queue, title=text("Check-ins"), hidden=silent),
            html.Div(panels[ids.LIVE_WAITING], id=ids.LIVE_WAITING),
            html.Div(id=ids.ROOM_FIGURES),
        ],
        className="cp-side",
    )


def ended(lecture: Lecture, course: Course) -> Any:
    """What stands in place of the page once the lecture is over."""
    return html.Div(
        [
            parts.page_head(lecture.title, course.title),
            parts.card(
                parts.empty(
                    text("This lecture has ended"),
                    text(
                        "What students' devices still hold is being sent. The report follows a "
                        "few minutes after the end."
                    ),
                    parts.link(text("Go to the reports"), urls.REPORTS),
                )
            ),
        ],
        className="cp-narrow",
    )


def _head(lecture: Lecture, course: Course, now: datetime, base_url: str) -> Any:
    zone = ZoneInfo(course.timezone)
    began = lecture.started_at.astimezone(zone)
    started = wording.clock(began)
    if began.date() != now.astimezone(zone).date():
        started = f"{i18n.short_day(began)}, {started}"
    lead = [
        course.title,
        " · ",
        text("since {time}", time=started),
        ", ",
        html.Span(live_parts.since(lecture, now), id=ids.LIVE_SINCE),
        " · ",
        text("policy: {name}", name=wording.POLICY_NAME[lecture.policy]),
    ]
    buttons = [
        dmc.Button(
            [
                text("Join code"),
                " ",
                html.Strong(lecture.code, style={"marginLeft": "6px", "letterSpacing": ".06em"}),
            ],
            id=ids.JOIN_OPEN,
            variant="default",
        ),
        dmc.Button(
            text("Present"),
            id=ids.PRESENT,
            variant="default",
            rightSection=dmc.Kbd("P"),
            n_clicks=0,
        ),
        *room.button(lecture),
        keys.button(),
        dmc.Button(text("End lecture"), id=ids.END_OPEN, variant="default"),
    ]
    return html.Div(
        [
            parts.page_head(lecture.title, lead, buttons),
            _presented(lecture, base_url),
            _join(lecture, base_url),
            room.modal(lecture),
            _end(lecture),
            intervals.modal(),
            markers.modal(),
            keys.modal(),
        ]
    )


def _presented(lecture: Lecture, base_url: str) -> Any:
    """The way in: for a shared screen in place of every name, and for a class nobody is in yet."""
    return parts.card(
        html.P(text("Nobody has joined yet: this is the way in."), className="cp-nobody-yet"),
        _code(lecture, base_url),
        className="cp-presented",
    )


def _join(lecture: Lecture, base_url: str) -> Any:
    return dmc.Modal(
        id=ids.JOIN_MODAL,
        title=text("Join this lecture"),
        size="xl",
        centered=True,
        closeButtonProps={"aria-label": text("Close")},
        children=_code(lecture, base_url),
    )


def _code(lecture: Lecture, base_url: str) -> Any:
    """The way in, readable from the last row: code, address and QR code."""
    address = f"{base_url}{urls.join(lecture.code)}"
    picture = segno.make(address, error="m").svg_data_uri(scale=8, border=1, dark="#191a23")
    return html.Div(
        [
            html.Img(src=picture, alt=text("QR code of {address}", address=address)),
            html.Div(
                [
                    html.Div(lecture.code, className="cp-code-text"),
                    html.P(address, className="cp-code-link"),
                    html.P(
                        text("Students open this address, or start the agent with the code."),
                        className="cp-quiet",
                    ),
                ]
            ),
        ],
        className="cp-code",
    )


def _end(lecture: Lecture) -> Any:
    return dmc.Modal(
        id=ids.END_MODAL,
        title=text("End this lecture?"),
        centered=True,
        closeButtonProps={"aria-label": text("Close")},
        children=[
            html.P(
                text(
                    "Nothing that is captured after now will count for “{title}”. "
                    "The report is written a few minutes later.",
                    title=lecture.title,
                )
            ),
            html.Div(
                [
                    dmc.Button(text("End the lecture"), id=ids.END_CONFIRM, color="red.9"),
                    dmc.Button(text("Keep it running"), id=ids.END_CANCEL, variant="default"),
                ],
                className="cp-buttons",
                style={"marginTop": "16px"},
            ),
        ],
    )


def _charts(figures: dict[str, Any], panels: dict[str, Any], *, hidden: bool) -> Any:
    return parts.card(
        html.Figure(
            [
                _chart_row(
                    ids.LIVE_MOOD,
                    figures[ids.LIVE_MOOD],
                    "cp-chart cp-chart-mood",
                    _legend(
                        ids.LIVE_LEGEND, panels, text("Shares of the looks in the last minute")
                    ),
                ),
                _chart_text(ids.LIVE_MOOD_TEXT, panels[ids.LIVE_MOOD_TEXT]),
            ]
        ),
        html.Figure(
            [
                html.H3(text("How attentive it looks"), className="cp-chart-title"),
                _chart_row(
                    ids.LIVE_ATTENTION,
                    figures[ids.LIVE_ATTENTION],
                    "cp-chart",
                    _legend(ids.LIVE_KEY, panels, text("Attention in the last minute")),
                ),
                _chart_text(ids.LIVE_ATTENTION_TEXT, panels[ids.LIVE_ATTENTION_TEXT]),
            ]
        ),
        title=text("How the class looks"),
        aside=html.Span(
            [
                parts.quiet(text("trailing minute, corrected for the model's known errors")),
                intervals.button(),
            ],
            className="cp-aside",
        ),
        className="cp-charts",
        hidden=hidden,
    )


def _chart_row(graph_id: str, figure: dict[str, Any], name: str, beside: Any) -> Any:
    graph = dcc.Graph(
        id=graph_id,
        figure=figure,
        config=charts.config(),
        responsive=True,
        style={"height": f"{figure['layout']['height']}px"},
    )
    described = parts.aria(labelledby=f"{graph_id}-text")
    return html.Div(
        [html.Div(graph, className=name, role="img", **described), beside],
        className="cp-chart-row",
    )


def _legend(element: str, panels: dict[str, Any], label: str) -> Any:
    return html.Ul(panels[element], id=element, className="cp-legend", **parts.aria(label=label))


def _chart_text(text_id: str, sentence: str) -> Any:
    return html.Figcaption(sentence, id=text_id, className="cp-chart-text")


def flag_among(snapshot: LiveSnapshot | None, flag_id: UUID) -> OpenFlag | None:
    """The check-in of that id, if it is among those shown."""
    shown = () if snapshot is None else snapshot.flags
    return next((flag for flag in shown if flag.id == flag_id), None)


def queue_without(snapshot: LiveSnapshot | None, flag_id: UUID) -> Any:
    """The queue at once without the check-in just answered; the next tick confirms it."""
    if snapshot is None:
        return no_update
    return live_panels.queue(
        replace(snapshot, flags=tuple(flag for flag in snapshot.flags if flag.id != flag_id))
    )


def waiting_without(snapshot: LiveSnapshot | None, participant_id: UUID) -> Any:
    """The waiting students at once without the one just judged."""
    if snapshot is None:
        return no_update
    left = tuple(w for w in snapshot.waiting if w.participant_id != participant_id)
    return live_panels.waiting(replace(snapshot, waiting=left))
