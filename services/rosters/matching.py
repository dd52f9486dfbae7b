"""Which student of a roster a row of a list is: by the school's key, or else by what is told."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from db.values import Student
from services.acting.typed import tidy
from services.rosters.roster import RosterStudent


def matched(listed: Sequence[RosterStudent], there: Sequence[Student]) -> list[Student | None]:
    """For each row the student it is, or None for somebody new; no student twice.

    Two keys are two students. Where one of both lacks a key, the name decides, unless their
    addresses differ; and where several students or rows fit, a row that says anything new is
    somebody new: to double a student is seen at once, to merge two of them is not.
    """
    keys = {tidy(one.external_id): one for one in there if one.external_id}
    found = [keys.get(row.external_id) if row.external_id else None for row in listed]
    met = {student.id for student in found if student}
    namesakes: dict[str, list[Student]] = defaultdict(list)
    for student in there:
        if student.id not in met:
            namesakes[tidy(student.name)].append(student)
    rows: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(listed):
        if found[place] is None and row.name in namesakes:
            rows[row.name].append(place)
    for name, places in rows.items():
        for place, student in _by_name(listed, places, namesakes[name]):
            found[place] = student
    return found


def brought(student: Student, row: RosterStudent) -> Student:
    """The student with what the row tells, listed again; an empty cell takes nothing away."""
    name = student.name if tidy(student.name) == row.name else row.name
    email = student.email if _same(student.email, row.email) else row.email
    return replace(
        student,
        name=name,
        email=email,
        external_id=student.external_id or row.external_id,
        left_at=None,
    )


def _by_name(
    listed: Sequence[RosterStudent], places: Sequence[int], students: list[Student]
) -> list[tuple[int, Student]]:
    """Rows and students of one name that are one person."""
    pairs, left = [], list(students)
    for place in places:
        row = listed[place]
        told = [one for one in left if not row.external_id and _same(one.email, row.email)]
        if told:
            # Nothing is changed by it; who has no key comes first, as the row has none.
            one = min(told, key=lambda student: (bool(student.external_id), student.email is None))
            pairs.append((place, one))
            left.remove(one)
    rest = [place for place in places if place not in {taken for taken, _ in pairs}]
    may = {place: [one for one in left if _may_be(one, listed[place])] for place in rest}
    wanted = Counter(one.id for fitting in may.values() for one in fitting)
    sure = [
        (place, fitting[0])
        for place, fitting in may.items()
        if len(fitting) == 1 and wanted[fitting[0].id] == 1
    ]
    return [*pairs, *sure]


def _may_be(student: Student, row: RosterStudent) -> bool:
    """Whether a student and a row of one name may be one person."""
    if student.external_id and row.external_id:
        return False
    return student.email is None or _same(student.email, row.email)


def _same(known: str | None, told: str | None) -> bool:
    """Whether an address that is told says nothing new."""
    return told is None or tidy(known or "").casefold() == told.casefold()
