"""A small school for benches that need a real server: a policy, a teacher and one open course."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contract import Choices, CourseMode, Policy

if TYPE_CHECKING:
    from dashboard.app import App
    from dashboard.http.server import Server
    from db.engine.store import Store
    from db.values import Lecture

LOGIN: Final = "teacher"
PASSWORD: Final = "teacher-of-benches"  # noqa: S105 - nobody else ever sees this store
_ZONE: Final = "Europe/London"


def opened_app(folder: Path, **given: Any) -> "App":
    """A server's parts, wired, over a store whose tables are ready: SQLite in ``folder``, unless
    the settings ``given`` say otherwise."""
    from dashboard.app import ModelAssets, create_app
    from dashboard.settings import Settings
    from db.engine import migrate
    from models.cards import load_card

    settings = Settings(folder=folder, port=0, **given)
    migrate.upgrade(settings.database_url)
    return create_app(settings, None, ModelAssets(card=load_card()))


def lecture_since(store: "Store", started: datetime, now: datetime, number: int = 0) -> "Lecture":
    """A lecture that runs since ``started``, of a course whose teacher can sign in."""
    from db.people import courses, school_settings, users
    from db.teaching import lectures
    from db.values import Role, School
    from services.accounts.passwords import hash_password

    school_settings.set_school(
        store, School(name="School of Benches", timezone=_ZONE, policy=Policy.INDIVIDUAL), now
    )
    teacher = users.add_user(
        store,
        login=f"{LOGIN}{number or ''}",
        name="Tara Teacher",
        role=Role.TEACHER,
        password_hash=hash_password(PASSWORD),
        now=now,
    )
    course = courses.add_course(
        store, title="Benches", mode=CourseMode.OPEN, timezone=_ZONE, now=now
    )
    courses.add_teacher(store, course.id, teacher.id)
    return lectures.start(
        store, course.id, "The second hour", Policy.INDIVIDUAL, started, started_at=started
    )


def joined(app: "App", lecture: "Lecture", name: str) -> tuple[Any, str]:
    """Somebody who agreed and was let in: their id, and their agent's token."""
    from db.engine.secrets import mint
    from db.people import consents, tickets

    ticket, token, now = mint(), mint(), lecture.started_at
    tickets.issue_ticket(
        app.store,
        ticket,
        lecture_id=lecture.id,
        name=name,
        now=now,
        expires_at=now + timedelta(hours=1),
    )
    made = consents.accept(
        app.store,
        ticket=ticket,
        notice_version="1",
        choices=Choices(class_mood=True, flags=True, ask_first=False),
        guardian=None,
        token=token,
        recovery=mint(),
        now=now,
    )
    consents.admit(app.store, made.id)
    return made.id, token


@contextmanager
def listening(flask: Any) -> "Iterator[Server]":
    """A server of ``flask`` on loopback, in a thread of its own."""
    from dashboard.http.server import listen

    server = listen(flask, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(timeout=10)
