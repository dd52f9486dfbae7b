"""Where below a name this server stands: at its root, or at a path such as ``/pulse``.

Taken off before any route is looked for, so that whatever is inside knows its own addresses only;
``components.urls.at`` puts it back in front of each that a browser is given.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dashboard.settings import Settings, is_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SubPath:
    """The application, standing at the path of ``url``; without ``url``, where a trusted proxy says
    by X-Forwarded-Prefix. Whether a proxy takes the path off or leaves it on makes no difference.
    """

    def __init__(self, application: "WSGIApplication", settings: Settings) -> None:
        self._application = application
        self._said = urlsplit(settings.url).path.rstrip("/") if settings.url else None
        self._proxies = settings.trusted_proxies

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer one request."""
        prefix = _told(environ, self._proxies) if self._said is None else self._said
        if prefix:
            path = str(environ.get("PATH_INFO", ""))
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
            environ["SCRIPT_NAME"] = prefix
        return self._application(environ, start_response)


def _told(environ: "WSGIEnvironment", proxies: int) -> str:
    """What the outermost trusted proxy says; nothing where it says what is no path."""
    if proxies < 1:
        return ""
    values = str(environ.get("HTTP_X_FORWARDED_PREFIX", "")).split(",")
    # Proxies further in may leave it as the outermost one said it.
    told = values[max(0, len(values) - proxies)].strip().rstrip("/")
    return told if is_path(told) else ""
