"""A school on loopback for the browser: a real server, a clock to turn, real requests."""

import itertools
import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
from werkzeug.serving import BaseWSGIServer, make_server

from contract import CourseMode, Look, Policy
from dashboard.app import App, ModelAssets, create_app
from dashboard.settings import Settings
from db.engine import migrate
from db.measurements import queries
from db.people import consents, courses, school_settings, users
from db.teaching import lectures
from db.values import Course, Lecture, ParticipantStatus, Role, School, User
from models.cards import Card
from services.passwords import hash_password
from tests.unit.dashboard.made import observation

PASSWORD = "correct horse battery"
START = datetime(2026, 11, 21, 9, 0, 5, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Student:
    """One student's device: sends what it is told to have seen."""

    http: httpx.Client
    name: str
    token: str = ""
    participant: UUID | None = None
    recovery: str = ""

    def join(self, code: str, *, flags: bool = True) -> Self:
        ticket = self._post("/join", {"code": code, "name": self.name}).json()
        agreed = self._post(
            "/consents",
            {
                "ticket": ticket["ticket"],
                "notice_version": ticket["notice"]["version"],
                "choices": {"class_mood": True, "flags": flags, "ask_first": False},
            },
        ).json()
        self.token, self.recovery = agreed["token"], agreed["recovery_link"]
        self.participant = UUID(agreed["participant"])
        return self

    def send(
        self,
        look: Look | Sequence[Look],
        start: datetime,
        seconds: Iterable[int],
        attentive: float = 0.9,
    ) -> None:
        """One observation for each of ``seconds`` after ``start``: one look for all, or each."""
        looks = itertools.repeat(look) if isinstance(look, Look) else iter(look)
        items = [observation(next(looks), start + timedelta(seconds=s), attentive) for s in seconds]
        for first in range(0, len(items), 600):
            batch = [item.model_dump(mode="json") for item in items[first : first + 600]]
            answer = self._post("/observations", {"items": batch})
            verdicts = {verdict["verdict"] for verdict in answer.json()["verdicts"]}
            assert verdicts == {"accepted"}, answer.text

    def _post(self, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.http.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer


@dataclass
class Classroom:
    """A running server with one open course, one teacher and one admin."""

    app: App
    clock: Clock
    url: str
    teacher: User
    admin: User
    course: Course
    _server: BaseWSGIServer
    _thread: threading.Thread
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20)

    @classmethod
    def open(cls, folder: Path, card: Card, policy: Policy = Policy.INDIVIDUAL) -> Self:
        config = Settings(folder=folder, port=0, tick_seconds=0.2, sweep_seconds=0.2)
        migrate.upgrade(config.database_url)
        clock = Clock()
        app = create_app(config, None, ModelAssets(card), clock=clock)
        store, now = app.store, clock()
        school_settings.set_school(
            store, School("Northbridge School", "Europe/Berlin", policy), now
        )
        hashed = hash_password(PASSWORD)
        people_made = [
            users.add_user(store, login=login, name=name, role=role, password_hash=hashed, now=now)
            for login, name, role in (
                ("teacher", "Maria Okafor", Role.TEACHER),
                ("admin", "Jonas Weber", Role.ADMIN),
            )
        ]
        course = courses.add_course(
            store, title="Physics 10b", mode=CourseMode.OPEN, timezone="Europe/Berlin", now=now
        )
        courses.add_teacher(store, course.id, people_made[0].id)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        server = make_server("127.0.0.1", 0, app.flask, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        app.start_background(jobs=False)
        return cls(
            app,
            clock,
            f"http://127.0.0.1:{server.server_port}",
            *people_made,
            course,
            server,
            thread,
        )

    def start_lecture(self, title: str = "Thermodynamics: the second law") -> Lecture:
        store, policy = self.app.store, school_settings.school(self.app.store).policy
        assert policy is not None
        return lectures.start(store, self.course.id, title, policy, self.clock())

    def students(self, lecture: Lecture, names: Sequence[str]) -> list[Student]:
        """Students who joined and were admitted."""
        joined = [Student(self.http, name).join(lecture.code) for name in names]
        for someone in queries.participants(self.app.store, lecture.id):
            if someone.status is ParticipantStatus.WAITING:
                consents.admit(self.app.store, someone.id)
        return joined

    def close(self) -> None:
        self.http.close()
        self._server.shutdown()
        self._server.server_close()
        self.app.close()
        self._thread.join(timeout=10)
