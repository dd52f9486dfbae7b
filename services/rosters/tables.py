"""Tables from bytes: the encodings and separators that schools' programs write, within bounds."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.acting.typed import tidy
from services.errors import RosterError

LARGEST_FILE: Final = 8 * 2**20
"""Bytes of CSV in one file: a whole school's enrolments."""
LARGEST_ROWS: Final = 20_000
"""Rows of one file, so that no list holds a worker for long."""
LARGEST_COLUMNS: Final = 2_000
"""Columns of one file: a gradebook has one for each task."""
COLUMNS_NAMED: Final = 20

_SEPARATORS: Final = (",", ";", "\t")
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line under the header: its cells by their column's folded name."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return tidy(self.cells.get(column, ""))

    def first(self, columns: tuple[str, ...]) -> str:
        """The first of ``columns`` that says something here."""
        return next((said for column in columns if (said := self[column])), "")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows that are not empty. ``columns``: the header's words as they stand."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def found(self) -> str:
        """The columns, for whoever looks for another."""
        more = " …" if len(self.columns) > COLUMNS_NAMED else ""
        return ", ".join(self.columns[:COLUMNS_NAMED]) + more

    def having(self, *columns: str) -> tuple[str, ...]:
        """Those of the folded ``columns`` that are here. RosterError where one is here twice."""
        count = Counter(map(folded, self.columns))
        for column in columns:
            if count[column] > 1:
                raise RosterError(
                    "{file} has the column {column} twice; delete one of them.",
                    file=self.file,
                    column=column,
                )
        return tuple(column for column in columns if count[column])


def folded(header: str) -> str:
    """A column's name without what programs write differently: ``Student_ID `` is student id."""
    return " ".join(re.sub(r"[\W_]+", " ", tidy(header).casefold()).split())


def read(file: str, data: bytes, largest: int = LARGEST_ROWS) -> Table:
    """The table in a CSV file. Raises RosterError saying what is wrong, where, and what to do."""
    text = _text(file, data)
    start, separator = _separator(text)
    lines = csv.reader(
        io.StringIO(text[start:], newline=""),
        delimiter=separator,
        strict=True,
        skipinitialspace=True,
    )
    try:
        filled = _filled(lines, int(start > 0))
        _, header = next(filled, (1, []))
        if len(header) > LARGEST_COLUMNS:
            raise RosterError(
                "{file} has more than {largest} columns; delete those of no need.",
                file=file,
                largest=LARGEST_COLUMNS,
            )
        names = [folded(one) for one in header]
        rows: list[Row] = []
        for line, cells in filled:
            if len(rows) == largest:
                raise RosterError(
                    "{file} has more than {largest} rows; split it.", file=file, largest=largest
                )
            if any(map(str.strip, cells[len(names) :])):
                raise RosterError(
                    "Line {line} of {file} has more cells than the header has columns; put what "
                    "holds the separator between quotation marks.",
                    line=line,
                    file=file,
                )
            rows.append(Row(line, dict(zip(names, cells, strict=False))))
    except csv.Error as error:
        raise RosterError(
            "{file} is not CSV: its quotation marks do not close (line {line}: {error}).",
            file=file,
            line=lines.line_num + int(start > 0),
            error=error,
        ) from error
    return Table(file, tuple(tidy(one) for one in header if one.strip()), tuple(rows))


def _filled(lines: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, each with the line that it starts in."""
    before = skipped
    for cells in lines:
        line = before + 1
        # Not in csv's types: the reader counts the lines that it has taken.
        before = skipped + getattr(lines, "line_num", 0)
        if any(map(str.strip, cells)):
            yield line, cells


def _separator(text: str) -> tuple[int, str]:
    """Where the table starts, and what parts its header into most columns."""
    said = re.match(r"sep=(.)\r?\n", text)
    if said:
        return said.end(), said[1]
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    return 0, max(_SEPARATORS, key=lambda separator: _width(header, separator))


def _width(header: str, separator: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=separator, strict=True)))
    except csv.Error:
        return 0


def _text(file: str, data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise RosterError(
            "{file} has {given} bytes, and may have {largest}; split it.",
            file=file,
            given=len(data),
            largest=LARGEST_FILE,
        )
    if data.startswith(_SPREADSHEETS):
        raise RosterError(
            "{file} is a spreadsheet; save it as “CSV UTF-8” and choose that file.", file=file
        )
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        # Western, Polish and Cyrillic lists look alike as bytes: a guess would rename people.
        raise RosterError(
            "{file} is not in UTF-8, so that its names cannot be read for certain (line {line}); "
            "save it as “CSV UTF-8” and choose that file.",
            file=file,
            line=data[: error.start].count(b"\n") + 1,
        ) from error
    if "\0" in text:
        raise RosterError(
            "{file} is damaged, or in UTF-16 without a mark; save it as “CSV UTF-8” and choose "
            "that file.",
            file=file,
        )
    return text
