"""Which browser an account was signed in on before, by a signed cookie that only says that.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies". Nothing of it is stored
here; it ends with the password that was right then.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from flask import Response, current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from dashboard.api.limits import Visitor, address
from dashboard.http import cookies
from db.values import User

COOKIE: Final = "classpulse-device"
OWN_PAGE: Final = "participant"
"""Under which name the session's cookie carries what opens a student's own page: never the recovery
link's secret, which has no end."""
_YEAR: Final = timedelta(days=365)
_MOST: Final = 8
"""Accounts of one browser: the ones signed in on last."""


def visitor() -> Visitor:
    """Who asks, for counting guesses at what is no account's: a code."""
    own = session.get(OWN_PAGE)
    found = _told().get("id") or (own if isinstance(own, str) else None)
    return Visitor(address(), found)


def visitor_to(user: User | None, stored: str | None) -> Visitor:
    """Who asks, for counting guesses at that account, whose password is kept as ``stored``."""
    told = _told()
    if user is None or stored is None:
        return Visitor(address())
    known = told.get("users", {}).get(user.id.hex) == _mark(user, stored)
    return Visitor(address(), told["id"] if known else None)


def remember(response: Response, user: User, stored: str) -> None:
    """Let this browser be known as one on which ``user`` was signed in."""
    told = _told()
    others = {name: mark for name, mark in told.get("users", {}).items() if name != user.id.hex}
    kept = dict(list(others.items())[1 - _MOST :])
    value = {
        "id": told.get("id") or secrets.token_urlsafe(12),
        "users": {**kept, user.id.hex: _mark(user, stored)},
    }
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        _name(),
        _signer().dumps(value),
        max_age=_YEAR,
        secure=secure,
        httponly=True,
        path=cookies.path(),
        samesite="Lax",
    )


def _told() -> dict[str, Any]:
    try:
        told = _signer().loads(request.cookies.get(_name(), ""), max_age=int(_YEAR.total_seconds()))
    except BadData:
        return {}
    return dict(told)


def _mark(user: User, stored: str) -> str:
    """What only this server can say of a user with that password."""
    return hmac.new(_key(), b"device" + user.id.bytes + stored.encode(), sha256).hexdigest()[:32]


def _name() -> str:
    return cookies.name(COOKIE)


def _key() -> bytes:
    key = current_app.secret_key
    return key if isinstance(key, bytes) else str(key).encode()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_key(), salt="known device")
