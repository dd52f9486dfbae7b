"""Signing in: server-side sessions, who is asking now, and callbacks that are never bare."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Flask, Response, g, make_response, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from dashboard.api.limits import current_limits
from dashboard.auth import known_devices, news
from dashboard.auth.devices import device_of
from dashboard.auth.known_devices import OWN_PAGE
from dashboard.auth.sealing import server_key
from dashboard.components import urls
from dashboard.errors import TooManyRequestsError
from dashboard.http.web import current_services
from dashboard.i18n import text, wording
from dashboard.i18n.error_words import sentence
from dashboard.pages.account.signin import code_html, signin_html
from db.engine.secrets import mint
from db.people import consents, courses, own_pages, users
from db.values import User
from services import access
from services.access import SCHOOL, Action, Actor, Nobody, ParticipantActor, UserActor
from services.accounts import own, passwords, second_factor
from services.accounts.second_factor import WRONG_CODE, WrongCodeError
from services.acting.typed import tidy
from services.errors import BusyError, ForbiddenError, NotSignedInError

blueprint = Blueprint("signin", __name__)

_LONGEST_LOGIN: Final = 800
"""Letters that are read of a login, before blanks are folded."""

_HALF: Final = "half"
"""Under which name the cookie carries who has given the password, but no code yet, and when."""
_HALF_S: Final = 300
_LONGEST_CODE: Final = 40

ELSEWHERE: Final = "elsewhere"
"""Under which name the cookie remembers that the sign-in was by the school's own account."""

SECURED: Final = "classpulse_action"
"""The attribute by which a test tells a secured callback from a bare one."""

Callback = TypeVar("Callback", bound=Callable[..., Any])


class SignedIn(UserMixin):  # type: ignore[misc]
    """A user as flask-login carries them: by the secret of their session's row, never their id."""

    def __init__(self, user: User, secret: str) -> None:
        self.user = user
        self._secret = secret

    def get_id(self) -> str:
        """What the signed cookie holds."""
        return self._secret


def register(flask: Flask) -> None:
    """Give the server its sign-in pages and its way to know who is asking."""
    manager = LoginManager()
    manager.init_app(flask)
    manager.user_loader(_load)
    flask.register_blueprint(blueprint)


def _load(secret: str) -> SignedIn | None:
    services = current_services()
    now = services.clock()
    user = users.session_user(services.store, secret, now, lambda began: _ends(began, now))
    return None if user is None else SignedIn(user, secret)


def _ends(began: datetime, now: datetime) -> datetime:
    """When a session that began then ends if nobody uses it after ``now``."""
    settings = current_services().settings
    return min(
        began + timedelta(hours=settings.session_hours),
        now + timedelta(minutes=settings.idle_minutes),
    )


def current_actor() -> Actor:
    """Who asks within this request: the signed-in user, else the student of an own page."""
    if "actor" not in g:
        g.actor = _user_actor() or current_participant()
    actor: Actor = g.actor
    return actor


def _user_actor() -> UserActor | None:
    if not current_user.is_authenticated:
        return None
    user = current_user.user
    return UserActor(user, courses.taught_by(current_services().store, user.id))


def current_participant() -> ParticipantActor | Nobody:
    """The student whose own page this browser has opened, whoever else is signed in."""
    secret = session.get(OWN_PAGE)
    if not isinstance(secret, str):
        return Nobody()
    services = current_services()
    found = own_pages.participant(services.store, secret, services.clock())
    return Nobody() if found is None else ParticipantActor(found.id, found.lecture_id)


@blueprint.get("/signin")
def signin_page() -> Response:
    """The form."""
    target = urls.local(request.args.get("next"))
    if current_user.is_authenticated:
        return see_other(target)
    return form(None, target, left="left" in request.args)


@blueprint.post("/signin")
def sign_in() -> Response:
    """Check the password and open a session, or show the form again with the reason."""
    login = tidy(request.form.get("login", "")[:_LONGEST_LOGIN])
    target = urls.local(request.form.get("next"))
    found = users.credentials(current_services().store, login)
    who, limit = known_devices.visitor_to(*(found or (None, None))), current_limits().signin
    account = (login.casefold(), own.WrongPasswordError.__name__)
    try:
        limit.check(account, who)
        user = _checked(found, request.form.get("password", ""))
        if user is None:
            limit.wrong(account, who)
            said = text("This name and password do not belong together.")
            return form(said, target, 401, login=login)
    except TooManyRequestsError as error:
        wait = int(error.retry_after) + 1
        said = text("Too many wrong passwords: try again in {span}.", span=wording.ago(wait))
        return _later(said, target, wait, login)
    except BusyError as error:
        return _later(sentence(error), target, 1, login)
    if second_factor.since(current_services(), user) is not None:
        # Whoever had a session here has to begin anew, too.
        session.clear()
        session[_HALF] = [user.login, current_services().clock().timestamp()]
        return see_other(f"{urls.SIGN_IN_CODE}?next={quote(target, safe='')}")
    return _welcome(user, target)


@blueprint.get(urls.SIGN_IN_CODE)
def code_page() -> Response:
    """The form for the code, for whoever has just given the right password."""
    target = urls.local(request.args.get("next"))
    return _code_form(None, target) if _half() else see_other(urls.SIGN_IN)


@blueprint.post(urls.SIGN_IN_CODE)
def give_code() -> Response:
    """Check the code and open a session, or show the form again with the reason."""
    target, user = urls.local(request.form.get("next")), _half()
    if user is None:
        return see_other(urls.SIGN_IN)
    given = request.form.get("code", "")[:_LONGEST_CODE]

    def check() -> None:
        if not second_factor.passes(current_services(), user, server_key(), given):
            raise WrongCodeError(WRONG_CODE)

    try:
        count_wrong(user, check, WrongCodeError)
    except TooManyRequestsError as error:
        wait = int(error.retry_after) + 1
        said = text("Too many wrong codes: try again in {span}.", span=wording.ago(wait))
        response = _code_form(said, target, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    except WrongCodeError as error:
        return _code_form(sentence(error), target, 401)
    return _welcome(user, target)


def _half() -> User | None:
    """Who has given the right password in this browser within the last minutes."""
    held, services = session.get(_HALF), current_services()
    if not isinstance(held, list):
        return None
    login, at = held
    found = users.credentials(services.store, login)
    late = services.clock().timestamp() - at > _HALF_S
    return None if late or found is None or found[0].disabled else found[0]


def _code_form(error: str | None, target: str, status: int = 200) -> Response:
    response = make_response(code_html(error, target), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _welcome(user: User, target: str) -> Response:
    """Open the session of whoever has proven all that they are asked for, and lead them on."""
    sign_in_as(user)
    news.carry(user)
    return _remembered(see_other(target), user)


def _remembered(response: Response, user: User) -> Response:
    """``response``, by which this browser is known as one of the user's own."""
    found = users.credentials(current_services().store, user.login)
    if found is not None and found[1] is not None:
        known_devices.remember(response, user, found[1])
    return response


def count_wrong(user: User, act: Callable[[], Any], wrong: type[Exception]) -> None:
    """Do what takes one's own password or code again; a ``wrong`` one is a guess as at the door.

    Raises TooManyRequestsError where too many were.
    """
    found = users.credentials(current_services().store, user.login) or (None, None)
    who, limit = known_devices.visitor_to(*found), current_limits().signin
    account = (user.login.casefold(), wrong.__name__)
    limit.check(account, who)
    try:
        act()
    except wrong:
        limit.wrong(account, who)
        raise


def _later(said: str, target: str, wait: int, login: str) -> Response:
    response = form(said, target, 429, login=login)
    response.headers["Retry-After"] = str(wait)
    return response


def _checked(found: tuple[User, str | None] | None, password: str) -> User | None:
    store = current_services().store
    stored = found[1] if found else None
    if not passwords.verify(stored, password) or found is None or found[0].disabled:
        return None
    if stored is not None and passwords.outdated(stored):
        users.rehash_password(store, found[0].id, passwords.hash_password(password))
    return found[0]


def sign_in_as(user: User) -> None:
    """Open a session for somebody who has proven who they are."""
    services = current_services()
    now = services.clock()
    secret = mint()
    # A session that somebody else prepared in this browser must not become this user's.
    _close_own_page()
    session.clear()
    users.open_session(
        services.store,
        secret,
        user.id,
        now=now,
        expires_at=_ends(now, now),
        device=device_of(request.user_agent.string),
    )
    login_user(SignedIn(user, secret))


@blueprint.post("/signout")
def sign_out() -> Response:
    """End the session on the server, not only in the cookie."""
    services = current_services()
    if current_user.is_authenticated:
        users.revoke_session(services.store, current_user.get_id(), services.clock())
    _close_own_page()
    elsewhere = session.get(ELSEWHERE) and services.settings.oidc_issuer
    logout_user()
    session.clear()
    return see_other("/signin?left=1" if elsewhere else "/signin")


@blueprint.get("/me/<secret>")
def open_own_page(secret: str) -> Response:
    """Open a student's own page by the recovery link, and take the secret out of the address."""
    found = consents.by_recovery(current_services().store, secret)
    if found is None:
        raise ForbiddenError("This link is not known: its data may have been erased.")
    remember_participant(found.id)
    return see_other("/me")


def secured_callback(
    dash_app: Any,
    action: Action,
    object_from: Callable[..., access.Object],
    *dependencies: Any,
    **options: Any,
) -> Callable[[Callback], Callback]:
    """A Dash callback that first asks access whether who is asking may do ``action``.

    ``object_from`` gets the callback's own arguments, which a browser may have forged, and looks
    up the object that they name. The rest is what ``dash_app.callback`` takes.
    """

    def decorate(function: Callback) -> Callback:
        @functools.wraps(function)
        def judged(*args: Any, **kwargs: Any) -> Any:
            # A teacher may have opened an own page in the same browser.
            oneself = access.concerns_oneself(action)
            actor = current_participant() if oneself else current_actor()
            # Before anything is looked up from what a stranger sent.
            if isinstance(actor, Nobody) and not access.open_to_anybody(action):
                raise NotSignedInError(
                    text("Open your own link first.")
                    if oneself
                    else text("Your session has ended: sign in again.")
                )
            access.authorize(actor, action, object_from(*args, **kwargs))
            return function(*args, **kwargs)

        setattr(judged, SECURED, action)
        dash_app.callback(*dependencies, **options)(judged)
        return function

    return decorate


def of_school(*_: Any, **__: Any) -> access.SchoolObject:
    """For callbacks about the school as a whole: their ``object_from``."""
    return SCHOOL


def form(
    error: str | None, target: str, status: int = 200, *, login: str = "", left: bool = False
) -> Response:
    """The sign-in page; ``left``: who asks has just signed out of an account of the school's."""
    shown = signin_html(error, target, login=login, elsewhere=provider_label(), left=left)
    response = make_response(shown, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def provider_label() -> str | None:
    """What people call the account that they may sign in by; None: there are local ones only."""
    settings = current_services().settings
    if not settings.oidc_issuer:
        return None
    return settings.oidc_label or text("your school account")


def remember_participant(participant_id: UUID) -> None:
    """Let this browser open that student's own page, for as long as a sign-in lasts at most."""
    services = current_services()
    _close_own_page()
    secret, now = mint(), services.clock()
    ends = now + timedelta(hours=services.settings.session_hours)
    own_pages.open_page(services.store, secret, participant_id, now=now, expires_at=ends)
    session[OWN_PAGE] = secret


def _close_own_page() -> None:
    secret = session.pop(OWN_PAGE, None)
    if isinstance(secret, str):
        own_pages.close_page(current_services().store, secret)


def see_other(target: str) -> Response:
    """Go there, by a request of its own."""
    # Elsewhere is only the provider's own address.
    response = make_response(redirect(urls.at(target) if target.startswith("/") else target, 303))
    response.headers["Cache-Control"] = "no-store"
    return response
