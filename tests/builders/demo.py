"""``classpulse demo`` as people run it: a process of its own, with what it says on its terminal."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

PATIENCE_S = 100.0


def _mind_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class DemoProcess:
    """A demo in ``folder``; in a ``with`` it ends with the block, as by Ctrl-C."""

    def __init__(self, folder: Path, students: int) -> None:
        self.port = _free_port()
        words = ["demo", "--folder", folder, "--students", students, "--port", self.port]
        program = "from classpulse.cli import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, words)],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A suite in a shell's background would hand down that Ctrl-C means nothing.
            preexec_fn=_mind_ctrl_c if os.name == "posix" else None,
        )
        self.said = ""
        self._heard = threading.Condition()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._heard:
                    self.said += line
                    self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until the demo has said what matches."""
        with self._heard:
            self._heard.wait_for(
                lambda: re.search(pattern, self.said) or not self._reader.is_alive(), PATIENCE_S
            )
            found = re.search(pattern, self.said)
        assert found, f"{pattern!r} was not said, but:\n{self.said}"
        return found

    def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so, while the demo lives."""
        ends, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not true():
            assert self.lives, self.said
            assert time.monotonic() < ends, self.said
            pause.wait(0.1)

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.lives:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
