"""A program of the agent stops politely, and ends with a code and one sentence."""

import signal

import pytest

from capture_agent.clock import Clock
from capture_agent.errors import SourceError
from capture_agent.terminal.consent import DeclinedError
from capture_agent.terminal.program import exit_code, stop_on_signals


class Said:
    interactive = False

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(f"! {text}")

    def ask(self, question: str) -> bool:
        raise AssertionError(question)

    def status(self, text: str) -> None:
        raise AssertionError(text)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (DeclinedError("You said no."), 0, "You said no."),
        (SourceError("There is no camera 5."), 1, "! There is no camera 5."),
        (KeyboardInterrupt(), 1, "! Stopped."),
    ],
)
def test_what_a_student_can_act_on_is_one_sentence(
    error: BaseException, code: int, line: str
) -> None:
    def work() -> int:
        raise error

    console = Said()
    assert exit_code(console, work) == code
    assert console.lines == [line]
    assert exit_code(console, lambda: 7) == 7


def test_a_fault_of_the_program_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code(Said(), lambda: 1 // 0)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_first_signal_stops_the_capture_and_the_second_the_program(name: str) -> None:
    number, clock = getattr(signal, name), Clock()
    # The tests themselves may run under nohup.
    outside = signal.signal(number, signal.default_int_handler)
    try:
        with stop_on_signals(clock):
            signal.raise_signal(number)
            assert clock.stopping.is_set()
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, outside)


def test_under_nohup_the_terminal_may_go() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    clock = Clock()
    try:
        with stop_on_signals(clock):
            signal.raise_signal(signal.SIGHUP)
        assert not clock.stopping.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
