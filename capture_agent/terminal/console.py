"""The terminal: sentences, questions and one status line; plain lines where it is none."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console as RichConsole
from rich.markup import escape
from rich.status import Status

from capture_agent.errors import NoAnswerError


class Console(Protocol):
    """What the agent says and asks."""

    @property
    def interactive(self) -> bool:
        """Whether a person sits in front of it."""

    def say(self, text: str) -> None:
        """A sentence that stays."""

    def warn(self, text: str) -> None:
        """A sentence that stays and needs attention."""

    def ask(self, question: str) -> bool:
        """A yes or no from the student. Raises NoAnswerError where nobody answers."""

    def status(self, text: str) -> None:
        """What is going on now, in place of what was; "" for nothing."""


class Terminal:
    """A Console on standard input and output."""

    def __init__(self, rich: RichConsole | None = None, answers: TextIO | None = None) -> None:
        self._rich = rich or RichConsole(highlight=False, soft_wrap=True)
        self._answers = answers or sys.stdin
        self._status: Status | None = None

    @property
    def interactive(self) -> bool:
        """Whether both what is said and what is answered go over a terminal."""
        return self._rich.is_terminal and self._answers.isatty()

    def say(self, text: str) -> None:
        """Print ``text`` as it stands."""
        with self._if_anybody_reads():
            self._rich.print(escape(text))

    def warn(self, text: str) -> None:
        """Print ``text`` so that it is seen."""
        with self._if_anybody_reads():
            self._rich.print(escape(text), style="yellow")

    def ask(self, question: str) -> bool:
        """Ask until the answer is y or n; answers may as well be piped in."""
        while True:
            self._rich.print(f"{escape(question)} \\[y/n] ", end="")
            line = self._answers.readline()
            if not line:
                self._rich.print()
                raise NoAnswerError(
                    f"Nobody answered {question!r}; run this in a terminal, or give the answers, "
                    "y or n, one a line on standard input."
                )
            answer = line.strip().lower()
            if not self._answers.isatty():
                self._rich.print(escape(answer))
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")
            self._rich.print("Please answer y or n.")

    def status(self, text: str) -> None:
        """Keep one line up to date on a terminal; elsewhere nothing, so that logs stay short."""
        if not self._rich.is_terminal:
            return
        with self._if_anybody_reads():
            self._show(text)

    def _show(self, text: str) -> None:
        if not text:
            if self._status is not None:
                self._status.stop()
                self._status = None
        elif self._status is None:
            # Twice a second is calm to look at, and costs next to nothing.
            self._status = self._rich.status(escape(text), refresh_per_second=2)
            self._status.start()
        else:
            self._status.update(escape(text))

    @contextmanager
    def _if_anybody_reads(self) -> Iterator[None]:
        """A terminal's window may be closed, or a pipe's reader leave: what was captured is still
        to be sent, so that is no reason to fail."""
        try:
            yield
        except OSError:
            self._status = None
            self._rich.quiet = True
