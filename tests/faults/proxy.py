"""A loopback TCP proxy that does on purpose what networks do by accident."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final

_CHUNK: Final = 1 << 16
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends a reset, as a cut cable behind a router does."""


class Fault(StrEnum):
    """What happens, once, to the connection on which the next bytes travel."""

    CUT_REQUEST = "request_cut"
    """Half of what the agent said goes on to the server, then the connection is reset."""
    LOSE_ANSWER = "answer_lost"
    """The server's answer, given after its commit, never reaches the agent."""
    CUT_ANSWER = "answer_cut"
    """Half of the server's answer reaches the agent."""


class Network(StrEnum):
    """What the network is like until it changes."""

    UP = "up"
    REFUSES = "refuses"
    """Connections end as soon as they are made."""
    SILENT = "silent"
    """Whatever is said, nobody answers."""


_ON_REQUEST: Final = frozenset({Fault.CUT_REQUEST})


class Proxy:
    """Stands between agents and one server, whose port may change with each start."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Condition()
        self._target: int | None = None
        self._network = Network.UP
        self._armed: list[Fault] = []
        self._open: set[socket.socket] = set()
        self._closed = False
        self.struck: Counter[str] = Counter()
        """How often each fault came about."""
        self._answered = 0
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def forward_to(self, port: int | None) -> None:
        """Where the server is now; None while there is none."""
        with self._lock:
            self._target = port

    def set_network(self, network: Network) -> None:
        """Change the network; connections that stand die with the old one."""
        with self._lock:
            self._network = network
            standing, self._open = self._open, set()
        for one in standing:
            _reset(one)

    def arm(self, fault: Fault) -> None:
        """Let ``fault`` strike the next connection on which it can."""
        with self._lock:
            self._armed.append(fault)

    def disarm(self) -> None:
        """Nothing more is broken on purpose."""
        with self._lock:
            self._armed.clear()
            self._network = Network.UP

    @property
    def answered(self) -> int:
        """Good answers that have reached agents."""
        with self._lock:
            return self._answered

    def wait_for_answers(self, wanted: int, seconds: float) -> bool:
        """Wait until ``wanted`` good answers in all have reached agents; False where not."""
        with self._lock:
            return self._lock.wait_for(lambda: self._answered >= wanted, seconds)

    def close(self) -> None:
        """End every connection and listen no more."""
        self._closed = True
        self._listener.close()
        self.set_network(Network.REFUSES)

    def _accept(self) -> None:
        while not self._closed:
            try:
                agent, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(agent,), daemon=True).start()

    def _serve(self, agent: socket.socket) -> None:
        with self._lock:
            network, target = self._network, self._target
            self._open.add(agent)
        if network is Network.SILENT:
            self._swallow(agent)
            return
        try:
            if network is Network.REFUSES or target is None:
                raise ConnectionError
            server = socket.create_connection(("127.0.0.1", target), timeout=30)
        except OSError:
            self._forget(agent)
            return
        with self._lock:
            self._open.add(server)
        both = (agent, server)
        threading.Thread(
            target=self._pump, args=(agent, server, both, self._of_agent), daemon=True
        ).start()
        self._pump(server, agent, both, self._of_server)

    def _swallow(self, agent: socket.socket) -> None:
        try:
            while agent.recv(_CHUNK):
                continue
        except OSError:
            pass
        self._forget(agent)

    def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        both: tuple[socket.socket, socket.socket],
        passing: Callable[[bytes], tuple[bytes, bool]],
    ) -> None:
        """Carry bytes one way until either side ends or a fault strikes."""
        try:
            while told := source.recv(_CHUNK):
                told, ends = passing(told)
                sink.sendall(told)
                if ends:
                    break
        except OSError:
            pass
        self._forget(*both)

    def _of_agent(self, told: bytes) -> tuple[bytes, bool]:
        if self._strikes(_ON_REQUEST) is not None:
            return told[: len(told) // 2], True
        return told, False

    def _of_server(self, told: bytes) -> tuple[bytes, bool]:
        good = told.startswith(b"HTTP/1.1 200")
        fault = self._strikes(frozenset(Fault) - _ON_REQUEST) if good else None
        if fault is Fault.LOSE_ANSWER:
            return b"", True
        if fault is Fault.CUT_ANSWER:
            return told[: len(told) // 2], True
        if good:
            with self._lock:
                self._answered += 1
                self._lock.notify_all()
        return told, False

    def _strikes(self, possible: frozenset[Fault]) -> Fault | None:
        with self._lock:
            fault = next((one for one in self._armed if one in possible), None)
            if fault is not None:
                self._armed.remove(fault)
                self.struck[fault] += 1
            return fault

    def _forget(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open -= set(ends)
        for one in ends:
            _reset(one)


def _reset(one: socket.socket) -> None:
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Closing alone would leave a thread that reads it waiting for ever.
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()
