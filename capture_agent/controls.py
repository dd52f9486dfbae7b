"""The student's keys while the agent runs, and the questions that wait for one of them."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_LOOK_EVERY_S: Final = 0.2

KEYS: Final = "P pauses, S shows what was sent, D deletes it, Q stops"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the student may answer, with Y or N, or never. ``id`` tells it apart."""

    id: UUID
    text: str
    answer: Callable[[bool], None]


class Controls:
    """What the student has asked for, by key or by signal. Safe to use from several threads."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._paused = threading.Event()
        self._lock = threading.Lock()
        self._wishes: dict[str, Callable[[], None]] = {}
        self._questions: list[Question] = []

    @property
    def paused(self) -> bool:
        """Whether nothing may be captured now."""
        return self._paused.is_set()

    @property
    def question(self) -> Question | None:
        """What Y and N would answer now: the question that was put last."""
        with self._lock:
            return self._questions[-1] if self._questions else None

    def bind(self, key: str, wish: Callable[[], None]) -> None:
        """Let ``key`` call ``wish``, from whichever thread hears it."""
        self._wishes[key] = wish

    def put(self, question: Question) -> bool:
        """Let ``question`` wait for its answer; False where it waits already."""
        with self._lock:
            if any(known.id == question.id for known in self._questions):
                return False
            self._questions.append(question)
            return True

    def withdraw(self, identifier: UUID) -> None:
        """Nobody waits for this answer any more."""
        with self._lock:
            self._questions = [known for known in self._questions if known.id != identifier]

    def press(self, key: str) -> None:
        """Obey one key; one that means nothing now does nothing."""
        key = key.lower()
        match key:
            case "q":
                self._stopping.set()
            case "p" if self._paused.is_set():
                self._paused.clear()
            case "p":
                self._paused.set()
            case "y" | "n":
                self._answer(key == "y")
            case _ if wish := self._wishes.get(key):
                wish()

    def _answer(self, yes: bool) -> None:
        with self._lock:
            question = self._questions.pop() if self._questions else None
        if question is not None:
            question.answer(yes)


@contextmanager
def listening(press: Callable[[str], None]) -> Iterator[bool]:
    """Hand every key to ``press`` while inside; False where there is no keyboard to listen to."""
    if not sys.stdin.isatty():
        yield False
        return
    finished = threading.Event()
    with _single_keys() as read:

        def listen() -> None:
            while not finished.is_set():
                for key in read():
                    press(key)

        thread = threading.Thread(target=listen, name="keys", daemon=True)
        thread.start()
        try:
            yield True
        finally:
            finished.set()
            thread.join(1.0)


if sys.platform == "win32":
    import msvcrt
    import time

    @contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        def read() -> str:
            if msvcrt.kbhit():
                return msvcrt.getwch()
            time.sleep(_LOOK_EVERY_S)
            return ""

        yield read

else:
    import select
    import termios
    import tty

    @contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        """Keys one by one and unseen; the terminal is as it was afterwards, whatever happens."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)

        def read() -> str:
            ready, _, _ = select.select([terminal], [], [], _LOOK_EVERY_S)
            return os.read(terminal, 16).decode(errors="ignore") if ready else ""

        try:
            tty.setcbreak(terminal)
            yield read
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
