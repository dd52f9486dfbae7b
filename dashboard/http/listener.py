"""The connections of a server: how many there may be, how long they may take, and how they end."""

import asyncio
import sys
from dataclasses import dataclass
from typing import Final

from tornado.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from tornado.httputil import HTTPConnection, HTTPServerConnectionDelegate
from tornado.iostream import IOStream
from tornado.tcpserver import TCPServer

from dashboard.http.certificates import Certificate
from dashboard.http.exchange import Desk, Exchange, Peer

MOST_CONNECTIONS: Final = 8192
_OTHER_FILES: Final = 512
"""Files left for everything else that is open: the store's, logs, reports."""
_WINDOWS_MOST: Final = 480
"""What select() can watch there, but for a few."""
_HEADER_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long others may take, in seconds, before their connection is closed."""

    headers: float = 75.0
    """From the connection's or the last answer's beginning to the end of the headers; TLS included.
    Longer than proxies keep an idle connection, so that they end it and lose no request."""
    body: float = 60.0
    answer: float = 60.0
    """To take a piece of an answer."""
    ending: float = 5.0
    """For what is under way when the server is told to stop."""


USUAL: Final = Patience()


class Listener(TCPServer):
    """Accepts connections and has each request dealt with at the desk.

    Where there are as many as may be, the one that has waited longest without a request of its own
    gives way: unfinished headers, however many, keep nobody out.
    """

    def __init__(
        self, desk: Desk, patience: Patience, certificate: Certificate | None, most: int
    ) -> None:
        super().__init__(ssl_options=None if certificate is None else certificate.context)
        self._desk = desk
        desk.began, desk.ended = self._began, self._ended
        self._patience = patience
        self._parameters = HTTP1ConnectionParameters(
            header_timeout=patience.headers,
            body_timeout=patience.body,
            max_header_size=_HEADER_BYTES,
            max_body_size=desk.most_read,
        )
        self._dealings = _Dealings(self, desk)
        self._most = most
        self._open: set[Peer] = set()
        self._resting: dict[Peer, None] = {}
        """Those without a whole request, whoever has waited longest first."""

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        """Somebody has connected."""
        if len(self._open) >= self._most and not self._make_room():
            stream.close()
            return
        peer = Peer(address[0], stream)
        self._open.add(peer)
        self._resting[peer] = None
        HTTP1ServerConnection(stream, self._parameters, peer).start_serving(self._dealings)

    def _make_room(self) -> bool:
        oldest = next(iter(self._resting), None)
        self._desk.count("connections")
        if oldest is None:
            return False
        self.forget(oldest)
        oldest.stream.close()
        return True

    def _began(self, peer: Peer) -> None:
        """A request of theirs is here."""
        self._resting.pop(peer, None)

    def _ended(self, peer: Peer) -> None:
        """It is answered."""
        if peer not in self._open:
            return
        if self._desk.closing:
            peer.stream.close()
        else:
            self._resting[peer] = None

    def forget(self, peer: Peer) -> None:
        """The connection has ended."""
        self._open.discard(peer)
        self._resting.pop(peer, None)
        if peer.on_gone is not None:
            peer.on_gone()

    async def finish(self) -> None:
        """Accept nobody more, answer what is here, and close every connection."""
        self.stop()
        self._desk.closing = True
        for peer in list(self._resting):
            peer.stream.close()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.ending
        while self._desk.under_way and loop.time() < deadline:
            await asyncio.sleep(0.01)
        for peer in list(self._open):
            peer.stream.close()
        # Those who serve them notice, and end.
        await asyncio.sleep(0)


class _Dealings(HTTPServerConnectionDelegate):
    """What each connection asks: who takes its next request, and whom to tell that it has ended."""

    def __init__(self, listener: Listener, desk: Desk) -> None:
        self._listener = listener
        self._desk = desk

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> Exchange:
        del server_conn
        if not isinstance(request_conn, HTTP1Connection):
            raise TypeError("The listener speaks HTTP/1 only.")
        return Exchange(self._desk, request_conn, _peer_of(request_conn))

    def on_close(self, server_conn: object) -> None:
        self._listener.forget(_peer_of(server_conn))


def _peer_of(connection: object) -> Peer:
    peer = getattr(connection, "context", None)
    if not isinstance(peer, Peer):
        raise TypeError("A connection has lost whose it is.")
    return peer


def room_for_connections() -> int:
    """How many connections this process can have, after taking all the files that it may."""
    if sys.platform == "win32":
        return _WINDOWS_MOST
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(64, soft - _OTHER_FILES)
    return MOST_CONNECTIONS
