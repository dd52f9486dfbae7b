"""`/live/<lecture>`: the page a teacher keeps open."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from json import dumps
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
import segno
from dash import dcc, html, no_update

from contract.languages import Language
from dashboard import i18n, wording
from dashboard.figures import live_charts
from dashboard.i18n import text
from dashboard.live_values import Increment, LiveSnapshot
from dashboard.pages import ids, live_panels, parts, urls
from db.values import Course, Lecture

POLL_MS: Final = 2000


def layout(
    lecture: Lecture,
    course: Course,
    snapshot: LiveSnapshot | None,
    timeline: Increment,
    base_url: str,
    now: datetime,
) -> Any:
    """The whole page as it stands now; afterwards only what is new travels."""
    if not lecture.running:
        return ended(lecture, course)
    zone = ZoneInfo(course.timezone)
    update = Update.of(lecture, course, snapshot, timeline, {}, now)
    return html.Div(
        [
            dcc.Store(id=ids.LIVE_LECTURE, data=str(lecture.id)),
            dcc.Store(id=ids.LIVE_CURSOR, data=update.cursor),
            dcc.Store(id=ids.LIVE_HEARD, data=update.heard),
            dcc.Interval(id=ids.LIVE_TICK, interval=POLL_MS),
            dcc.Interval(id=ids.LIVE_SECOND, interval=1000),
            _head(lecture, course, now, base_url),
            html.Div(id=ids.LIVE_AGE, className="cp-banner", role="status"),
            html.Section(
                update.panels["strip"],
                id=ids.LIVE_STRIP,
                className="cp-card cp-strip",
                **parts.aria(label=text("The class at a glance")),
            ),
            html.Div(
                [
                    html.Div([_charts(timeline, update, zone)]),
                    html.Div(
                        [
                            parts.card(
                                html.Div(update.panels["queue"], id=ids.LIVE_QUEUE),
                                title=text("Check-ins"),
                            ),
                            html.Div(update.panels["waiting"], id=ids.LIVE_WAITING),
                        ],
                        className="cp-side",
                    ),
                ],
                className="cp-live",
            ),
            html.Div(update.panels["tiles"], id=ids.LIVE_TILES, style={"marginTop": "16px"}),
        ]
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


@dataclass(frozen=True, slots=True)
class Update:
    """What one poll tells one browser; a panel is None where nothing in it changed."""

    panels: dict[str, Any]
    mood: Any
    mood_figure: Any
    attention: Any
    attention_figure: Any
    cursor: dict[str, Any]
    heard: dict[str, Any]
    since: str

    @classmethod
    def of(
        cls,
        lecture: Lecture,
        course: Course,
        snapshot: LiveSnapshot | None,
        timeline: Increment,
        seen: dict[str, str],
        now: datetime,
    ) -> "Update":
        """What is new for a browser whose panels have the fingerprints ``seen``."""
        zone = ZoneInfo(course.timezone)
        panels, prints = _rendered(snapshot, i18n.language())
        mood: Any = no_update
        mood_figure: Any = no_update
        attention: Any = no_update
        attention_figure: Any = no_update
        if timeline.reset:
            arguments = (timeline.points, timeline.markers, zone)
            mood_figure = live_charts.mood_figure(*arguments)
            attention_figure = live_charts.attention_figure(*arguments)
        elif timeline.points or timeline.markers:
            arguments = (timeline.points, timeline.markers, zone)
            mood = live_charts.extend_mood(*arguments)
            attention = live_charts.extend_attention(*arguments)
        return cls(
            panels={
                name: panel if seen.get(name) != prints[name] else no_update
                for name, panel in panels.items()
            },
            mood=mood,
            mood_figure=mood_figure,
            attention=attention,
            attention_figure=attention_figure,
            cursor={"timeline": timeline.cursor, "seen": dict(prints)},
            heard={"age": _age(snapshot, now), "any": snapshot is not None},
            since=_since(lecture, now),
        )


def _age(snapshot: LiveSnapshot | None, now: datetime) -> float | None:
    if snapshot is None or snapshot.newest is None:
        return None
    return round((now - snapshot.newest).total_seconds(), 1)


@lru_cache(maxsize=64)
def _rendered(
    snapshot: LiveSnapshot | None, language: Language
) -> tuple[dict[str, Any], dict[str, str]]:
    """The panels and their fingerprints: made once per tick and language, however many ask."""
    with i18n.speaking(language):
        panels = _starting() if snapshot is None else _panels(snapshot)
    return panels, {name: _fingerprint(panel) for name, panel in panels.items()}


def _panels(snapshot: LiveSnapshot) -> dict[str, Any]:
    return {
        "strip": live_panels.strip(snapshot),
        "queue": live_panels.queue(snapshot),
        "waiting": live_panels.waiting(snapshot),
        "tiles": live_panels.tiles(snapshot),
        "legend": live_panels.legend(snapshot.mood),
        "key": live_panels.attention_key(snapshot),
        "mood_text": live_panels.mood_sentence(snapshot),
        "attention_text": live_panels.attention_sentence(snapshot),
    }


def _starting() -> dict[str, Any]:
    wait = parts.empty(text("Starting"), text("The first figures appear within a few seconds."))
    return {
        "strip": [
            parts.stat(label, "–")
            for label in (
                text("The class looks"),
                text("Attentive"),
                text("Over 5 minutes"),
                text("Reporting"),
            )
        ],
        "queue": [wait],
        "waiting": [],
        "tiles": [],
        "legend": live_panels.legend(None),
        "key": live_panels.attention_key(None),
        "mood_text": text("No faces have been seen yet."),
        "attention_text": text("Nobody is in view yet."),
    }


def _fingerprint(panel: Any) -> str:
    said = dumps(panel, default=lambda part: part.to_plotly_json(), sort_keys=True)
    return blake2b(said.encode(), digest_size=6).hexdigest()


def _since(lecture: Lecture, now: datetime) -> str:
    return text("running for {span}", span=wording.length(now - lecture.started_at))


def _head(lecture: Lecture, course: Course, now: datetime, base_url: str) -> Any:
    zone = ZoneInfo(course.timezone)
    started = wording.clock(lecture.started_at.astimezone(zone))
    lead = [
        course.title,
        " · ",
        text("since {time}", time=started),
        ", ",
        html.Span(_since(lecture, now), id=ids.LIVE_SINCE),
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
        dmc.Button(text("End lecture"), id=ids.END_OPEN, variant="default"),
    ]
    return html.Div(
        [
            parts.page_head(lecture.title, lead, buttons),
            _presented(lecture, base_url),
            _join(lecture, base_url),
            _end(lecture),
        ]
    )


def _presented(lecture: Lecture, base_url: str) -> Any:
    """What a shared screen shows in place of everything with a name in it."""
    return parts.card(_code(lecture, base_url), className="cp-presented")


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


def _charts(timeline: Increment, update: Update, zone: ZoneInfo) -> Any:
    arguments = (timeline.points, timeline.markers, zone)
    return parts.card(
        html.Figure(
            [
                _chart_row(
                    ids.LIVE_MOOD,
                    live_charts.mood_figure(*arguments),
                    "cp-chart cp-chart-mood",
                    html.Ul(
                        update.panels["legend"],
                        id=ids.LIVE_LEGEND,
                        className="cp-legend",
                        **parts.aria(label=text("Shares of the looks in the last minute")),
                    ),
                ),
                _chart_text(ids.LIVE_MOOD_TEXT, update.panels["mood_text"]),
            ]
        ),
        html.Figure(
            [
                html.H3(text("How attentive it looks"), className="cp-chart-title"),
                _chart_row(
                    ids.LIVE_ATTENTION,
                    live_charts.attention_figure(*arguments),
                    "cp-chart",
                    html.Ul(
                        update.panels["key"],
                        id=ids.LIVE_KEY,
                        className="cp-legend",
                        **parts.aria(label=text("Attention in the last minute")),
                    ),
                ),
                _chart_text(ids.LIVE_ATTENTION_TEXT, update.panels["attention_text"]),
            ]
        ),
        _marker_form(),
        title=text("How the class looks"),
        aside=parts.quiet(text("trailing minute, corrected for the model's known errors")),
    )


def _chart_row(graph_id: str, figure: dict[str, Any], name: str, beside: Any) -> Any:
    graph = dcc.Graph(
        id=graph_id,
        figure=figure,
        config=live_charts.config(),
        responsive=True,
        style={"height": f"{figure['layout']['height']}px"},
    )
    described = parts.aria(labelledby=f"{graph_id}-text")
    return html.Div(
        [html.Div(graph, className=name, role="img", **described), beside],
        className="cp-chart-row",
    )


def _chart_text(text_id: str, sentence: str) -> Any:
    return html.Figcaption(sentence, id=text_id, className="cp-chart-text")


def _marker_form() -> Any:
    return html.Div(
        [
            dmc.TextInput(
                id=ids.MARKER_LABEL,
                label=text("Mark this moment"),
                placeholder=text("Group work starts"),
                inputProps={"maxLength": 80},
                debounce=True,
                rightSection=dmc.Kbd("M"),
                n_submit=0,
            ),
            dmc.Button(text("Add marker"), id=ids.MARKER_BUTTON, variant="default"),
        ],
        className="cp-marker",
    )


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
