"""A small school on a store of its own, and the server in front of it with a clock to turn."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from contract.policy import CourseMode, Policy
from dashboard.app import App, ModelAssets, create_app
from dashboard.settings import Settings
from db.people import courses
from db.teaching import lectures
from db.values import Course, Lecture, Role, User
from db.values import Student as Listed
from tests.builders.card import even_card
from tests.builders.clock import Clock
from tests.builders.observations import sent_event, sent_observation
from tests.builders.school import employ, offer, settle
from tests.builders.students import Student

PASSWORD = "correct horse"
SAME_ORIGIN = {"Origin": "http://localhost"}


@dataclass
class World:
    """The school, its server and its people."""

    app: App
    clock: Clock
    users: dict[str, User]
    courses: dict[CourseMode, Course]
    students: list[Listed] = field(default_factory=list)

    @property
    def store(self) -> Any:
        return self.app.store

    def set_policy(self, policy: Policy | None, **rules: Any) -> None:
        settle(self.store, policy, name="School", zone="UTC", now=self.clock(), **rules)

    def lecture(
        self,
        mode: CourseMode = CourseMode.OPEN,
        policy: Policy = Policy.INDIVIDUAL,
        running_for: timedelta = timedelta(),
    ) -> Lecture:
        began = self.clock() - running_for
        return lectures.start(self.store, self.courses[mode].id, "Algebra", policy, began)

    observation = staticmethod(sent_observation)
    event = staticmethod(sent_event)

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

    def link(self, student: Listed) -> str:
        return courses.issue_link(self.store, student.id, now=self.clock())

    def join(self, lecture: Lecture, **given: Any) -> Student:
        """Join and agree as a new student; ``choices`` as they are sent."""
        return Student(self.client()).join(lecture.code, **given)


def make_world(database: str, folder: Path, password_hash: str, **settings: Any) -> World:
    """A school with policy ``individual``: courses of each mode, two teachers, an admin."""
    clock = Clock()
    app = create_app(
        Settings(folder=folder, database=database, **settings),
        None,
        ModelAssets(even_card()),
        clock=clock,
    )
    roles = {"tara": Role.TEACHER, "otto": Role.TEACHER, "ada": Role.ADMIN}
    users = {
        login: employ(app.store, login, role, password_hash=password_hash, now=clock())
        for login, role in roles.items()
    }
    tara, otto = users["tara"], users["otto"]
    made = {
        mode: offer(app.store, f"Maths {mode}", mode, teachers=[tara], zone="UTC", now=clock())
        for mode in CourseMode
    }
    offer(app.store, "Music", teachers=[otto], zone="UTC", now=clock())
    world = World(app, clock, users, made)
    world.students = [
        courses.add_student(app.store, made[CourseMode.ROSTER].id, name, now=clock())
        for name in ("Ana", "Ben")
    ]
    world.set_policy(Policy.INDIVIDUAL)
    return world
