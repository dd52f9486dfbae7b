"""What is taken along reads back with pandas to the figures of the report, in every form."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard.reports.columns import COMPANION, companion
from dashboard.reports.csv_files import csv_bytes
from dashboard.reports.exports import Format, Taken, archive, files_of, frame, written
from dashboard.reports.room import ROOM_DIGITS, room_table
from dashboard.reports.tables import tables
from tests.builders import report as made

FRAMES = dict(tables(made.report(), made.COURSE, None))
WRITTEN: Mapping[str, bytes] = {
    **{name: csv_bytes(table) for name, table in FRAMES.items()},
    "room": csv_bytes(room_table(made.ROOM, made.COURSE), ROOM_DIGITS),
}
TABLES = {**WRITTEN, COMPANION: csv_bytes(companion(WRITTEN))}
ROWS = [name for name in FRAMES if name != "summary"]


def same(read: pd.DataFrame, name: str) -> None:
    """``read`` has the values of the report's own frame, to the decimals that files have."""
    own = FRAMES[name]
    assert list(read) == list(own)
    for column in own:
        ours, theirs = own[column], read[column]
        assert ours.isna().tolist() == theirs.isna().tolist(), column
        for one, other in zip(ours.dropna(), theirs.dropna(), strict=True):
            if isinstance(one, float):
                assert other == pytest.approx(one, abs=6e-5)
            elif isinstance(one, pd.Timestamp):
                assert int(pd.Timestamp(other).timestamp()) == int(one.timestamp())
            else:
                assert other == one


@pytest.mark.parametrize("name", ROWS)
def test_the_frames_have_the_types_of_their_columns(name: str) -> None:
    same(frame(name, TABLES[name]), name)


@pytest.mark.parametrize("name", ROWS)
def test_parquet_reads_back_and_explains_its_columns(name: str) -> None:
    content = written(TABLES, Format.PARQUET)[f"{name}.parquet"]
    same(pd.read_parquet(io.BytesIO(content)), name)
    schema = pq.read_schema(io.BytesIO(content))
    assert all(field.metadata[b"meaning"] for field in schema)


def test_json_has_numbers_and_times() -> None:
    told = json.loads(written(TABLES, Format.JSON)["report.json"])
    assert set(told) == set(TABLES) - {COMPANION}
    own = dict(zip(FRAMES["summary"]["figure"], FRAMES["summary"]["value"], strict=True))
    assert told["summary"]["students"] == own["students"]
    assert told["summary"]["sad_share"] == pytest.approx(own["sad_share"], abs=6e-5)
    for name in ROWS:
        read = pd.DataFrame(told[name], columns=list(FRAMES[name]))
        for column, cells in FRAMES[name].items():
            if isinstance(cells.dtype, pd.DatetimeTZDtype):
                read[column] = pd.to_datetime(read[column])
        same(read, name)


def test_the_workbook_has_a_sheet_for_each_table_and_no_formula() -> None:
    hostile = dict(TABLES) | {"markers": b'at,label\r\n,"=HYPERLINK(""http://x"")"\r\n'}
    book = openpyxl.load_workbook(io.BytesIO(written(hostile, Format.XLSX)["report.xlsx"]))
    assert book.sheetnames == list(hostile)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell.value for cell in book["markers"]["B"]] == ["label", '=HYPERLINK("http://x")']
    shares = pd.read_excel(
        io.BytesIO(written(TABLES, Format.XLSX)["report.xlsx"]), sheet_name="timeline"
    )
    own = FRAMES["timeline"]
    assert shares["sad"].tolist() == pytest.approx(own["sad"].tolist(), abs=6e-5, nan_ok=True)
    wall = [moment.replace(tzinfo=None, microsecond=0) for moment in own["at"]]
    assert shares["at"].tolist() == wall


@pytest.mark.parametrize("form", Format)
def test_the_same_report_gives_the_same_bytes(form: Format) -> None:
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    lecture = Taken("0197-abcdef", "Ärger & Wut", "Maths / 7b", began, TABLES, b"%PDF")
    once, again = (archive(files_of(lecture, form)) for _ in range(2))
    assert once == again
    names = zipfile.ZipFile(io.BytesIO(once)).namelist()
    if form is Format.PARQUET:
        assert "timeline/course=maths-7b/month=2026-03/0197-abcdef.parquet" in names
    else:
        assert "2026-03-02-rger-wut-abcdef/report.pdf" in names


def test_a_course_is_one_partitioned_set(tmp_path: Path) -> None:
    folder = str(tmp_path)
    for number, month in ((1, 3), (2, 4)):
        began = datetime(2026, month, 2, 9, tzinfo=UTC)
        lecture = Taken(f"id-{number}", "Lecture", "Maths", began, TABLES, None)
        packed = zipfile.ZipFile(io.BytesIO(archive(files_of(lecture, Format.PARQUET))))
        packed.extractall(folder)
    whole = pd.read_parquet(f"{folder}/timeline")
    assert len(whole) == 2 * len(FRAMES["timeline"])
    assert set(whole["lecture_id"]) == {"id-1", "id-2"}
    assert sorted(set(whole["month"].astype(str))) == ["2026-03", "2026-04"]
