"""A course with a lecture, students who join it, and observations to send."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from contract.ids import uuid7
from contract.observations import Attention, Observation
from contract.policy import Choices, CourseMode, Policy
from db.engine.secrets import mint
from db.engine.store import Store
from db.people import consents, courses, tickets, users
from db.teaching import lectures
from db.values import Course, Lecture, Participant, Role, Student, User

NOW = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)
_numbers = count(1)


@dataclass
class Classroom:
    """A store with a teacher, a course and a running lecture."""

    store: Store
    teacher: User
    course: Course
    lecture: Lecture
    now: datetime = NOW

    def at(self, seconds: float) -> datetime:
        """That many seconds after the lecture began."""
        return self.now + timedelta(seconds=seconds)

    def ticket(
        self, student: Student | None = None, link_id: object = None, **extra: object
    ) -> str:
        """A fresh ticket's secret."""
        secret = mint()
        given = {"lecture_id": self.lecture.id, "expires_at": self.at(900), **extra}
        tickets.issue_ticket(
            self.store,
            secret,
            name=student.name if student else f"Student {next(_numbers)}",
            now=self.now,
            student_id=student.id if student else None,
            link_id=link_id,  # type: ignore[arg-type]
            **given,  # type: ignore[arg-type]
        )
        return secret

    def join(
        self, student: Student | None = None, *, ticket: str | None = None, token: str | None = None
    ) -> Participant:
        """A participant who agreed to everything."""
        return consents.accept(
            self.store,
            ticket=ticket or self.ticket(student),
            notice_version="v1",
            choices=Choices(class_mood=True, flags=True),
            guardian=None,
            token=token or mint(),
            recovery=mint(),
            now=self.now,
        )


def classroom_in(store: Store, mode: CourseMode = CourseMode.OPEN) -> Classroom:
    """A teacher, a course of that mode, and its running lecture."""
    teacher = users.add_user(
        store, login="tea", name="Tea", role=Role.TEACHER, password_hash="hash", now=NOW
    )
    course = courses.add_course(store, title="Physics", mode=mode, timezone="UTC", now=NOW)
    courses.add_teacher(store, course.id, teacher.id)
    lecture = lectures.start(store, course.id, "Waves", Policy.INDIVIDUAL, NOW)
    return Classroom(store, teacher, course, lecture)


@pytest.fixture
def classroom(store: Store) -> Classroom:
    """An open course's running lecture; the test runs once for each kind of store."""
    return classroom_in(store)


@pytest.fixture
def rostered(store: Store) -> Classroom:
    """A roster course's running lecture."""
    return classroom_in(store, CourseMode.ROSTER)


@pytest.fixture
def observe() -> Callable[..., Observation]:
    """Makes an observation of some second: a face or none, the same for the same seed."""

    def make(second: float, *, seed: int = 0, model: str = "net@1") -> Observation:
        dice = random.Random(f"{second} {seed} {model}")
        at = NOW + timedelta(seconds=second)
        face = dice.random() < 0.8
        weights = [dice.random() + 1e-3 for _ in range(7)]
        turned = Attention(
            yaw=dice.uniform(-60, 60),
            pitch=dice.uniform(-40, 40),
            roll=dice.uniform(-30, 30),
            eyes_open=dice.random(),
        )
        return Observation(
            id=uuid7(at),
            captured_at=at,
            frames=dice.randint(1, 30),
            face_share=dice.uniform(0.1, 1.0) if face else 0.0,
            faces=int(face),
            probabilities=tuple(w / sum(weights) for w in weights) if face else None,
            attentive=dice.random() if face and dice.random() < 0.9 else None,
            attention=turned if face and dice.random() < 0.7 else None,
            detection_score=dice.random() if face else None,
            model=model,
        )

    return make
