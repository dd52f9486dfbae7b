"""A report's tables to take along: typed frames, and the workbook, Parquet, JSON or ZIP of them."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import pandas as pd

from dashboard.http.csv_files import unquoted
from dashboard.reports.columns import COLUMNS, COMPANION, SUMMARY, Column

CREATED: Final = (1980, 1, 1, 0, 0, 0)
"""Of each file in an archive: the same report gives the same bytes."""
_WIDEST: Final = 60
_NARROWEST: Final = 9
_FORMATS: Final = {"share": "0.0%", "time": "yyyy-mm-dd hh:mm:ss"}
_TEXT: Final = Column("text", "")


class Format(StrEnum):
    """What a report's tables may be written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What is taken along of one lecture: its tables as CSV by name, its PDF (None: not set)."""

    id: str
    title: str
    course: str
    started_at: datetime
    tables: Mapping[str, bytes]
    pdf: bytes | None


def frame(name: str, table: bytes) -> pd.DataFrame:
    """The table called ``name`` from its CSV, each column in the type of its kind.

    *time* ``datetime64[us, UTC]``, *count* and *seconds* ``Int64``, *share* ``Float64``,
    *yes or no* ``boolean``, *text* ``str``; what is empty is missing. The summary's values are
    text, since each is of its figure's kind.
    """
    read = pd.read_csv(io.BytesIO(table), dtype="str", keep_default_na=False, na_values=[""])
    kinds = COLUMNS.get(name, {})
    return pd.DataFrame(
        {column: _typed(read[column], kinds.get(str(column), _TEXT).kind) for column in read}
    )


def _typed(cells: "pd.Series[Any]", kind: str) -> "pd.Series[Any]":
    if kind == "time":
        return pd.to_datetime(cells, utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    if kind in ("count", "seconds"):
        return cells.astype("Int64")
    if kind == "share":
        return cells.astype("Float64")
    if kind == "yes or no":
        return cells.map({"yes": True, "no": False}).astype("boolean")
    return cells.map(unquoted, na_action="ignore").astype("str")


def written(tables: Mapping[str, bytes], form: Format) -> Mapping[str, bytes]:
    """The files of a report's ``tables`` (CSV by name) in one form, by their names."""
    match form:
        case Format.CSV:
            return {f"{name}.csv": table for name, table in tables.items()}
        case Format.XLSX:
            return {"report.xlsx": xlsx(tables)}
        case Format.JSON:
            return {"report.json": as_json(tables)}
        case Format.PARQUET:
            return {
                f"{name}.parquet": parquet(name, table)
                for name, table in tables.items()
                if name != COMPANION
            }


def files_of(lecture: Taken, form: Format) -> Iterator[tuple[str, bytes]]:
    """The files of one lecture among those of its course, by their paths below one folder.

    Parquet lies by table, course and month, as pandas, DuckDB and Spark read a partitioned set;
    everything else lies in a folder for each lecture.
    """
    day = f"{lecture.started_at:%Y-%m-%d}"
    if form is Format.PARQUET:
        part = f"course={slug(lecture.course)}/month={day[:7]}"
        for name, table in lecture.tables.items():
            if name != COMPANION:
                path = f"{name}/{part}/{lecture.id}.parquet"
                yield path, parquet(name, table, lecture.id)
        return
    folder = f"{day}-{slug(lecture.title)}-{lecture.id[-6:]}"
    if lecture.pdf is not None:
        yield f"{folder}/report.pdf", lecture.pdf
    for name, content in written(lecture.tables, form).items():
        yield f"{folder}/{name}", content


def slug(words: str) -> str:
    """``words`` as a part of a path that every system takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-").lower()[:80] or "report"


def as_json(tables: Mapping[str, bytes]) -> bytes:
    """One object: the summary's figures by name, and each other table as a list of its rows.

    Times are ISO 8601 in UTC, shares and counts numbers, what is missing null.
    """
    told: dict[str, Any] = {}
    for name, table in tables.items():
        read = frame(name, table)
        if name == "summary":
            told[name] = {
                figure: _value(str(figure), value)
                for figure, value in zip(read["figure"], read["value"], strict=True)
            }
        elif name != COMPANION:
            told[name] = json.loads(read.to_json(orient="records", date_format="iso"))
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _value(figure: str, value: Any) -> Any:
    """A figure of the summary as what its kind is."""
    if pd.isna(value):
        return None
    kind = SUMMARY.get(figure, _TEXT).kind
    try:
        if kind in ("count", "seconds"):
            return int(value)
        return float(value) if kind == "share" else value
    except ValueError:
        # “fewer than 5” stands where a number would tell of single students.
        return value


def parquet(name: str, table: bytes, lecture: str | None = None) -> bytes:
    """One table as Parquet; each column's meaning goes with it as its field's metadata.

    ``lecture``: its id, as the first column, where tables of several lectures lie together.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = frame(name, table)
    if lecture is not None:
        rows.insert(0, "lecture_id", pd.Series([lecture] * len(rows), dtype="str"))
    read = pa.Table.from_pandas(rows, preserve_index=False)
    kinds = COLUMNS.get(name, {})
    fields = [
        field.with_metadata({"meaning": kinds[field.name].meaning})
        if field.name in kinds
        else field
        for field in read.schema
    ]
    made = io.BytesIO()
    pq.write_table(read.cast(pa.schema(fields)), made)
    return made.getvalue()


def xlsx(tables: Mapping[str, bytes]) -> bytes:
    """One workbook with a sheet for each table; text stays text, as in CSV.

    Shares are shown as percent and hold the fraction; times are the school's wall time, since a
    cell knows no zone.
    """
    import xlsxwriter

    made = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, plain) as book:
        book.set_properties({"created": datetime(*CREATED)})  # noqa: DTZ001 - of no zone
        head = book.add_format({"bold": True, "bottom": 1})
        shown = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        for name, table in tables.items():
            _fill(book.add_worksheet(name), name, table, head, shown)
    return made.getvalue()


def _fill(sheet: Any, name: str, table: bytes, head: Any, shown: Mapping[str, Any]) -> None:
    read = pd.read_csv(io.BytesIO(table), dtype="str", keep_default_na=False)
    kinds = COLUMNS.get(name, {})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(read):
        cells = read[column].tolist()
        sheet.write_string(0, at, str(column), head)
        for row, cell in enumerate(cells, start=1):
            kind = kinds.get(str(column), _TEXT).kind
            if name == "summary" and column == "value":
                kind = SUMMARY.get(str(read["figure"].iloc[row - 1]), _TEXT).kind
            _write(sheet, (row, at), cell, kind, shown)
        longest = max(map(len, (str(column), *cells)))
        sheet.set_column(at, at, min(max(longest + 1, _NARROWEST), _WIDEST))


def _write(
    sheet: Any, place: tuple[int, int], cell: str, kind: str, shown: Mapping[str, Any]
) -> None:
    """One cell in the type of its kind; what is not of that kind is text."""
    if not cell:
        return
    try:
        if kind == "time":
            wall = datetime.fromisoformat(cell).replace(tzinfo=None)
            sheet.write_datetime(*place, wall, shown[kind])
        elif kind in ("count", "seconds", "share"):
            sheet.write_number(*place, float(cell), shown.get(kind))
        else:
            sheet.write_string(*place, cell)
    except ValueError:
        sheet.write_string(*place, cell)


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of ``files`` by their paths; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in files:
            entry = zipfile.ZipInfo(path, CREATED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return made.getvalue()
