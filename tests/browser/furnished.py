"""A school in which every page, and every state of one, has something to show.

``PLACES`` lists them once, for whoever looks at all of them: the accessibility test, and the
pictures in ``docs/screenshots/``. The class is drawn from a fixed seed; nobody in it exists.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from playwright.sync_api import BrowserContext, Page, Route
from sqlalchemy import insert

from classpulse.demo.names import student_names
from contract import LOOKS, CourseMode, Event, EventKind, Look, Observation, Policy, uuid7
from contract.exchange import PulseMood
from contract.languages import Language
from dashboard.pages.setup.first_admin import first_admin_html
from db.measurements import ingest, queries
from db.people import consents, courses, users
from db.schema.tables import CHOICES, participants
from db.teaching import lectures
from db.values import Lecture, ParticipantStatus, Role
from services import my_data
from services.access import OperatorActor, ParticipantActor
from services.accounts.passwords import hash_password
from services.figures import self_reports
from services.rosters import enrolment, lists
from services.rosters.roster import RosterStudent
from tests.builders.classroom import PASSWORD, Classroom
from tests.builders.observations import observation
from tests.builders.students import Student

NAMES: Final = (
    "Ana Lima", "Ben Carter", "Chloé Martin", "Dev Patel", "Emeka Obi", "Freya Lund",
    "Gita Rao", "Hugo Weiss", "Ines Duarte", "Jonas Berg", "Kavya Nair", "Lena Fischer",
)  # fmt: skip
MINUTES: Final = 26
SEED: Final = 20261121
FIRST: Final = "first"
"""The secret of a set-up link that shows its page, though this school has an admin."""
BROKEN: Final = "broken"
"""The secret of an own page that fails on the server, so that the page for that can be seen."""


@dataclass(frozen=True)
class Place:
    """One page in one state: its name, its address and who looks.

    ``address`` names its fields as ``furnish`` answers them. ``ready``: what is there once the page
    stands. ``act``: what brings it into the state. ``window``: whether that covers the window, so
    that nothing below it can be seen.
    """

    name: str
    address: str
    login: str | None
    ready: str = "h1"
    act: Callable[[Page], None] | None = None
    window: bool = False
    language: str = "en"

    def open(self, page: Page, addresses: Mapping[str, str]) -> None:
        """Go there and bring it into its state."""
        page.goto(self.address.format_map(addresses))
        page.locator(self.ready).first.wait_for()
        if page.locator(".dash-graph:visible").count():
            page.locator(".js-plotly-plot .main-svg").first.wait_for()
        if self.act is not None:
            self.act(page)
        page.evaluate("document.fonts.ready")


def _dialogue(button: str) -> dict[str, Any]:
    def press(page: Page) -> None:
        page.get_by_role("button", name=button, exact=False).first.click()
        page.get_by_role("dialog").wait_for()

    return {"act": press, "window": True}


def _present(page: Page) -> None:
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Stop presenting").wait_for()


def _lose_the_line(page: Page) -> None:
    def nothing(route: Route) -> None:
        route.abort()

    page.route("**/_live/**", nothing)
    page.evaluate(
        "const now = performance.now.bind(performance); performance.now = () => now() + 48000"
    )
    page.locator(".cp-banner-lost").wait_for()


def _sign_in_wrongly(page: Page) -> None:
    page.locator("#login").fill("teacher")
    page.locator("#password").fill("not this one")
    page.locator("button[type=submit]").click()
    page.get_by_role("alert").wait_for()


def _join_without_agreeing(page: Page) -> None:
    page.get_by_role("button", name="Join this lecture").click()
    page.get_by_role("alert").wait_for()


def _join(page: Page) -> None:
    page.get_by_label("Your name").fill("Priya Anand")
    page.get_by_label("I have read the notice").check()
    page.get_by_role("button", name="Join this lecture").click()
    page.locator(".cp-way-back").wait_for()


def _choose_a_region(page: Page) -> None:
    page.get_by_label("In the United States").check()
    page.get_by_label("Individual").check()


def _somebody_else(page: Page) -> None:
    page.get_by_label("Somebody else").check()


def _open_languages(page: Page) -> None:
    page.locator(".cp-language").click()
    page.get_by_role("link", name="Español").wait_for()


def _filter(page: Page) -> None:
    page.locator(".ag-header-cell-filter-button").first.click()
    page.locator(".ag-filter").wait_for()


def _find_a_student(page: Page) -> None:
    page.get_by_role("button", name="Not reporting").click()
    page.get_by_label("Find a student").fill("an")


def _rename_a_marker(page: Page) -> None:
    page.locator("summary", has_text="Markers").click()
    page.get_by_role("button", name="Rename Group work starts").click()
    page.get_by_role("dialog").wait_for()


def _refuse(page: Page) -> None:
    page.get_by_role("button", name="Refuse Zoe Ahmed").click()
    page.locator(".cp-undo").wait_for()
    # It would leave by itself before the picture is taken.
    page.add_style_tag(content=".cp-notice > * { animation: none !important; }")


PLACES: Final = (
    Place("live", "/live/{now}", "teacher", ".cp-check"),
    Place("live-code", "/live/{now}", "teacher", ".cp-check", **_dialogue("Join code")),
    Place("live-intervals", "/live/{now}", "teacher", ".cp-check", **_dialogue("Intervals")),
    Place("live-room", "/live/{now}", "teacher", ".cp-check", **_dialogue("Room camera")),
    Place("live-presenting", "/live/{now}", "teacher", ".cp-strip", _present),
    Place("live-lost", "/live/{now}", "teacher", ".cp-check", _lose_the_line),
    Place("live-keys", "/live/{now}", "teacher", ".cp-check", **_dialogue("Keys")),
    Place("live-marker", "/live/{now}", "teacher", ".cp-check", _rename_a_marker, window=True),
    Place("live-many", "/live/{many}", "teacher", ".cp-tile"),
    Place("live-found", "/live/{many}", "teacher", ".cp-tile", _find_a_student),
    Place("live-end", "/live/{now}", "teacher", ".cp-check", **_dialogue("End lecture")),
    Place("live-empty", "/live/{empty}", "teacher", ".cp-nobody-yet"),
    Place("live-aggregate", "/live/{whole}", "teacher", ".cp-nobody-yet"),
    Place("live-self-report", "/live/{quiet}", "teacher", ".cp-said"),
    Place("live-ended", "/live/{over}", "teacher"),
    Place("home", "/", "teacher"),
    Place("home-student", "/", "student"),
    Place("reports", "/reports", "admin", ".ag-row"),
    Place("reports-one", "/reports/{over}", "teacher", ".cp-report"),
    Place("admin", "/admin", "admin"),
    Place("admin-people", "/admin/people", "admin", ".ag-row"),
    Place("admin-courses", "/admin/courses", "admin", ".ag-row"),
    Place("admin-filter", "/admin/people", "admin", ".ag-row", _filter, window=True),
    Place(
        "admin-teachers",
        "/admin/courses",
        "admin",
        ".ag-row",
        **_dialogue("Teachers of Algebra 8c"),
    ),
    Place(
        "admin-disable", "/admin/people", "admin", ".ag-row", **_dialogue("Disable: Maria Okafor")
    ),
    Place("admin-course", "/admin/courses/{algebra}", "admin", ".ag-row"),
    Place(
        "admin-course-delete",
        "/admin/courses/{latin}",
        "admin",
        "#course-ask",
        **_dialogue("Delete the course"),
    ),
    Place("admin-students", "/admin/students", "admin", ".ag-row"),
    Place("admin-student", "/admin/students/{gita}", "admin", ".ag-row"),
    Place("setup", f"/setup/{FIRST}", None),
    Place("setup-policy", "/admin/setup/policy", "admin", ".cp-form", _choose_a_region),
    Place("setup-course", "/admin/setup/course", "admin", ".cp-form", _somebody_else),
    Place("setup-try", "/admin/setup/try", "admin", ".cp-progress"),
    Place("admin-erasure", "/admin/erasure", "admin", ".cp-form"),
    Place("admin-log", "/admin/log", "admin", ".ag-row"),
    Place("account", "/account", "teacher"),
    Place("languages", "/account", "teacher", act=_open_languages),
    Place("join-start", "/join", None, ".cp-form"),
    Place("join", "/join/{code}", None, ".cp-form"),
    Place("join-refused", "/join/{code}", None, ".cp-form", _join_without_agreeing),
    Place("join-self-report", "/join/{quiet_code}", None, ".cp-form"),
    Place("join-done", "/join/{quiet_code}", None, ".cp-form", _join),
    Place("join-roster", "/join/{roster_code}", None, ".cp-empty"),
    Place("join-unknown", "/join/QQ2345", None),
    Place("me", "{ana}", None, ".cp-taps"),
    Place("me-delete", "{ana}", None, ".cp-taps", **_dialogue("Delete my data")),
    Place("me-link", "{ana}", None, ".cp-taps", **_dialogue("Make a new link")),
    Place("me-asked", "{lena}", None, ".cp-private"),
    Place("me-unknown", "/me", None),
    Place("signin", "/signin", None),
    Place("signin-refused", "/signin", None, act=_sign_in_wrongly),
    Place("forbidden", "/admin", "teacher"),
    Place("missing", "/live/00000000-0000-7000-8000-000000000000", "teacher"),
    Place("error-403", "/me/no-such-secret", None),
    Place("error-404", "/api/v1/nothing", None),
    Place("error-500", f"/me/{BROKEN}", None),
    *(
        Place(f"{name}-{language}", address, login, ready, language=language)
        for language in ("hi", "es")
        for name, address, login, ready in (
            ("live", "/live/{now}", "teacher", ".cp-check"),
            ("reports", "/reports", "admin", ".ag-row"),
            ("join", "/join/{code}", None, ".cp-form"),
            ("me", "{ana}", None, ".cp-taps"),
        )
    ),
    # The last: whoever waits has been answered afterwards.
    Place("live-undo", "/live/{now}", "teacher", ".cp-check", _refuse),
)


def sign_in(context: BrowserContext, login: str) -> None:
    """Sign somebody in for every page of ``context``, whatever its language."""
    page = context.new_page()
    page.goto("/signin")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator(".cp-user-link").wait_for()
    page.close()


def leave(page: Page) -> None:
    """Close a page; its browser does not go on presenting."""
    page.evaluate("localStorage.removeItem('classpulse-present')")
    page.close()


def furnish(room: Classroom) -> dict[str, str]:
    """Lectures that are over, whose report is due and that run; answers the fields of addresses."""
    rng, store = random.Random(SEED), room.app.store
    over = room.start_lecture("Heat and temperature")
    _sit(room, over, rng)
    lectures.end(store, over.id, room.clock(), timedelta(0))
    room.app.scheduler.run_due(room.clock())
    room.clock.forward(seconds=3600)
    second = room.start_lecture("Entropy, a first look")
    room.clock.forward(seconds=1500)
    lectures.end(store, second.id, room.clock(), timedelta(minutes=5))
    room.clock.forward(seconds=60)
    now = room.start_lecture()
    students = _sit(room, now, rng)
    Student(room.http, "Zoe Ahmed").join(now.code)
    at = room.clock() - timedelta(minutes=9)
    lectures.add_marker(store, now.id, at=at, label="Group work starts", user_id=room.teacher.id)
    empty = _other_lecture(room, "Chemistry 9a", "Acids and bases", Policy.INDIVIDUAL)
    whole = _other_lecture(room, "Biology 11", "How a cell divides", Policy.AGGREGATE)
    quiet = _other_lecture(room, "Music", "A fugue, taken apart", Policy.SELF_REPORT)
    many = crowd(room)
    answers = [PulseMood.GOOD] * 4 + [PulseMood.OKAY] * 3 + [PulseMood.LOST] * 5
    _answer(room, now, students, answers)
    _answer(room, quiet, room.students(quiet, NAMES), answers)
    office = _office(room, students)
    _break_one_page(room)
    _show_the_first_page(room)
    room.app.board.tick(room.clock())
    return {
        "now": str(now.id),
        "empty": str(empty.id),
        "many": str(many.id),
        "whole": str(whole.id),
        "quiet": str(quiet.id),
        "over": str(over.id),
        "code": now.code,
        "quiet_code": quiet.code,
        "gita": str(students[NAMES.index("Gita Rao")].id),
        **office,
        "ana": students[0].recovery,
        "lena": students[-1].recovery,
    }


def _other_lecture(room: Classroom, course: str, title: str, policy: Policy) -> Lecture:
    """A running lecture of another course of the same teacher, with nobody in it yet."""
    store = room.app.store
    made = courses.add_course(
        store, title=course, mode=CourseMode.OPEN, timezone="Europe/Berlin", now=room.clock()
    )
    courses.add_teacher(store, made.id, room.teacher.id)
    return lectures.start(store, made.id, title, policy, room.clock() - timedelta(minutes=12))


def crowd(room: Classroom) -> Lecture:
    """A lecture of two hundred, a few of whom are away, paused, or heard of no more."""
    store, now = room.app.store, room.clock()
    lecture = _other_lecture(room, "Auditorium", "The history of light", Policy.INDIVIDUAL)
    people = [
        {
            "id": uuid7(now), "lecture_id": lecture.id, "student_id": None, "name": name,
            "status": ParticipantStatus.ADMITTED, "verified": False, "joined_at": now,
            "withdrawn_at": None, **{f"choice_{choice}": True for choice in CHOICES},
        }
        for name in student_names(200)
    ]  # fmt: skip
    store.write(lambda connection: connection.execute(insert(participants), people))
    for number, person in enumerate(people):
        silent, away = number % 40 == 7, number % 40 == 23
        first = 200 if silent else 55
        moments = [now - timedelta(seconds=first - second) for second in range(0, 50, 5)]
        seen = [_nobody(at) if away else observation(Look.NEUTRAL, at) for at in moments]
        ingest.ingest_observations(store, person["id"], seen, now)
        if number % 40 == 31:
            at = now - timedelta(seconds=2)
            paused = Event(id=uuid7(at), at=at, kind=EventKind.PAUSED)
            ingest.ingest_events(store, person["id"], [paused], now)
    return lecture


def _nobody(at: datetime) -> Observation:
    """A second in which the student was away from the camera."""
    nothing = {"face_share": 0.0, "faces": 0, "probabilities": None, "attentive": None}
    return observation(Look.NEUTRAL, at).model_copy(update={**nothing, "detection_score": None})


def _answer(
    room: Classroom, lecture: Lecture, students: Sequence[Student], moods: Sequence[PulseMood]
) -> None:
    """Each student's own answer, a few minutes ago, so that they have been counted."""
    at = room.clock() - timedelta(minutes=3)
    for student, mood in zip(students, moods, strict=False):
        ingest.ingest_self_report(room.app.store, student.id, mood, at)
    found = queries.participants(room.app.store, lecture.id)
    self_reports.settle(room.app.store, lecture, found, room.clock())


def _office(room: Classroom, students: Sequence[Student]) -> dict[str, str]:
    """Something in each of the office's rooms; answers the fields of their addresses."""
    store, services, operator = room.app.store, room.app.services, OperatorActor()
    roster = {"Algebra 8c": [RosterStudent(name, str(n), None) for n, name in enumerate(NAMES)]}
    ((_, algebra),) = lists.import_roster(services, operator, roster)
    ben = students[1].id
    found = consents.participant(store, ben)
    assert found is not None
    my_data.ask_to_be_erased(services, ParticipantActor(ben, found.lecture_id), ben)
    users.add_user(
        store,
        login="student",
        name="Kavya Nair",
        role=Role.STUDENT,
        password_hash=hash_password(PASSWORD),
        now=room.clock(),
    )
    for student in courses.roster(store, algebra.id)[-2:]:
        enrolment.take_off(services, operator, student.id)
    latin = courses.add_course(
        store, title="Latin 7a", mode=CourseMode.ROSTER, timezone="Europe/Berlin", now=room.clock()
    )
    code = lectures.start(store, algebra.id, "Fractions", Policy.INDIVIDUAL, room.clock()).code
    return {"roster_code": code, "algebra": str(algebra.id), "latin": str(latin.id)}


def _show_the_first_page(room: Classroom) -> None:
    views: dict[str, Callable[..., Any]] = room.app.flask.view_functions
    whole = views["first_start.page"]
    views["first_start.page"] = lambda secret: (
        first_admin_html(f"/setup/{secret}") if secret == FIRST else whole(secret)
    )


def _break_one_page(room: Classroom) -> None:
    views: dict[str, Callable[..., Any]] = room.app.flask.view_functions
    whole = views["signin.open_own_page"]

    def broken(secret: str) -> Any:
        if secret == BROKEN:
            raise RuntimeError("This page fails, for whoever wants to see how that looks.")
        return whole(secret)

    views["signin.open_own_page"] = broken


def _sit(room: Classroom, lecture: Lecture, rng: random.Random) -> list[Student]:
    """Students through ``MINUTES``: Ana turns sad-looking, Hugo and Lena away; others as they go.

    Lena wants to be asked before her teacher is told.
    """
    start = room.clock()
    students = room.students(lecture, NAMES)
    lena = students[-1].id
    my_data.choose(
        room.app.services,
        ParticipantActor(lena, lecture.id),
        lena,
        flags=True,
        ask_first=True,
        language=Language.EN,
    )
    room.clock.forward(seconds=MINUTES * 60)
    for student in students:
        ingest.ingest_observations(
            room.app.store, student.id, seen(student.name, start, rng), room.clock()
        )
    return students


def seen(name: str, start: Any, rng: random.Random) -> list[Observation]:
    """What is seen of one student, second by second through ``MINUTES``."""
    look, liveliness = Look.NEUTRAL, rng.uniform(0.2, 0.5)
    items: list[Observation] = []
    for second in range(MINUTES * 60):
        if second % 20 == 0:
            excited = liveliness + (0.25 if second > 17 * 60 else 0.0)
            look = _drawn(rng, excited)
            if name == "Ana Lima" and second >= 720:
                look = Look.SAD
        away = name in ("Hugo Weiss", "Lena Fischer") and second > 600
        attentive = 0.15 if away else rng.uniform(0.75, 1.0)
        items.append(observation(look, start + timedelta(seconds=second), round(attentive, 2)))
    return items


def _drawn(rng: random.Random, excited: float) -> Look:
    weights = {
        Look.NEUTRAL: 1 - excited,
        Look.HAPPY: excited * 0.62,
        Look.SURPRISE: excited * 0.2,
        Look.SAD: 0.06,
        Look.FEAR: 0.03,
        Look.ANGRY: 0.03,
        Look.DISGUST: 0.02,
    }
    return rng.choices(LOOKS, [weights[look] for look in LOOKS])[0]
