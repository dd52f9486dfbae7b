"""What cookies are called and where they are sent, by how and where this server is reached."""

from typing import Final

from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface

from dashboard.components import urls

SESSION: Final = "classpulse"
"""The cookie of the sign-in."""


def name(of: str, server: Flask | None = None) -> str:
    """Over https it begins with ``__Host-``: then no neighbour below the same domain can set it.

    That asks for the path ``/``; below a path it is ``__Secure-``, which only https can set.
    """
    if not (server or current_app).config["SESSION_COOKIE_SECURE"]:
        return of
    return f"__Secure-{of}" if urls.at("") else f"__Host-{of}"


def path() -> str:
    """Where browsers send it: to this server's part of the name alone."""
    return urls.at("") or "/"


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, whose cookie is called and sent as above."""

    def get_cookie_name(self, app: Flask) -> str:
        """Which one."""
        return name(SESSION, app)

    def get_cookie_path(self, app: Flask) -> str:
        """Where to."""
        del app
        return path()
