"""The long fault suite's own parts: it sees what is lost, and its network breaks as it says."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.observations import Observation
from db.engine.store import open_store
from db.measurements import ingest
from tests.builders.lecture import agree, ticket_for
from tests.faults.ledger import Lecture, Ledger, compare
from tests.faults.programs import FaultError
from tests.faults.proxy import Fault, Network, Proxy

NOW = datetime.now(UTC)


@pytest.fixture
def lecture(sqlite_url: str) -> Lecture:
    return Lecture(sqlite_url)


def observation(second: int) -> Observation:
    at = NOW + timedelta(seconds=second)
    return Observation(
        id=uuid7(at), captured_at=at, frames=2, face_share=0.0, faces=0,
        probabilities=None, attentive=None, model="quick@1",
    )  # fmt: skip


def store(lecture: Lecture, *items: Observation | Event) -> None:
    opened = open_store(lecture.url)
    student = agree(opened, ticket_for(opened, lecture.lecture, NOW), NOW)
    seen = [it for it in items if isinstance(it, Observation)]
    happened = [it for it in items if isinstance(it, Event)]
    ingest.ingest_observations(opened, student.id, seen, NOW)
    ingest.ingest_events(opened, student.id, happened, NOW)
    opened.close()


def ledger(folder: Path, *lines: tuple[str, Observation | Event]) -> Ledger:
    file = folder / "ledger"
    file.write_text(
        "".join(
            f"{word} {type(it).__name__} {it.id} "
            f"{(it.captured_at if isinstance(it, Observation) else it.at).timestamp():.6f}\n"
            for word, it in lines
        ),
        encoding="utf-8",
    )
    return Ledger.read(file)


def both(item: Observation | Event) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return ("minted", item), ("kept", item)


def test_all_stored_once_is_well(lecture: Lecture, tmp_path: Path) -> None:
    one, two = observation(0), Event(id=uuid7(NOW), at=NOW, kind=EventKind.STOPPED)
    store(lecture, one, two)
    cut_off = observation(5)
    told = compare(lecture, ledger(tmp_path, *both(one), *both(two), ("minted", cut_off)))
    assert told["items_due"] == 2
    assert (told["captured"], told["stored"], told["cut_off_in_the_making"]) == (1, 1, 1)


def test_a_lost_item_is_seen(lecture: Lecture, tmp_path: Path) -> None:
    one, lost = observation(0), observation(1)
    store(lecture, one)
    with pytest.raises(FaultError, match='"missing": 1'):
        compare(lecture, ledger(tmp_path, *both(one), *both(lost)))


def test_an_item_stored_for_two_students_is_seen(lecture: Lecture, tmp_path: Path) -> None:
    one = observation(0)
    store(lecture, one)
    store(lecture, one)
    with pytest.raises(FaultError, match='"twice": 1'):
        compare(lecture, ledger(tmp_path, *both(one)))


def test_what_nobody_minted_and_what_came_after_the_end_are_seen(
    lecture: Lecture, tmp_path: Path
) -> None:
    one, stranger = observation(0), observation(1)
    store(lecture, one, stranger)
    with pytest.raises(FaultError, match='"strangers": 1'):
        compare(lecture, ledger(tmp_path, *both(one)))
    known = ledger(tmp_path, *both(one), *both(stranger))
    with pytest.raises(FaultError, match='"after_the_end": 1'):
        compare(lecture, known, until=NOW + timedelta(seconds=0.5))
    with pytest.raises(FaultError, match='"left_in_outboxes": 3'):
        compare(lecture, known, waiting=3)


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    heard: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
def proxy(heard: list[bytes]) -> Iterator[Proxy]:
    handler = type("Answers", (_Answers,), {"heard": heard})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    subject = Proxy()
    subject.forward_to(server.server_address[1])
    yield subject
    subject.close()
    server.shutdown()
    server.server_close()


def ask(proxy: Proxy, timeout: float = 10.0) -> bytes:
    return httpx.post(proxy.url, content=b"x" * 1000, timeout=timeout).content


def test_a_whole_network_carries_and_counts(proxy: Proxy, heard: list[bytes]) -> None:
    assert ask(proxy) == b"x" * 1000
    assert heard == [b"x" * 1000]
    assert proxy.wait_for_answers(1, 1.0)
    assert not proxy.wait_for_answers(2, 0.01)


def test_a_lost_answer_is_one_that_the_server_gave(proxy: Proxy, heard: list[bytes]) -> None:
    proxy.arm(Fault.LOSE_ANSWER)
    with pytest.raises(httpx.TransportError):
        ask(proxy)
    assert heard == [b"x" * 1000]
    assert proxy.struck == {Fault.LOSE_ANSWER: 1}
    assert ask(proxy) == b"x" * 1000


@pytest.mark.parametrize("fault", [Fault.CUT_REQUEST, Fault.CUT_ANSWER])
def test_a_cut_connection_fails_once(proxy: Proxy, fault: Fault) -> None:
    proxy.arm(fault)
    with pytest.raises(httpx.TransportError):
        ask(proxy)
    assert ask(proxy) == b"x" * 1000


def test_without_a_network_nothing_gets_through(proxy: Proxy, heard: list[bytes]) -> None:
    for network in (Network.REFUSES, Network.SILENT):
        proxy.set_network(network)
        with pytest.raises(httpx.TransportError):
            ask(proxy, timeout=0.3)
    assert heard == []
    proxy.disarm()
    assert ask(proxy) == b"x" * 1000


def test_ids_are_read_as_they_are_stored() -> None:
    identifier = uuid7(NOW)
    from tests.faults.ledger import _uuid

    assert {_uuid(identifier.bytes), _uuid(str(identifier)), _uuid(identifier)} == {
        UUID(str(identifier))
    }
