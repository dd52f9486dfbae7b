"""The demo's school: a policy, an admin, a teacher and one open course."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract import CourseMode, Policy
from contract.policy import Choices
from db.engine.store import Store
from db.values import Course, Lecture, User

ZONE: Final = "Europe/London"
COURSE: Final = "Introduction to Biology"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in to the demo; everything in it is simulated, so this is no secret."""

    login: str
    password: str
    role: str


TEACHER: Final = SignIn("teacher", "teacher-demo", "teacher")
ADMIN: Final = SignIn("admin", "admin-demo", "admin")


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """What the demo's lectures are held in."""

    course: Course
    teacher: User


def open_school(store: Store, now: datetime) -> DemoSchool:
    """Make the school, or find it where the folder already holds one."""
    from db.people import courses, school_settings, users
    from db.values import Role, School
    from services.accounts.passwords import hash_password

    there = [course for course in courses.list_courses(store) if course.title == COURSE]
    if there:
        (teacher,) = [user for user in users.list_users(store) if user.login == TEACHER.login]
        return DemoSchool(there[0], teacher)
    school_settings.set_school(
        store, School(name="Demo School", timezone=ZONE, policy=Policy.INDIVIDUAL), now
    )
    made = {
        who.login: users.add_user(
            store,
            login=who.login,
            name="Tara Teacher" if who is TEACHER else "Adam Admin",
            role=Role(who.role),
            password_hash=hash_password(who.password),
            now=now,
        )
        for who in (TEACHER, ADMIN)
    }
    course = courses.add_course(store, title=COURSE, mode=CourseMode.OPEN, timezone=ZONE, now=now)
    courses.add_teacher(store, course.id, made[TEACHER.login].id)
    return DemoSchool(course, made[TEACHER.login])


def start_lecture(store: Store, school: DemoSchool, title: str, started_at: datetime) -> Lecture:
    """Start a lecture of the demo's course, back-dated to ``started_at``."""
    from db.teaching import lectures

    return lectures.start(
        store, school.course.id, title, Policy.INDIVIDUAL, started_at, started_at=started_at
    )


def set_markers(store: Store, school: DemoSchool, lecture: Lecture, marks: dict[int, str]) -> None:
    """Put the teacher's notes on the timeline, by second of the lecture."""
    from db.teaching import lectures

    for second, label in marks.items():
        lectures.add_marker(
            store,
            lecture.id,
            at=lecture.started_at + timedelta(seconds=second),
            label=label,
            user_id=school.teacher.id,
        )


def choices_of(count: int) -> list[Choices]:
    """What the students choose: nearly all flags, some to be asked first, one in ten the mood."""
    return [
        Choices(class_mood=True, flags=number % 10 != 7, ask_first=number % 10 == 4)
        for number in range(count)
    ]
