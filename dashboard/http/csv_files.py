"""The one writer of CSV: RFC 4180, and harmless in a spreadsheet, whoever chose what is in it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

DIGITS: Final = 4
"""Of a share 0..1, where a table says nothing else."""

MARK: Final = "\ufeff"
"""Before a file that a person opens: Excel takes UTF-8 for an old code page without it."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(head: Sequence[str], rows: Iterable[Iterable[Any]], digits: int = DIGITS) -> str:
    """A file of these rows under ``head``. None is an empty cell, a time ISO 8601 with its offset,
    a truth *yes* or *no*, a fraction has ``digits`` decimals.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([safe(name) for name in head])
    writer.writerows([_written(cell, digits) for cell in row] for row in rows)
    return made.getvalue()


def safe(cell: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unquoted(cell: str) -> str:
    """What ``safe`` was given, for files that no spreadsheet takes for formulas."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _written(cell: Any, digits: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return safe(f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell))
