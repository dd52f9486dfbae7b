"""A student at a real terminal: every question and every key, from the agent's start to its end."""

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contract.exchange import Ask, Pulse
from tests.builders.places import ROOT

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform == "win32", reason="it needs a pseudo-terminal"),
]
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Sitting:
    """The agent in a pseudo-terminal, and somebody who reads and presses keys."""

    def __init__(self, settings: dict[str, Any]) -> None:
        import pty

        self.far, near = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "agent_process.py"), json.dumps(settings)],
            stdin=near, stdout=near, stderr=near,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200"},
        )  # fmt: skip
        os.close(near)
        self.seen = ""

    def reads(self, words: str, seconds: float = 30.0) -> None:
        """Read on until ``words`` stand there; what came before is read, too."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"{words!r} was not said, but {self.seen[-2000:]!r}"
            if select.select([self.far], [], [], left)[0]:
                try:
                    text = os.read(self.far, 65_536).decode(errors="ignore")
                except OSError:
                    text = ""
                assert text, f"{words!r} was not said before the end, but {self.seen[-2000:]!r}"
                self.seen += _SEQUENCES.sub("", text)
        self.seen = self.seen.partition(words)[2]

    def press(self, keys: str) -> None:
        os.write(self.far, keys.encode())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.far)


@pytest.fixture
def sitting(server: Any, tmp_path: Path) -> Iterator[Sitting]:
    subject = Sitting(
        {
            "server": server.address,
            "join": "ABC234",
            "name": "Ana",
            "source": "demo",
            "realtime": True,
            "loop": 60,
            "state": str(tmp_path / "state"),
            "batch_seconds": 0.1,
        }
    )
    yield subject
    subject.end()


def test_a_student_is_asked_and_sees_pauses_deletes_and_stops(
    server: Any, sitting: Sitting
) -> None:
    questions = ("mood of the class?", "your own row", "asked privately", "the whole room")
    for question in (*questions, "first ten seconds"):
        sitting.reads(question)
        sitting.reads("[y/n]")
        sitting.press("y\n")
    sitting.reads("Sharing numbers from the packaged demo clip; P pauses")
    sitting.reads("just look at the screen")
    server.wait_until(lambda: len(server.observations) >= 1)

    sitting.press("s")
    sitting.reads("The server stores of Ana:")
    sitting.reads("All of it, line by line")

    server.ask = Ask(id=UUID(int=5), text="Would you like your teacher to check in with you?")
    sitting.reads("For you alone: Would you like your teacher to check in with you?")
    sitting.press("y")
    sitting.reads("Your answer, yes, was sent.")
    assert server.pulses == [Pulse(ask=UUID(int=5), answer=True)]

    sitting.press("p")
    sitting.reads("Paused: nothing is looked at.")
    server.wait_until(lambda: any(it.kind == "paused" for it in server.events.values()))
    sitting.press("d")
    sitting.reads("Y deletes it, N keeps it.")
    sitting.press("y")
    sitting.reads("Deleted: ")
    assert not server.observations

    sitting.press("q")
    sitting.reads("items reached the server.")
    assert sitting.process.wait(30) == 0
    kinds = {str(event.kind) for event in server.events.values()}
    assert kinds == {"baseline_start", "baseline_end", "paused", "stopped"}
