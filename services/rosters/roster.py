"""What a roster is once it is read: whom each course lists, each student once, and what was said
of the rows that list nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from contract.errors import rule_text
from services.acting.typed import LONGEST, tidy, unwritable
from services.errors import RosterError

LONGEST_EMAIL: Final = 320
LINES_NAMED: Final = 5

COURSE_TITLE: Final = rule_text(
    "A course's title must have 1 to {longest} letters, but this has {given}."
)
REPEATED: Final = rule_text(
    "Rows of {file} that name a student again were counted once. Lines: {lines}."
)


@dataclass(frozen=True, slots=True)
class RosterStudent:
    """One name on a list. ``external_id``: the school's own key."""

    name: str
    external_id: str | None
    email: str | None


Roster = Mapping[str, Sequence[RosterStudent]]
"""Students by the title of their course."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What whoever imports should know, though it stops nothing: a rule and its values."""

    rule: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reading:
    """What files hold, and what is to be said of rows that were left out."""

    roster: Roster
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class Remarks:
    """Rows that list nobody, or nobody new, by what is to be said of them."""

    _lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def note(self, rule: str, file: str, *lines: int) -> None:
        """Remember the lines of a file for ``rule``, which has the fields file and lines."""
        if lines:
            self._lines.setdefault((rule, file), []).extend(lines)

    def said(self) -> tuple[Remark, ...]:
        """Each remark once, with the first lines that it is about and how many there are."""
        return tuple(
            Remark(rule, {"file": file, "lines": _first(sorted(lines))})
            for (rule, file), lines in self._lines.items()
        )


def _first(lines: Sequence[int]) -> str:
    """``2, 3, 4, 5, 6 … (31)``: signs that no language needs to change."""
    named = ", ".join(map(str, lines[:LINES_NAMED]))
    return named if len(lines) <= LINES_NAMED else f"{named} … ({len(lines)})"


def listed(file: str, line: int, name: str, external_id: str, email: str) -> RosterStudent:
    """A student as a row gives them, in the one form of their words.

    Raises RosterError naming file and line where a store could not keep them so.
    """
    name, external_id, email = tidy(name), tidy(external_id), tidy(email)
    if not name:
        raise RosterError(
            "Every student must have a name, but line {line} of {file} has none.",
            line=line,
            file=file,
        )
    for text, longest in ((name, LONGEST), (external_id, LONGEST), (email, LONGEST_EMAIL)):
        fits(file, line, text, longest)
    return RosterStudent(name, external_id or None, email or None)


def fits(file: str, line: int, tidied: str, longest: int = LONGEST) -> str:
    """``tidied`` itself. Raises RosterError where it is longer than a store keeps, or unseen."""
    if len(tidied) > longest:
        raise RosterError(
            "A name, an id or an address is too long in line {line} of {file}: it has {given} "
            "letters, and may have {longest}.",
            line=line,
            file=file,
            given=len(tidied),
            longest=longest,
        )
    character = unwritable(tidied)
    if character is not None:
        raise RosterError(
            "Line {line} of {file} holds the character {character}, which cannot be seen; "
            "take it out.",
            line=line,
            file=file,
            character=character,
        )
    return tidied


def once(
    file: str, rows: Iterable[tuple[int, RosterStudent]], remarks: Remarks
) -> list[RosterStudent]:
    """Each student of a list once, in the list's order.

    An id twice with one name is one student. Raises RosterError naming both lines where two names
    share an id, and where nothing tells whether two rows of one name are one student.
    """
    keyed: dict[str, tuple[int, RosterStudent]] = {}
    loose: list[tuple[int, RosterStudent]] = []
    for line, one in rows:
        if one.external_id is None:
            loose.append((line, one))
        elif (known := keyed.get(one.external_id)) is None:
            keyed[one.external_id] = (line, one)
        else:
            keyed[one.external_id] = (known[0], _again(file, known, (line, one)))
            remarks.note(REPEATED, file, line)
    kept = list(keyed.values())
    names = _Names(file)
    for line, one in kept:
        names.add(line, one)
    for line, one in loose:
        if names.has(line, one):
            remarks.note(REPEATED, file, line)
        else:
            names.add(line, one)
            kept.append((line, one))
    return [one for _, one in sorted(kept, key=lambda pair: pair[0])]


def _again(
    file: str, known: tuple[int, RosterStudent], other: tuple[int, RosterStudent]
) -> RosterStudent:
    """The student that two rows with one id are."""
    (first, one), (second, two) = known, other
    if one.name != two.name:
        raise RosterError(
            "Lines {first} and {second} of {file} give one id, {id}, to two names, {one} and "
            "{other}; every student needs an id of their own.",
            first=first,
            second=second,
            file=file,
            id=one.external_id,
            one=one.name,
            other=two.name,
        )
    return replace(one, email=one.email or two.email)


class _Names:
    """The rows of each name so far, as far as they tell students without an id apart."""

    def __init__(self, file: str) -> None:
        self._file = file
        # By name: the line of some row, of one without address, and those by their address.
        self._some: dict[str, int] = {}
        self._bare: dict[str, int] = {}
        self._at: set[tuple[str, str]] = set()

    def add(self, line: int, one: RosterStudent) -> None:
        self._some.setdefault(one.name, line)
        if one.email is None:
            self._bare.setdefault(one.name, line)
        else:
            self._at.add((one.name, one.email.casefold()))

    def has(self, line: int, one: RosterStudent) -> bool:
        """Whether a row without an id names a student of an earlier row.

        Raises RosterError where that cannot be told.
        """
        if one.email is not None and (one.name, one.email.casefold()) in self._at:
            return True
        unsure = (self._some if one.email is None else self._bare).get(one.name)
        if unsure is not None:
            raise RosterError(
                "Lines {first} and {second} of {file} name {name}, and nothing tells whether that "
                "is one student: delete one of them, or give each an id.",
                first=min(unsure, line),
                second=max(unsure, line),
                file=self._file,
                name=one.name,
            )
        return False
