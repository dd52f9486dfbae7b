"""What the office does: by whom, with what result, and what the access log says of it."""

from typing import Any

import pytest

from contract.policy import CourseMode, Policy
from db.errors import ConflictError, NotFoundError
from db.people import audit, consents, courses, school_settings, users
from db.values import Role
from services import administration, erasure
from services.access import OperatorActor, UserActor
from services.errors import ForbiddenError, InvalidError, RefusedError

OPERATOR = OperatorActor()


def test_a_new_teacher_can_sign_in_and_teaches_the_course(world: Any) -> None:
    course = world.courses[CourseMode.OPEN]
    added = administration.add_user(
        world.app.services, OPERATOR, login=" vera ", name="Vera  V", role=Role.TEACHER,
        password="correct horse", teaches=[course.id],
    )  # fmt: skip
    assert (added.login, added.name) == ("vera", "Vera V")
    assert world.browser("vera").get("/").status_code == 200
    assert courses.teaches(world.store, course.id, added.id)
    (record,) = audit.records(world.store)
    assert (record.actor, record.object) == ("operator", f"user:{added.id}")
    assert record.detail == {"did": "add", "role": "teacher"}


@pytest.mark.parametrize(
    ("login", "password", "error"),
    [("", "correct horse", InvalidError), ("x" * 201, "correct horse", InvalidError),
     ("vera", "short", InvalidError), ("tara", "correct horse", ConflictError)],
)  # fmt: skip
def test_a_user_that_cannot_be(
    world: Any, login: str, password: str, error: type[Exception]
) -> None:
    before = users.list_users(world.store)
    with pytest.raises(error):
        administration.add_user(
            world.app.services, OPERATOR, login=login, name="V", role=Role.ADMIN, password=password
        )
    assert users.list_users(world.store) == before


def test_a_student_is_made_by_the_schools_provider_alone(world: Any) -> None:
    before = users.list_users(world.store)
    with pytest.raises(RefusedError):
        administration.add_user(
            world.app.services, OPERATOR, login="ana", name="Ana", role=Role.STUDENT, password=None
        )
    with pytest.raises(RefusedError):
        administration.set_role(world.app.services, OPERATOR, world.users["tara"].id, Role.STUDENT)
    assert users.list_users(world.store) == before


def test_locking_out_and_a_new_password_end_the_sessions(world: Any) -> None:
    services, tara = world.app.services, world.users["tara"]
    browser = world.browser("tara")
    administration.set_disabled(services, OPERATOR, tara.id, True)
    assert browser.get("/").status_code == 303
    administration.set_disabled(services, OPERATOR, tara.id, False)
    browser = world.browser("tara")
    administration.set_password(services, OPERATOR, tara.id, "battery staple")
    assert browser.get("/").status_code == 303
    form = {"login": "tara", "password": "battery staple"}
    answer = world.client().post("/signin", data=form, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303


def test_the_policy_holds_for_lectures_from_now_on(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    administration.set_policy(world.app.services, OPERATOR, Policy.AGGREGATE)
    school = school_settings.school(world.store)
    assert (school.policy, school.name) == (Policy.AGGREGATE, "School")
    assert lecture.policy is Policy.INDIVIDUAL


def test_erasing_a_student_and_one_participation(world: Any) -> None:
    services = world.app.services
    ana = world.join(world.lecture(CourseMode.ROSTER), link=world.link(world.students[0]))
    ben = world.join(world.lecture(CourseMode.OPEN), name="Ben")
    for student in (ana, ben):
        student.send([world.observation(world.clock.now)])
    assert erasure.erase(services, OPERATOR, world.students[0].id).observations == 1
    assert erasure.erase(services, OPERATOR, ben.id).observations == 1
    for student in (ana, ben):
        assert consents.participant(world.store, student.id) is None
        assert student.send([]).status_code == 401
    with pytest.raises(NotFoundError):
        erasure.erase(services, OPERATOR, ben.id)


def test_a_teacher_is_not_the_office(world: Any) -> None:
    services, tara = world.app.services, world.users["tara"]
    taught = frozenset(course.id for course in world.courses.values())
    teacher = UserActor(tara, taught)
    for attempt in (
        lambda: administration.add_user(
            services, teacher, login="v", name="V", role=Role.ADMIN, password="correct horse"
        ),
        lambda: administration.set_disabled(services, teacher, tara.id, True),
        lambda: administration.set_password(services, teacher, tara.id, "battery staple"),
        lambda: administration.set_policy(services, teacher, Policy.AGGREGATE),
        lambda: erasure.erase(services, teacher, world.students[0].id),
    ):
        with pytest.raises(ForbiddenError):
            attempt()
    assert audit.records(world.store) == []
