"""How the command speaks: data to standard output, one clear sentence to standard error."""

import json
import sys
from typing import Any, NoReturn

import structlog
import typer

from contract import ClassPulseError


class UsageError(ClassPulseError):
    """The command was given words that do not go together: exit code 2."""


def say(text: str = "") -> None:
    """Print a line for people; it can be redirected, so it is flushed at once."""
    print(text, flush=True)


def say_json(value: Any) -> None:
    """Print one JSON document on one line."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def table(rows: list[dict[str, Any]], columns: list[str]) -> None:
    """Print rows as an aligned table with a header."""

    def text(row: dict[str, Any], column: str) -> str:
        return "" if row.get(column) is None else str(row[column])

    lines = [columns, *([text(row, column) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        say("  ".join(cells).rstrip())


def warn(text: str) -> None:
    """Print a sentence to standard error."""
    print(text, file=sys.stderr, flush=True)


def stop(text: str, code: int = 1) -> NoReturn:
    """Print a sentence to standard error and leave with ``code``."""
    warn(f"classpulse: {text}")
    raise typer.Exit(code)


def log_to_stderr(*, quiet: bool = False) -> None:
    """Send the program's log to standard error, so that standard output holds only its data.

    People at a terminal read lines, a service manager JSON. ``quiet``: warnings and worse only.
    """
    at_terminal = sys.stderr.isatty()
    # Plain tracebacks: the pretty ones print local variables, and with them tokens.
    shape = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if at_terminal
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if at_terminal else [structlog.processors.format_exc_info]),
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning" if quiet else "info"),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
