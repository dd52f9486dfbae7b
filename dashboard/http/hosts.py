"""By which names this server answers, and the one address that it tells others of itself.

A name that somebody else pointed here must open nothing (DNS rebinding), and what a request calls
us must not end up in a link that another person follows.
"""

import socket
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import MisdirectedRequest

from dashboard.http.web import current_services
from dashboard.i18n import text
from dashboard.settings import Settings

NEAR: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - told apart, not listened on
_ASKED_BY_MACHINES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for by whatever address a machine has now; nothing there depends on it."""


def register(flask: Flask, settings: Settings) -> None:
    """Refuse requests by any other name, before anything else looks at them."""
    names, numbers = names_of(settings), settings.host in _EVERYWHERE

    def by_our_name() -> None:
        if request.path in _ASKED_BY_MACHINES:
            return
        name = _bare(request.host)
        if name not in names and not (numbers and _is_number(name)):
            raise MisdirectedRequest(
                text(
                    "This server does not answer to the name {name}. If it should, its operator "
                    "sets CLASSPULSE_URL or CLASSPULSE_HOSTS.",
                    name=repr(name[:80]),
                )
            )

    flask.before_request(by_our_name)


def names_of(settings: Settings) -> frozenset[str]:
    """The names: this machine's to itself, what it listens on, and what the settings say.

    Who listens everywhere answers to the machine's name, too, and to its numbers: a number cannot
    be pointed here by anybody else.
    """
    given = {word.strip() for word in settings.hosts.split(",") if word.strip()}
    public = {urlsplit(settings.url).hostname or ""} - {""}
    here = {settings.host}
    if settings.host in _EVERYWHERE:
        machine = socket.gethostname()
        here = {machine, f"{machine}.local"}
    return frozenset(_bare(name) for name in NEAR | given | public | here)


def public_address() -> str:
    """How others reach this server, without a slash at the end: what every link begins with.

    The setting's; where none says it, how whoever asks has reached it.
    """
    told = current_services().settings.url.rstrip("/")
    return told or f"{request.host_url.rstrip('/')}{request.script_root}"


def _bare(host: str) -> str:
    """A name without port and brackets, in small letters."""
    name = host.rpartition("]")[0].removeprefix("[") or host
    if name.count(":") == 1:
        name = name.partition(":")[0]
    return name.rstrip(".").lower()


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
