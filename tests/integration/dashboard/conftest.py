"""A small school on a store of its own, and the server in front of it with a clock to turn."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contract.ids import uuid7
from contract.looks import LOOKS
from contract.policy import CourseMode, Policy
from dashboard.app import App, ModelAssets, create_app
from dashboard.settings import Settings
from db.people import courses, school_settings
from db.people import users as people
from db.teaching import lectures
from db.values import Course, Lecture, Role, School, Student, User
from models.cards import Card
from services import passwords

PASSWORD = "correct horse"
SAME_ORIGIN = {"Origin": "http://localhost"}
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when the test says so."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def make_card() -> Card:
    """The card of a model that is right seven times in ten and else evenly wrong."""
    rows = [[0.7 if i == j else 0.05 for j in range(7)] for i in range(7)]
    source = {
        "split": "PublicTest",
        "n": 70,
        "measured_on": "2026-11-01",
        "commit": "0000000",
        "data": "made up for tests",
        "data_sha256": "0" * 64,
    }
    given = {
        "name": "pulse",
        "version": 1,
        "summary": "made up for tests",
        "emotions": list(LOOKS),
        "files": [{"name": "a", "sha256": "0" * 64, "size_bytes": 1, "precision": "float32"}],
        "parameters": 1,
        "training": {},
        "temperature": 1.0,
        "training_prior": [1 / 7] * 7,
        "soft_confusion": {"provenance": source, "rows": rows, "counts": [10] * 7},
        "hard_confusion": [[7 if i == j else 1 for j in range(7)] for i in range(7)],
        "bank": {
            "provenance": source,
            "by_true_look": [{"posteriors": [row] * 4, "clear": [True] * 4} for row in rows],
        },
        "sad_m0": 0.05,
        "sad_m1": 0.7,
        "evaluations": [],
        "intended_use": "tests",
        "limits": [],
    }
    return Card.model_validate_json(json.dumps(given))


@dataclass
class World:
    """The school, its server and its people."""

    app: App
    clock: Clock
    users: dict[str, User]
    courses: dict[CourseMode, Course]
    students: list[Student] = field(default_factory=list)

    @property
    def store(self) -> Any:
        return self.app.store

    def set_policy(self, policy: Policy | None, **extra: Any) -> None:
        school = School(name="School", timezone="UTC", policy=policy, **extra)
        school_settings.set_school(self.store, school, self.clock())

    def lecture(
        self,
        mode: CourseMode = CourseMode.OPEN,
        policy: Policy = Policy.INDIVIDUAL,
        running_for: timedelta = timedelta(),
    ) -> Lecture:
        began = self.clock() - running_for
        return lectures.start(self.store, self.courses[mode].id, "Algebra", policy, began)

    @staticmethod
    def observation(at: datetime, look: int = 6, **changes: Any) -> dict[str, Any]:
        """One valid observation as it travels, looking like ``LOOKS[look]``."""
        return {
            "id": str(uuid7(at)),
            "captured_at": at.isoformat(),
            "frames": 2,
            "face_share": 1.0,
            "faces": 1,
            "probabilities": [0.7 if i == look else 0.05 for i in range(7)],
            "attentive": 1.0,
            "model": "pulse@1",
            **changes,
        }

    @staticmethod
    def event(at: datetime, kind: str = "paused", **changes: Any) -> dict[str, Any]:
        return {"id": str(uuid7(at)), "at": at.isoformat(), "kind": kind, **changes}

    def client(self) -> FlaskClient:
        return self.app.flask.test_client()

    def browser(self, login: str) -> FlaskClient:
        """A browser in which that user is signed in."""
        client = self.client()
        answer = client.post(
            "/signin", data={"login": login, "password": PASSWORD}, headers=SAME_ORIGIN
        )
        assert answer.status_code == 303, answer.text
        return client

    def link(self, student: Student) -> str:
        return courses.issue_link(self.store, student.id, now=self.clock())

    def join(self, lecture: Lecture, **extra: Any) -> "JoinedStudent":
        """Join and agree as a new student; ``choices`` as they are sent."""
        choices = extra.pop("choices", {"class_mood": True, "flags": True})
        client = self.client()
        joined = client.post("/api/v1/join", json={"code": lecture.code, **extra})
        assert joined.status_code == 200, joined.text
        agreed = client.post(
            "/api/v1/consents",
            json={
                "ticket": joined.json["ticket"],
                "notice_version": joined.json["notice"]["version"],
                "choices": choices,
            },
        )
        assert agreed.status_code == 201, agreed.text
        return JoinedStudent(client, agreed.json)


@dataclass
class JoinedStudent:
    """A student with the agent's token."""

    client: FlaskClient
    agreed: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        return UUID(self.agreed["participant"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.agreed['token']}"}

    def send(self, items: list[Any], kind: str = "observations") -> TestResponse:
        return self.client.post(f"/api/v1/{kind}", json={"items": items}, headers=self.headers)


@pytest.fixture(scope="session")
def password_hash() -> Iterator[str]:
    """A hash of PASSWORD; for as long as the tests run, hashing is quick instead of safe."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", quick)
        passwords._hasher.cache_clear()
        yield passwords.hash_password(PASSWORD)
    passwords._hasher.cache_clear()


def make_world(url: str, folder: Path, password_hash: str) -> World:
    """A school with policy ``individual``: courses of each mode, two teachers, an admin."""
    clock = Clock()
    app = create_app(
        Settings(folder=folder, database=url), None, ModelAssets(make_card()), clock=clock
    )
    roles = {"tara": Role.TEACHER, "otto": Role.TEACHER, "ada": Role.ADMIN}
    users = {
        login: people.add_user(
            app.store,
            login=login,
            name=login.title(),
            role=role,
            password_hash=password_hash,
            now=clock(),
        )
        for login, role in roles.items()
    }
    made = {
        mode: courses.add_course(
            app.store, title=f"Maths {mode}", mode=mode, timezone="UTC", now=clock()
        )
        for mode in CourseMode
    }
    for course in made.values():
        courses.add_teacher(app.store, course.id, users["tara"].id)
    other = courses.add_course(
        app.store, title="Music", mode=CourseMode.OPEN, timezone="UTC", now=clock()
    )
    courses.add_teacher(app.store, other.id, users["otto"].id)
    world = World(app, clock, users, made)
    world.students = [
        courses.add_student(app.store, made[CourseMode.ROSTER].id, name, now=clock())
        for name in ("Ana", "Ben")
    ]
    world.set_policy(Policy.INDIVIDUAL)
    return world


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school on SQLite."""
    made = make_world(sqlite_url, tmp_path / "data", password_hash)
    yield made
    made.app.close()


@pytest.fixture
def postgres_world(postgres_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school on PostgreSQL."""
    made = make_world(postgres_url, tmp_path / "data", password_hash)
    yield made
    made.app.close()
