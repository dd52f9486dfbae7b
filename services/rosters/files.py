"""Rosters from files: OneRoster's tables, apart or in a zip, or one list of one course."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from contract.errors import rule_text
from services.acting.typed import required, tidy
from services.errors import NoCourseError, RosterError
from services.rosters import one_roster, plain, tables
from services.rosters.roster import COURSE_TITLE, Reading, Remarks

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
)
_NO_COURSE: Final = rule_text("{name} does not say which course it lists; give the course's title.")


def read_roster(source: Path, course: str | None = None, *, today: date) -> Reading:
    """Read a OneRoster folder, or one file: a list of ``course``, or a zip.

    Raises RosterError naming the file and what it lacks.
    """
    if not source.is_dir():
        return read_files({source.name: _bytes(source)}, course, today=today)
    found = {name: _bytes(source / name) for name in one_roster.FILES}
    return read_files(found, None, today=today)


def read_files(files: Mapping[str, bytes], course: str | None = None, *, today: date) -> Reading:
    """The same from the files' contents by name: those of OneRoster (or a zip of them), or one CSV.

    Raises RosterError as ``read_roster``, NoCourseError where a list needs a title, and
    InvalidError where that is none.
    """
    files = _unpacked(files)
    if one_roster.ENROLMENTS in files:
        return one_roster.read(files, today)
    if len(files) != 1:
        raise RosterError(
            "A roster must be one CSV file, or OneRoster's users.csv, classes.csv "
            "and enrollments.csv, but received {value}.",
            value=", ".join(sorted(files)) or "–",
        )
    ((name, data),) = files.items()
    table, remarks = tables.read(name, data), Remarks()
    if one_roster.is_part(table):
        raise RosterError(
            "{name} is one of OneRoster's files, and lists teachers too; choose users.csv, "
            "classes.csv and enrollments.csv together.",
            name=name,
        )
    students = plain.read(table, remarks)
    if not tidy(course or ""):
        raise NoCourseError(_NO_COURSE, name=name)
    title = required(course or "", COURSE_TITLE)
    return Reading({title: students}, remarks.said())


def _unpacked(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files, out of their zip where they came in one; folders inside it do not matter."""
    if len(files) != 1 or not next(iter(files)).lower().endswith(".zip"):
        return files
    ((name, data),) = files.items()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(name, archive)
    except _UNREADABLE as error:
        raise RosterError(
            "The archive {name} cannot be opened: {error}.", name=name, error=error
        ) from error


def _members(name: str, archive: zipfile.ZipFile) -> Mapping[str, bytes]:
    """What a roster needs of an archive: nothing else is unfolded, and nothing that is too long."""
    inside: dict[str, zipfile.ZipInfo] = {}
    for one in archive.infolist():
        path = PurePosixPath(one.filename)
        if path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        if path.name in inside:
            raise RosterError(
                "The archive {name} holds two files called {file}; choose one export.",
                name=name,
                file=path.name,
            )
        inside[path.name] = one
    if one_roster.ENROLMENTS in inside:
        inside = {file: one for file, one in inside.items() if file in one_roster.FILES}
    if sum(one.file_size for one in inside.values()) > len(one_roster.FILES) * tables.LARGEST_FILE:
        raise RosterError("The archive {name} holds more than a roster should.", name=name)
    return {file: archive.read(one) for file, one in inside.items()}


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One more than is read at all: the reader says that it is too much.
            return file.read(len(one_roster.FILES) * tables.LARGEST_FILE + 1)
    except OSError as error:
        raise RosterError(
            "The roster file {path} cannot be read: {strerror}.", path=path, strerror=error.strerror
        ) from error
