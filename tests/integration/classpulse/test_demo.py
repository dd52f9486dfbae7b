"""The demo: a whole short lecture through the real API, and its report as files."""

import csv
from pathlib import Path

import pypdfium2
import pytest

from classpulse.demo.names import student_names
from classpulse.demo.run import run_demo

STUDENTS = 8


@pytest.mark.slow
def test_once_holds_a_lecture_and_leaves_its_report(tmp_path: Path) -> None:
    run_demo(folder=tmp_path, students=STUDENTS, port=None, once=True)
    text = _text(tmp_path / "report.pdf")
    assert "Introduction to Biology" in text
    summary = {row["figure"]: row["value"] for row in _rows(tmp_path / "report" / "summary.csv")}
    assert summary["students"] == str(STUDENTS)
    assert summary["policy"] == "individual"
    shares = [float(value) for name, value in summary.items() if name.endswith("_share")]
    assert sum(shares) == pytest.approx(1, abs=0.001)

    # Student 6 was made to turn away for twelve minutes; both files say so.
    names = student_names(STUDENTS)
    flagged = {(row["student"], row["kind"]) for row in _rows(tmp_path / "report" / "flags.csv")}
    assert (names[6], "disengaged") in flagged
    assert names[6] in text
    # Student 7 did not choose to have a row.
    listed = {row["student"] for row in _rows(tmp_path / "report" / "students.csv")}
    assert listed == set(names) - {names[7]}
    assert names[7] not in text


def test_names_are_people_not_numbers() -> None:
    assert len(set(student_names(200))) == 200


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
