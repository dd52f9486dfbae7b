"""HTTPS for the web server, which speaks plain HTTP by itself: each connection inside TLS.

The server reads and writes without blocking, so a handshake, too, goes on a piece at a time as
the bytes arrive; nobody who is slow or silent holds up anybody else.
"""

import ssl
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any, Final

from dashboard.errors import ServerError
from dashboard.http.refusals import Channel

_RECORD: Final = 16 * 1024
"""A TLS record's most bytes: reading fewer could leave some behind where select cannot see them."""

_WAITS: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with that certificate chain. Raises ServerError where it cannot be used."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error
        raise ServerError(
            f"The certificate {certificate} and key {key} cannot be used: {reason}."
        ) from error
    return context


def channel_maker(context: ssl.SSLContext) -> Any:
    """What the web server calls to make a channel of an accepted connection."""
    return partial(_make, context)


def _make(
    context: ssl.SSLContext, server: Any, connection: socket, *rest: Any, **named: Any
) -> Any:
    connection.setblocking(False)
    wrapped = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    return _TlsChannel(server, wrapped, *rest, **named)


class _TlsChannel(Channel):
    """A connection whose bytes go through TLS."""

    def __init__(self, *given: Any, **named: Any) -> None:
        # One TLS object must not be read and written at once, and a worker may write.
        self._tls_lock = threading.RLock()
        super().__init__(*given, **named)

    def handle_read(self) -> None:
        try:
            with self._tls_lock:
                data = self.socket.recv(max(self.adj.recv_bytes, _RECORD))
        except _WAITS:
            return
        except OSError:
            # Not TLS at all, a certificate that was not liked, or gone: no fault of ours.
            self.handle_close()
            return
        if not data:
            self.handle_close()
            return
        self.last_activity = time.time()
        self.received(data)

    def send(self, data: bytes, do_close: bool = True) -> int:
        try:
            with self._tls_lock:
                return int(super().send(data, do_close))
        except _WAITS:
            return 0

    def handle_close(self) -> None:
        if self.socket is not None:
            # Says goodbye, so that the other side knows that nothing was cut off.
            with self._tls_lock, suppress(OSError, ValueError):
                self.socket.unwrap()
        super().handle_close()
