"""Attacks through the API: whoever subtracts two moments of a lecture learns nobody's look."""

import csv
import io
from datetime import timedelta
from itertools import cycle
from typing import Any

import numpy as np
import pytest

from contract.looks import LOOKS, Look
from contract.policy import CourseMode, Policy
from db.people import consents, courses
from db.teaching import published_groups, reports
from services import teaching
from services.access import OperatorActor, UserActor
from services.errors import RefusedError
from services.reporting.compute import compute

HAPPY, NEUTRAL = LOOKS.index(Look.HAPPY), LOOKS.index(Look.NEUTRAL)
QUARTER = 900
UNSEEN = {"class_mood": True, "flags": False}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def school(request: pytest.FixtureRequest) -> Any:
    """The school on either kind of store."""
    name = "world" if request.param == "sqlite" else "postgres_world"
    return request.getfixturevalue(name)


class Lesson:
    """A lecture, its students, none of whom chose to be shown, and the teacher who watches."""

    def __init__(self, school: Any, policy: Policy = Policy.AGGREGATE) -> None:
        self.school = school
        school.set_policy(policy)
        self.lecture = school.lecture(policy=policy)
        self.start = school.clock.now
        self.teacher = school.browser("tara")

    def join(self, name: str) -> Any:
        """Somebody whom the course's roster knows."""
        course, now = self.school.courses[CourseMode.OPEN], self.school.clock()
        listed = courses.add_student(self.school.store, course.id, name, now=now)
        link = self.school.link(listed)
        return self.school.join(self.lecture, link=link, choices=UNSEEN)

    def invite(self, name: str) -> Any:
        """Somebody who came by a name alone, and waits to be let in."""
        return self.school.join(self.lecture, name=name, choices=UNSEEN)

    def send(self, student: Any, look: int, seconds: range) -> None:
        items = [self.school.observation(self.start + timedelta(seconds=s), look) for s in seconds]
        for first in range(0, len(items), 100):
            answer = student.send(items[first : first + 100])
            assert answer.status_code == 200, answer.text
            assert {v["verdict"] for v in answer.json["verdicts"]} == {"accepted"}

    def watch(self) -> dict[str, Any]:
        """The whole timeline as the teacher gets it now: by its step's end."""
        self.school.app.board.tick(self.school.clock())
        answer = self.teacher.get(f"/api/v1/lectures/{self.lecture.id}/timeline")
        assert answer.status_code == 200, answer.text
        return {point["at"]: point for point in answer.json["points"]}

    def report(self) -> list[dict[str, str]]:
        """The steps of the newest report, once all that is due is written."""
        self.school.app.scheduler.run_due(self.school.clock.forward(minutes=5))
        newest = reports.latest(self.school.store, self.lecture.id)
        assert newest is not None
        table = reports.table(self.school.store, newest.id, "timeline")
        assert table is not None
        return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))


@pytest.fixture
def lesson(school: Any) -> Lesson:
    return Lesson(school)


def six(lesson: Lesson) -> list[Any]:
    """Five neutral and one happy over a quarter of an hour."""
    people = [lesson.join(f"Student {number}") for number in range(6)]
    lesson.school.clock.forward(seconds=QUARTER + 31)
    for number, person in enumerate(people):
        lesson.send(person, HAPPY if number == 5 else NEUTRAL, range(0, QUARTER, 10))
    return people


def assert_nothing_to_subtract(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Each step says what it said, or nothing."""
    for at, point in before.items():
        assert after[at]["reporting"] in (0, point["reporting"])
        assert after[at]["shares"] in (None, point["shares"])


def test_a_withdrawal_does_not_tell_how_that_student_looked(lesson: Lesson) -> None:
    people = six(lesson)
    before = lesson.watch()
    assert {point["reporting"] for point in before.values()} == {0, 6}
    assert max(point["shares"][HAPPY] for point in before.values() if point["shares"]) > 0
    assert (
        people[5].client.delete("/api/v1/consents/me", headers=people[5].headers).status_code == 204
    )
    after = lesson.watch()
    assert_nothing_to_subtract(before, after)
    assert {point["reporting"] for point in after.values()} == {0}


def test_nor_where_others_chose_to_be_shown(school: Any) -> None:
    lesson = Lesson(school, Policy.INDIVIDUAL)
    open_one = school.join(lesson.lecture, name="Open")
    consents.admit(school.store, open_one.id)
    people = six(lesson)
    lesson.send(open_one, NEUTRAL, range(0, QUARTER, 10))
    before = lesson.watch()
    assert {point["reporting"] for point in before.values()} == {0, 7}
    people[5].client.delete("/api/v1/consents/me", headers=people[5].headers)
    after = lesson.watch()
    assert {point["reporting"] for point in after.values()} == {0, 1}
    for point in after.values():
        assert not point["shares"] or point["shares"][HAPPY] < 0.05, "the open one's own look"


def test_nor_does_a_deletion(lesson: Lesson) -> None:
    people = six(lesson)
    before = lesson.watch()
    answer = people[5].client.delete("/api/v1/me/observations", headers=people[5].headers)
    assert answer.status_code == 200, answer.text
    assert_nothing_to_subtract(before, lesson.watch())
    kept = published_groups.groups_of(lesson.school.store, lesson.lecture.id)
    assert {len(group.members) for group in kept} == {6}
    assert not any(people[5].id in group.members for group in kept)


def test_nor_does_an_outbox_that_comes_late(lesson: Lesson) -> None:
    people = [lesson.join(f"Student {number}") for number in range(6)]
    lesson.school.clock.forward(seconds=QUARTER + 31)
    for person in people[:5]:
        lesson.send(person, NEUTRAL, range(0, QUARTER, 10))
    before = lesson.watch()
    assert {point["reporting"] for point in before.values()} == {0, 5}
    lesson.send(people[5], HAPPY, range(0, QUARTER, 10))
    assert lesson.watch() == before


def test_nor_do_a_members_own_late_data(lesson: Lesson) -> None:
    people = six(lesson)
    before = lesson.watch()
    lesson.send(people[5], HAPPY, range(5, 300, 10))
    after = lesson.watch()
    assert_nothing_to_subtract(before, after)
    windows = {point["reporting"] for at, point in after.items() if before[at]["reporting"]}
    assert windows == {0, 6}, "the window they fell into is withheld, the others stay"


def test_nor_does_an_admission(lesson: Lesson) -> None:
    waiting = lesson.invite("Waiting")
    six(lesson)
    lesson.send(waiting, HAPPY, range(0, QUARTER, 10))
    before = lesson.watch()
    assert {point["reporting"] for point in before.values()} == {0, 6}
    consents.admit(lesson.school.store, waiting.id)
    assert lesson.watch() == before


def test_nor_does_a_report_beside_the_live_board_or_beside_the_next(lesson: Lesson) -> None:
    people = six(lesson)
    lesson.watch()
    teaching.end_lecture(lesson.school.app.services, OperatorActor(), lesson.lecture.id)
    first = lesson.report()
    assert {row["reporting"] for row in first} >= {"6"}
    people[5].client.delete("/api/v1/me/observations", headers=people[5].headers)
    second = lesson.report()
    assert {row["reporting"] for row in second} == {"0"}


def test_a_restarted_server_shows_what_the_last_one_did(lesson: Lesson) -> None:
    people = six(lesson)
    before = lesson.watch()
    people[5].client.delete("/api/v1/consents/me", headers=people[5].headers)
    lesson.school.app.board._boards.clear()
    assert_nothing_to_subtract(before, lesson.watch())
    groups = published_groups.groups_of(lesson.school.store, lesson.lecture.id)
    lesson.school.clock.forward(seconds=20)
    lesson.watch()
    assert published_groups.groups_of(lesson.school.store, lesson.lecture.id) == groups


def test_invented_students_do_not_make_a_real_one_readable(lesson: Lesson) -> None:
    """An attack: four students whose looks the attacker knows, and one who is real."""
    real, invented = lesson.join("Real"), [lesson.invite(f"Nobody {n}") for n in range(4)]
    for one in invented:
        consents.admit(lesson.school.store, one.id)
    lesson.school.clock.forward(seconds=QUARTER + 31)
    for one in (real, *invented):
        lesson.send(one, HAPPY if one is real else NEUTRAL, range(0, QUARTER, 10))
    points = lesson.watch()
    assert {point["reporting"] for point in points.values()} == {0}
    assert not any(point["shares"] or point["attentive"] for point in points.values())
    teaching.end_lecture(lesson.school.app.services, OperatorActor(), lesson.lecture.id)
    assert {row["reporting"] for row in lesson.report()} == {"0"}
    assert published_groups.groups_of(lesson.school.store, lesson.lecture.id) == []


def test_few_students_are_not_counted_aloud(lesson: Lesson) -> None:
    only = lesson.join("Only")
    lesson.school.clock.forward(seconds=60)
    lesson.send(only, HAPPY, range(0, 60, 10))
    lesson.watch()
    summary = lesson.teacher.get(f"/api/v1/lectures/{lesson.lecture.id}/summary").json
    assert (summary["reporting"], summary["expected"], summary["mood"]) == (None, None, None)
    teaching.end_lecture(lesson.school.app.services, OperatorActor(), lesson.lecture.id)
    lesson.report()
    newest = reports.latest(lesson.school.store, lesson.lecture.id)
    assert newest is not None
    table = reports.table(lesson.school.store, newest.id, "summary")
    assert table is not None
    rows = dict(csv.reader(io.StringIO(table.decode("utf-8"))))
    assert rows["students"] == rows["students_with_a_face"] == "fewer than 5"


def test_what_covers_somebody_hidden_is_coarse_under_any_policy(school: Any) -> None:
    lesson = Lesson(school, Policy.INDIVIDUAL)
    six(lesson)
    lesson.watch()
    summary = lesson.teacher.get(f"/api/v1/lectures/{lesson.lecture.id}/summary").json
    figures = [*summary["mood"]["shares"], *summary["mood"]["raw"], summary["coverage"]]
    figures += [summary["attentive"], summary["presence"]]
    assert [value * 20 for value in figures] == pytest.approx([round(f * 20) for f in figures])
    assert summary["mood"]["low"] is None


def test_who_counts_is_settled_when_a_lecture_ends(lesson: Lesson) -> None:
    """An attack: refuse and admit after the end, and read each version of the report."""
    services, teacher = lesson.school.app.services, tara(lesson)
    one, waiting = lesson.invite("One"), lesson.invite("Waiting")
    teaching.admit(services, teacher, lesson.lecture.id, one.id)
    teaching.end_lecture(services, teacher, lesson.lecture.id)
    for judge in (teaching.refuse, teaching.admit):
        for student in (one, waiting):
            with pytest.raises(RefusedError, match="has ended"):
                judge(services, teacher, lesson.lecture.id, student.id)


def tara(lesson: Lesson) -> UserActor:
    school = lesson.school
    return UserActor(school.users["tara"], frozenset(one.id for one in school.courses.values()))


def test_toggling_who_counts_tells_of_nobody(world: Any) -> None:
    """An attack: each moment somebody else is refused, live and then in one report after another.

    After the end it goes by the store, past the rule that forbids it.
    """
    lesson = Lesson(world)
    services, teacher, store = world.app.services, tara(lesson), world.store
    people = [lesson.invite(f"Student {number}") for number in range(25)]
    for one in people:
        teaching.admit(services, teacher, lesson.lecture.id, one.id)
    world.clock.forward(seconds=631)
    for number, one in enumerate(people):
        lesson.send(one, number % len(LOOKS), range(0, 600, 10))
    order = cycle(people)
    covered = {point["reporting"] for point in lesson.watch().values()}
    assert 25 in covered, "the class as a whole is shown"
    for _ in range(5):
        one = next(order)
        teaching.refuse(services, teacher, lesson.lecture.id, one.id)
        lesson.watch()
        teaching.admit(services, teacher, lesson.lecture.id, one.id)
        lesson.watch()
    ended = teaching.end_lecture(services, teacher, lesson.lecture.id)
    course = world.courses[CourseMode.OPEN]
    for version in range(43):
        one = next(order)
        if version % 2:
            consents.admit(store, one.id)
        else:
            consents.refuse(store, one.id, world.clock())
        covered |= set(compute(services, ended, course, world.clock()).timeline.reporting.tolist())
    groups = [set(one.members) for one in published_groups.groups_of(store, lesson.lecture.id)]
    held = np.array([[one.id in group for one in people] for group in groups], np.float64)
    _, sizes, spanned = np.linalg.svd(held, full_matrices=False)
    assert len(groups) > 1
    assert (spanned[sizes > 1e-9] ** 2).sum(axis=0).max() <= 1 / 10 + 1e-9
