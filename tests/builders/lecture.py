"""One running lecture in a store, with who joins it and what they are seen to look like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final, Self
from uuid import UUID

from contract import Choices, CourseMode, Look, Policy
from db.engine import migrate
from db.engine.secrets import mint
from db.engine.store import Store, open_store
from db.measurements import ingest
from db.people import consents, courses, tickets
from db.teaching import lectures
from db.values import Course, Lecture, Participant, Student, User
from tests.builders.clock import START
from tests.builders.observations import observations
from tests.builders.school import employ, offer, settle

ALL: Final = Choices(class_mood=True, flags=True)
_numbers = count(1)


def ticket_for(
    store: Store, lecture: Lecture, now: datetime, student: Student | None = None, **given: Any
) -> str:
    """A fresh ticket's secret, for a student of the roster or one who gives a name."""
    secret = mint()
    words: dict[str, Any] = {
        "lecture_id": lecture.id,
        "name": student.name if student else f"Student {next(_numbers)}",
        "student_id": student.id if student else None,
        "now": now,
        "expires_at": now + timedelta(minutes=15),
    }
    tickets.issue_ticket(store, secret, **(words | given))
    return secret


def agree(store: Store, ticket: str, now: datetime, **given: Any) -> Participant:
    """Trade a ticket for an agreement to everything, or to the ``choices`` given."""
    words: dict[str, Any] = {
        "notice_version": "1",
        "choices": ALL,
        "guardian": None,
        "token": mint(),
        "recovery": mint(),
        "now": now,
    }
    return consents.accept(store, ticket=ticket, **(words | given))


@dataclass(frozen=True)
class Sitting:
    """A lecture that began at ``now``, its course and its teacher."""

    store: Store
    teacher: User
    course: Course
    lecture: Lecture
    now: datetime = START

    @classmethod
    def begin(
        cls,
        store: Store,
        policy: Policy = Policy.INDIVIDUAL,
        mode: CourseMode = CourseMode.OPEN,
    ) -> Self:
        teacher = employ(store, f"teacher-{next(_numbers)}", name="Tea")
        course = offer(store, mode=mode, teachers=[teacher])
        lecture = lectures.start(store, course.id, "Heat", policy, START)
        return cls(store, teacher, course, lecture)

    def at(self, seconds: float) -> datetime:
        """That many seconds after the lecture began."""
        return self.now + timedelta(seconds=seconds)

    def ticket(self, student: Student | None = None, **given: Any) -> str:
        """A fresh ticket's secret, for a student of the roster or one who gives a name."""
        return ticket_for(self.store, self.lecture, self.now, student, **given)

    def join(
        self, student: Student | None = None, *, ticket: str | None = None, **given: Any
    ) -> Participant:
        """Somebody who agreed and, in an open course, waits to be let in."""
        return agree(self.store, ticket or self.ticket(student), self.now, **given)

    def admitted(self, name: str, *, flags: bool = True, ask_first: bool = False) -> UUID:
        """Somebody of that name who agreed and was let in."""
        chosen = Choices(class_mood=True, flags=flags, ask_first=ask_first)
        made = self.join(ticket=self.ticket(name=name), choices=chosen)
        consents.admit(self.store, made.id)
        return made.id

    def listed(self, name: str) -> UUID:
        """Somebody of that name whom the course's roster knows, and who agreed to class figures."""
        student = courses.add_student(self.store, self.course.id, name, now=self.now)
        return self.join(student, choices=Choices(class_mood=True)).id

    def send(
        self,
        participant: UUID,
        look: Look | Sequence[Look],
        seconds: Iterable[int],
        attentive: float = 0.9,
    ) -> None:
        """Store one observation for each of ``seconds``, as it is over."""
        times = list(seconds)
        seen = list(observations(look, self.now, times, attentive))
        ingest.ingest_observations(self.store, participant, seen, self.at(max(times) + 1))


def running_lecture(url: str, running_for: timedelta = timedelta(0)) -> Lecture:
    """The only lecture of a school on a new store at ``url``, by the real clock."""
    migrate.upgrade(url)
    store, now = open_store(url), datetime.now().astimezone()
    try:
        settle(store, now=now)
        course = offer(store, now=now)
        return lectures.start(
            store, course.id, "Week 3", Policy.INDIVIDUAL, now, started_at=now - running_for
        )
    finally:
        store.close()
