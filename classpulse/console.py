"""How the command speaks: data to standard output, one clear sentence to standard error."""

import json
import logging
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
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if at_terminal else [structlog.processors.format_exc_info]),
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning" if quiet else "info"),
        logger_factory=lambda *_: _Lines(),
    )


class _Lines:
    """Standard error, a line at a time. What cannot be written is counted, and breaks nothing:
    on a full disk the answer to a request matters more than what is told of it.
    """

    lost = 0

    def msg(self, line: str) -> None:
        """Write one line."""
        try:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            _Lines.lost += 1

    log = debug = info = warn = warning = error = critical = fatal = exception = msg


def lost_lines() -> int:
    """How many lines of the log could not be written."""
    return _Lines.lost


class _OtherLogs(logging.Handler):
    """What other people's libraries log, as lines of the one log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            structlog.get_logger(record.name).error(record.getMessage(), exc_info=record.exc_info)
        except Exception:  # noqa: BLE001 - a log must never break what it tells of
            _Lines.lost += 1


def take_in_other_logs() -> None:
    """Let errors that libraries log become lines of this log; what they merely note is left out."""
    logging.raiseExceptions = False
    handler = _OtherLogs(logging.ERROR)
    logging.getLogger().addHandler(handler)
