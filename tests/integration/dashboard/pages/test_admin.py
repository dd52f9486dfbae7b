"""What an admin does on the office's pages, what it changes, and what the log keeps of it."""

import base64
import csv
import io
import json
from typing import Any

import pytest

from contract.policy import CourseMode
from dashboard.components import ids
from db.people import audit, consents, courses, erasure_requests, school_settings, users
from db.values import Role
from services import erasure, my_data
from services.access import OperatorActor, ParticipantActor
from tests.builders.world import PASSWORD
from tests.integration.dashboard.test_callbacks import HERE, dependencies, forged


def press(world: Any, client: Any, button: Any, **given: Any) -> Any:
    """Press ``button``, an id of one part or of several, with the page's fields as ``given``."""
    plain = json.dumps(button, sort_keys=True, separators=(",", ":"))
    pattern = (
        {key: value if key == "type" else ["ALL"] for key, value in button.items()}
        if isinstance(button, dict)
        else button
    )
    wanted = pattern if isinstance(pattern, str) else json.dumps(
        pattern, sort_keys=True, separators=(",", ":")
    )  # fmt: skip
    (one,) = [one for one in dependencies(world).values() if one["inputs"][0]["id"] == wanted]
    body = forged(one, None)
    if isinstance(button, dict):
        body["inputs"][0] = [{"id": button, "property": "n_clicks", "value": 1}]
        body["changedPropIds"] = [f"{plain}.n_clicks"]
        for part in body["state"]:
            if isinstance(part, list):
                (field,) = part
                field["id"] = {**field["id"], "request": button["request"]}
                field["value"] = field["id"] if field["property"] == "id" else given["reason"]
    else:
        body["inputs"][0]["value"] = 1
        body["changedPropIds"] = [f"{button}.n_clicks"]
    for part in (*body["inputs"], *body["state"]):
        if isinstance(part, dict) and part["id"] in given:
            part["value"] = given[part["id"]]
    answer = client.post("/_dash-update-component", json=body, headers=HERE)
    assert answer.status_code in (200, 204), answer.text
    return answer


def choose(world: Any, client: Any, grid: str, row: Any, value: str) -> Any:
    """Press a button of a grid's row."""
    (one,) = [
        one
        for one in dependencies(world).values()
        if one["inputs"][0] == {"id": grid, "property": "cellRendererData"}
    ]
    body = forged(one, None)
    told = {"value": value, "colId": "acts", "rowIndex": 0, "rowId": str(row), "timestamp": 1}
    body["inputs"][0]["value"] = told
    body["changedPropIds"] = [f"{grid}.cellRendererData"]
    answer = client.post("/_dash-update-component", json=body, headers=HERE)
    assert answer.status_code in (200, 204), answer.text
    return answer


@pytest.fixture
def ada(world: Any) -> Any:
    return world.browser("ada")


def test_a_user_is_added_with_a_password_told_once(world: Any, ada: Any) -> None:
    fields = {ids.USER_NAME: "Noor Haddad", ids.USER_LOGIN: "noor", ids.USER_ROLE: "teacher"}
    said = press(world, ada, ids.USER_BUTTON, **fields).text
    assert "The password of Noor Haddad, who signs in as noor" in said
    made = said.partition('"content":"')[2].partition('"')[0]
    assert len(made) >= 12
    found = users.credentials(world.store, "noor")
    assert found is not None
    assert (found[0].name, found[0].role) == ("Noor Haddad", Role.TEACHER)
    form = {"login": "noor", "password": made}
    assert world.client().post("/signin", data=form, headers=HERE).status_code == 303


def test_a_user_is_disabled_promoted_and_signed_out_by_a_press(world: Any, ada: Any) -> None:
    tara, otto = world.users["tara"], world.users["otto"]
    browser = world.browser("tara")
    choose(world, ada, ids.PEOPLE_GRID, tara.id, "sessions")
    assert browser.get("/").status_code == 303
    for user, act, word in ((otto, "admin", "Make Otto an admin?"), (tara, "disable", "Disable T")):
        assert word in choose(world, ada, ids.PEOPLE_GRID, user.id, act).text
        assert users.user(world.store, user.id) == user, "it asked, and did it all the same"
        press(world, ada, ids.user_act(user.id, act))
    states = {user.login: (user.role, user.disabled) for user in users.list_users(world.store)}
    assert states["otto"] == (Role.ADMIN, False)
    assert states["tara"] == (Role.TEACHER, True)
    did = [record.detail["did"] for record in audit.records(world.store)]
    assert did == ["disable", "set_role", "end_sessions"]


@pytest.mark.parametrize("act", ["disable", "teacher"])
def test_an_admin_cannot_shut_themselves_out(world: Any, ada: Any, act: str) -> None:
    me = world.users["ada"]
    said = press(world, ada, ids.user_act(me.id, act)).text
    assert "ask another admin" in said
    assert users.user(world.store, me.id) == me


def test_the_schools_settings_are_kept_and_their_rules_said(world: Any, ada: Any) -> None:
    fields = {
        ids.SCHOOL_NAME: "Northbridge", ids.SCHOOL_ZONE: "Asia/Kolkata",
        ids.SCHOOL_DAYS: 30, ids.SCHOOL_LOG_DAYS: 400, ids.SCHOOL_GUARDIAN: True,
        ids.SCHOOL_PRESENT: 60,
        ids.SCHOOL_CHECK_INS: 5,
    }  # fmt: skip
    press(world, ada, ids.SCHOOL_BUTTON, **fields)
    school = school_settings.school(world.store)
    assert (school.name, school.timezone) == ("Northbridge", "Asia/Kolkata")
    assert (school.retention_days, school.guardian_required) == (30, True)
    assert school.present_percent == 60
    assert school.check_ins_per_hour == 5
    for wrong, said in (
        ({ids.SCHOOL_ZONE: "Mars/Olympus"}, "time zone"),
        ({ids.SCHOOL_DAYS: 0}, "1 to 3660 days"),
        ({ids.SCHOOL_DAYS: 1.5}, "whole number"),
        ({ids.SCHOOL_LOG_DAYS: 29}, "30 (as long as data) to 3660 days"),
        ({ids.SCHOOL_NAME: "  "}, "1 to 200 letters"),
        ({ids.SCHOOL_PRESENT: 101}, "0 to 100 %"),
        ({ids.SCHOOL_PRESENT: None}, "whole number of per cent"),
        ({ids.SCHOOL_CHECK_INS: 61}, "1 to 60 check-ins"),
        ({ids.SCHOOL_CHECK_INS: None}, "whole number"),
    ):
        assert said in press(world, ada, ids.SCHOOL_BUTTON, **{**fields, **wrong}).text
    assert school_settings.school(world.store) == school


def uploaded(text: str) -> str:
    return "data:text/csv;base64," + base64.b64encode(text.encode()).decode()


def test_a_roster_is_looked_at_before_it_is_taken(world: Any, ada: Any) -> None:
    course = world.courses[CourseMode.ROSTER]
    fields = {
        ids.ROSTER_FILES: [uploaded("name,id\nCleo,7\n")],
        ids.ROSTER_COURSE: course.title,
    }
    (look,) = [
        one
        for one in dependencies(world).values()
        if one["output"].startswith(f"..{ids.ROSTER_PREVIEW}.children")
    ]
    body = forged(look, None)
    values = [fields[ids.ROSTER_FILES], course.title]
    for part, value in zip(body["inputs"], values, strict=True):
        part["value"] = value
    body["state"][0]["value"] = ["list.csv"]
    seen = ada.post("/_dash-update-component", json=body, headers=HERE).text
    for word in ("Cleo", "not in the file; they stay", "Ana and Ben"):
        assert word in seen
    assert len(courses.roster(world.store, course.id)) == 2
    body["inputs"][1]["value"] = ""
    untitled = ada.post("/_dash-update-component", json=body, headers=HERE).text
    assert "give the course's title" in untitled
    assert "--course" not in untitled

    (take,) = [
        one for one in dependencies(world).values() if one["inputs"][0]["id"] == ids.ROSTER_IMPORT
    ]
    body = forged(take, None)
    body["inputs"][0]["value"] = 1
    for part, value in zip(body["state"], [values[0], ["list.csv"], course.title], strict=True):
        part["value"] = value
    said = ada.post("/_dash-update-component", json=body, headers=HERE).text
    assert "Imported: 1 new, 0 changed, 0 as before." in said
    names = [student.name for student in courses.roster(world.store, course.id)]
    assert names == ["Ana", "Ben", "Cleo"]
    body["state"][0]["value"] = ["data:text/csv;base64,!!"]
    assert (
        "did not arrive whole" in ada.post("/_dash-update-component", json=body, headers=HERE).text
    )


def test_personal_links_are_a_file_that_lets_students_in(world: Any, ada: Any) -> None:
    course = world.courses[CourseMode.ROSTER]
    asked = choose(world, ada, ids.COURSES_GRID, course.id, "links").text
    assert "2 students get new links" in asked
    assert audit.records(world.store) == []
    told = press(world, ada, ids.course_links(course.id)).json["response"]
    rows = told[ids.LINKS_FILE]["data"]["content"].removeprefix("\ufeff").splitlines()
    assert rows[0] == "name,id,email,join"
    link = rows[1].partition("?link=")[2]
    lecture = world.lecture(CourseMode.ROSTER)
    joined = world.client().post("/api/v1/join", json={"code": lecture.code, "link": link})
    assert joined.status_code == 200


def test_a_roster_runs_nothing_in_the_spreadsheet_of_whoever_opens_the_links(
    world: Any, ada: Any
) -> None:
    course = world.courses[CourseMode.ROSTER]
    courses.add_student(
        world.store,
        course.id,
        '=HYPERLINK("https://evil.example")',
        external_id="+1",
        email="\n=2",
        now=world.clock(),
    )
    told = press(world, ada, ids.course_links(course.id)).json["response"]
    read = csv.reader(io.StringIO(told[ids.LINKS_FILE]["data"]["content"], newline=""))
    assert ['\'=HYPERLINK("https://evil.example")', "'+1", "'\n=2"] in [row[:3] for row in read]


def test_who_teaches_is_chosen_in_a_dialogue_and_shown_in_the_grid(world: Any, ada: Any) -> None:
    course, otto = world.courses[CourseMode.ROSTER], world.users["otto"]
    told = choose(world, ada, ids.COURSES_GRID, course.id, "teachers").json["response"]
    assert told[ids.TEACHERS_MODAL]["opened"] is True
    field = told[ids.TEACHERS_PANEL]["children"]["props"]
    assert field["id"] == ids.course_teacher(course.id)
    wanted = [*field["value"], str(otto.id)]
    (one,) = [
        one
        for one in dependencies(world).values()
        if "course-teachers" in str(one["inputs"][0]["id"])
    ]
    body = forged(one, None)
    plain = json.dumps(field["id"], sort_keys=True, separators=(",", ":"))
    body["inputs"][0] = [{"id": field["id"], "property": "value", "value": wanted}]
    body["changedPropIds"] = [f"{plain}.value"]
    answer = ada.post("/_dash-update-component", json=body, headers=HERE).json["response"]
    (row,) = [row for row in answer[ids.COURSES_GRID]["rowData"] if row["id"] == str(course.id)]
    assert otto.name in row["teachers"]
    assert otto in courses.teachers_of(world.store, course.id)


@pytest.mark.parametrize(
    "grid", [ids.PEOPLE_GRID, ids.COURSES_GRID, ids.PLACES_GRID, ids.PARTS_GRID]
)
def test_a_grid_that_tells_nonsense_does_nothing(world: Any, ada: Any, grid: str) -> None:
    before = audit.records(world.store)
    some = {
        ids.COURSES_GRID: world.courses[CourseMode.ROSTER],
        ids.PLACES_GRID: world.students[0],
    }.get(grid, world.users["tara"])
    assert "no button of this page" in choose(world, ada, grid, some.id, "explode").text
    choose(world, ada, grid, "no-such-id", "links")
    (one,) = [
        one
        for one in dependencies(world).values()
        if one["inputs"][0] == {"id": grid, "property": "cellRendererData"}
    ]
    body = forged(one, None)
    for told in (["x"], {"rowId": 3, "value": None}, "links"):
        body["inputs"][0]["value"] = told
        answer = ada.post("/_dash-update-component", json=body, headers=HERE)
        assert "no button of this page" in answer.text
    assert audit.records(world.store) == before


def ask_to_be_erased(world: Any) -> Any:
    student = world.join(world.lecture(CourseMode.ROSTER), link=world.link(world.students[0]))
    actor = ParticipantActor(student.id, consents.participant(world.store, student.id).lecture_id)
    return student, my_data.ask_to_be_erased(world.app.services, actor, student.id)


def test_a_wish_is_granted_for_the_whole_of_a_rostered_student(world: Any, ada: Any) -> None:
    student, asked = ask_to_be_erased(world)
    said = press(world, ada, ids.erasure_act(asked.id, "erase"), reason="").text
    assert "Erased" in said
    assert courses.student(world.store, world.students[0].id) is None
    assert consents.participant(world.store, student.id) is None
    done = erasure_requests.request(world.store, asked.id)
    assert done is not None
    assert done.verdict == "erased"
    again = press(world, ada, ids.erasure_act(asked.id, "erase"), reason="").text
    assert "answered already" in again


def test_a_wish_is_declined_with_a_reason_the_student_reads(world: Any, ada: Any) -> None:
    student, asked = ask_to_be_erased(world)
    assert (
        "1 to 200 letters"
        in press(world, ada, ids.erasure_act(asked.id, "decline"), reason=" ").text
    )
    press(world, ada, ids.erasure_act(asked.id, "decline"), reason="The exam is open.")
    done = erasure_requests.latest_of(world.store, student.id)
    assert done is not None
    assert (done.verdict, done.note) == ("declined", "The exam is open.")


def test_an_erasure_of_who_is_gone_is_answered_all_the_same(world: Any) -> None:
    _, asked = ask_to_be_erased(world)
    erasure.erase(world.app.services, OperatorActor(), world.students[0].id)
    done = erasure.grant(world.app.services, OperatorActor(), asked.id)
    assert done.verdict == "erased"


def test_the_log_narrows_and_its_file_is_itself_recorded(world: Any, ada: Any) -> None:
    choose(world, ada, ids.PEOPLE_GRID, world.users["tara"].id, "sessions")
    told = press(world, ada, ids.LOG_BUTTON, **{ids.LOG_WHAT: "manage_users"}).json["response"]
    rows = told[ids.LOG_FILE]["data"]["content"].splitlines()
    assert len(rows) == 2
    assert "end_sessions" in rows[1]
    assert "Ada" in rows[1]
    assert "Signed a user out everywhere" in rows[1]
    assert audit.records(world.store)[0].action == "view_access_log"


def test_ones_own_other_sessions_are_ended_and_nobody_elses(world: Any) -> None:
    here, there, otto = world.browser("tara"), world.browser("tara"), world.browser("otto")
    press(world, here, ids.ACCOUNT_OTHERS)
    assert [one.get("/").status_code for one in (here, there, otto)] == [200, 303, 200]
    (theirs,) = users.open_sessions(world.store, world.clock(), world.users["otto"].id)
    said = press(world, here, ids.own_session(theirs.id)).text
    assert "has ended already" in said
    assert otto.get("/").status_code == 200


def test_a_session_says_what_browser_it_is_and_when_it_was_seen(world: Any) -> None:
    client = world.client()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    form = {"login": "tara", "password": PASSWORD}
    client.post("/signin", data=form, headers={**HERE, "User-Agent": agent})
    (opened,) = users.open_sessions(world.store, world.clock(), world.users["tara"].id)
    assert (opened.device, opened.seen_at) == ("Firefox, Linux", world.clock())
    world.clock.forward(minutes=7)
    client.get("/")
    (seen,) = users.open_sessions(world.store, world.clock(), world.users["tara"].id)
    assert seen.seen_at == world.clock()


def test_a_password_changes_only_by_the_old_one_and_ends_all_sessions(world: Any) -> None:
    here, there = world.browser("tara"), world.browser("tara")
    fields = {ids.ACCOUNT_OLD: "wrong", ids.ACCOUNT_NEW: "a new long one"}
    assert "not your password" in press(world, here, ids.ACCOUNT_BUTTON, **fields).text
    fields[ids.ACCOUNT_OLD] = PASSWORD
    assert (
        "letters"
        in press(world, here, ids.ACCOUNT_BUTTON, **{**fields, ids.ACCOUNT_NEW: "short"}).text
    )
    press(world, here, ids.ACCOUNT_BUTTON, **fields)
    assert [one.get("/").status_code for one in (here, there)] == [303, 303]
    form = {"login": "tara", "password": "a new long one"}
    assert world.client().post("/signin", data=form, headers=HERE).status_code == 303
