import io

import pytest
from rich.console import Console as RichConsole

from capture_agent.errors import NoAnswerError
from capture_agent.terminal.console import Terminal


def terminal(answers: str, *, tty: bool = False) -> tuple[Terminal, io.StringIO]:
    shown = io.StringIO()
    rich = RichConsole(file=shown, force_terminal=tty, width=80, soft_wrap=True, highlight=False)
    return Terminal(rich, io.StringIO(answers)), shown


@pytest.mark.parametrize(
    ("line", "answer"), [("y\n", True), ("YES\n", True), ("n\n", False), (" no \n", False)]
)
def test_answers_are_read_from_a_pipe(line: str, answer: bool) -> None:
    subject, shown = terminal(line)
    assert subject.ask("May I?") is answer
    assert shown.getvalue().startswith("May I? [y/n] ")


def test_anything_else_is_asked_again() -> None:
    subject, shown = terminal("perhaps\ny\n")
    assert subject.ask("May I?")
    assert "Please answer y or n." in shown.getvalue()


def test_no_answer_is_no_yes() -> None:
    subject, _ = terminal("")
    with pytest.raises(NoAnswerError, match="Nobody answered 'May I"):
        subject.ask("May I?")


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    subject, shown = terminal("")
    subject.say("[bold]Maths[/bold]")
    subject.warn("[red]")
    assert shown.getvalue() == "[bold]Maths[/bold]\n[red]\n"


def test_the_status_line_is_for_terminals_only() -> None:
    subject, shown = terminal("")
    subject.status("sharing")
    subject.status("")
    assert shown.getvalue() == ""
    subject, shown = terminal("", tty=True)
    subject.status("sharing")
    subject.status("still sharing")
    subject.status("")
    assert "sharing" in shown.getvalue()


class Gone(io.StringIO):
    """A terminal whose window was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_a_closed_terminal_is_no_reason_to_fail() -> None:
    rich = RichConsole(file=Gone(), force_terminal=True)
    subject = Terminal(rich, io.StringIO(""))
    subject.status("sharing")
    subject.say("Going on.")
    subject.warn("No face was seen.")
    subject.status("")
