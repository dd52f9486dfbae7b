"""A school's policy, people and courses in a store, as a test names them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contract import CourseMode, Policy
from db.engine.store import Store
from db.people import courses, school_settings, users
from db.values import Course, Role, School, User
from tests.builders.clock import START

ZONE = "Europe/Berlin"


def settle(
    store: Store,
    policy: Policy | None = Policy.INDIVIDUAL,
    *,
    name: str = "Northbridge School",
    zone: str = ZONE,
    now: datetime = START,
    **rules: Any,
) -> None:
    """Write down the school and what it allows."""
    school_settings.set_school(store, School(name, zone, policy, **rules), now)


def employ(
    store: Store,
    login: str,
    role: Role = Role.TEACHER,
    *,
    name: str | None = None,
    password_hash: str | None = None,
    now: datetime = START,
) -> User:
    """Give somebody an account."""
    return users.add_user(
        store, login=login, name=name or login.title(), role=role, password_hash=password_hash,
        now=now,
    )  # fmt: skip


def offer(
    store: Store,
    title: str = "Physics 10b",
    mode: CourseMode = CourseMode.OPEN,
    *,
    teachers: Iterable[User] = (),
    zone: str = ZONE,
    now: datetime = START,
) -> Course:
    """Add a course, taught by ``teachers``."""
    course = courses.add_course(store, title=title, mode=mode, timezone=zone, now=now)
    for teacher in teachers:
        courses.add_teacher(store, course.id, teacher.id)
    return course
