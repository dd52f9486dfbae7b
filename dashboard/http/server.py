"""Serving over HTTP or HTTPS until told to stop."""

import asyncio
import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from flask import Flask

from dashboard.errors import ServerError
from dashboard.http.certificates import Certificate
from dashboard.http.exchange import Desk
from dashboard.http.listener import USUAL, Listener, Patience, room_for_connections

EXTENSION: Final = "classpulse-server"
"""Under which name the Flask server finds the one that listens for it."""

_NOT_HERE: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_BACKLOG: Final = 1024
_LOOK_S: Final = 0.5
"""How often the loop looks up: on Windows nothing else lets it notice Ctrl-C."""
_RENEW_S: Final = 30.0


class Server:
    """A server that has its port already. ``run`` serves; ``close`` ends that from any thread."""

    def __init__(
        self,
        flask: Flask,
        sockets: list[socket.socket],
        *,
        workers: int,
        certificate: Certificate | None,
        patience: Patience,
        connections: int,
    ) -> None:
        self._sockets = sockets
        self._certificate = certificate
        self._patience = patience
        self._most = connections
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._wake: Callable[[], object] | None = None
        self._listener: Listener | None = None
        body = int(flask.config.get("MAX_CONTENT_LENGTH") or 2**20)
        host, port = sockets[0].getsockname()[:2]
        self._host: str = host
        self.port: Final = int(port)
        """The port it listens on."""
        self.desk: Final = Desk(
            application=flask.wsgi_app,
            threads=ThreadPoolExecutor(workers, thread_name_prefix="web"),
            workers=workers,
            scheme="http" if certificate is None else "https",
            host=host,
            port=self.port,
            largest_body=body,
            # What is larger than Flask reads is answered by Flask, in the API's own words.
            most_read=8 * body,
            answer_s=patience.answer,
        )
        """What is under way, and what was refused."""

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return 0 if self._listener is None else self._listener.connections

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104
        return f"{self.desk.scheme}://{f'[{shown}]' if ':' in shown else shown}:{self.port}"

    def run(self) -> None:
        """Serve until ``close`` is called; then finish the requests under way."""
        try:
            # Not Windows' own loop, which serves no sockets that are watched for being readable.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        finally:
            for one in self._sockets:
                one.close()
            self.desk.threads.shutdown(wait=False, cancel_futures=True)

    async def _serve(self) -> None:
        woken, loop = asyncio.Event(), asyncio.get_running_loop()
        with self._lock:
            self._wake = lambda: loop.call_soon_threadsafe(woken.set)
        self._listener = listener = Listener(
            self.desk, self._patience, self._certificate, self._most
        )
        listener.add_sockets(self._sockets)
        renewed = loop.time()
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(_LOOK_S):
                    await woken.wait()
            except TimeoutError:
                pass
            if self._certificate is not None and loop.time() - renewed > _RENEW_S:
                renewed = loop.time()
                self._certificate.renew()
        with self._lock:
            self._wake = None
        await listener.finish()

    def close(self) -> None:
        """Let ``run`` end. May be called again."""
        self._stopping.set()
        with self._lock:
            if self._wake is not None:
                self._wake()


def listen(
    flask: Flask,
    host: str,
    port: int,
    *,
    workers: int = 8,
    tls: tuple[Path, Path] | None = None,
    patience: Patience = USUAL,
    connections: int | None = None,
) -> Server:
    """Take the port (0: any free one). ``tls``: certificate chain and key, to speak https;
    ``connections``: the most at a time, otherwise as many as the system gives this process.

    Raises ServerError where the port is taken or not allowed, or the address is not this machine's.
    """
    certificate = None if tls is None else Certificate(*tls)
    # It warns of each connection that speaks no TLS: a stranger could fill a disk with that.
    logging.getLogger("tornado").setLevel(logging.ERROR)
    server = Server(
        flask,
        _bound(host, port),
        workers=workers,
        certificate=certificate,
        patience=patience,
        connections=connections or room_for_connections(),
    )
    flask.extensions[EXTENSION] = server
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
        made.listen(_BACKLOG)
        made.setblocking(False)
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
        _end_by_signals(server)
    ready(server)
    server.run()


def _end_by_signals(server: Server) -> None:
    """Let Ctrl-C and SIGTERM end the server in good order; a second Ctrl-C ends it at once."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        server.close()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


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
