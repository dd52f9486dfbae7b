"""What command groups share: their options, and how they name people, courses and lectures."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from classpulse.console import UsageError
from contract import ClassPulseError

if TYPE_CHECKING:
    from db.engine.store import Store
    from db.values import Course, Lecture, User

Database = Annotated[
    str | None, typer.Option("--database", help="sqlite:///… or postgresql://…; else the settings'")
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


class UnknownNameError(ClassPulseError):
    """A command names something that is not there."""


def find_lecture(store: "Store", word: str) -> "Lecture":
    """The lecture of that id or join code. Raises UnknownNameError."""
    from db.teaching import lectures

    found = lectures.lecture(store, UUID(word)) if _is_uuid(word) else None
    found = found or lectures.by_code(store, word.upper())
    if found is None:
        raise UnknownNameError(f"There is no lecture with the id or code {word!r}.")
    return found


def find_course(store: "Store", word: str) -> "Course":
    """The course of that id or title. Raises UnknownNameError, UsageError where it is not one."""
    from db.people import courses

    same = [
        course for course in courses.list_courses(store) if word in (str(course.id), course.title)
    ]
    if not same:
        raise UnknownNameError(f"There is no course with the id or title {word!r}.")
    if len(same) > 1:
        ids = ", ".join(str(course.id) for course in same)
        raise UsageError(f"Several courses are called {word!r}; name one by its id: {ids}.")
    return same[0]


def find_user(store: "Store", login: str) -> "User":
    """The user of that login. Raises UnknownNameError."""
    from db.people import users

    for user in users.list_users(store):
        if user.login == login:
            return user
    raise UnknownNameError(f"There is no user with the login {login!r}.")


def _is_uuid(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True
