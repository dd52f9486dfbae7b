import os
import pty
import sys
import threading
from collections.abc import Iterator

import pytest

from capture_agent.terminal.controls import Controls, letters, listening, windows_key


def test_p_pauses_and_goes_on_and_q_stops() -> None:
    stopping = threading.Event()
    controls = Controls(stopping)
    states = []
    for key in ("x", "p", "P", "p"):
        controls.press(key)
        states.append(controls.paused)
    assert states == [False, True, False, True]
    assert not stopping.is_set()
    controls.press("Q")
    assert stopping.is_set()


@pytest.mark.parametrize(
    ("told", "keys"),
    [
        ("p", "p"),
        ("\x1b[D", ""),
        ("p\x1b[Dq", "pq"),
        ("\x1bOP\x1bOQ", ""),
        ("\x1b[3~\x1b[1;5D", ""),
        ("\x1bd", ""),
        ("\x1b", ""),
    ],
    ids=["letter", "left", "between", "F1 and F2", "delete and ctrl-left", "alt-d", "escape"],
)
def test_only_keys_with_a_letter_mean_something(told: str, keys: str) -> None:
    assert letters(told) == keys


def test_page_down_is_no_q_on_windows_and_a_typed_letter_stays_one() -> None:
    def pressed(signs: str) -> str:
        waiting = list(signs)
        return windows_key(lambda: bool(waiting), lambda: waiting.pop(0))

    assert [pressed(signs) for signs in ("p", "\xe0Q", "\x00;", "\xe0")] == ["p", "", "", "\xe0"]


def test_ctrl_c_stops_where_it_comes_as_a_key() -> None:
    stopping = threading.Event()
    Controls(stopping).press("\x03")
    assert stopping.is_set()


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The far end of a terminal that is this process's standard input."""
    far, near = pty.openpty()
    with os.fdopen(near) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield far
    os.close(far)


def test_keys_are_heard_one_by_one_and_the_terminal_is_left_as_it_was(keyboard: int) -> None:
    import termios

    before = termios.tcgetattr(sys.stdin)
    heard: list[str] = []
    enough = threading.Event()

    def press(key: str) -> None:
        heard.append(key)
        if key == "q":
            enough.set()

    with listening(press) as keys:
        assert keys
        os.write(keyboard, b"pxq")
        assert enough.wait(10)
    assert heard == ["p", "x", "q"]
    assert termios.tcgetattr(sys.stdin) == before


def test_without_a_terminal_there_is_nothing_to_listen_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open(os.devnull) as nothing:  # noqa: PTH123 - os.devnull is no path to look things up in
        monkeypatch.setattr(sys, "stdin", nothing)
        with listening(lambda key: None) as keys:
            assert not keys
