"""The set-up link: opened, it makes the first admin and signs them in; then it is gone."""

from flask import Blueprint, Response, make_response, request

from dashboard.api.limits import current_limits
from dashboard.auth import known_devices
from dashboard.auth.signin import see_other, sign_in_as
from dashboard.components import urls
from dashboard.http.web import current_services
from dashboard.i18n.error_words import sentence
from dashboard.pages.setup.first_admin import first_admin_html
from db.errors import ConflictError
from services.accounts import set_up
from services.acting.typed import LONGEST
from services.errors import ForbiddenError, InvalidError

blueprint = Blueprint("first_start", __name__)


@blueprint.get("/setup/<secret>")
def page(secret: str) -> Response:
    """The form; looking at it uses nothing up, so that whatever previews links does no harm."""
    _require(secret)
    return _answer(first_admin_html(urls.first_start(secret)))


@blueprint.post("/setup/<secret>")
def make(secret: str) -> Response:
    """Make the first admin and lead on to the first step, or show the form with the reason."""
    _require(secret)
    kept = {name: request.form.get(name, "")[: 2 * LONGEST] for name in ("name", "login")}
    try:
        made = set_up.first_admin(
            current_services(), secret, password=request.form.get("password", ""), **kept
        )
    except (InvalidError, ConflictError) as error:
        return _answer(first_admin_html(urls.first_start(secret), sentence(error), kept), 422)
    sign_in_as(made)
    return see_other(urls.SET_UP)


def _require(secret: str) -> None:
    """Refuse what is no link, counted as a guess."""
    guesses, who = current_limits().guesses, known_devices.visitor()
    guesses.check(who)
    if not set_up.opens(current_services(), secret):
        guesses.wrong(who)
        raise ForbiddenError(
            "This set-up link was used, or has ended. If the school has no admin yet, start the "
            "server anew: it says another one."
        )


def _answer(html: str, status: int = 200) -> Response:
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response
