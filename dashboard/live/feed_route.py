"""What an open live page asks for at each tick: what is new since its cursor, and may be told.

Each request is judged by ``access`` anew; what it is answered is made once for all who share it.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from contract.policy import wider_than
from dashboard import i18n
from dashboard.auth.signin import current_actor
from dashboard.http.web import WebServices, current_services
from dashboard.i18n.viewer_language import known
from dashboard.live import parts
from dashboard.live.delta_feed import Delta, DeltaFeed, State
from db.values import Course, Lecture
from services import access
from services.access import Action, Nobody
from services.acting import lookup
from services.errors import NotSignedInError
from services.live.values import Increment, LiveSnapshot

blueprint = Blueprint("delta_feed", __name__)

PREFIX: Final = "/_live"
"""Not a page's address: the guard sends nobody from here to the sign-in form."""

_NOTHING: Final = Delta.of({})
"""Not a 204, after which some servers and proxies close the browser's connection."""
_OVER: Final = Delta.of({"over": True})
"""The lecture has ended, or its policy was narrowed: the page is to be loaded anew, and says so."""


@blueprint.get(f"{PREFIX}/<uuid:lecture_id>")
def delta(lecture_id: UUID) -> Response:
    """What is new since ``?since=``, in the page's own language ``?in=``; {} where nothing is.

    ``?policy=``: the one that the page was drawn under.
    """
    actor = current_actor()
    if isinstance(actor, Nobody):
        raise NotSignedInError("Your session has ended: sign in again.")
    services = current_services()
    snapshot = services.live.snapshot(lecture_id)
    if snapshot is not None:
        lecture, course = snapshot.lecture, snapshot.course
    else:
        lecture, course = lookup.lecture(services, lecture_id)
    access.authorize(actor, Action.VIEW_LIVE, access.lecture_object(lecture, course))
    # The page's language may be another than the next page's would be.
    with i18n.speaking(known(request.args.get("in")) or i18n.language()):
        if not lecture.running or request.args.get("policy") in wider_than(lecture.policy):
            return _sent(_OVER)
        timeline = services.live.timeline_since(lecture_id, None)
        feed, state = standing(services, lecture, course, snapshot, timeline)
    return _sent(feed.answer(state, request.args.get("since")) or _NOTHING)


def standing(
    services: WebServices,
    lecture: Lecture,
    course: Course,
    snapshot: LiveSnapshot | None,
    timeline: Increment,
) -> tuple[DeltaFeed, State]:
    """The feed of a running lecture in the language now spoken, and what holds on it."""
    now = services.clock() if snapshot is None else snapshot.as_of
    feed = services.feeds.feed((lecture.id, i18n.language()))
    # Before the first tick only the minute changes.
    key = (None, _minute(now)) if snapshot is None else (snapshot.sequence, timeline.cursor, now)
    return feed, feed.advance(
        key,
        now.timestamp(),
        lambda: parts.followed(lecture, course, snapshot, timeline, now),
    )


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _sent(answer: Delta) -> Response:
    packed = answer.packed if "gzip" in request.headers.get("Accept-Encoding", "") else None
    response = Response(packed or answer.body, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
    return response
