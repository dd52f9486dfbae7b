"""Students as the office keeps them: found, put right, taken off, handed their data, erased."""

import io
import json
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from contract.policy import CourseMode
from dashboard.components import ids, urls
from db.measurements import course_removal
from db.people import audit, consents, courses
from db.values import Student
from services import teaching
from services.access import OperatorActor
from services.errors import RefusedError
from services.rosters import courses as kept
from services.rosters import enrolment, lists
from services.rosters.roster import RosterStudent
from tests.integration.dashboard import test_callback_matrix
from tests.integration.dashboard.pages.test_admin import choose, press
from tests.integration.dashboard.test_callbacks import HERE

OPERATOR = OperatorActor()


@pytest.fixture
def ada(world: Any) -> Any:
    return world.browser("ada")


@pytest.fixture
def course(world: Any) -> Any:
    return world.courses[CourseMode.ROSTER]


def page(world: Any, client: Any, path: str) -> str:
    """The page at an address, with its slashes as they are: Dash writes them by their numbers."""
    return test_callback_matrix.page(world, client, path).replace("\\u002f", "/")


def named(world: Any, course_id: Any, name: str) -> Student:
    (found,) = [
        one for one in courses.roster(world.store, course_id, left=True) if one.name == name
    ]
    return found


def test_a_student_is_listed_found_and_put_right(world: Any, ada: Any, course: Any) -> None:
    fields = {
        ids.STUDENT_COURSE: str(course.id), ids.STUDENT_NAME: " Cléo  Martin ",
        ids.STUDENT_ID: "S-7", ids.STUDENT_EMAIL: "cleo@school.example",
        ids.LOCATION: urls.course(course.id),
    }  # fmt: skip
    said = press(world, ada, ids.STUDENT_ADD, **fields).text
    assert "Cl\\u00e9o Martin is on the roster" in said or "Cléo Martin is on the roster" in said
    cleo = named(world, course.id, "Cléo Martin")
    assert (cleo.external_id, cleo.email) == ("S-7", "cleo@school.example")
    again = press(world, ada, ids.STUDENT_ADD, **{**fields, ids.STUDENT_NAME: "Somebody else"}).text
    assert "every student needs their own" in again
    assert urls.student(cleo.id) in page(world, ada, urls.ADMIN_STUDENTS)

    assert "student-save" in choose(world, ada, ids.PLACES_GRID, cleo.id, "edit").text
    fields = {ids.STUDENT_NEW_NAME: "Chloé Martin", ids.STUDENT_NEW_ID: "S-8"}
    press(world, ada, ids.student_save(cleo.id), **fields)
    changed = courses.student(world.store, cleo.id)
    assert changed is not None
    assert (changed.name, changed.external_id, changed.email) == ("Chloé Martin", "S-8", None)
    for wrong in ({ids.STUDENT_NEW_NAME: " "}, {ids.STUDENT_NEW_ID: "x" * 201},
                  {ids.STUDENT_NEW_EMAIL: "a\x07b"}):  # fmt: skip
        assert (
            "cp-notice-bad"
            in press(world, ada, ids.student_save(cleo.id), **{**fields, **wrong}).text
        )
    assert courses.student(world.store, cleo.id) == changed


def test_who_is_taken_off_joins_no_more_and_can_be_put_back(
    world: Any, ada: Any, course: Any
) -> None:
    ana = world.students[0]
    link, lecture = world.link(ana), world.lecture(CourseMode.ROSTER)
    student = world.join(lecture, link=link)
    choose(world, ada, ids.PLACES_GRID, ana.id, "off")
    assert [one.name for one in courses.roster(world.store, course.id)] == ["Ben"]
    assert courses.roster_sizes(world.store)[course.id] == 1
    refused = world.client().post("/api/v1/join", json={"code": lecture.code, "link": link})
    assert refused.status_code in (403, 409)
    assert consents.participant(world.store, student.id) is not None
    assert {
        one[0].name for one in lists.personal_links(world.app.services, OPERATOR, course.id)
    } == {"Ben"}
    assert "Taken off" in page(world, ada, urls.course(course.id))
    choose(world, ada, ids.PLACES_GRID, ana.id, "back")
    assert len(courses.roster(world.store, course.id)) == 2
    # A list that names somebody who was taken off brings them back, and makes no second one.
    choose(world, ada, ids.PLACES_GRID, ana.id, "off")
    (found,) = lists.differences(
        world.app.services, OPERATOR, {course.title: [RosterStudent("Ana", None, None)]}
    )
    assert (len(found.added), [old.id for old, _ in found.changed]) == (0, [ana.id])
    lists.import_roster(
        world.app.services, OPERATOR, {course.title: [RosterStudent("Ana", None, None)]}
    )
    assert [one.id for one in courses.roster(world.store, course.id) if one.name == "Ana"] == [
        ana.id
    ]


def unpacked(answer: Any) -> dict[str, Any]:
    content = answer.data
    answer.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_a_person_is_one_over_rosters_and_all_of_them_is_handed_over_and_erased(
    world: Any, ada: Any, course: Any
) -> None:
    services, clock = world.app.services, world.clock
    other = lists.add_course(services, OPERATOR, title="Art", mode=CourseMode.ROSTER)
    given = {"external_id": "S-1", "email": ""}
    mine = [
        enrolment.enrol(services, OPERATOR, one, name="Dev Patel", **given)
        for one in (course.id, other.id)
    ]
    # Another list, numbered by hand: one number is no one person.
    third = lists.add_course(services, OPERATOR, title="Drama", mode=CourseMode.ROSTER)
    eve = enrolment.enrol(services, OPERATOR, third.id, name="Eve Moss", **given)
    student = world.join(world.lecture(CourseMode.ROSTER), link=world.link(mine[0]))
    student.send([world.observation(clock.now)])
    shown = page(world, ada, urls.student(mine[1].id))
    for word in (course.title, "Art", "Algebra", "Erase Dev Patel for good?"):
        assert word in shown

    answer = ada.get(urls.student_data(mine[1].id))
    files = unpacked(answer)
    about = files.pop("about.json")
    assert [one["course"] for one in about["rosters"]] == ["Art", course.title]
    ((name, rows),) = files.items()
    assert name == about["lectures"][0]["file"]
    assert (rows["name"], len(rows["observations"])) == ("Dev Patel", 1)
    lines = [one for one in audit.records(world.store) if one.action == "export_person"]
    assert {one.subject for one in lines} == {one.id for one in mine}

    said = press(world, ada, ids.person_erase(mine[1].id, "all")).text
    assert "Dev Patel, in 1 lecture." in said
    assert consents.participant(world.store, student.id) is None
    assert [courses.student(world.store, one.id) for one in mine] == [None, None]
    assert courses.student(world.store, eve.id) == eve
    assert "nobody of that kind" in page(world, ada, urls.student(mine[0].id))
    assert ada.get(urls.student_data(mine[0].id)).status_code == 404


def test_who_came_without_a_roster_is_found_by_course_and_name(world: Any, ada: Any) -> None:
    first, second = (world.lecture(CourseMode.OPEN) for _ in range(2))
    name = "Zoë / O'Hara ?"
    zoe = [world.join(one, name=name) for one in (first, second)]
    world.join(first, name="Somebody else")
    address = f"{urls.ADMIN_STUDENTS}/{first.course_id}/{quote(name, safe='')}"
    assert json.dumps(address)[1:-1] in page(world, ada, urls.ADMIN_STUDENTS)
    assert "On no roster" in page(world, ada, address)
    assert ada.get(address).status_code == 200

    asked = choose(world, ada, ids.PARTS_GRID, zoe[0].id, "erase").text
    assert "Erase what this lecture has of" in asked
    assert consents.participant(world.store, zoe[0].id) is not None
    press(world, ada, ids.person_erase(zoe[0].id, "one"), **{ids.LOCATION: address})
    assert consents.participant(world.store, zoe[0].id) is None
    assert consents.participant(world.store, zoe[1].id) is not None
    press(world, ada, ids.person_erase(zoe[1].id, "all"), **{ids.LOCATION: address})
    left = page(world, ada, urls.ADMIN_STUDENTS)
    assert "O'Hara" not in left
    assert "Somebody else" in left


def test_a_course_is_renamed_archived_and_deleted_by_its_typed_title(
    world: Any, ada: Any, course: Any
) -> None:
    here = {ids.COURSE_NAMED: str(course.id)}
    fields = {ids.COURSE_NEW_TITLE: "Maths, anew", ids.COURSE_NEW_ZONE: "Asia/Kolkata"}
    press(world, ada, ids.COURSE_SAVE, **here, **fields)
    changed = courses.course(world.store, course.id)
    assert changed is not None
    assert (changed.title, changed.timezone) == ("Maths, anew", "Asia/Kolkata")

    lecture = world.lecture(CourseMode.ROSTER)
    student = world.join(lecture, link=world.link(world.students[0]))
    student.send([world.observation(world.clock.now)])
    for button in (ids.COURSE_ARCHIVE, ids.COURSE_ASK):
        assert "end it first" in press(world, ada, button, **here).text
    teacher = world.browser("tara")
    teaching.end_lecture(world.app.services, OPERATOR, lecture.id)
    assert "Maths, anew" in page(world, teacher, urls.HOME)
    press(world, ada, ids.COURSE_ARCHIVE, **here)
    assert "Maths, anew" not in page(world, teacher, urls.HOME)
    with pytest.raises(RefusedError, match="archived"):
        teaching.start_lecture(world.app.services, OPERATOR, course.id, "Fractions")
    press(world, ada, ids.COURSE_ARCHIVE, **here)
    assert "Maths, anew" in page(world, teacher, urls.HOME)

    asked = press(world, ada, ids.COURSE_ASK, **here).text
    for word in ("2 students on the roster", "1 lecture", "1 second of numbers"):
        assert word in asked
    typed = {ids.COURSE_TYPED: "maths"}
    assert "to delete it" in press(world, ada, ids.COURSE_DELETE, **here, **typed).text
    assert courses.course(world.store, course.id) is not None
    press(world, ada, ids.COURSE_DELETE, **here, **{ids.COURSE_TYPED: " Maths,  anew "})
    assert courses.course(world.store, course.id) is None
    assert courses.student(world.store, world.students[0].id) is None
    assert consents.participant(world.store, student.id) is None
    (last,) = [one for one in audit.records(world.store) if one.detail.get("did") == "delete"]
    assert last.detail["lectures"] == 1


def test_a_deleted_course_leaves_nothing_of_its_own(postgres_world: Any) -> None:
    """On the store that minds what refers to what."""
    world = postgres_world
    course = world.courses[CourseMode.ROSTER]
    lecture = world.lecture(CourseMode.ROSTER)
    world.join(lecture, link=world.link(world.students[0])).send(
        [world.observation(world.clock.now)]
    )
    courses.issue_link(
        world.store, world.students[1].id, now=world.clock.now, lecture_id=lecture.id
    )
    teaching.end_lecture(world.app.services, OPERATOR, lecture.id)
    world.app.scheduler.run_due(world.clock.forward(seconds=600))
    holds = kept.delete(world.app.services, OPERATOR, course.id)
    assert (holds.students, holds.lectures, holds.reports) == (2, 1, 1)
    assert course_removal.holdings(world.store, course.id) == course_removal.Holdings(0, 0, 0, 0, 0)


def test_only_the_office_is_handed_a_students_data(world: Any) -> None:
    ana = world.students[0]
    for login in ("tara", "otto"):
        answer = world.browser(login).get(urls.student_data(ana.id), headers=HERE)
        assert answer.status_code == 403
    assert world.client().get(urls.student_data(ana.id)).status_code == 303
    assert [one for one in audit.records(world.store) if one.action == "export_person"] == []
