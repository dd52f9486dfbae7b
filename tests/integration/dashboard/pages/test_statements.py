"""No page asks the store once for each thing it lists: three or thirty cost the same statements."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.policy import CourseMode
from dashboard.components import ids, urls
from db.measurements import ingest
from db.people import audit, courses, erasure_requests, identities, users
from db.teaching import flags, lectures, reports
from db.values import Lecture, Role, Student
from services.accounts import passwords
from tests.builders.statements import asked
from tests.builders.world import PASSWORD
from tests.integration.dashboard.test_callbacks import call

KEY = "school-key"
"""By which the rosters know the student who signs in."""


class Growing:
    """A school to which more of everything can be added, with Ana in its lecture and Noor, who
    signs in as a student."""

    def __init__(self, world: Any) -> None:
        self.world, self.number = world, 0
        self.course = world.courses[CourseMode.ROSTER]
        self.lecture: Lecture = world.lecture(CourseMode.ROSTER)
        self.ana = world.join(self.lecture, link=world.link(world.students[0]))
        self.link = world.link(self._listed(self.course.id, "Noor", KEY))
        self._user("noor", Role.STUDENT, KEY)

    def grow(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            name = f"n{self.number}"
            course = self._course(name)
            self._listed(course.id, "Noor", KEY)
            self._lectures(course.id)
            self._sends(self.ana)
            self._classmate(name)

    def _user(self, login: str, role: Role, key: str | None = None) -> Any:
        store, now = self.world.store, self.world.clock()
        user = users.add_user(
            store,
            login=login,
            name=login.title(),
            role=role,
            password_hash=passwords.hash_password(PASSWORD),
            now=now,
        )
        users.open_session(
            store, f"secret of {login}", user.id, now=now, expires_at=now + timedelta(days=1)
        )
        identities.link(store, "https://school.example", login, user.id, school_key=key, now=now)
        return user

    def _listed(self, course_id: Any, name: str, key: str | None = None) -> Student:
        return courses.add_student(
            self.world.store, course_id, name, now=self.world.clock(), external_id=key
        )

    def _course(self, name: str) -> Any:
        store = self.world.store
        course = courses.add_course(
            store, title=name, mode=CourseMode.ROSTER, timezone="UTC", now=self.world.clock()
        )
        for teacher in (self._user(name, Role.TEACHER), self.world.users["tara"]):
            courses.add_teacher(store, course.id, teacher.id)
        return course

    def _lectures(self, course_id: Any) -> None:
        """One that runs, one whose report is written, one whose report is not."""
        store, now = self.world.store, self.world.clock()
        for _ in range(3):
            lectures.start(store, course_id, "Algebra", self.lecture.policy, now)
        _, over, waits = lectures.running(store)[-3:]
        lectures.end(store, over.id, now, timedelta())
        job = reports.claim(store, now, "test")
        assert job is not None
        tables = {"summary": b"a\r\n", "moments": b"at,evidence,suggestion\r\n"}
        reports.complete(store, job, now=now, fingerprint="1", pdf=b"%PDF", tables=tables)
        lectures.end(store, waits.id, now)

    def _classmate(self, name: str) -> None:
        """One more who says, sends and asks all that a student can, and of whom the log speaks."""
        store, rostered = self.world.store, self._listed(self.course.id, name)
        student = self.world.join(self.lecture, link=self.world.link(rostered))
        self._sends(student)
        erasure_requests.ask(store, student.id, self.world.clock())
        for subject in (student.id, rostered.id):
            audit.record(
                store,
                actor=f"participant:{student.id}",
                action="withdraw",
                object=f"lecture:{self.lecture.id}",
                at=self.world.clock(),
                subject=subject,
            )

    def _sends(self, student: Any) -> None:
        store, now = self.world.store, self.world.clock.forward(seconds=12)
        assert student.send([self.world.observation(now)]).status_code == 200
        assert student.send([self.world.event(now)], "events").status_code == 200
        flag = flags.raise_flag(
            store,
            lecture_id=self.lecture.id,
            participant_id=student.id,
            kind=FlagKind.SAD,
            raised_at=now,
            evidence={},
            reason="made up",
        )
        flags.ask(store, flag.id, now)
        ingest.ingest_self_report(store, student.id, PulseMood.GOOD, now)


def page(who: str, path: str) -> Callable[[Growing], Any]:
    """The page at ``path`` for a user, or ``nobody``, as its callback answers it."""

    def of(growing: Growing) -> Any:
        world = growing.world
        browser = world.client() if who == "nobody" else world.browser(who)
        filled = path.format(
            code=growing.lecture.code,
            link=growing.link,
            course=growing.course.id,
            student=growing.ana.id,
        )
        place, _, search = filled.partition("?")
        return lambda: call(
            world, browser, f"{ids.CONTENT}.children...", search, **{ids.LOCATION: place}
        )

    return of


def form(who: str, search: str = "") -> Callable[[Growing], Any]:
    """The form on the page of a lecture."""

    def of(growing: Growing) -> Any:
        world = growing.world
        browser = world.client() if who == "nobody" else world.browser(who)
        given = {ids.JOIN_CODE: growing.lecture.code}
        link = search.format(link=growing.link)
        return lambda: call(world, browser, f"{ids.JOIN_FORM}.children...", link, **given)

    return of


def own(output: str, **given: Any) -> Callable[[Growing], Any]:
    """What a callback answers in the browser that has opened Ana's own page."""

    def of(growing: Growing) -> Any:
        browser = growing.world.client()
        assert browser.get(growing.ana.agreed["recovery_link"]).status_code == 303
        return lambda: call(growing.world, browser, output, **given)

    return of


def own_data(growing: Growing) -> Any:
    ana = growing.ana
    return lambda: ana.client.get("/api/v1/me/observations", headers=ana.headers)


ASKS: dict[str, Callable[[Growing], Any]] = {
    "home of a teacher": page("tara", urls.HOME),
    "home of a student": page("noor", urls.HOME),
    "reports of a teacher": page("tara", urls.REPORTS),
    "reports of all": page("ada", urls.REPORTS),
    "account": page("tara", urls.ACCOUNT),
    "school": page("ada", urls.ADMIN),
    "people": page("ada", urls.ADMIN_PEOPLE),
    "courses": page("ada", urls.ADMIN_COURSES),
    "log": page("ada", urls.ADMIN_LOG),
    "students": page("ada", urls.ADMIN_STUDENTS),
    "student": page("ada", f"{urls.ADMIN_STUDENTS}/{{student}}"),
    "one course": page("ada", f"{urls.ADMIN_COURSES}/{{course}}"),
    "set up": page("ada", urls.set_up("try")),
    "erasure": page("ada", urls.ADMIN_ERASURE),
    "join": page("nobody", urls.JOIN),
    "join by link": page("nobody", f"{urls.JOIN}?link={{link}}"),
    "join by code": page("nobody", f"{urls.JOIN}/{{code}}"),
    "form": form("nobody"),
    "form of a student": form("noor"),
    "form by link": form("nobody", "?link={link}"),
    "own page": own(f"{ids.CONTENT}.children...", **{ids.LOCATION: urls.ME}),
    "own panel": own(f"{ids.ME_TAP}.children", **{ids.ME_TICK: 1}),
    "own data": own_data,
}


@pytest.fixture
def growing(world: Any) -> Growing:
    made = Growing(world)
    made.grow(3)
    return made


def test_nothing_is_asked_once_a_row(growing: Growing) -> None:
    """All pages in one test, since it is the school that takes its time."""
    waiting = {name: ask(growing) for name, ask in ASKS.items()}
    few = {name: answered(ask) for name, ask in waiting.items()}
    growing.grow(27)
    many = {name: answered(ask) for name, ask in waiting.items()}
    more = {name: many[name] - before for name, before in few.items() if many[name] - before}
    told = [f"{name}: {said.total()} more, {said.most_common(2)}" for name, said in more.items()]
    assert not more, "\n".join(told)


LISTED: Final = re.compile(r"IN \([?, ]+\)")


def answered(ask: Callable[[], Any]) -> Counter[str]:
    """The statements that one answer takes, by how often each was asked."""
    with asked() as found:
        answer = ask()
    assert answer.status_code == 200, answer.text
    assert "cp-notice-bad" not in answer.text, answer.text
    # A list is one statement, however long.
    return Counter(LISTED.sub("IN (…)", statement) for statement, _ in found)
