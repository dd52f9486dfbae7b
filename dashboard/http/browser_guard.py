"""What every browser request passes: same-origin writes, signed-in pages, security headers."""

from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlsplit

from dash.exceptions import CallbackException, InvalidCallbackReturnValue
from flask import Flask, Response, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.api import problems
from dashboard.api.limits import address, current_limits
from dashboard.components import urls
from dashboard.http import callback_form, cookies
from dashboard.http.hosts import NEAR, public_address
from dashboard.http.web import current_services
from services.errors import ForbiddenError, InvalidError

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CALLBACKS: Final = "/_dash-update-component"
_FETCHED: Final = (_CALLBACKS, "/_live/")
_OF_PEOPLE: Final = (*_FETCHED, "/api/")
"""What may hold somebody's data: no cache keeps it, the browser's own neither."""
_NO_PAGES: Final = ("/agent/", "/api/", "/assets/", "/healthz", "/readyz", "/metrics")
_OPEN_TO_ALL: Final = (
    "/agent/",
    "/api/",
    "/assets/",
    "/_dash-",
    "/_live/",
    "/_favicon",
    "/favicon",
    "/join",
    "/language/",
    "/me",
    "/setup/",
    "/signin",
    "/signout",
    "/healthz",
    "/readyz",
    "/metrics",
)
"""Paths whose page or endpoint judges by itself; every other page needs a signed-in user."""


def register(flask: Flask, dash_app: Any, *, secure: bool) -> None:
    """Put the guard before and after every request of this server."""
    if secure:
        flask.before_request(_encrypted)
    flask.before_request(_same_origin)
    flask.before_request(_signed_in_for_pages)
    flask.before_request(_not_too_fast)
    flask.before_request(partial(_well_formed_callback, dash_app))
    flask.register_error_handler(CallbackException, _from_callback)
    # Dash's own inline scripts; complete only once all callbacks are registered.
    policy = content_security_policy(dash_app.csp_hashes())

    def headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        # A page that is left is not shown again by going back, after a sign-out least of all.
        if request.path.startswith(_OF_PEOPLE) or response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith(_FETCHED) and response.mimetype == "application/json":
            # Never shown as a page; an open dashboard fetches thirty of these a minute.
            return response
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), microphone=(), geolocation=()"
        )
        return response

    flask.after_request(headers)


def content_security_policy(script_hashes: list[str]) -> str:
    """The policy's text: everything from here, scripts by hash, nothing framed."""
    scripts = " ".join(["'self'", *script_hashes])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            # Dash and Mantine set styles from script.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _encrypted() -> None:
    """Tell whoever comes by plain http why nothing would work: no browser keeps the cookie there.

    A page says by its Origin how it was opened; a visit is known to be plain where a trusted proxy
    would have said otherwise. On the machine itself browsers need no https.
    """
    plain = urlsplit(request.headers.get("Origin", "")).scheme == "http"
    if request.method in _SAFE:
        told = current_services().settings.trusted_proxies > 0
        plain = told and request.scheme == "http" and not request.path.startswith(_NO_PAGES)
    if not plain or urlsplit(request.host_url).hostname in NEAR:
        return
    raise ForbiddenError(
        "Plain http is open to everybody on the network, and nobody can sign in over it. "
        "Open {address} instead.",
        address=public_address().replace("http://", "https://", 1),
    )


def _same_origin() -> None:
    """Refuse a write that another site's page made this browser send (OWASP, CSRF by fetch data).

    An agent's token is never sent by a browser on its own, so a request that bears one is safe, as
    long as no session comes with it: a page may add any Authorization to what the browser sends.
    """
    signed_in = cookies.name(cookies.SESSION) in request.cookies
    if request.method in _SAFE or (request.headers.get("Authorization") and not signed_in):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise ForbiddenError("This request came from another site's page.")
        return
    origin = request.headers.get("Origin")
    if origin is not None:
        if urlsplit(origin).netloc not in (request.host, urlsplit(public_address()).netloc):
            raise ForbiddenError("This request came from another site's page.")
        return
    # Neither header: no browser of today. With a cookie it must still say where it comes from.
    if request.cookies:
        raise ForbiddenError("A request with a session must say its Origin.")


def _signed_in_for_pages() -> AnyResponse | None:
    """Send whoever asks for a page of the staff without a session to the sign-in form."""
    if request.method not in _SAFE or request.path.startswith(_OPEN_TO_ALL):
        return None
    if current_user.is_authenticated:
        return None
    asked = request.full_path.removesuffix("?")
    return redirect(urls.at(f"{urls.SIGN_IN}?next={quote(asked, safe='')}"), 303)


def _well_formed_callback(dash_app: Any) -> None:
    """Refuse a callback request that no page of ours sends, before Dash stumbles over it."""
    if request.path != _CALLBACKS or request.method != "POST":
        return
    body = request.get_json() if request.is_json else None
    if not isinstance(body, dict):
        raise InvalidError("This is no callback of this server.")
    known = dash_app.callback_map.get(str(body.get("output")))
    # One that runs in the browser alone has an entry, but nothing to call.
    if known is None or known.get("callback") is None:
        raise InvalidError("This is no callback of this server.")
    if not callback_form.fits(body, known):
        raise InvalidError("This callback request does not fit its callback.")


def _from_callback(error: CallbackException) -> Response:
    """Dash takes a request for malformed, or one of our own callbacks for it."""
    if isinstance(error, InvalidCallbackReturnValue):
        return problems.incident(error)
    return problems.from_error(InvalidError("This callback request does not fit its callback."))


def _not_too_fast() -> None:
    if request.path.startswith("/api/"):
        current_limits().address.take(address())
