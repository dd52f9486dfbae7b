"""Each kind of list that schools' programs write is read for what it is, or refused with advice."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from services.errors import RosterError
from services.rosters import files, tables
from services.rosters.roster import Reading, RosterStudent

CASES: Final = Path(__file__).with_name("cases")
TODAY: Final = date(2026, 1, 15)
ENDED: Final = (
    "Enrolments of enrollments.csv that have ended or are deleted were left out. Lines: {}."
)
ZOE: Final = RosterStudent("Zoë Brandt", "7001", "zoe@example.org")


def case(name: str) -> Reading:
    return files.read_roster(CASES / name, "Art", today=TODAY)


def read(text: str, encoding: str = "utf-8") -> Reading:
    return files.read_files({"list.csv": text.encode(encoding)}, "Art", today=TODAY)


def said(found: Reading) -> list[str]:
    return [one.rule.format(**one.values) for one in found.remarks]


@pytest.mark.parametrize(
    ("kind", "name", "student"),
    [
        ("parted by semicolons", "semicolon.csv", ZOE),
        ("blanks around the headers", "space_header.csv", ZOE),
        ("empty lines at the end", "trailing_blank.csv", ZOE),
        ("rows of commas at the end", "trailing_commas.csv", ZOE),
        (
            "headers that begin with capitals",
            "upper_header.csv",
            RosterStudent("Zoë Brandt", None, "zoe@example.org"),
        ),
        (
            "UTF-16 with a mark, parted by tabs",
            "utf16.csv",
            RosterStudent("Zoë Brandt", "7001", None),
        ),
        ("a name in composed letters", "nfc.csv", RosterStudent("Zoë Brandt", None, None)),
        ("a name in letters and accents", "nfd.csv", RosterStudent("Zoë Brandt", None, None)),
    ],
)
def test_a_list_is_read_however_it_is_written(kind: str, name: str, student: RosterStudent) -> None:
    found = case(name)
    assert found == Reading({"Art": [student]}), kind


@pytest.mark.parametrize(
    ("kind", "name", "advice"),
    [
        ("one id, two people", "dup_id.csv", "Lines 2 and 3 .* 7001, to two names, Zoë Brandt and"),
        ("ids a spreadsheet rounded", "excel_sci.csv", "1.23457E.11 in line 2 .* column as text"),
        ("an encoding nobody can tell", "cp1252.csv", "line 2.*save it as “CSV UTF-8”"),
        ("one name no store keeps", "long_name_after_good.csv", "line 4 .* 201 letters"),
    ],
)
def test_a_list_that_would_lose_somebody_is_refused_whole(
    kind: str, name: str, advice: str
) -> None:
    with pytest.raises(RosterError, match=advice):
        case(name)


@pytest.mark.parametrize(
    ("kind", "name", "lists", "remarks"),
    [
        (
            "somebody enrolled twice",
            "or_double_enrolment",
            {"Algebra I": ["1"]},
            [ENDED.format(2)],
        ),
        (
            "an enrolment that has ended",
            "or_ended_enrolment",
            {"Algebra I": ["1"]},
            [ENDED.format(3)],
        ),
        (
            "a deleted user with a live enrolment",
            "or_user_tobedeleted",
            {"Algebra I": ["1"]},
            [ENDED.format(3)],
        ),
        (
            "a deleted class of the same title",
            "or_deleted_class_same_title",
            {"Algebra I": ["1"]},
            [ENDED.format(3)],
        ),
        (
            "two sections that only their ids tell apart",
            "or_two_sections_same_title",
            {"Algebra I (c1)": ["1"], "Algebra I (c2)": ["2"]},
            [],
        ),
    ],
)
def test_a_school_export_lists_who_is_enrolled_today(
    kind: str, name: str, lists: Mapping[str, list[str]], remarks: list[str]
) -> None:
    found = case(name)
    listed = {title: [one.external_id for one in them] for title, them in found.roster.items()}
    assert listed == lists, kind
    assert said(found) == remarks, kind


def test_enrolled_twice_today_is_one_student_and_is_said(tmp_path: Path) -> None:
    folder = CASES / "or_double_enrolment"
    given = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = files.read_files(given, today=date(2025, 9, 15))
    assert [one.name for one in found.roster["Algebra I"]] == ["Zoë Brandt"]
    assert said(found) == [
        "Rows of enrollments.csv that name a student again were counted once. Lines: 3."
    ]


USERS: Final = b"sourcedId,status,givenName,familyName\nu1,active,Ana,Lima\nu2,inactive,Bo,Quill\n"


def enrolled(classes: str, *rows: str) -> Reading:
    given = {
        "users.csv": USERS,
        "classes.csv": f"sourcedId,title,classCode,periods\n{classes}".encode(),
        "enrollments.csv": "\n".join(
            ("classSourcedId,userSourcedId,role,status,endDate", *rows)
        ).encode(),
    }
    return files.read_files(given, today=TODAY)


def test_an_enrolment_of_somebody_unknown_leaves_the_others() -> None:
    found = enrolled(
        "c1,Art,,\n", "c1,u1,student,,", "c1,u9,student,,", "c9,u1,student,,", "c1,u2,student,,"
    )
    assert [one.name for one in found.roster["Art"]] == ["Ana Lima"]
    assert said(found) == [
        "Enrolments of enrollments.csv that name a user or a class of no other file were left "
        "out. Lines: 3, 4.",
        "Enrolments of enrollments.csv that have ended or are deleted were left out. Lines: 5.",
    ]
    with pytest.raises(RosterError, match="No row of enrollments"):
        enrolled("c1,Art,,\n", "c1,u9,student,,")


def test_an_end_that_is_no_date_takes_nobody_away() -> None:
    found = enrolled("c1,Art,,\n", "c1,u1,student,,soon")
    assert [one.name for one in found.roster["Art"]] == ["Ana Lima"]
    assert "cannot be read were taken as running. Lines: 2." in said(found)[0]


@pytest.mark.parametrize(
    ("classes", "titles"),
    [
        ("c1,Art,A-1,1\nc2,Art,A-2,1\n", ["Art (A-1)", "Art (A-2)"]),
        ("c1,Art,,1\nc2,Art,,2\n", ["Art (1)", "Art (2)"]),
        ("c1,Art,A,1\nc2,Art,A,1\n", ["Art (c1)", "Art (c2)"]),
        ("c1,Art,A,1\nc2, Art ,B,1\nc3,Art,A,2\n", ["Art (A, 1)", "Art (B, 1)", "Art (A, 2)"]),
    ],
)
def test_sections_of_one_title_are_courses_of_their_own(classes: str, titles: list[str]) -> None:
    groups = range(1, classes.count("\n") + 1)
    found = enrolled(classes, *(f"c{group},u1,student,," for group in groups))
    assert list(found.roster) == titles


def test_an_id_twice_with_one_name_is_one_student() -> None:
    found = read("name,id,email\nAna,1,\nBo,2,\nAna ,1,a@x\n")
    assert found.roster["Art"] == [RosterStudent("Ana", "1", "a@x"), RosterStudent("Bo", "2", None)]
    assert said(found) == [
        "Rows of list.csv that name a student again were counted once. Lines: 4."
    ]


def test_without_ids_one_name_twice_is_told_apart_by_addresses_or_refused() -> None:
    found = read("name,email\nAna,a@x\nAna,b@x\nAna,A@X\n")
    assert [one.email for one in found.roster["Art"]] == ["a@x", "b@x"]
    assert said(found) == [
        "Rows of list.csv that name a student again were counted once. Lines: 4."
    ]
    for rows in ("Ana,,\nAna,,\n", "Ana,,a@x\nAna,,\n", "Ana,,\nAna,1,\n"):
        with pytest.raises(RosterError, match=r"Lines 2 and 3 of list\.csv name Ana, and nothing"):
            read(f"name,id,email\n{rows}")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("\u202eAna\u202c  Lima\u200f", "Ana Lima"),
        ("Ana\u00a0\t Lima\ufeff", "Ana Lima"),
        ("Zoe\u200b\u0308", "Zoë"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_what_turns_writing_or_takes_no_room_is_no_part_of_a_name(written: str, name: str) -> None:
    assert [one.name for one in read(f'name\n"{written}"\n').roster["Art"]] == [name]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("name\nAna\x07\n", r"Line 2 .* U\+0007"),
        ("name\nAna\0\n", "UTF-16 without a mark"),
        ("name\nLima, Ana\n", "Line 2 .* more cells"),
        ('name\n"Ana\nBo\n', "quotation marks do not close"),
        ("name,name\nAna,Bo\n", "the column name twice"),
        ("first name,e-mail\nAna,a@x\n", "are: first name, e-mail"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_says_why(text: str, advice: str) -> None:
    with pytest.raises(RosterError, match=advice):
        read(text)


def test_a_file_has_a_bound_in_rows_in_columns_and_in_bytes() -> None:
    with pytest.raises(RosterError, match="more than 2000 columns"):
        read("name" + "," * tables.LARGEST_COLUMNS + "\nAna\n")
    rows = "\n".join(f"N,{n}" for n in range(tables.LARGEST_ROWS))
    assert len(read(f"name,id\n{rows}\n").roster["Art"]) == tables.LARGEST_ROWS
    with pytest.raises(RosterError, match="more than 20000 rows"):
        read(f"name,id\n{rows}\nN,x\n")
    with pytest.raises(RosterError, match="bytes"):
        read("name\n" + "," * tables.LARGEST_FILE)


def test_two_files_of_one_name_in_an_archive_are_not_mixed() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for year in ("2025", "2026"):
            archive.writestr(f"{year}/users.csv", "sourcedId\n")
    with pytest.raises(RosterError, match="two files called users"):
        files.read_files({"a.zip": made.getvalue()}, today=TODAY)
