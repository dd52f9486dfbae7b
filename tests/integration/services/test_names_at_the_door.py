"""Every door that a name comes in by has the one rule for names."""

from typing import Any
from uuid import UUID

import pytest

from contract.policy import CourseMode
from db.people import consents
from db.values import Role
from services import administration, teaching
from services.access import OperatorActor
from services.errors import InvalidError
from services.rosters import lists
from tests.builders.world import PASSWORD, World

OPERATOR = OperatorActor()
TURNED = "A\u202ena\u3164 \u200bLi\ufe0f"


def joined(world: World, name: str) -> str:
    lecture = world.lecture(CourseMode.OPEN)
    known = consents.participant(world.store, world.join(lecture, name=name).id)
    assert known is not None
    return known.name


def guardian(world: World, name: str) -> str:
    lecture = world.lecture(CourseMode.OPEN)
    client = world.client()
    asked = client.post("/api/v1/join", json={"code": lecture.code, "name": "Ben"}).json
    agreed = {
        "ticket": asked["ticket"],
        "notice_version": asked["notice"]["version"],
        "choices": {"class_mood": True},
        "guardian": name,
    }
    answer = client.post("/api/v1/consents", json=agreed)
    if answer.status_code == 422:
        raise InvalidError(answer.json["detail"])
    (kept,) = consents.history(world.store, UUID(answer.json["participant"]))
    return str(kept.guardian)


def user(world: World, name: str) -> str:
    made = administration.add_user(
        world.app.services, OPERATOR, login=name, name=name, role=Role.TEACHER, password=PASSWORD
    )
    assert made.login == made.name
    return made.name


def course(world: World, name: str) -> str:
    services = world.app.services
    return lists.add_course(services, OPERATOR, title=name, mode=CourseMode.OPEN).title


def lecture(world: World, name: str) -> str:
    open_course = world.courses[CourseMode.OPEN]
    return teaching.start_lecture(world.app.services, OPERATOR, open_course.id, name).title


def school(world: World, name: str) -> str:
    return administration.set_school(
        world.app.services,
        OPERATOR,
        name=name,
        timezone="UTC",
        guardian_required=False,
        retention_days=30,
    ).name


DOORS: dict[str, Any] = {
    one.__name__: one for one in (joined, guardian, user, course, lecture, school)
}


@pytest.mark.parametrize("door", DOORS)
def test_a_name_is_kept_as_it_is_seen(world: World, door: str) -> None:
    assert DOORS[door](world, TURNED) == "Ana Li"


@pytest.mark.parametrize("door", [name for name in DOORS if name not in ("joined", "guardian")])
def test_a_name_that_cannot_be_kept_is_refused(world: World, door: str) -> None:
    with pytest.raises(InvalidError):
        DOORS[door](world, "A\x9cna")


def test_whoever_has_no_name_to_see_cannot_join(world: World) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    for name in ("\u3164\u2800", "\u200b \u202e", "A\x9cna"):
        asked = world.client().post("/api/v1/join", json={"code": lecture.code, "name": name})
        assert asked.status_code == 422


def test_who_types_their_login_otherwise_is_known(world: World) -> None:
    user(world, "Ren\u00e9")
    form = {"login": " Rene\u0301\u200b ", "password": PASSWORD}
    answer = world.client().post("/signin", data=form, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303
