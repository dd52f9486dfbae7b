"""`/join/<code>/camera`: the page on which a browser's own camera takes part.

Served as plain HTML under a policy of its own, the only page of ours that may compile WebAssembly.
Its addresses are relative, so that it works below any address of a proxy.
"""

from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from contract.policy import CourseMode, Policy
from dashboard import i18n
from dashboard.auth import codes, signin
from dashboard.components import urls
from dashboard.components.plain_page import plain_page
from dashboard.errors import TooManyRequestsError
from dashboard.http.browser_agent import POLICY
from dashboard.http.web import current_services
from dashboard.i18n import text
from dashboard.pages.join import camera_page, camera_words
from services import joining

_LONGEST_CODE: Final = 40
_UP: Final = "../../"
"""From this page to the server's root."""


def register(flask: Flask) -> None:
    """Serve the page to everybody; it says nothing that the code does not."""
    flask.add_url_rule("/join/<code>/camera", view_func=_camera)


def _camera(code: str) -> Response:
    services = current_services()
    try:
        lecture = codes.lecture_of(services, code.upper()[:_LONGEST_CODE])
    except joining.UnknownCodeError:
        said = text("No lecture has the code {code}.", code=code[:_LONGEST_CODE])
        return _answer(plain_page(text("There is no such lecture"), said, ""), 404)
    except TooManyRequestsError as error:
        said = text("Too many wrong codes. Wait a moment and load this page again.")
        answer = _answer(plain_page(text("One moment"), said, ""), 429)
        answer.headers["Retry-After"] = str(int(error.retry_after) + 1)
        return answer
    link = request.args.get("link")
    way = joining.way(services, signin.current_actor(), lecture, link)
    agent = services.browser_agent
    if agent is None:
        raise NotFound
    known_as = None if way.known is None else way.known.name
    return _answer(
        camera_page.html(
            lecture,
            way.course,
            camera_page.Form(
                known_as=known_as,
                asks_name=known_as is None and way.course.mode is CourseMode.OPEN,
                guardian=way.guardian,
                stranger=known_as is None and way.course.mode is CourseMode.ROSTER,
                flags=lecture.policy is Policy.INDIVIDUAL
                and way.course.mode is not CourseMode.ANONYMOUS,
            ),
            script=f"{_UP}join/agent/{agent.script}",
            styles=[
                f"{_UP}assets/classpulse.css",
                *(f"{_UP}join/agent/{one}" for one in agent.styles),
            ],
            told=camera_words.told(
                lecture, known_as, agent, api=f"{_UP}api/v1/", files=f"{_UP}join/agent/"
            ),
            language_here=urls.join_camera(lecture.code, link),
        )
    )


def _answer(html: str, status: int = 200) -> Response:
    answer = Response(html, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Language"] = i18n.language().value
    return answer
