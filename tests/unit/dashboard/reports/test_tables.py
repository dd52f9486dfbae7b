"""The report's tables as frames, and their CSV, byte by byte as it has always been.

``golden_tables.json`` was written by the release before the tables were frames; it changes only
with a line in the changelog.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contract import Policy
from dashboard.reports.columns import COLUMNS, SUMMARY, companion
from dashboard.reports.csv_files import csv_bytes
from dashboard.reports.room import ROOM_DIGITS, room_table
from dashboard.reports.tables import tables
from tests.builders import report as made

GOLDEN: Mapping[str, Mapping[str, str]] = json.loads(
    Path(__file__).with_name("golden_tables.json").read_text(encoding="utf-8")
)
EMPTY = replace(made.report(), markers=(), change_points=(), compared=(), flags=())
CASES = {
    "individual": (made.report(), None, made.ROOM),
    "aggregate": (made.report(Policy.AGGREGATE), None, None),
    "answered": (made.report(Policy.SELF_REPORT), made.SAID, None),
    "unanswered": (made.report(Policy.SELF_REPORT), None, None),
    "empty": (EMPTY, None, ()),
}


@pytest.mark.parametrize("case", CASES)
def test_the_files_are_what_they_have_always_been(case: str) -> None:
    report, said, room = CASES[case]
    files = {name: csv_bytes(one) for name, one in tables(report, made.COURSE, said).items()}
    if room is not None:
        files["room"] = csv_bytes(room_table(room, made.COURSE), ROOM_DIGITS)
    assert {name: file.decode("utf-8") for name, file in files.items()} == GOLDEN[case]


@pytest.mark.parametrize("case", CASES)
def test_every_column_and_figure_is_explained_and_no_other(case: str) -> None:
    report, said, room = CASES[case]
    files = dict(tables(report, made.COURSE, said))
    if room is not None:
        files["room"] = room_table(room, made.COURSE)
    assert {name: tuple(table) for name, table in files.items()} == {
        name: tuple(COLUMNS[name]) for name in files
    }
    assert set(files["summary"]["figure"]) <= set(SUMMARY)
    told = companion(files)
    assert set(told["table"]) == set(files)
    assert (told != "").all(axis=None)


@pytest.mark.parametrize("report", [made.report(), EMPTY], ids=["full", "empty"])
def test_a_column_has_its_kind_whether_or_not_there_are_rows(report: object) -> None:
    found = {**tables(report, made.COURSE), "room": room_table((), made.COURSE)}  # type: ignore[arg-type]
    time = "datetime64[us, Europe/Berlin]"
    kinds = {name: [str(kind) for kind in table.dtypes] for name, table in found.items()}
    shares = ["float64"] * 7
    assert kinds == {
        "summary": ["str", "object"],
        "markers": [time, "str"],
        "timeline": [time, "int64", "int64", *["float64"] * 3, *shares * 3],
        "moments": [time, "int64", "str", "str", *["float64"] * 4, "str", "str"],
        "comparison": ["str", *["float64"] * 4, "int64", "str"],
        "students": ["str", "int64", *["float64"] * 3, *["int64"] * 3, *shares],
        "attendance": ["str", time, *["int64"] * 8, "str", "bool"],
        "flags": ["str", "str", time, time, "str", *["float64"] * 2, "str", "bool", "bool"],
        "room": [time, "int64", "float64", *shares],
    }


def test_a_hidden_figure_is_missing_and_never_zero() -> None:
    table = tables(made.report(), made.COURSE)["timeline"]
    assert table["sad"].isna().tolist() == [False, False, True, False]
    assert table["at"].iloc[1] < table["at"].iloc[2], "the hour that comes twice"
    assert table["at"].iloc[2] - table["at"].iloc[1] == pd.Timedelta(seconds=60)


def test_any_frame_is_written_and_disarmed() -> None:
    frame = pd.DataFrame({"a": ["=1", None], "b": [True, False], "c": [np.nan, 0.5]})
    assert csv_bytes(frame, 1) == b"a,b,c\r\n'=1,yes,\r\n,no,0.5\r\n"
