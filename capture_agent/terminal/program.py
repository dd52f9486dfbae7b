"""How a program of the agent ends: by signals that stop it politely, and with an exit code."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from capture_agent.clock import Clock
from capture_agent.terminal.consent import DeclinedError
from capture_agent.terminal.console import Console
from contract.errors import ClassPulseError


def exit_code(console: Console, work: Callable[[], int]) -> int:
    """What ``work`` answers; 0 where the student declined, 1 after one sentence on what went wrong.

    Only errors of this project are said so: any other is a fault of the program, and shows itself.
    """
    try:
        return work()
    except DeclinedError as answer:
        console.say(str(answer))
        return 0
    except ClassPulseError as error:
        console.warn(str(error))
        return 1
    except KeyboardInterrupt:
        console.warn("Stopped.")
        return 1


_SIGNALS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""Ctrl-C, a polite kill, and the terminal's window closed, which Windows tells by SIGBREAK."""


@contextmanager
def stop_on_signals(clock: Clock) -> Iterator[None]:
    """The first such signal stops the capture, not the program; a second one ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        if clock.stopping.is_set():
            raise KeyboardInterrupt
        clock.stopping.set()

    hangup = getattr(signal, "SIGHUP", None)
    wanted = [
        number
        for number in _SIGNALS
        # Under nohup the agent is meant to outlive its terminal.
        if not (number == hangup and signal.getsignal(number) is signal.SIG_IGN)
    ]
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
