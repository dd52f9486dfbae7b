"""Files of rows: what is missing stays empty, and no cell runs in a spreadsheet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.http.csv_files import csv_text, safe

PACKAGES = ("analytics", "classpulse", "dashboard", "db", "services")


def test_every_kind_of_cell_is_written() -> None:
    at = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
    rows = [["Ana, B", None, True, 0.25], ["=1", at, False, 3]]
    assert csv_text(["a", "b", "c", "d"], rows, 1) == (
        'a,b,c,d\r\n"Ana, B",,yes,0.2\r\n\'=1,2026-11-30T09:05:00+00:00,no,3\r\n'
    )


def test_nothing_else_writes_such_a_file() -> None:
    root = Path(__file__).parents[4]
    found = [
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        if "csv.writer(" in (code := path.read_text("utf-8")) or ".to_csv(" in code
    ]
    assert found == ["dashboard/http/csv_files.py"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1+1"])
def test_formulas_are_disarmed(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ana", "", "3", "a=b"])
def test_everything_else_stays(text: str) -> None:
    assert safe(text) == text
