"""A course, a lecture and its figures for the tests of pages, and how a page is read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contract import CourseMode, Policy
from db.values import Course, Lecture

NOW = datetime(2026, 11, 21, 9, 38, tzinfo=UTC)
# The ids stand in the names of tests, which must be the same in every process.
COURSE = Course(
    UUID("6f1c2a7e-52c4-4a53-9d0e-3b1f0a9c7d21"), "Physics 10b", CourseMode.OPEN, "Europe/Berlin"
)
LECTURE = Lecture(
    UUID("019aa5c8-1cc0-7a31-8b52-6d0f4e2c9a17"),
    COURSE.id,
    "Heat",
    "ABC234",
    Policy.INDIVIDUAL,
    NOW - timedelta(minutes=38),
    None,
)
SHARES = (0.02, 0.02, 0.02, 0.2, 0.08, 0.05, 0.61)


def text_of(component: Any) -> str:
    """Everything a person can read in it, and all labels."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for name, part in value.items():
                if name not in ("className", "namespace", "type", "style"):
                    walk(part)
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part)

    plain = json.loads(json.dumps(component, default=lambda part: part.to_plotly_json()))
    walk(plain)
    return " ".join(found)
