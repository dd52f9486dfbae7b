"""Starts the programs under test as forks of one process that has everything imported.

Hundreds of starts would otherwise spend most of the suite on importing. What runs afterwards is a
process of its own like any other: with its own memory, files and sockets, and killed as one.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import IO, Any, Final

from tests.builders.places import ROOT

_LOOK_EVERY_S: Final = 0.05
_PATIENCE_S: Final = 900.0
"""A machine that does much else takes minutes over what takes seconds."""

_IMPORTED: Final = (
    "alembic.command",
    "capture_agent.sources.clips",
    "capture_agent.runtime",
    "classpulse.cli",
    "classpulse.serving",
    "dashboard.app",
    "dashboard.http.server",
    "db.engine.migrate",
    "models.cards",
    "psycopg",
    "tests.faults.agent_process",
)


class Nursery:
    """The process that forks, from the suite's side. Safe to use from several threads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        self._changed = threading.Condition()
        self._ended: dict[int, int] = {}
        self._started: dict[int, int] = {}
        self._orders = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, words: list[str], log: Path, stdin: str, env: dict[str, str]) -> int:
        """Fork a child that runs ``classpulse WORDS…``, or the ledger's agent; its process id."""
        with self._changed:
            self._orders += 1
            number = self._orders
            order = {
                "order": number, "words": words, "log": str(log), "stdin": stdin, "env": env,
            }  # fmt: skip
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            if not self._changed.wait_for(lambda: number in self._started, _PATIENCE_S):
                raise AssertionError("the nursery does not answer")
            return self._started.pop(number)

    def code(self, pid: int) -> int | None:
        """How that child ended, or None while it runs."""
        with self._changed:
            return self._ended.get(pid)

    def wait(self, pid: int, seconds: float) -> int | None:
        """How that child ended; None where it still runs after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: pid in self._ended, seconds)
            return self._ended.get(pid)

    def close(self) -> None:
        """End it; what it started is left to whoever had it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_PATIENCE_S)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._changed:
                if "code" in told:
                    self._ended[told["pid"]] = told["code"]
                else:
                    self._started[told["order"]] = told["pid"]
                self._changed.notify_all()


def main() -> None:
    """Fork for every order on standard input until it ends, and say how each child ends."""
    for name in _IMPORTED:
        importlib.import_module(name)
    running: set[int] = set()
    told = b""
    while True:
        # Not readline: what it has read ahead, select would not tell of.
        ready, _, _ = select.select([0], [], [], _LOOK_EVERY_S)
        if ready:
            chunk = os.read(0, 1 << 16)
            if not chunk:
                return
            *orders, told = (told + chunk).split(b"\n")
            for order in map(json.loads, orders):
                pid = os.fork()
                if pid == 0:
                    _become(order)
                running.add(pid)
                _tell({"order": order["order"], "pid": pid})
        for pid in list(running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                running.discard(pid)
                _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(fact: dict[str, Any]) -> None:
    print(json.dumps(fact), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Be the program that was ordered, and never come back."""
    code = 1
    try:
        _move_in(order)
        code = _run(order["words"])
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - a program's last words
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _move_in(order: dict[str, Any]) -> None:
    """Standard streams, environment and signals of its own."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(order["env"])
    answers: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is this process's stdin
    answers.write(order["stdin"].encode())
    answers.seek(0)
    os.dup2(answers.fileno(), 0)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)


def _run(words: list[str]) -> int:
    sys.argv = ["classpulse", *words]
    if words[0] == "ledger-agent":
        from tests.faults import agent_process

        return agent_process.main(words[1])
    from classpulse.cli import main as command

    command()
    return 0


if __name__ == "__main__":
    main()
