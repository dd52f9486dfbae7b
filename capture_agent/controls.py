"""The student's keys while the agent runs: P pauses and goes on, Q stops."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_LOOK_EVERY_S: Final = 0.2


class Controls:
    """What the student has asked for, by key or by signal. Safe to use from several threads."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._paused = threading.Event()

    @property
    def paused(self) -> bool:
        """Whether nothing may be captured now."""
        return self._paused.is_set()

    def press(self, key: str) -> None:
        """Obey one key; others than P and Q do nothing."""
        match key.lower():
            case "q":
                self._stopping.set()
            case "p" if self._paused.is_set():
                self._paused.clear()
            case "p":
                self._paused.set()


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
