"""Signing in by the school's own accounts: OpenID Connect, code flow with PKCE, one pinned issuer.

Source: OpenID Connect Core 1.0; RFC 7636 (PKCE); RFC 9207 (the issuer in the answer).
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, cast

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, current_app, request, session
from flask_login import current_user
from joserfc.errors import JoseError
from requests import RequestException

from dashboard.auth import signin
from dashboard.auth.oidc_people import person_of
from dashboard.components import urls
from dashboard.http.hosts import public_address
from dashboard.http.web import current_services
from dashboard.i18n import error_words, text
from dashboard.settings import Settings
from db.errors import ConflictError
from services.access import UserActor
from services.accounts import provider as provider_accounts
from services.accounts.provider import PersonError
from services.errors import ForbiddenError, RefusedError, UnknownObjectError

_log = structlog.get_logger(__name__)

blueprint = Blueprint("oidc", __name__)

_EXTENSION: Final = "classpulse-oidc"
_NEXT: Final = "oidc_next"
_LINK: Final = "oidc_link"
_PATIENCE_S: Final = 10
_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures by a key that only the provider has; never none, never one made with our secret."""

_FAULTS: Final = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError)
"""What a provider that is away, broken or forged makes Authlib raise."""


class WrongProviderError(ForbiddenError):
    """What answered is not the provider that the school named."""


class Provider:
    """The school's provider: asked for its addresses and keys when somebody first needs them."""

    def __init__(self, flask: Flask, settings: Settings) -> None:
        self._flask = flask
        self._settings = settings

    @cached_property
    def _client(self) -> Any:
        settings = self._settings
        kept: dict[str, Any] = {
            "scope": settings.oidc_scope,
            "code_challenge_method": "S256",
            "default_timeout": _PATIENCE_S,
        }
        secret = settings.oidc_client_secret.get_secret_value()
        if not secret:
            kept["token_endpoint_auth_method"] = "none"  # noqa: S105 - a public client's method
        return OAuth(self._flask).register(
            "school",
            client_id=settings.oidc_client_id,
            client_secret=secret or None,
            server_metadata_url=(
                f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
            ),
            client_kwargs=kept,
        )

    def send(self, back: str) -> Response:
        """Send the browser to the provider, to come ``back`` with a code."""
        self._pinned()
        return cast(Response, self._client.authorize_redirect(back))

    def claims(self) -> Mapping[str, Any]:
        """What the provider says of who has come back, once everything about it was checked."""
        settings, metadata = self._settings, self._pinned()
        told = request.args.get("iss")
        if told is not None and told != settings.oidc_issuer:
            raise WrongProviderError(f"The answer came from {told[:80]!r}.")
        token = self._client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
            }
        )
        proven = token.get("userinfo")
        if not proven:
            raise WrongProviderError("The answer holds no ID token.")
        more: Mapping[str, Any] = {}
        if metadata.get("userinfo_endpoint"):
            more = self._client.userinfo(token=token)
            if more.get("sub") != proven["sub"]:
                raise WrongProviderError("The answer speaks of two different people.")
        return {**more, **proven}

    def leaving(self, back: str) -> str | None:
        """Where the provider ends its own session, to come ``back``; None where it cannot."""
        if not self._pinned().get("end_session_endpoint"):
            return None
        made = self._client.create_logout_url(
            post_logout_redirect_uri=back, client_id=self._settings.oidc_client_id
        )
        return str(made["url"])

    def _pinned(self) -> Mapping[str, Any]:
        """The provider's facts, if they are those of the issuer that the school named."""
        metadata = cast(dict[str, Any], self._client.load_server_metadata())
        if metadata.get("issuer") != self._settings.oidc_issuer:
            raise WrongProviderError(f"The issuer is {str(metadata.get('issuer'))[:80]!r}.")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in _ALGORITHMS
        ]
        return metadata


def register(flask: Flask, settings: Settings) -> None:
    """Add the addresses; without an issuer in the settings they lead nowhere."""
    flask.register_blueprint(blueprint)
    if settings.oidc_issuer:
        flask.extensions[_EXTENSION] = Provider(flask, settings)


def _provider() -> Provider:
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, Provider):
        raise UnknownObjectError("This school has no sign-in of its own here.")
    return found


@blueprint.get("/signin/school")
def begin() -> Response:
    """Go to the school's sign-in; with ``link``, to add it to the user who is signed in here."""
    provider = _provider()
    target = urls.local(request.args.get("next"))
    session[_NEXT] = target
    session.pop(_LINK, None)
    if request.args.get("link"):
        # Only from a page of ours: another site must not begin this in somebody's name.
        if request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise ForbiddenError("This must be begun from your own page here.")
        if not current_user.is_authenticated:
            raise ForbiddenError("To add a school account, sign in first.")
        session[_LINK] = str(current_user.user.id)
    try:
        return provider.send(f"{public_address()}/signin/school/return")
    except (*_FAULTS, ForbiddenError) as error:
        return _failed(error, target)


@blueprint.get("/signin/school/return")
def come_back() -> Response:
    """Check who has come back, and sign them in, or say why not."""
    provider, services = _provider(), current_services()
    target = urls.local(session.pop(_NEXT, None))
    linked = session.pop(_LINK, None)
    try:
        claims = provider.claims()
    except (*_FAULTS, ForbiddenError) as error:
        return _failed(error, target)
    try:
        person = person_of(claims, services.settings)
        if linked is not None:
            provider_accounts.link(services, _who_asked(linked), person)
            return signin.see_other(target)
        user = provider_accounts.user_of(services, person)
    except (PersonError, ConflictError, RefusedError) as error:
        return signin.form(error_words.sentence(error), target, 403)
    signin.sign_in_as(user)
    session[signin.ELSEWHERE] = True
    return signin.see_other(target)


@blueprint.get("/signin/school/leave")
def leave() -> Response:
    """End the provider's session too, for who has signed out here."""
    try:
        target = _provider().leaving(f"{public_address()}/signin")
    except (*_FAULTS, ForbiddenError) as error:
        return _failed(error, urls.HOME)
    return signin.see_other(target or urls.SIGN_IN)


def _who_asked(user_id: str) -> UserActor:
    """The user who went to the provider to add an account. RefusedError: somebody else is here."""
    if not current_user.is_authenticated or str(current_user.user.id) != user_id:
        raise RefusedError("Somebody else has signed in meanwhile.")
    return UserActor(current_user.user)


def _failed(error: Exception, target: str) -> Response:
    """The form again, with one sentence; what exactly was wrong is the operator's to read."""
    if isinstance(error, RequestException):
        sentence, status = text("The school's sign-in does not answer now. Try again later."), 502
    else:
        sentence, status = text("The school's sign-in did not work. Please try again."), 401
    _log.warning("sign_in_elsewhere_failed", kind=type(error).__name__, detail=str(error)[:200])
    return signin.form(sentence, target, status)
