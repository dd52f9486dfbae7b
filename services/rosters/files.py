"""Rosters from files: OneRoster CSV folders (1.1 and 1.2), or one CSV of names.

Source: 1EdTech OneRoster CSV binding; both versions are read by their headers.
"""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.errors import RosterError

LARGEST_UNPACKED: Final = 64 * 2**20
"""Bytes of CSV that an archive may unfold to."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RosterStudent:
    """One name on a list. ``external_id``: the school's own key."""

    name: str
    external_id: str | None
    email: str | None


Roster = dict[str, list[RosterStudent]]
"""Students by the title of their course."""


def read_roster(source: Path, course: str | None = None) -> Roster:
    """Read a OneRoster folder, or a CSV file with at least the column ``name``.

    Raises RosterError naming the file and what it lacks.
    """
    if not source.is_dir():
        return read_files({source.name: _bytes(source)}, course)
    known = ("users.csv", "classes.csv", "enrollments.csv")
    found = {name: _bytes(source / name) for name in known}
    return read_files(found, None)


def read_files(files: Mapping[str, bytes], course: str | None = None) -> Roster:
    """The same from the files' contents by name: those of OneRoster (or a zip of them), or one CSV.

    Raises RosterError as ``read_roster``.
    """
    files = _unpacked(files)
    if "enrollments.csv" in files:
        return _read_one_roster(files)
    if len(files) != 1:
        raise RosterError(
            "A roster must be one CSV file, or OneRoster's users.csv, classes.csv "
            "and enrollments.csv, but received {value}.",
            value=", ".join(sorted(files)) or "nothing",
        )
    (name,) = files
    if not course:
        raise RosterError("The list {name} names no course; give its title: --course.", name=name)
    # The header is line 1.
    rows = enumerate(_rows(files, name, "name"), start=2)
    return {course: [_plain_student(row, f"{name}, line {n}") for n, row in rows]}


def _plain_student(row: Row, where: str) -> RosterStudent:
    name = row["name"].strip()
    if not name:
        raise RosterError("Every student must have a name, but {where} has none.", where=where)
    return RosterStudent(name, row.get("id") or None, row.get("email") or None)


def _read_one_roster(files: Mapping[str, bytes]) -> Roster:
    users = {row["sourcedId"]: row for row in _rows(files, "users.csv", "sourcedId")}
    titles = {
        row["sourcedId"]: row["title"] for row in _rows(files, "classes.csv", "sourcedId", "title")
    }
    if len(set(titles.values())) < len(titles):
        twice = next(title for title, n in Counter(titles.values()).items() if n > 1)
        raise RosterError(
            "A class is known here by its title, but two classes are called "
            "{twice}; give one of them another title in classes.csv.",
            twice=repr(twice),
        )
    roster: Roster = defaultdict(list)
    for row in _rows(files, "enrollments.csv", "classSourcedId", "userSourcedId", "role"):
        if row["role"].lower() != "student" or row.get("status", "").lower() == "tobedeleted":
            continue
        user, title = users.get(row["userSourcedId"]), titles.get(row["classSourcedId"])
        if user is None or title is None:
            raise RosterError(
                "enrollments.csv names the user {user} in the class {group}, but the "
                "folder does not hold both.",
                user=repr(row["userSourcedId"]),
                group=repr(row["classSourcedId"]),
            )
        name = f"{user.get('givenName', '')} {user.get('familyName', '')}".strip()
        roster[title].append(
            RosterStudent(name or user["sourcedId"], user["sourcedId"], user.get("email") or None)
        )
    return dict(roster)


def _unpacked(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files, out of their zip where they came in one; folders inside it do not matter."""
    if len(files) != 1 or not next(iter(files)).lower().endswith(".zip"):
        return files
    (name,) = files
    try:
        with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            if sum(one.file_size for one in inside) > LARGEST_UNPACKED:
                raise RosterError("The archive {name} holds more than a roster should.", name=name)
            return {Path(one.filename).name: archive.read(one) for one in inside}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise RosterError(
            "The archive {name} cannot be opened: {error}.", name=name, error=error
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RosterError(
            "The roster file {path} cannot be read: {strerror}.", path=path, strerror=error.strerror
        ) from error


def _rows(files: Mapping[str, bytes], name: str, *needed: str) -> Iterator[Row]:
    if name not in files:
        raise RosterError("The roster lacks {name}.", name=name)
    try:
        reader = csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline=""))
        missing = set(needed) - set(reader.fieldnames or ())
        if missing:
            raise RosterError(
                "{name} must have the columns {join}, but lacks {lacking}.",
                name=name,
                join=", ".join(needed),
                lacking=", ".join(sorted(missing)),
            )
        yield from ({key: value or "" for key, value in row.items() if key} for row in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError(
            "The roster file {name} is not CSV in UTF-8: {error}.", name=name, error=error
        ) from error
