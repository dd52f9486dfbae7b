"""A real server on a real port: plain and TLS, taken ports, and an end that cuts nobody off."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask, Response, request

from contract.policy import CourseMode
from dashboard.errors import ServerError
from dashboard.http.server import Server, listen

Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers on free ports and ends them after the test."""
    running: list[tuple[Server, threading.Thread]] = []

    def begin(flask: Flask, **options: Any) -> Server:
        server = listen(flask, "127.0.0.1", 0, workers=4, **options)
        thread = threading.Thread(target=server.run, name="web")
        thread.start()
        running.append((server, thread))
        return server

    yield begin
    for server, thread in running:
        server.close()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_an_agent_joins_agrees_and_sends_over_the_wire(world: Any, start: Start) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    link = HTTPConnection("127.0.0.1", start(world.app.flask).port, timeout=10)

    def ask(path: str, body: Any, **headers: str) -> Any:
        link.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = link.getresponse()
        told = json.loads(answer.read())
        assert answer.status in (200, 201), told
        return told

    joined = ask("/join", {"code": lecture.code, "name": "Ana"})
    agreed = ask(
        "/consents",
        {
            "ticket": joined["ticket"],
            "notice_version": joined["notice"]["version"],
            "choices": {"class_mood": True},
        },
    )
    items = [world.observation(world.clock.now) for _ in range(600)]
    answer = ask("/observations", {"items": items}, Authorization=f"Bearer {agreed['token']}")
    assert {one["verdict"] for one in answer["verdicts"]} == {"accepted"}
    link.close()


def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(ServerError, match=rf"port {port} of 127\.0\.0\.1 is taken"):
            listen(Flask("test"), "127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_ours_is_one_clear_sentence(host: str) -> None:
    with pytest.raises(ServerError, match=host):
        listen(Flask("test"), host, 0)


def test_the_request_under_way_is_answered_before_the_end(start: Start) -> None:
    flask, inside, go = Flask("test"), threading.Event(), threading.Event()

    @flask.get("/slow")
    def slow() -> str:
        inside.set()
        go.wait(10)
        return "done"

    server = start(flask)
    link = HTTPConnection("127.0.0.1", server.port, timeout=10)
    link.request("GET", "/slow")
    assert inside.wait(10)
    server.close()
    go.set()
    answer = link.getresponse()
    assert (answer.status, answer.read()) == (200, b"done")
    link.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


def echo() -> Flask:
    """Answers what it was sent, a hundred times."""
    flask = Flask("echo")

    @flask.post("/echo")
    def again() -> Response:
        return Response(request.get_data() * 100, headers={"X-Scheme": request.scheme})

    return flask


def test_tls_carries_much_both_ways_for_many(start: Start, certificate: tuple[Path, Path]) -> None:
    server = start(echo(), tls=certificate)
    context = ssl.create_default_context(cafile=str(certificate[0]))
    wrong: list[str] = []

    def talk(number: int) -> None:
        link = HTTPSConnection("127.0.0.1", server.port, timeout=20, context=context)
        for size in (1, 40_000, 17):
            body = bytes([number]) * size
            link.request("POST", "/echo", body)
            answer = link.getresponse()
            if answer.read() != body * 100 or answer.headers["X-Scheme"] != "https":
                wrong.append(f"{number}: {size}")
        link.close()

    talkers = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
    for talker in talkers:
        talker.start()
    for talker in talkers:
        talker.join(timeout=30)
    assert not wrong
    assert server.url == f"https://127.0.0.1:{server.port}"


def test_who_speaks_no_tls_or_nothing_at_all_holds_nobody_up(
    start: Start, certificate: tuple[Path, Path]
) -> None:
    server = start(echo(), tls=certificate)
    silent = socket.create_connection(("127.0.0.1", server.port))
    plain = HTTPConnection("127.0.0.1", server.port, timeout=10)
    plain.request("GET", "/")
    with pytest.raises((HTTPException, ConnectionError)):
        plain.getresponse()
    plain.close()
    context = ssl.create_default_context(cafile=str(certificate[0]))
    link = HTTPSConnection("127.0.0.1", server.port, timeout=10, context=context)
    link.request("POST", "/echo", b"x")
    assert link.getresponse().status == 200
    link.close()
    silent.close()


def test_a_certificate_that_is_none_is_one_clear_sentence(tmp_path: Path) -> None:
    nothing = tmp_path / "cert.pem"
    with pytest.raises(ServerError, match=r"cert\.pem"):
        listen(Flask("test"), "127.0.0.1", 0, tls=(nothing, nothing))
    nothing.write_text("no certificate")
    with pytest.raises(ServerError, match=r"cert\.pem"):
        listen(Flask("test"), "127.0.0.1", 0, tls=(nothing, nothing))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /api/v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n", 413),
        (b"no request at all\r\n\r\n", 400),
    ],
)
def test_what_the_web_server_itself_refuses_is_a_problem_too(
    start: Start, sent: bytes, status: int
) -> None:
    flask = Flask("tiny")
    with socket.create_connection(("127.0.0.1", start(flask).port), timeout=10) as line:
        line.sendall(sent)
        answer = HTTPResponse(line)
        answer.begin()
        told = json.loads(answer.read())
    assert (answer.status, told["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
