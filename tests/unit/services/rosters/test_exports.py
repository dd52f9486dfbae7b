"""What Moodle, Canvas, Google Classroom and PowerSchool export is read as it comes."""

from datetime import date

import pytest

from services.errors import RosterError
from services.rosters.files import read_files
from services.rosters.roster import Reading, RosterStudent

ANA = RosterStudent("Ana Lima", "7001", "ana@example.org")
BO = RosterStudent("Bo Quill", "7002", "bo@example.org")


def read(text: str) -> Reading:
    return read_files({"export.csv": text.encode("utf-8-sig")}, "Art", today=date(2026, 1, 15))


@pytest.mark.parametrize(
    ("program", "text", "students"),
    [
        (
            "Moodle, participants",
            "First name,Last name,ID number,Email address\n"
            "Ana,Lima,7001,ana@example.org\nBo,Quill,7002,bo@example.org\n",
            [ANA, BO],
        ),
        (
            "Moodle in Spanish",
            "Nombre;Apellido(s);Número de ID;Dirección de correo\nAna;Lima;7001;ana@example.org\n",
            [ANA],
        ),
        (
            "Moodle, with teachers",
            "First name,Last name,Email address,Roles\nAna,Lima,ana@example.org,Student\n"
            "Cy,Dorn,cy@example.org,Non-editing teacher\n",
            [RosterStudent("Ana Lima", None, "ana@example.org")],
        ),
        (
            "Canvas, gradebook",
            "Student,ID,SIS User ID,SIS Login ID,Section,Essay (12)\n,,,,,Manual Posting\n"
            "    Points Possible,,,,,10\n"
            '"Lima, Ana",91,7001,ana,8c,9\n"Quill, Bo",92,7002,bo,8c,\n"Student, Test",93,,x,8c,\n',
            [RosterStudent("Ana Lima", "7001", None), RosterStudent("Bo Quill", "7002", None)],
        ),
        (
            "Canvas of a school without keys of its own",
            'Student,ID,SIS User ID,SIS Login ID,Section\n"Lima, Ana",91,,ana,8c\n',
            [RosterStudent("Ana Lima", "91", None)],
        ),
        (
            "Google Classroom, grades",
            "Last Name,First Name,Email Address,Essay\nDate,,,2026-01-12\nPoints,,,10\n"
            "Lima,Ana,ana@example.org,9\nClass Average,,,9\n",
            [RosterStudent("Ana Lima", None, "ana@example.org")],
        ),
        (
            "PowerSchool, quick export",
            "Student_Number\tLast_Name\tFirst_Name\n7001\tLima\tAna\n",
            [RosterStudent("Ana Lima", "7001", None)],
        ),
        (
            "PowerSchool, one column for the name",
            'ID,Student_Number,LastFirst\n5,7001,"Lima, Ana"\n',
            [RosterStudent("Ana Lima", "7001", None)],
        ),
    ],
)
def test_an_export_is_read_as_it_comes(
    program: str, text: str, students: list[RosterStudent]
) -> None:
    assert read(text).roster == {"Art": students}, program


def test_what_a_program_adds_of_its_own_is_said_to_be_left_out() -> None:
    found = read('Student,ID,SIS User ID,Section\n"Lima, Ana",91,7001,8c\n"Student, Test",93,,8c\n')
    (remark,) = found.remarks
    assert remark.rule.format(**remark.values) == (
        "Rows of export.csv that stand for no student were left out. Lines: 3."
    )


def test_an_export_without_names_says_in_a_sentence_what_it_lacks() -> None:
    with pytest.raises(RosterError, match="column name, or first name and last name, but its"):
        read("Student_Number,Grade_Level\n7001,8\n")
