"""The processes under test, each with its words in a file that can be waited for."""

import json
import os
import re
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.faults.nursery import Nursery

_LOOK_EVERY_S: Final = 0.05
_LONG_S: Final = 900.0


class FaultError(AssertionError):
    """Something was lost, doubled or stuck; the message says what."""


class Program:
    """A process of this suite. It can be killed at any moment, and may have ended by itself."""

    def __init__(
        self, nursery: Nursery, words: list[str], log: Path, stdin: str = "", **env: str
    ) -> None:
        self._nursery = nursery
        self._log = log
        self._begin = log.stat().st_size if log.exists() else 0
        self._pid = nursery.start(words, log, stdin, env)

    @property
    def running(self) -> bool:
        return self._nursery.code(self._pid) is None

    def said(self) -> str:
        """What this process has said so far."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as file:
            file.seek(self._begin)
            return file.read().decode(errors="replace")

    def wait_for(self, pattern: str, seconds: float = _LONG_S) -> re.Match[str]:
        """Wait until it says ``pattern``. Raises FaultError."""
        deadline, nothing = time.monotonic() + seconds, threading.Event()
        while time.monotonic() < deadline:
            ended = not self.running
            if found := re.search(pattern, self.said()):
                return found
            if ended:
                break
            nothing.wait(_LOOK_EVERY_S)
        raise FaultError(f"waited for {pattern!r}, but it said: {self.said()[-2000:]}")

    def kill(self) -> None:
        """End it at once, as a power cut would end a program."""
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._nursery.wait(self._pid, _LONG_S)

    def ask_to_end(self, seconds: float) -> int:
        """End it as Ctrl-C does; its exit code. Raises FaultError where it stays."""
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGINT)
        return self.ended(seconds)

    def ended(self, seconds: float) -> int:
        """Wait for it to end; its exit code. Raises FaultError where it stays."""
        code = self._nursery.wait(self._pid, seconds)
        if code is None:
            self.kill()
            raise FaultError(f"it did not end: {self.said()[-2000:]}")
        return code


def serve(nursery: Nursery, folder: Path, database: str) -> Program:
    """A server of its own port, which it says when it listens."""
    return Program(
        nursery,
        ["serve", "--database", database],
        folder / "server.log",
        CLASSPULSE_PORT="0",
        CLASSPULSE_FOLDER=str(folder / "server"),
        # The lecture's times lie in the past, where nobody has spoken for long.
        CLASSPULSE_SILENCE_MINUTES="1440",
        # One student sends what a class would.
        CLASSPULSE_AGENT_REQUESTS_PER_SECOND="1000",
    )


def classpulse(nursery: Nursery, folder: Path, *words: str) -> str:
    """Run one command to its end; what it said."""
    program = Program(
        nursery, list(words), folder / "command.log", CLASSPULSE_FOLDER=str(folder / "server")
    )
    if program.ended(_LONG_S) != 0:
        raise FaultError(f"{words} failed: {program.said()[-2000:]}")
    return program.said()


def agent(nursery: Nursery, folder: Path, picture_seconds: float, **settings: Any) -> Program:
    """An agent with a ledger, whose student says yes to everything."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {
        "state": str(folder / "state"),
        "ledger": str(folder / "ledger"),
        "picture_seconds": picture_seconds,
        "source": "demo",
        "batch_seconds": 0.2,
        **settings,
    }
    return Program(nursery, ["ledger-agent", json.dumps(given)], folder / "agent.log", "y\ny\nn\n")
