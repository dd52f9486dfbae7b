"""Writes docs/tables.md from what the report's tables say of their columns."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from dashboard.reports.columns import COLUMNS, SUMMARY, Column

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
HEAD = """# The report's tables

Generated from `dashboard/reports/columns.py` by `python -m scripts.tables_page`; edit that.

Each report comes with tables as CSV: UTF-8, commas, a head, times as ISO 8601 in the school's zone
with their offset, shares from 0 to 1 with four decimals, an empty cell where nothing is known or
may be shown. The tables *students*, *attendance* and *flags* are there only under the policy
*individual*, and only with students who agreed; *room* only where a camera for the whole room was
used. The file `columns.csv` beside them says what stands here. A text that a spreadsheet would run
as a formula has an apostrophe before it.

No figure is about a feeling: *sad* means sad-looking, as the model and its card understand it.
How the figures are made: [science.md](science.md).
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    for name, columns in COLUMNS.items():
        parts += [f"## `{name}.csv`\n", *_table("column", columns)]
        if name == "summary":
            parts += ["### Its figures\n", *_table("figure", SUMMARY)]
    return "\n".join(parts).rstrip() + "\n"


def _table(head: str, columns: Mapping[str, Column]) -> Iterator[str]:
    yield f"| {head} | kind | meaning |"
    yield "| --- | --- | --- |"
    for name, column in columns.items():
        yield f"| `{name}` | {column.kind} | {column.meaning} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
