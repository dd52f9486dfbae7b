"""`/join/<code>`: how a student joins, what is sent, and how to stop."""

from typing import Any

from dash import html

from contract import Policy
from contract.notice import notice_for
from dashboard import i18n
from dashboard.components import ids, parts, urls
from dashboard.i18n import text, wording
from dashboard.pages.join import here
from db.values import Course, Lecture


def layout(
    lecture: Lecture,
    course: Course,
    base_url: str,
    program_path: str | None = None,
    *,
    in_browser: bool = False,
) -> Any:
    """The page for one lecture, whoever looks at it; it says nothing that the code does not.

    ``program_path``: where on this server students install the agent from; ``in_browser``: whether
    their browser's own camera may be used.
    """
    head = parts.page_head(lecture.title, course.title)
    if not lecture.running:
        return html.Div([head, parts.card(_ended(lecture))], className="cp-narrow cp-stack")
    inferring = lecture.policy is not Policy.SELF_REPORT
    notice = notice_for(lecture.policy, i18n.language())
    return html.Div(
        [
            head,
            _with_camera(lecture)
            if inferring and in_browser
            else html.A(id=ids.JOIN_CAMERA, hidden=True),
            parts.card(
                here.place(lecture),
                title=text("Or join here by tapping")
                if inferring and in_browser
                else text("Join here, by tapping"),
            ),
            parts.card(
                html.Ol(_steps(lecture, base_url, program_path), className="cp-steps"),
                title=text("Or with the program for computers")
                if in_browser
                else text("Or with your camera"),
            )
            if inferring
            else html.Div(id=ids.JOIN_COMMAND, hidden=True),
            parts.card(
                html.Div(
                    [html.P(part) for part in notice.text.split("\n\n")],
                    className="cp-prose",
                ),
                title=text("What you agree to"),
                aside=parts.badge(wording.POLICY_NAME[lecture.policy]),
            ),
            parts.card(_what_is_sent(), title=text("What your camera sends, once a second"))
            if inferring
            else None,
        ],
        className="cp-narrow cp-stack",
    )


def _with_camera(lecture: Lecture) -> Any:
    """The way to the page that uses this browser's own camera."""
    return parts.card(
        html.P(
            text(
                "Nothing to install: your browser looks, on this device, and sends numbers. "
                "You are asked before anything is sent."
            )
        ),
        html.Div(
            html.A(
                text("Use this browser's camera"),
                id=ids.JOIN_CAMERA,
                href=urls.at(urls.join_camera(lecture.code)),
                className="cp-button",
            ),
            style={"marginTop": "12px"},
        ),
        title=text("Join here, with your camera"),
    )


def _steps(lecture: Lecture, base_url: str, program_path: str | None) -> list[Any]:
    # From this server, so that nobody installs another version, or what others call by that name.
    origin = "" if program_path is None else f" @ {base_url}{program_path}"
    return [
        _step(
            text("Install the agent once"),
            parts.command(f'pip install "classpulse[agent]{origin}"', text("the install command")),
            text("It needs no account. The pictures of your camera stay on your device."),
        ),
        _step(
            text("Start it with this lecture's code"),
            html.Div(command(lecture, base_url), id=ids.JOIN_COMMAND),
            text(
                "It shows you the notice below and asks before anything is sent. "
                "If you got a personal link, give the link in place of the code."
            ),
        ),
        _step(
            text("Pause or stop whenever you like"),
            None,
            text(
                "Press P to pause and Q to stop. The agent prints a link to your own page, "
                "where you see and delete what was sent."
            ),
        ),
    ]


def command(lecture: Lecture, base_url: str, link: str | None = None) -> Any:
    """What starts the agent in this lecture, for whoever holds a personal link by that link."""
    joined = f'{lecture.code} --name "{text("Your name")}"'
    if link is not None:
        joined = f'"{base_url}{urls.join(lecture.code, link)}"'
    line = f"classpulse agent --server {base_url} --join {joined}"
    return parts.command(line, text("the join command"))


def _step(title: str, command: Any, meaning: str) -> Any:
    return html.Li(html.Div([html.H3(title), command, html.P(meaning, className="cp-quiet")]))


def _what_is_sent() -> Any:
    facts = [
        (
            text("How your face looks"),
            text("seven numbers between 0 and 1, one for each expression"),
        ),
        (
            text("Whether a face is there"),
            text("the share of that second, and how many faces"),
        ),
        (text("Where your head is turned"), text("three angles, and how open your eyes are")),
        (
            text("Nothing else"),
            text("no picture, no sound, no text; the server refuses anything more"),
        ),
    ]
    return html.Dl(
        [part for name, said in facts for part in (html.Dt(name), html.Dd(said))],
        className="cp-facts",
    )


def _ended(lecture: Lecture) -> Any:
    return parts.empty(
        text("This lecture has ended"),
        text(
            "The code {code} opens nothing any more. Ask your teacher for a new one.",
            code=lecture.code,
        ),
    )
