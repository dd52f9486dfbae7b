"""Any of the report's tables as CSV: UTF-8, RFC 4180, and harmless in a spreadsheet."""

from datetime import datetime
from typing import Any, Final

import pandas as pd

DIGITS: Final = 4
"""Of a share 0..1, where a table says nothing else."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(table: pd.DataFrame, digits: int = DIGITS) -> bytes:
    """The table with its head. What is missing is an empty cell, a time ISO 8601 with its offset,
    a truth *yes* or *no*, a fraction has ``digits`` decimals.
    """
    cells = {name: [_written(cell, digits) for cell in column] for name, column in table.items()}
    told = pd.DataFrame(cells, columns=table.columns, dtype="str")
    return told.to_csv(index=False, lineterminator="\r\n").encode("utf-8")


def safe(cell: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _written(cell: Any, digits: int) -> str:
    if pd.isna(cell):
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return safe(f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell))
