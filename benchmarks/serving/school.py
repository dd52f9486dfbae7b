"""A small school for benches that need a real server: a policy, a teacher and one open course."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contract import CourseMode, Policy

if TYPE_CHECKING:
    from dashboard.app import App
    from db.engine.store import Store
    from db.values import Lecture

LOGIN: Final = "teacher"
PASSWORD: Final = "teacher-of-benches"  # noqa: S105 - nobody else ever sees this store
_ZONE: Final = "Europe/London"


def opened_app(folder: Path) -> "App":
    """A server's parts, wired, over an SQLite store in ``folder`` whose tables are ready."""
    from dashboard.app import ModelAssets, create_app
    from dashboard.settings import Settings
    from db.engine import migrate
    from models.cards import load_card

    settings = Settings(folder=folder, port=0)
    migrate.upgrade(settings.database_url)
    return create_app(settings, None, ModelAssets(card=load_card()))


def lecture_since(store: "Store", started: datetime, now: datetime) -> "Lecture":
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
        login=LOGIN,
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
