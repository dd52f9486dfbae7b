"""OneRoster's three tables: who is enrolled today, in which class.

Source: 1EdTech OneRoster CSV binding; 1.1 and 1.2 are read by their headers. A row is a tombstone
by its status; an enrolment ends before its end date; a user whose access is off (enabledUser) is
still an active record.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contract.errors import rule_text
from services.errors import RosterError
from services.rosters import tables
from services.rosters.plain import unspoilt
from services.rosters.roster import REPEATED, Reading, Remarks, RosterStudent, fits, listed, once
from services.rosters.tables import Row, Table

USERS: Final = "users.csv"
CLASSES: Final = "classes.csv"
ENROLMENTS: Final = "enrollments.csv"
FILES: Final = (USERS, CLASSES, ENROLMENTS)

LARGEST_ENROLMENTS: Final = 3 * tables.LARGEST_ROWS
"""Rows of enrolments: every student has several."""

_TOMBSTONES: Final = ("tobedeleted", "inactive")
_ENDED: Final = rule_text(
    "Enrolments of {file} that have ended or are deleted were left out. Lines: {lines}."
)
_UNKNOWN: Final = rule_text(
    "Enrolments of {file} that name a user or a class of no other file were left out. "
    "Lines: {lines}."
)
_NO_DATE: Final = rule_text(
    "Enrolments of {file} with an end date that cannot be read were taken as running. "
    "Lines: {lines}."
)


def read(files: Mapping[str, bytes], today: date) -> Reading:
    """Who is enrolled as a student today. Raises RosterError naming file, and column or line."""
    remarks = Remarks()
    users = _Users(_table(files, USERS, "sourcedid"), remarks)
    classes = _Classes.of(_table(files, CLASSES, "sourcedid", "title"))
    table = _table(files, ENROLMENTS, "classsourcedid", "usersourcedid", "role")
    lists: dict[str, dict[str, RosterStudent]] = defaultdict(dict)
    for row in table.rows:
        group, user = row["classsourcedid"], row["usersourcedid"]
        if row["role"].casefold() != "student":
            continue
        if (
            _is_dead(row)
            or _ended(row, today, remarks)
            or users.gone(user)
            or group in classes.gone
        ):
            remarks.note(_ENDED, ENROLMENTS, row.line)
        elif (student := users.student(user)) is None or group not in classes.titles:
            remarks.note(_UNKNOWN, ENROLMENTS, row.line)
        elif user in lists[group]:
            remarks.note(REPEATED, ENROLMENTS, row.line)
        else:
            lists[group][user] = student
    roster = {classes.titles[group]: list(them.values()) for group, them in lists.items() if them}
    if not roster:
        raise RosterError(
            "No row of enrollments.csv puts a student of users.csv into a class of classes.csv "
            "today."
        )
    return Reading(roster, remarks.said())


def is_part(table: Table) -> bool:
    """Whether a lone table is one of the three: it lists those who teach, too."""
    return {"sourcedid", "enableduser"} <= set(map(tables.folded, table.columns))


def _table(files: Mapping[str, bytes], file: str, *needed: str) -> Table:
    if file not in files:
        raise RosterError("The roster lacks {name}.", name=file)
    largest = LARGEST_ENROLMENTS if file == ENROLMENTS else tables.LARGEST_ROWS
    table = tables.read(file, files[file], largest)
    lacking = sorted(set(needed) - set(table.having(*needed)))
    if lacking:
        raise RosterError(
            "{file} lacks the columns {lacking}; its columns are: {found}.",
            file=file,
            lacking=", ".join(lacking),
            found=table.found or "–",
        )
    return table


def _is_dead(row: Row) -> bool:
    return row["status"].casefold() in _TOMBSTONES


def _ended(row: Row, today: date, remarks: Remarks) -> bool:
    """Whether an enrolment is over: its end is the first day on which it no longer holds."""
    if not row["enddate"]:
        return False
    try:
        return date.fromisoformat(row["enddate"][:10]) <= today
    except ValueError:
        remarks.note(_NO_DATE, ENROLMENTS, row.line)
        return False


class _Users:
    """Users by their id; a row is judged only where somebody is enrolled by it."""

    def __init__(self, table: Table, remarks: Remarks) -> None:
        self._remarks = remarks
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._known: dict[str, RosterStudent] = {}
        self._dead = set()
        for row in table.rows:
            if _is_dead(row):
                self._dead.add(row["sourcedid"])
            elif row["sourcedid"]:
                self._rows[row["sourcedid"]].append(row)

    def gone(self, user: str) -> bool:
        """Whether the school has deleted that user."""
        return user in self._dead and user not in self._rows

    def student(self, user: str) -> RosterStudent | None:
        """Who that is; None where no row says it."""
        if user in self._rows and user not in self._known:
            found = [(row.line, _student(row)) for row in self._rows[user]]
            (self._known[user],) = once(USERS, found, self._remarks)
        return self._known.get(user)


def _student(row: Row) -> RosterStudent:
    key = unspoilt(USERS, row.line, row["sourcedid"])
    name = f"{row['givenname']} {row['familyname']}".strip()
    return listed(USERS, row.line, name or key, key, row["email"])


@dataclass(frozen=True, slots=True)
class _Classes:
    """What each class is called here, no two alike, and which are deleted."""

    titles: Mapping[str, str]
    gone: frozenset[str]

    @staticmethod
    def of(table: Table) -> "_Classes":
        live = {row["sourcedid"]: row for row in table.rows if not _is_dead(row)}
        dead = {row["sourcedid"] for row in table.rows if _is_dead(row)}
        alike: dict[str, list[Row]] = defaultdict(list)
        for row in live.values():
            alike[row["title"] or row["classcode"] or row["sourcedid"]].append(row)
        titles = {
            row["sourcedid"]: fits(CLASSES, row.line, called)
            for title, rows in alike.items()
            for row, called in zip(rows, _sections(title, rows), strict=True)
        }
        twice = [title for title, n in Counter(titles.values()).items() if n > 1]
        if twice:
            raise RosterError(
                "Two classes of classes.csv are called {title}, and neither code nor period tells "
                "them apart; give one another title.",
                title=twice[0],
            )
        return _Classes(titles, frozenset(dead - set(live)))


def _sections(title: str, rows: Sequence[Row]) -> list[str]:
    """The classes of one title, told apart by their code, their code and period, or their id."""
    if len(rows) == 1:
        return [title]
    for columns in (("classcode",), ("periods",), ("classcode", "periods"), ("sourcedid",)):
        parts = [", ".join(said for one in columns if (said := row[one])) for row in rows]
        if all(parts) and len(set(parts)) == len(parts):
            break
    return [f"{title} ({part})" for part in parts]
