"""An agent speaks to servers that somebody vouches for: a real connection, no such certificate."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.transport import Transport
from capture_agent.errors import AgentError
from contract.exchange import JoinRequest
from tests.builders.certificate import self_signed


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A server with the right name and a certificate of its own making; what it was asked."""
    asked: list[str] = []

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            return

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A handshake that the agent breaks off is what is wanted."""

    server = Quiet(("127.0.0.1", 0), Asked)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(
    impostor: tuple[str, list[str]],
) -> None:
    address, asked = impostor
    transport = Transport(address, Clock(), ClockCorrection())
    with pytest.raises(AgentError, match="certificate"):
        transport.join(JoinRequest(code="ABC234", name="Ana"))
    transport.close()
    assert asked == []
