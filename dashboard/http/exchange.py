"""One request and its answer: read whole, worked on by a thread, sent piece by piece.

The event loop alone reads and writes, so that nobody who sends or takes slowly holds a thread.
"""

import asyncio
import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

import structlog
from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
    format_timestamp,
)
from tornado.iostream import IOStream

from contract.exchange import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log = structlog.get_logger(__name__)

MOST_HELD: Final = 256 * 2**20
"""Bytes of unfinished bodies kept for all connections together."""

_PIECE: Final = 256 * 1024
"""So much of an answer is taken from the application at a time: most answers are smaller."""


@dataclass(eq=False, slots=True)
class Peer:
    """Who is at the other end of a connection, and whether their request is in our hands."""

    address: str
    stream: IOStream
    busy: bool = False
    on_gone: Callable[[], None] | None = None
    """To be called when the connection ends while an answer is being sent."""

    def __str__(self) -> str:
        return self.address


@dataclass(kw_only=True)
class Desk:
    """What every exchange of a server shares."""

    application: "WSGIApplication"
    threads: ThreadPoolExecutor
    workers: int
    scheme: str
    host: str
    port: int
    largest_body: int
    """Of a larger one only the length is handed on, which the application refuses."""
    most_read: int
    """A body that says it is larger than this is not even read."""
    answer_s: float
    """Longest that somebody may take to accept a piece of an answer."""
    began: Callable[[Peer], None] = lambda _: None
    """Who is to know that a request has come whole."""
    ended: Callable[[Peer], None] = lambda _: None
    """Who is to know that it has been answered."""
    closing: bool = False
    held: int = 0
    """Bytes of unfinished bodies."""
    under_way: int = 0
    """Requests that wait for a thread, are worked on or are being sent."""
    refused: dict[str, int] = field(default_factory=dict)
    """How often something was refused before the application saw it, by why."""

    _dated: tuple[int, str] = (0, "")

    def date(self) -> str:
        """The time as headers say it: many answers leave within its second."""
        now = int(time())
        if self._dated[0] != now:
            self._dated = now, format_timestamp(now)
        return self._dated[1]

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return max(0, self.under_way - self.workers)

    def count(self, reason: str) -> None:
        """Something was refused."""
        self.refused[reason] = self.refused.get(reason, 0) + 1


@dataclass(slots=True)
class _Answer:
    """What the application said; ``rest`` is what it has not said yet."""

    status: str
    headers: list[tuple[str, str]]
    piece: bytes
    rest: Iterator[bytes] | None


class Exchange(HTTPMessageDelegate):
    """What the server tells about one request as it arrives, and what becomes of it."""

    def __init__(self, desk: Desk, connection: HTTP1Connection, peer: Peer) -> None:
        self._desk = desk
        self._connection = connection
        self._peer = peer
        self._chunks: list[bytes] = []
        self._held = 0
        self._length = 0
        self._no_room = False
        self._over = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """The headers are here, the body is not."""
        if not isinstance(start_line, RequestStartLine):
            raise TypeError("A server is sent requests, not answers.")
        self._line, self._headers = start_line, headers
        length = headers.get("Content-Length", "")
        if length.isdecimal() and (len(length) > 18 or int(length) > self._desk.most_read):
            self._desk.count("too_large")
            self._begin()
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            self._send(_problem(status, "The request is larger than this server reads."))

    def data_received(self, chunk: bytes) -> None:
        """A piece of the body."""
        self._length += len(chunk)
        if self._length > self._desk.largest_body or self._no_room:
            self._let_go()
        elif self._desk.held + len(chunk) > MOST_HELD:
            self._no_room = True
            self._let_go()
        else:
            self._chunks.append(chunk)
            self._held += len(chunk)
            self._desk.held += len(chunk)

    def on_connection_close(self) -> None:
        """They have gone, or were too slow, before the request was whole."""
        self._let_go()

    def finish(self) -> None:
        """The request is whole."""
        body = b"".join(self._chunks)
        self._let_go()
        self._begin()
        if self._no_room:
            self._desk.count("no_room")
            self._send(_problem(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is arriving at once."))
            return
        loop = asyncio.get_running_loop()
        self._desk.threads.submit(
            self._work, body, lambda answer: loop.call_soon_threadsafe(self._worked, answer)
        )

    def _let_go(self) -> None:
        self._desk.held -= self._held
        self._held = 0
        self._chunks.clear()

    def _work(self, body: bytes, tell: Callable[[_Answer], object]) -> None:
        """Ask the application, in a thread."""
        tell(self._asked(body))

    def _asked(self, body: bytes) -> _Answer:
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], Any]:
            told[:] = status, headers
            return _no_writing

        rest: Iterator[bytes] | None = None
        try:
            said = self._desk.application(self._environ(body), start)
            rest = _in_pieces(said)
            piece = next(rest, b"")
            if len(piece) < _PIECE:
                _close(rest)
                rest = None
            return _Answer(told[0], told[1], piece, rest)
        except Exception as error:  # noqa: BLE001 - whoever asked gets an answer, whatever broke
            _log.error("answer_broke", method=self._line[0], exc_info=error)
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here.")

    def _environ(self, body: bytes) -> "WSGIEnvironment":
        method, target, version = self._line
        if not target.startswith("/"):
            # A proxy's form, with the address before it; or none at all, which no route answers.
            parts = urlsplit(target)
            target = f"{parts.path or '/'}?{parts.query}"
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": self._desk.host,
            "SERVER_PORT": str(self._desk.port),
            "SERVER_PROTOCOL": version,
            "REMOTE_ADDR": self._peer.address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self._desk.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self._headers.get_all():
            # "X_Forwarded_For" would pass for the "X-Forwarded-For" that a proxy has removed.
            if "_" not in name and name not in _TOLD_OTHERWISE:
                key = "HTTP_" + name.upper().replace("-", "_")
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        if "HTTP_CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
        if self._length or "Content-Length" in self._headers:
            environ["CONTENT_LENGTH"] = str(self._length)
        return environ

    def _begin(self) -> None:
        self._peer.busy = True
        self._desk.under_way += 1
        self._desk.began(self._peer)

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        self._peer.busy, self._peer.on_gone = False, None
        self._desk.under_way -= 1
        self._desk.ended(self._peer)

    def _worked(self, answer: _Answer) -> None:
        if answer.rest is None:
            self._send(answer)
        else:
            sending = asyncio.ensure_future(self._stream(answer, answer.rest))
            sending.add_done_callback(self._streamed)

    def _send(self, answer: _Answer) -> None:
        """A whole answer, at once."""
        if self._peer.stream.closed():
            self._end()
            return
        self._peer.on_gone = self._end
        writing = self._write_head(answer)
        self._connection.finish()
        if writing.done():
            self._end()
            return
        alarm = asyncio.get_running_loop().call_later(self._desk.answer_s, self._give_up)

        def sent(_: object) -> None:
            alarm.cancel()
            self._end()

        writing.add_done_callback(sent)

    async def _stream(self, answer: _Answer, rest: Iterator[bytes]) -> None:
        """A long answer, no faster than it is taken."""
        loop = asyncio.get_running_loop()
        try:
            writing = self._write_head(answer)
            while True:
                await asyncio.wait_for(writing, self._desk.answer_s)
                piece = await loop.run_in_executor(self._desk.threads, partial(next, rest, b""))
                if not piece:
                    break
                writing = self._connection.write(piece)
            self._connection.finish()
        except TimeoutError:
            self._give_up()
        finally:
            _close(rest)

    def _streamed(self, sending: "asyncio.Future[None]") -> None:
        if sending.cancelled() or sending.exception() is not None:
            # They have gone; or what was promised cannot be read any more, which a cut tells.
            self._peer.stream.close()
        self._end()

    def _give_up(self) -> None:
        """On whoever takes nothing."""
        self._desk.count("slow_reader")
        self._peer.stream.close()
        self._end()

    def _write_head(self, answer: _Answer) -> "asyncio.Future[None]":
        status, _, reason = answer.status.partition(" ")
        headers = HTTPHeaders()
        for name, value in answer.headers:
            headers.add(name, value)
        whole = answer.rest is None and self._line[0] != "HEAD" and status not in _BODILESS
        if whole and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(answer.piece))
        if "Date" not in headers:
            headers["Date"] = self._desk.date()
        if self._desk.closing:
            headers["Connection"] = "close"
        line = ResponseStartLine("HTTP/1.1", int(status), reason)
        return self._connection.write_headers(line, headers, answer.piece)


_BODILESS: Final = ("204", "304")
_TOLD_OTHERWISE: Final = ("Content-Length", "Transfer-Encoding")


def _problem(status: HTTPStatus, detail: str) -> _Answer:
    """What is said where the application cannot say it: RFC 9457, like every other refusal."""
    problem = Problem(title=status.phrase, status=status.value, detail=detail)
    headers = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "5"))
    body = problem.model_dump_json(exclude_none=True).encode()
    return _Answer(f"{status.value} {status.phrase}", headers, body, None)


def _no_writing(_: bytes) -> None:
    raise NotImplementedError("An answer is returned, not written.")


def _in_pieces(said: Any) -> Iterator[bytes]:
    """The answer in pieces of ``_PIECE`` bytes or a little more; the last may be smaller."""
    try:
        gathered: list[bytes] = []
        size = 0
        for one in said:
            gathered.append(one)
            size += len(one)
            if size >= _PIECE:
                yield b"".join(gathered)
                gathered, size = [], 0
        if gathered:
            yield b"".join(gathered)
    finally:
        if hasattr(said, "close"):
            said.close()


def _close(pieces: Iterator[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
