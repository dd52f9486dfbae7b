"""`/join?code=` and `/join?link=`: addresses that lead on to the page of one lecture."""

from urllib.parse import quote

from flask import Flask, request
from werkzeug.wrappers import Response

from dashboard.auth import signin
from dashboard.components import urls
from dashboard.http.web import current_services
from db.errors import TicketError
from db.values import Lecture
from services import joining

_LONGEST_CODE = 40


def register(flask: Flask) -> None:
    """Lead on whoever comes with a code or a personal link; the page says what leads nowhere."""
    flask.before_request(_lead_on)


def _lead_on() -> Response | None:
    if request.method != "GET" or request.path.rstrip("/") != urls.JOIN:
        return None
    code = request.args.get("code", "").strip().upper()[:_LONGEST_CODE]
    if code:
        return signin.see_other(urls.join(quote(code, safe="")))
    link = request.args.get("link", "")
    if not link:
        return None
    try:
        found = joining.running_lecture(current_services(), link)
    except TicketError:
        return None
    if not isinstance(found, Lecture):
        return None
    return signin.see_other(urls.join(found.code, link))
