"""Reports are found by words, course, teacher and day, page by page, also among ten thousand."""

import time
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from contract import CourseMode, Policy, uuid7
from db.engine.store import Store
from db.people import courses, school_settings, users
from db.schema.tables import lectures
from db.values import Role, School
from services.access import OperatorActor, UserActor
from services.reading.lectures import PAGE, Wanted, reports
from tests.builders.clock import START

TITLES = ("Energy", "Éléments", "Straße und Wärme", "नाटक", "Waves")


@pytest.fixture
def school(sqlite_store: Store) -> Any:
    """Ten thousand lectures, one an hour, in turn of two teachers' courses; the last one runs."""
    store = sqlite_store
    school_settings.set_school(store, School("N", "Pacific/Auckland", Policy.INDIVIDUAL), START)
    made = []
    for login in ("tara", "otto"):
        teacher = users.add_user(
            store, login=login, name=login.title(), role=Role.TEACHER, password_hash=None, now=START
        )
        course = courses.add_course(
            store, title=f"Physics {login}", mode=CourseMode.OPEN, timezone="UTC", now=START
        )
        courses.add_teacher(store, course.id, teacher.id)
        made.append((teacher, course))
    rows = [
        {
            "id": uuid7(at), "course_id": made[number % 2][1].id, "code": f"{number:06d}",
            "title": f"{TITLES[number % len(TITLES)]} {number}", "policy": Policy.INDIVIDUAL,
            "started_at": at, "ended_at": None if number == 9999 else at + timedelta(minutes=45),
        }
        for number in range(10_000)
        for at in [START + timedelta(hours=number)]
    ]  # fmt: skip
    store.write(lambda connection: connection.execute(insert(lectures), rows))
    (tara, physics), (otto, _) = made
    return SimpleNamespace(
        services=SimpleNamespace(store=store), tara=tara, otto=otto, physics=physics, rows=rows
    )


def actor(school: Any, teacher: Any, *taught: UUID) -> UserActor:
    return UserActor(teacher, frozenset(taught))


def titles(school: Any, **wanted: Any) -> list[str]:
    found = reports(school.services, OperatorActor(), Wanted(**wanted))
    return [one.shelved.lecture.title for one in found.rows]


def test_what_is_looked_for_is_found(school: Any) -> None:
    assert titles(school, text="energy 9990") == ["Energy 9990"]
    assert titles(school, text="strasse WARME 9992") == ["Straße und Wärme 9992"]
    assert titles(school, text="elements tara 96") == titles(school, text="96 Élém TARA")
    assert titles(school, text="नाटक 9998") == ["नाटक 9998"]
    assert titles(school, text="%") == titles(school, text="_") == []
    every = reports(school.services, OperatorActor())
    assert (every.total, every.pages, len(every.rows)) == (9999, 500, PAGE)
    last = reports(school.services, OperatorActor(), Wanted(page=10**9))
    assert (last.page, len(last.rows)) == (500, 19)
    assert titles(school, page=-3) == titles(school)


def test_it_is_narrowed_by_course_teacher_and_the_schools_days(school: Any) -> None:
    of_course = reports(school.services, OperatorActor(), Wanted(course=school.physics.id))
    of_teacher = reports(school.services, OperatorActor(), Wanted(teacher=school.tara.id))
    assert of_course == of_teacher
    assert of_course.total == 5000
    day = date(2026, 12, 24)
    found = reports(school.services, OperatorActor(), Wanted(since=day, until=day))
    assert found.total == 24
    # Auckland is thirteen hours ahead then: its day begins on the 23rd.
    begins = min(one.shelved.lecture.started_at for one in found.rows)
    assert begins >= START.replace(month=12, day=23, hour=11, minute=0, second=0)


def test_a_teacher_finds_the_own_lectures_alone(school: Any) -> None:
    tara = actor(school, school.tara, school.physics.id)
    found = reports(school.services, tara, Wanted(text="physics"))
    assert found.total == 5000
    assert {one.shelved.course.id for one in found.rows} == {school.physics.id}
    assert reports(school.services, tara, Wanted(teacher=school.otto.id)).total == 0
    assert reports(school.services, tara, Wanted(text="physics otto")).total == 0


def test_a_search_among_ten_thousand_takes_a_fifth_of_a_second(school: Any) -> None:
    def taken() -> float:
        began = time.process_time()
        assert titles(school, text="warme 9992")
        return time.process_time() - began

    assert min(taken() for _ in range(3)) <= 0.2
