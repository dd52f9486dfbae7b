"""The school's students as its office finds them: all of them, one of them, and one's data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.people import consents, courses, directory
from db.people.directory import Came, Listed
from db.values import Course, Lecture, Participant, Student
from services import access
from services.access import SCHOOL, Action, Actor
from services.acting import lookup
from services.acting.access_log import looked
from services.context import Services
from services.errors import UnknownObjectError
from services.reading import own
from services.reading.administration import Office, office
from services.reading.own import Rows

MOST: Final = 5000
"""Names of either kind that the directory lists."""
EXPORTED: Final = "export_person"
"""How the log calls it that somebody's data was taken away."""
MOST_ROWS: Final = 100_000
"""Observations of one student in one lecture: a day and more, of one a second."""
_NOBODY: Final = rule_text("There is nobody of that kind here, or not any more: {given}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory(Office):
    """Everybody whom a roster lists, and everybody who came without one."""

    listed: Sequence[Listed]
    came: Sequence[Came]

    @property
    def cut(self) -> bool:
        """Whether there are more than are listed."""
        return MOST in (len(self.listed), len(self.came))


@dataclass(frozen=True, slots=True)
class Part:
    """One lecture that somebody was in. ``seconds``: how many observations are kept."""

    participant: Participant
    lecture: Lecture
    course: Course
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Office):
    """Somebody, as far as that can be known: of a roster by the school's own key and the name,
    which may stand on several; of none by a name in one course, which two may have."""

    name: str
    places: Sequence[tuple[Student, Course]]
    parts: Sequence[Part]

    @property
    def known_as(self) -> list[UUID]:
        """By which ids all that is kept of them can be deleted."""
        if self.places:
            return [student.id for student, _ in self.places]
        return [part.participant.id for part in self.parts]


def everybody(services: Services, actor: Actor) -> Directory:
    """All students, by name."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    frame = office(services)
    return Directory(
        school=frame.school,
        waiting=frame.waiting,
        listed=directory.listed(services.store, MOST),
        came=directory.came(services.store, MOST),
    )


def person(services: Services, actor: Actor, known_as: UUID | str) -> Person:
    """The person that a student of a roster, or a participant of a lecture, is.

    Raises UnknownObjectError.
    """
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    identifier, store = lookup.as_uuid(known_as, _NOBODY), services.store
    student = courses.student(store, identifier)
    if student is None:
        found = consents.in_lecture(store, identifier)
        if found is None:
            raise UnknownObjectError(_NOBODY, given=known_as)
        if found[0].student_id is not None:
            return person(services, actor, found[0].student_id)
        name = found[0].name
        places: Sequence[tuple[Student, Course]] = ()
        parts = directory.of_name(store, found[2].id, name)
    else:
        name, places = student.name, directory.same_key(store, student)
        parts = directory.of_students(store, [one.id for one, _ in places])
    frame = office(services)
    seconds = directory.seconds(store, [one.id for one, *_ in parts])
    return Person(
        school=frame.school,
        waiting=frame.waiting,
        name=name,
        places=places,
        parts=[Part(*one, seconds.get(one[0].id, 0)) for one in parts],
    )


def part(services: Services, actor: Actor, participant_id: UUID | str) -> Part:
    """One lecture that somebody was in. Raises UnknownObjectError."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    found = lookup.participant(services, participant_id)
    seconds = directory.seconds(services.store, [found[0].id])
    return Part(*found, seconds.get(found[0].id, 0))


def person_named(services: Services, actor: Actor, course_id: UUID | str, name: str) -> UUID:
    """By which id the page of a name in a course is found. Raises UnknownObjectError."""
    access.authorize(actor, Action.MANAGE_COURSES, SCHOOL)
    course = lookup.course(services, course_id)
    found = directory.of_name(services.store, course.id, name)
    if not found:
        raise UnknownObjectError(_NOBODY, given=name)
    return found[0][0].id


def exported(
    services: Services, actor: Actor, known_as: UUID | str
) -> tuple[Person, Iterator[tuple[Part, Rows]]]:
    """All that is kept of somebody, lecture by lecture, to be handed to them; on record.

    Who may erase somebody may hand over what would go. Raises UnknownObjectError.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    found = person(services, actor, known_as)
    for one in found.known_as:
        looked(services, actor, EXPORTED, SCHOOL.label, subject=one)
    return found, (
        (part, own.all_rows(services, part.participant, part.lecture, part.course, most=MOST_ROWS))
        for part in found.parts
    )
