"""A small real HTTP server that speaks the contract and misbehaves on demand."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import UUID

import pytest

from contract.batches import read_batch
from contract.events import Event
from contract.exchange import (
    Ask,
    BatchAnswer,
    ConsentAnswer,
    ConsentRequest,
    ItemVerdict,
    JoinAnswer,
    JoinRequest,
    LectureFacts,
    LectureState,
    Pulse,
    Verdict,
)
from contract.ids import uuid7
from contract.notice import notice_for
from contract.observations import Observation
from contract.policy import Choices, CourseMode, Policy

CODE = "ABC234"


class LostAnswerError(Exception):
    """Raised by a plan: what was asked is done, but the answer never leaves the server."""


@dataclass
class Reply:
    """A plan's answer in place of the server's own; nothing is stored."""

    status: int
    detail: str = "as planned"
    headers: dict[str, str] = field(default_factory=dict)


Plan = Callable[[str, int], Reply | None]
"""Told the path's last word and how many requests came before; what to do instead, or None."""


def obey(_word: str, _before: int) -> Reply | None:
    return None


class FakeServer:
    """State of the server, kept over restarts of its port as a database would be."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.observations: dict[UUID, Observation] = {}
        self.events: dict[UUID, Event] = {}
        self.verdicts: Counter[Verdict] = Counter()
        self.requests: list[tuple[str, int]] = []
        self.tokens: set[str] = set()
        self.consents: list[ConsentRequest] = []
        self.joins: list[JoinRequest] = []
        self.policy = Policy.INDIVIDUAL
        self.mode = CourseMode.OPEN
        self.consented: Choices | None = None
        self.ended_at: datetime | None = None
        self.ask: Ask | None = None
        self.baseline_helps = True
        self.pulses: list[Pulse] = []
        self.clock_ahead = timedelta(0)
        self.plan: Plan = obey
        self._http: ThreadingHTTPServer | None = None
        self._port = 0
        self.down = False
        self.refused = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    def start(self) -> None:
        state = self
        self.down = False

        class Handler(_Handler):
            server_state = state

        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._http.daemon_threads = True
        self._port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self._http is not None:
            self.down = True
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def wait_until(self, true: Callable[[], bool], seconds: float = 30.0) -> None:
        with self.lock:
            assert self.lock.wait_for(true, seconds), "the agent did not get that far"

    def facts(self) -> LectureFacts:
        return LectureFacts(
            id=UUID(int=7),
            title="Fractions",
            course="Maths 7b",
            mode=self.mode,
            state=LectureState.ENDED if self.ended_at else LectureState.RUNNING,
            started_at=self.now() - timedelta(days=1),
        )

    def join(self, raw: bytes) -> tuple[int, str]:
        request = JoinRequest.model_validate_json(raw)
        self.joins.append(request)
        if request.code != CODE:
            return 404, f"No lecture has the code {request.code}."
        return 200, JoinAnswer(
            lecture=self.facts(),
            policy=self.policy,
            notice=notice_for(self.policy),
            ticket="ticket",
            consented=self.consented,
        ).model_dump_json()

    def agree(self, raw: bytes) -> tuple[int, str]:
        self.consents.append(ConsentRequest.model_validate_json(raw))
        token = f"token-{len(self.consents)}"
        self.tokens.add(token)
        return 201, ConsentAnswer(
            token=token,
            participant=uuid7(self.now()),
            recovery_link="/me/secret",
            admitted=True,
            baseline=self.baseline_helps,
        ).model_dump_json()

    def take(self, raw: bytes, kind: type[Any], store: dict[UUID, Any]) -> tuple[int, str]:
        verdicts = []
        for item in read_batch(raw, kind):
            assert isinstance(item, kind), item
            verdict = Verdict.DUPLICATE if item.id in store else Verdict.ACCEPTED
            store.setdefault(item.id, item)
            self.verdicts[verdict] += 1
            verdicts.append(ItemVerdict(id=item.id, verdict=verdict))
        return 200, BatchAnswer(
            verdicts=tuple(verdicts),
            server_time=self.now(),
            lecture=LectureState.ENDED if self.ended_at else LectureState.RUNNING,
            ended_at=self.ended_at,
            ask=self.ask,
        ).model_dump_json()

    def take_pulse(self, raw: bytes) -> tuple[int, str]:
        self.pulses.append(Pulse.model_validate_json(raw))
        self.ask = None
        return 200, "{}"

    def own(self) -> str:
        """What is stored, with more than the agent reads of it."""
        stored = [json.loads(it.model_dump_json()) for it in self.observations.values()]
        body = {"name": "Ana", "status": "admitted", "events": [], "pulses": [], "flags": []}
        return json.dumps(body | {"observations": stored, "next": None})

    def delete_own(self) -> str:
        gone = len(self.observations)
        self.observations.clear()
        return json.dumps({"observations": gone})


class _Handler(BaseHTTPRequestHandler):
    server_state: ClassVar[FakeServer]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        state, word = self.server_state, self.path.rpartition("/")[2]
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        with state.lock:
            if state.down:
                # Connections that were open before the server went down die with it.
                self.close_connection = True
                state.refused += 1
                state.lock.notify_all()
                return
            try:
                self._handle(state, word, raw)
            except LostAnswerError:
                self.close_connection = True
            state.lock.notify_all()

    def do_GET(self) -> None:
        self._own(self.server_state.own)

    def do_DELETE(self) -> None:
        self._own(self.server_state.delete_own)

    def _own(self, answer: Callable[[], str]) -> None:
        state = self.server_state
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        with state.lock:
            if self.path.endswith("/me/observations") and bearer in state.tokens:
                self._answer(200, answer(), "application/json", {})
            else:
                self._problem(Reply(401, "This token is not known."))
            state.lock.notify_all()

    def _handle(self, state: FakeServer, word: str, raw: bytes) -> None:
        before = sum(seen == word for seen, _ in state.requests)
        state.requests.append((word, len(raw)))
        lost = False
        try:
            reply = state.plan(word, before)
        except LostAnswerError:
            reply, lost = None, True
        if reply is not None:
            self._problem(reply)
            return
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if word in ("observations", "events", "pulse") and bearer not in state.tokens:
            self._problem(Reply(401, "This token is not known."))
            return
        status, body = {
            "join": state.join,
            "consents": state.agree,
            "observations": lambda raw: state.take(raw, Observation, state.observations),
            "pulse": state.take_pulse,
            "events": lambda raw: state.take(raw, Event, state.events),
        }[word](raw)
        if lost:
            raise LostAnswerError
        if status >= 400:
            self._problem(Reply(status, body))
        else:
            self._answer(status, body, "application/json", {})

    def _problem(self, reply: Reply) -> None:
        body = {"title": "No", "status": reply.status, "detail": reply.detail}
        self._answer(reply.status, json.dumps(body), "application/problem+json", reply.headers)

    def _answer(self, status: int, body: str, kind: str, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        moment = self.server_state.now()
        self.send_header("Date", moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def lost_answer() -> type[Exception]:
    return LostAnswerError


@pytest.fixture
def reply() -> type[Reply]:
    return Reply
