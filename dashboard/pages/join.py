"""`/join/<code>`: how a student joins, what is sent, and how to stop."""

from typing import Any

from dash import html

from contract import Policy
from contract.notice import notice_for
from dashboard import wording
from dashboard.pages import parts
from db.values import Course, Lecture


def layout(lecture: Lecture, course: Course, base_url: str) -> Any:
    """The page for one lecture, whoever looks at it; it says nothing that the code does not."""
    body = (
        _ended(lecture)
        if not lecture.running
        else html.Ol(_steps(lecture, base_url), className="cp-steps")
    )
    if lecture.running and lecture.policy is Policy.SELF_REPORT:
        body = parts.empty("No camera is used", notice_for(lecture.policy).text)
    return html.Div(
        [
            parts.page_head(lecture.title, course.title),
            parts.card(body, title="Join this lecture" if lecture.running else None),
            parts.card(
                html.Div(
                    [html.P(text) for text in notice_for(lecture.policy).text.split("\n\n")],
                    className="cp-prose",
                ),
                title="What you agree to",
                aside=parts.badge(wording.POLICY[lecture.policy][0]),
            ),
            parts.card(_what_is_sent(), title="What is sent, once a second"),
        ],
        className="cp-narrow cp-stack",
    )


def _steps(lecture: Lecture, base_url: str) -> list[Any]:
    return [
        _step(
            "Install the agent once",
            parts.command('pip install "classpulse[agent]"', "the install command"),
            "It needs no account. The pictures of your camera stay on your device.",
        ),
        _step(
            "Start it with this lecture's code",
            parts.command(
                f'classpulse agent --server {base_url} --join {lecture.code} --name "Your name"',
                "the join command",
            ),
            "It shows you the notice below and asks before anything is sent. "
            "If you got a personal link, give the link in place of the code.",
        ),
        _step(
            "Pause or stop whenever you like",
            None,
            "Press P to pause and Q to stop. The agent prints a link to your own page, "
            "where you see and delete what was sent.",
        ),
    ]


def _step(title: str, command: Any, text: str) -> Any:
    return html.Li(html.Div([html.H3(title), command, html.P(text, className="cp-quiet")]))


def _what_is_sent() -> Any:
    facts = [
        ("How your face looks", "seven numbers between 0 and 1, one for each expression"),
        ("Whether a face is there", "the share of that second, and how many faces"),
        ("Where your head is turned", "three angles, and how open your eyes are"),
        ("Nothing else", "no picture, no sound, no text; the server refuses anything more"),
    ]
    return html.Dl(
        [part for name, text in facts for part in (html.Dt(name), html.Dd(text))],
        className="cp-facts",
    )


def _ended(lecture: Lecture) -> Any:
    return parts.empty(
        "This lecture has ended",
        f"The code {lecture.code} opens nothing any more. Ask your teacher for a new one.",
    )
