"""One list of one course: a CSV of names, or the participants that Moodle, Canvas, Google Classroom
or PowerSchool export, as they come.

The programs' own columns, folded: Moodle's participants (First name, Last name, ID number, Email
address, Roles), Canvas's gradebook (Student, ID, SIS User ID, Section), Classroom's grades (Last
Name, First Name, Email Address), PowerSchool's exports (LastFirst or First_Name and Last_Name,
Student_Number).
"""

import re
from collections.abc import Callable
from typing import Final

from contract.errors import rule_text
from services.errors import RosterError
from services.rosters.roster import Remarks, RosterStudent, listed, once
from services.rosters.tables import Row, Table, folded

_NAME: Final = ("name", "full name", "student name", "nombre completo", "नाम")
_NAME_TURNED: Final = ("student", "lastfirst", "last first")
"""Written as ``Lima, Ana``."""
_GIVEN: Final = ("first name", "firstname", "given name", "givenname", "nombre")
_FAMILY: Final = (
    *("last name", "lastname", "surname", "family name", "familyname"),
    *("apellido s", "apellidos", "apellido"),
)
_ID: Final = (
    *("sis user id", "id number", "idnumber", "student number", "student id", "external id"),
    *("número de id", "sourcedid", "id"),
)
"""The school's own keys before those that a program counts by itself."""
_EMAIL: Final = (
    *("email", "e mail", "email address", "e mail address", "student email", "mail"),
    *("dirección de correo", "dirección email", "correo", "correo electrónico", "ईमेल"),
)
_ROLE: Final = ("role", "roles", "rol")
_STAFF: Final = re.compile(
    r"\b(teacher|instructor|manager|observer|administrator|admin|profesor|gestor)\b"
)
_STUDENT: Final = re.compile(r"\b(student|estudiante|learner)\b")
_REWRITTEN: Final = re.compile(r"[+-]?\d([.,]\d+)?E\+\d\d+", re.IGNORECASE)

_NO_STUDENT: Final = rule_text(
    "Rows of {file} that stand for no student were left out. Lines: {lines}."
)
_OTHER_ROLE: Final = rule_text(
    "Rows of {file} with another role than student were left out. Lines: {lines}."
)


def read(table: Table, remarks: Remarks) -> list[RosterStudent]:
    """The students of a list. Raises RosterError naming the column or the line at fault."""
    names, turned = _names(table), set(table.having(*_NAME_TURNED))
    emails, roles = table.having(*_EMAIL), table.having(*_ROLE)
    own = _of_its_own(table)
    people = []
    for row in table.rows:
        if own(row):
            remarks.note(_NO_STUDENT, table.file, row.line)
        elif _teaches(row, roles):
            remarks.note(_OTHER_ROLE, table.file, row.line)
        else:
            people.append(row)
    if not people:
        raise RosterError("{file} lists no student under its header.", file=table.file)
    key = _key(table, people)
    students = []
    for row in people:
        name = " ".join(_turned(row[one]) if one in turned else row[one] for one in names)
        external_id = unspoilt(table.file, row.line, row[key]) if key else ""
        email = row.first(emails)
        students.append((row.line, listed(table.file, row.line, name, external_id, email)))
    return once(table.file, students, remarks)


def unspoilt(file: str, line: int, external_id: str) -> str:
    """The id itself. Raises RosterError where a spreadsheet has made a rounded number of it."""
    if _REWRITTEN.fullmatch(external_id):
        raise RosterError(
            "A spreadsheet rounded the id {id} in line {line} of {file}, so that its digits are "
            "lost; format the column as text, take the ids from their source and save it again.",
            id=external_id,
            line=line,
            file=file,
        )
    return external_id


def _names(table: Table) -> tuple[str, ...]:
    """The column, or both, that a student's name stands in."""
    given, family = table.having(*_GIVEN), table.having(*_FAMILY)
    whole = table.having(*_NAME, *_NAME_TURNED)
    if whole:
        return whole[:1]
    if given and family:
        return given[0], family[0]
    if given == ("nombre",):
        return given
    raise RosterError(
        "{file} must have the column name, or first name and last name, but its columns are: "
        "{found}.",
        file=table.file,
        found=table.found or "–",
    )


def _key(table: Table, people: list[Row]) -> str | None:
    """The column of the school's keys: the first that every student has, or else that some have."""
    there = table.having(*_ID)
    whole = [column for column in there if all(row[column] for row in people)]
    some = [column for column in there if any(row[column] for row in people)]
    return next(iter((*whole, *some)), None)


def _turned(name: str) -> str:
    """``Lima, Ana`` as Ana Lima; a name with more commas stays as it is."""
    family, _, given = name.partition(",")
    return name if "," in given else f"{given} {family}"


def _of_its_own(table: Table) -> Callable[[Row], bool]:
    """Which rows a program wrote for itself: what tasks are worth, its own test student."""
    columns = tuple(map(folded, table.columns))
    keys = table.having(*_ID)

    def classroom(row: Row) -> bool:
        said = folded(row["last name"]) in ("date", "points", "class average")
        return said and not row["first name"] and not row["email address"]

    def canvas(row: Row) -> bool:
        if folded(row["student"]) in ("points possible", ""):
            return not row.first(keys)
        return row["student"] == "Student, Test" and not row["sis user id"]

    if columns[:3] == ("last name", "first name", "email address"):
        return classroom
    return canvas if {"student", "section"} <= set(columns) else lambda _: False


def _teaches(row: Row, roles: tuple[str, ...]) -> bool:
    role = row.first(roles).casefold()
    return bool(_STAFF.search(role)) and not _STUDENT.search(role)
