"""Which language each viewer reads: what they chose, else what their browser asks for."""

from typing import Final

from flask import Blueprint, Flask, Response, make_response, redirect, request

from contract.languages import Language
from dashboard import i18n
from dashboard.components import urls
from dashboard.http import cookies
from dashboard.http.web import current_services

blueprint = Blueprint("viewer_language", __name__)

COOKIE: Final = "classpulse_language"
_A_YEAR_S: Final = 365 * 24 * 3600


def register(flask: Flask) -> None:
    """Let every request be answered in its viewer's language, and let viewers choose it."""
    flask.before_request(_listen)
    flask.teardown_request(_forget)
    flask.register_blueprint(blueprint)


def viewer_language() -> Language:
    """The language of who asks: their own choice, their browser's first, the school's.

    A caller of the API that names none is a program, and reads English.
    """
    if (chosen := known(request.cookies.get(COOKIE))) is not None:
        return chosen
    # The first wish that is one of ours, whatever country it names: `es-MX` is `es`.
    for tag, _quality in request.accept_languages:
        if (wished := known(tag.partition("-")[0].lower())) is not None:
            return wished
    if request.path.startswith("/api/"):
        return Language.EN
    return current_services().settings.language


def known(tag: str | None) -> Language | None:
    """The language of that tag, or None where it is none of ours."""
    return next((one for one in Language if one.value == tag), None)


@blueprint.get("/language/<tag>")
def choose(tag: str) -> Response:
    """Keep the viewer's choice and go back to where they were; an unknown tag changes nothing."""
    response = make_response(redirect(urls.at(urls.local(request.args.get("next"))), 303))
    response.headers["Cache-Control"] = "no-store"
    if (chosen := known(tag)) is not None:
        response.set_cookie(
            COOKIE,
            chosen.value,
            path=cookies.path(),
            max_age=_A_YEAR_S,
            secure=current_services().settings.secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def _listen() -> None:
    i18n.speak(viewer_language())


def _forget(_: BaseException | None) -> None:
    # The thread serves somebody else next.
    i18n.speak(Language.EN)
