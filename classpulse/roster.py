"""Rosters from files: OneRoster CSV folders (1.1 and 1.2), or one CSV of names.

Source: 1EdTech OneRoster CSV binding; both versions are read by their headers.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract import ClassPulseError, CourseMode

if TYPE_CHECKING:
    from db.store import Store

Row = Mapping[str, str]


class RosterError(ClassPulseError):
    """A roster file is not what it should be."""


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
    if source.is_dir():
        return _read_one_roster(source)
    if not course:
        raise RosterError(f"The list {source.name} names no course; give its title: --course.")
    # The header is line 1.
    rows = enumerate(_rows(source, "name"), start=2)
    return {course: [_plain_student(row, f"{source.name}, line {n}") for n, row in rows]}


def store_roster(
    store: "Store", roster: Roster, now: datetime, *, dry_run: bool, links: bool
) -> dict[str, Any]:
    """Add what is new; a student is known by the school's key, or else by the name."""
    from db import courses

    known_courses = {found.title: found for found in courses.list_courses(store)}
    rows: list[dict[str, Any]] = []
    for title, students in roster.items():
        found = known_courses.get(title)
        there = courses.roster(store, found.id) if found else ()
        known = {student.external_id or student.name for student in there}
        new = [one for one in students if (one.external_id or one.name) not in known]
        row: dict[str, Any] = {
            "title": title,
            "added": len(new),
            "known": len(students) - len(new),
        }
        if not dry_run:
            found = found or courses.add_course(
                store, title=title, mode=CourseMode.ROSTER, timezone=_zone(store), now=now
            )
            for one in new:
                courses.add_student(
                    store, found.id, one.name, now=now, external_id=one.external_id, email=one.email
                )
            if links:
                listed = {student.id: student for student in courses.roster(store, found.id)}
                row["links"] = [
                    {"student": listed[key].name, "id": listed[key].external_id, "link": secret}
                    for key, secret in courses.issue_links(store, found.id, now=now).items()
                ]
        rows.append(row)
    return {"dry_run": dry_run, "courses": rows}


def _zone(store: "Store") -> str:
    from db.settings import school

    return school(store).timezone


def _plain_student(row: Row, where: str) -> RosterStudent:
    name = row["name"].strip()
    if not name:
        raise RosterError(f"Every student must have a name, but {where} has none.")
    return RosterStudent(name, row.get("id") or None, row.get("email") or None)


def _read_one_roster(folder: Path) -> Roster:
    users = {row["sourcedId"]: row for row in _rows(folder / "users.csv", "sourcedId")}
    titles = {
        row["sourcedId"]: row["title"]
        for row in _rows(folder / "classes.csv", "sourcedId", "title")
    }
    if len(set(titles.values())) < len(titles):
        twice = next(title for title, n in Counter(titles.values()).items() if n > 1)
        raise RosterError(
            f"A class is known here by its title, but two classes are called {twice!r}; "
            "give one of them another title in classes.csv."
        )
    roster: Roster = defaultdict(list)
    for row in _rows(folder / "enrollments.csv", "classSourcedId", "userSourcedId", "role"):
        if row["role"].lower() != "student" or row.get("status", "").lower() == "tobedeleted":
            continue
        user, title = users.get(row["userSourcedId"]), titles.get(row["classSourcedId"])
        if user is None or title is None:
            raise RosterError(
                f"enrollments.csv names the user {row['userSourcedId']!r} in the class "
                f"{row['classSourcedId']!r}, but the folder does not hold both."
            )
        name = f"{user.get('givenName', '')} {user.get('familyName', '')}".strip()
        roster[title].append(
            RosterStudent(name or user["sourcedId"], user["sourcedId"], user.get("email") or None)
        )
    return dict(roster)


def _rows(path: Path, *needed: str) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = set(needed) - set(reader.fieldnames or ())
            if missing:
                raise RosterError(
                    f"{path.name} must have the columns {', '.join(needed)}, "
                    f"but lacks {', '.join(sorted(missing))}."
                )
            yield from ({key: value or "" for key, value in row.items() if key} for row in reader)
    except OSError as error:
        raise RosterError(f"The roster file {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"The roster file {path} is not CSV in UTF-8: {error}.") from error
