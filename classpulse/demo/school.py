"""The demo's school: a policy, an admin, a teacher and two open courses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classpulse.demo.students import Seat
from contract import CourseMode, Policy
from contract.notice import notice_for
from contract.policy import Choices
from db.engine.secrets import mint
from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.people import consents, courses, school_settings, tickets, users
from db.teaching import lectures
from db.values import Course, Lecture, Role, School, User
from services.accounts import passwords

ZONE: Final = "Europe/London"
COURSE: Final = "Introduction to Biology"
ROOM_COURSE: Final = "Biology Lab"
CHECK_INS_PER_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in to the demo; everything in it is simulated, so this is no secret."""

    login: str
    name: str
    password: str
    role: Role


TEACHER: Final = SignIn("teacher", "Tara Teacher", "moods-of-a-class", Role.TEACHER)
ADMIN: Final = SignIn("admin", "Adam Admin", "keys-to-all-rooms", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """What the demo's lectures are held in. ``lab``: the course whose students chose the room."""

    biology: Course
    lab: Course
    teacher: User


def open_school(store: Store, now: datetime) -> DemoSchool:
    """Make the school, or whatever of it the folder does not hold yet."""
    if school_settings.school(store).policy is None:
        school_settings.set_school(
            store,
            School(
                name="Demo School",
                timezone=ZONE,
                policy=Policy.INDIVIDUAL,
                # Whoever looks around for some minutes should meet more than one.
                check_ins_per_hour=CHECK_INS_PER_HOUR,
            ),
            now,
        )
    _, teacher = _employed(store, ADMIN, now), _employed(store, TEACHER, now)
    return DemoSchool(
        _offered(store, COURSE, teacher, now), _offered(store, ROOM_COURSE, teacher, now), teacher
    )


def _employed(store: Store, who: SignIn, now: datetime) -> User:
    known = users.credentials(store, who.login)
    if known is None:
        return users.add_user(
            store, login=who.login, name=who.name, role=who.role,
            password_hash=passwords.hash_new(who.password, who.login, who.name), now=now,
        )  # fmt: skip
    user, stored = known
    if not passwords.verify(stored, who.password):
        # The folder is of a version whose passwords were others; what is announced must open it.
        users.set_password_hash(store, user.id, passwords.hash_password(who.password), now)
    return user


def _offered(store: Store, title: str, teacher: User, now: datetime) -> Course:
    known = [course for course in courses.list_courses(store) if course.title == title]
    if known:
        return known[0]
    made = courses.add_course(store, title=title, mode=CourseMode.OPEN, timezone=ZONE, now=now)
    courses.add_teacher(store, made.id, teacher.id)
    return made


def policy_of(store: Store) -> Policy:
    """What the school allows now; the demo has set one, and the admin may have changed it."""
    return school_settings.school(store).policy or Policy.INDIVIDUAL


def start_lecture(store: Store, course: Course, title: str, started_at: datetime) -> Lecture:
    """Start a lecture, back-dated to ``started_at``."""
    return lectures.start(
        store, course.id, title, policy_of(store), started_at, started_at=started_at
    )


def seat_all(
    store: Store, lecture: Lecture, names: Sequence[str], choices: Sequence[Choices]
) -> list[Seat]:
    """Let everybody have joined a lecture when it started, agreed and been admitted.

    In one transaction: to ask the server for each of two hundred takes as long as their lecture.
    """
    now = lecture.started_at
    guardian = "A parent" if school_settings.school(store).guardian_required else None
    version = notice_for(lecture.policy).version

    def seat(unit: UnitOfWork, row: int) -> Seat:
        ticket, token = mint(), mint()
        tickets.issue_ticket(
            unit, ticket, lecture_id=lecture.id, name=names[row], now=now,
            expires_at=now + timedelta(minutes=1),
        )  # fmt: skip
        made = consents.accept(
            unit, ticket=ticket, notice_version=version, choices=choices[row], guardian=guardian,
            token=token, recovery=mint(), now=now,
        )  # fmt: skip
        consents.admit(unit, made.id)
        return Seat(row=row, name=names[row], participant=made.id, token=token)

    return together(store, lambda unit: [seat(unit, row) for row in range(len(names))])


def set_markers(store: Store, teacher: User, lecture: Lecture, marks: dict[int, str]) -> None:
    """Put the teacher's notes on the timeline, by second of the lecture."""
    for second, label in marks.items():
        at = lecture.started_at + timedelta(seconds=second)
        lectures.add_marker(store, lecture.id, at=at, label=label, user_id=teacher.id)


def choices_of(count: int, *, room: bool = False) -> list[Choices]:
    """What the students choose: nearly all flags, some to be asked first, one in ten the mood."""
    return [
        Choices(class_mood=True, flags=number % 10 != 7, ask_first=number % 10 == 4, room=room)
        for number in range(count)
    ]
