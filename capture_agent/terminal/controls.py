"""The student's keys while the agent runs, and the questions that wait for one of them."""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_LOOK_EVERY_S: Final = 0.2

_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
"""What a terminal sends for a key without a letter (ECMA-48; after ESC O as the VT100 does)."""
_WITHOUT_LETTER: Final = ("\x00", "\xe0")
"""What Windows' console begins such a key with; a second sign follows."""

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
            # The second is Ctrl-C, where the system hands it over as a key.
            case "q" | "\x03":
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


def letters(told: str) -> str:
    """The keys in what a terminal has sent, without those that have no letter: the arrow to the
    left sends ESC [ D, and is no wish to delete anything."""
    return _SEQUENCE.sub("", told)


def windows_key(kbhit: Callable[[], bool], getwch: Callable[[], str]) -> str:
    """The key that waits at Windows' console, if it has a letter. Page Down is à and Q there."""
    key = getwch()
    if key in _WITHOUT_LETTER and kbhit():
        getwch()
        return ""
    return key


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
                return windows_key(msvcrt.kbhit, msvcrt.getwch)
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
            return letters(os.read(terminal, 64).decode(errors="ignore")) if ready else ""

        try:
            tty.setcbreak(terminal)
            yield read
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
