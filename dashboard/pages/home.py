"""`/`: a teacher's courses, what runs now, and the way to start a lecture."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from contract import Policy
from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from db.values import Course, Lecture
from services.acting.typed import LONGEST


def layout(
    *,
    name: str,
    courses: Sequence[Course],
    lectures: Sequence[Lecture],
    policy: Policy | None,
    now: datetime,
) -> Any:
    """The start page: one card a course, running lectures first."""
    head = parts.page_head(text("Hello, {name}", name=name), _lead(policy))
    if not courses:
        body: Any = parts.card(
            parts.empty(
                text("No course yet"),
                text("An admin adds courses and says who teaches them. Yours will be listed here."),
            )
        )
    else:
        running = {lecture.course_id: lecture for lecture in lectures if lecture.running}
        ordered = sorted(courses, key=lambda c: (c.id not in running, c.title))
        body = html.Div(
            [_course(course, lectures, policy, now) for course in ordered], className="cp-courses"
        )
    return html.Div([head, body])


def _lead(policy: Policy | None) -> str:
    if policy is None:
        return text(
            "The school has not set its policy yet, so no lecture can start. Please ask an admin."
        )
    return text(
        "The school's policy: {name}. {meaning}",
        name=wording.POLICY_NAME[policy],
        meaning=wording.POLICY_MEANING[policy],
    )


def _course(
    course: Course, lectures: Sequence[Lecture], policy: Policy | None, now: datetime
) -> Any:
    own = [lecture for lecture in lectures if lecture.course_id == course.id]
    running = [lecture for lecture in own if lecture.running]
    ended = [lecture for lecture in own if not lecture.running][:3]
    zone = ZoneInfo(course.timezone)
    rows = [_running(lecture, now) for lecture in running] + [
        _ended(lecture, zone) for lecture in ended
    ]
    return parts.card(
        html.Ul(rows, className="cp-rows")
        if rows
        else parts.empty(
            text("No lecture yet"), text("Start one, and show the class the join code.")
        ),
        _start(course, policy) if not running else None,
        title=course.title,
        aside=parts.quiet(wording.COURSE_MODE[course.mode]),
    )


def _running(lecture: Lecture, now: datetime) -> Any:
    return html.Li(
        [
            html.Span(
                [
                    html.Span(lecture.title, className="cp-name"),
                    html.Div(
                        [
                            parts.badge(text("Live"), "live"),
                            " ",
                            parts.quiet(
                                text("for {span}", span=wording.length(now - lecture.started_at))
                            ),
                        ]
                    ),
                ]
            ),
            html.A(
                text("Open the live page"),
                href=urls.at(urls.live(lecture.id)),
                className="cp-button",
            ),
        ]
    )


def _ended(lecture: Lecture, zone: ZoneInfo) -> Any:
    day = lecture.started_at.astimezone(zone)
    return html.Li(
        [
            html.Span(
                [
                    html.Span(lecture.title, className="cp-name"),
                    html.Div(parts.quiet(f"{i18n.day(day)}, {i18n.clock(day)}")),
                ]
            ),
            html.A(text("Report"), href=urls.at(urls.REPORTS), className="cp-link"),
        ]
    )


def _start(course: Course, policy: Policy | None) -> Any:
    return html.Div(
        [
            dmc.TextInput(
                id=ids.start_title(course.id),
                label=text("Title of the next lecture"),
                placeholder=text("What is it about?"),
                inputProps={"maxLength": LONGEST},
                debounce=True,
                disabled=policy is None,
            ),
            dmc.Button(
                text("Start the lecture"),
                id=ids.start_button(course.id),
                disabled=policy is None,
                **parts.aria(label=text("Start a lecture of {course}", course=course.title)),
            ),
            html.Div(id=ids.start_answer(course.id), style={"flexBasis": "100%"}),
        ],
        className="cp-course-form",
    )
