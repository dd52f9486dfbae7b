"""The whole line with real programs: a served lecture, a real agent, and either one killed."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

import pytest

from tests.builders.lecture import running_lecture

COMMAND = [sys.executable, "-c", "from classpulse.cli import main; main()"]
CLIP = ["--source", "demo", "--realtime"]
ANSWERS = "y\ny\nn\n"


class Program:
    """A real ``classpulse`` process whose lines can be waited for."""

    def __init__(self, words: list[str], folder: Path, stdin: str | None = None) -> None:
        self.lines: list[str] = []
        self._grew = threading.Condition()
        self._process = subprocess.Popen(
            [*COMMAND, *words],
            env=os.environ | {"CLASSPULSE_FOLDER": str(folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(stdin or "")
        self._process.stdin.close()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._grew:
                self.lines.append(line.rstrip())
                self._grew.notify_all()
        stream.close()

    def wait_for(self, pattern: str, seconds: float = 60) -> str:
        def found() -> str | None:
            return next((line for line in self.lines if re.search(pattern, line)), None)

        with self._grew:
            assert self._grew.wait_for(found, seconds), "\n".join(self.lines)
            return str(found())

    def ended(self, seconds: float = 90) -> int:
        code = self._process.wait(seconds)
        self._reader.join()
        return code

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self.ended()


class ServedSchool:
    """A served school with one running open lecture; the server can be killed and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "classpulse.db"
        self.code = running_lecture(f"sqlite:///{self.database}").code
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self) -> Program:
        server = Program(["serve", "--port", str(self.port)], self.folder)
        server.wait_for("listens at")
        return server

    def agent(self, seconds: int) -> Program:
        words = ["agent", "--server", self.url, "--join", self.code, "--name", "Ana", *CLIP]
        words += ["--loop", str(seconds), "--state", str(self.folder / "agent")]
        return Program(words, self.folder, ANSWERS)

    def stored(self) -> list[tuple[UUID, bool]]:
        """Ids of the stored observations, and whether each has a face."""
        with _read_only(self.database) as connection:
            rows = connection.execute("SELECT id, face_share > 0 FROM observations").fetchall()
        return [(_uuid(raw), bool(face)) for raw, face in rows]

    def buckets(self) -> int:
        """Observations as the buckets count them."""
        with _read_only(self.database) as connection:
            return int(connection.execute("SELECT sum(observations) FROM buckets").fetchone()[0])

    def outbox(self) -> set[UUID]:
        """Ids of the observations that wait on the agent's disk."""
        found: set[UUID] = set()
        for file in (self.folder / "agent").rglob("*.sqlite3"):
            with _read_only(file) as connection:
                rows = connection.execute("SELECT id FROM item WHERE kind = 'observations'")
                found |= {_uuid(row[0]) for row in rows}
        return found


@contextmanager
def _read_only(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _uuid(raw: bytes | str) -> UUID:
    return UUID(bytes=raw) if isinstance(raw, bytes) else UUID(raw)


@pytest.fixture
def school(tmp_path: Path) -> ServedSchool:
    return ServedSchool(tmp_path)


@contextmanager
def killed_at_the_end(*programs: Program) -> Iterator[Callable[[Program], Program]]:
    """Whatever a test has started is gone when it ends."""
    running = list(programs)

    def also(program: Program) -> Program:
        running.append(program)
        return program

    try:
        yield also
    finally:
        for program in running:
            program.kill()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_second_of_a_face_is_stored_once_whoever_is_killed(school: ServedSchool) -> None:
    with killed_at_the_end() as also:
        server = also(school.serve())
        agent = also(school.agent(8))
        assert agent.ended() == 0, agent.lines
        first = school.stored()
        assert abs(len(first) - 8) <= 1
        assert all(face for _, face in first)

        # The agent dies in the middle: what it had kept is sent by the next one.
        agent = also(school.agent(60))
        agent.wait_for("Sharing numbers")
        _until(lambda: len(school.stored()) >= len(first) + 3)
        agent.kill()
        kept = school.outbox() | {one for one, _ in school.stored()}
        agent = also(school.agent(3))
        assert agent.ended() == 0, agent.lines
        assert kept <= {one for one, _ in school.stored()}
        assert not school.outbox()

        # The server dies in the middle: the agent keeps what it sees, and sends it afterwards.
        before = len(school.stored())
        agent = also(school.agent(9))
        _until(lambda: len(school.stored()) >= before + 2)
        server.kill()
        _until(lambda: len(school.outbox()) >= 3)
        also(school.serve())
        assert agent.ended() == 0, agent.lines
        # It may have given up waiting before the server was back; the next one sends the rest.
        agent = also(school.agent(1))
        assert agent.ended() == 0, agent.lines
        stored = [one for one, _ in school.stored()]
        assert abs(len(stored) - before - 10) <= 1
        assert not school.outbox()
        assert len(stored) == len(set(stored)) == school.buckets()


@pytest.mark.slow
def test_a_taken_port_is_named(school: ServedSchool) -> None:
    with killed_at_the_end() as also:
        also(school.serve())
        second = also(Program(["serve", "--port", str(school.port)], school.folder))
        assert second.ended() == 1
        assert f"The port {school.port} of 127.0.0.1 is taken" in second.lines[-1]


@pytest.mark.slow
def test_a_wrong_code_and_an_absent_server_are_named(school: ServedSchool) -> None:
    with killed_at_the_end() as also:
        absent = also(school.agent(3))
        assert absent.ended() == 1
        assert "cannot be reached" in " ".join(absent.lines)
        also(school.serve())
        school.code = "ZZZZZZ"
        wrong = also(school.agent(3))
        assert wrong.ended() == 1
        assert "ZZZZZZ" in " ".join(wrong.lines)


def _until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for another process; there is nothing on this side to be woken by."""
    waiting = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        waiting.wait(0.1)
    raise AssertionError("what was waited for did not happen")
