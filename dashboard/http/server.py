"""Serving over HTTP or HTTPS until told to stop."""

import errno
import logging
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from flask import Flask
from waitress import create_server, wasyncore
from waitress.server import TcpWSGIServer

from dashboard.errors import ServerError
from dashboard.http.refusals import Channel
from dashboard.http.tls import channel_maker, tls_context

_ROOM_FOR_HEADERS: Final = 64 * 1024
_NOT_HERE: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_DRAIN_S: Final = 5.0
"""Longest that requests under way are waited for at the end."""


class Server:
    """A server that has its port already. ``run`` serves; ``close`` ends that from any thread."""

    def __init__(self, waitress: Any, scheme: str) -> None:
        self._waitress = waitress
        self._map = getattr(waitress, "map", None) or waitress._map
        self._listeners = [one for one in self._map.values() if isinstance(one, TcpWSGIServer)]
        self._stopping = threading.Event()
        self._scheme = scheme

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listeners[0].effective_port)

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = str(self._listeners[0].effective_host)
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        if ":" in shown and not shown.startswith("["):
            shown = f"[{shown}]"
        return f"{self._scheme}://{shown}:{self.port}"

    def say_problems(self) -> None:
        """Refuse what is no request, or too large a one, in the API's own words."""
        for listener in self._listeners:
            listener.channel_class = Channel

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """Put every connection from now on inside TLS."""
        for listener in self._listeners:
            listener.channel_class = channel_maker(context)

    def run(self) -> None:
        """Serve until ``close`` is called; then finish the requests under way."""
        try:
            while not self._stopping.is_set():
                self._turn(1.0)
            for listener in self._listeners:
                listener.accepting = False
            deadline = time.monotonic() + _DRAIN_S
            while self._busy() and time.monotonic() < deadline:
                self._turn(0.1)
        finally:
            self._waitress.task_dispatcher.shutdown(cancel_pending=True, timeout=_DRAIN_S)
            wasyncore.close_all(self._map, ignore_all=True)

    def _turn(self, seconds: float) -> None:
        # poll() and not select(), which ends at descriptor 1024: a school's browsers reach it.
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _busy(self) -> bool:
        """Whether somebody still waits for an answer that is being made or sent."""
        return any(
            channel.requests or channel.total_outbufs_len
            for listener in self._listeners
            for channel in list(listener.active_channels.values())
        )

    def close(self) -> None:
        """Let ``run`` end. May be called again."""
        self._stopping.set()
        for listener in self._listeners:
            # Wakes the loop; once it has ended there is nothing left to wake.
            if listener.socket is not None:
                try:
                    listener.pull_trigger()
                except OSError:
                    continue


def listen(
    flask: Flask,
    host: str,
    port: int,
    *,
    workers: int = 8,
    tls: tuple[Path, Path] | None = None,
) -> Server:
    """Take the port (0: any free one). ``tls``: certificate chain and key, to speak https.

    Raises ServerError where the port is taken or not allowed, or the address is not this machine's.
    """
    context = None if tls is None else tls_context(*tls)
    scheme = "http" if context is None else "https"
    body = int(flask.config.get("MAX_CONTENT_LENGTH") or 2**20)
    # It warns of each request that waits for a worker; /metrics and the answers' times tell that.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    made = create_server(
        flask,
        sockets=_bound(host, port),
        threads=workers,
        url_scheme=scheme,
        ident=None,
        # What is larger than Flask reads is answered by Flask, in the API's own words.
        max_request_body_size=8 * body + _ROOM_FOR_HEADERS,
        connection_limit=2000,
        channel_timeout=60,
        backlog=1024,
    )
    server = Server(made, scheme)
    server.say_problems()
    if context is not None:
        server.speak_tls(context)
    return server


def _bound(host: str, port: int) -> list[socket.socket]:
    """Sockets that hold the port on every address that ``host`` stands for."""
    bound: list[socket.socket] = []
    absent: OSError | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            # A free port, once chosen, is the same on every address.
            chosen = bound[0].getsockname()[1] if bound else port
            try:
                bound.append(_bind(family, (address[0], chosen, *address[2:])))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                # "localhost" may name an IPv6 address that this machine does not have.
                absent = error
        if not bound and absent is not None:
            raise absent
    except (OSError, UnicodeError) as error:
        for one in bound:
            one.close()
        raise ServerError(_why_not(host, port, error)) from error
    return bound


def _bind(family: int, address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def serve(
    flask: Flask,
    host: str,
    port: int,
    *,
    workers: int = 8,
    tls: tuple[Path, Path] | None = None,
    ready: Callable[[Server], None] = lambda _: None,
) -> None:
    """Listen, say so to ``ready``, and serve until interrupted or asked to end (SIGTERM)."""
    server = listen(flask, host, port, workers=workers, tls=tls)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: server.close())
    ready(server)
    try:
        server.run()
    except KeyboardInterrupt:
        return


def _why_not(host: str, port: int, error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError | socket.gaierror):
        return f"The address {host} is not known."
    if error.errno == errno.EADDRINUSE:
        return f"The port {port} of {host} is taken: choose another with --port."
    if error.errno == errno.EACCES:
        return f"The port {port} of {host} needs more rights than this user has."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"The address {host} is not one of this machine's."
    return f"The address {host}:{port} cannot be listened on: {error.strerror or error}."
